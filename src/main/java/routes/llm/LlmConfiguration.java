package routes.llm;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import routes.redis.RedisLink;

/** The beans that the routes of model providers refer to. */
@Configuration(proxyBeanMethods = false)
class LlmConfiguration {
    /** Longer than a permit is passed on, so that the last call under it still ends in time. */
    private static final Duration MARGIN = Duration.ofSeconds(10);
    /** Maximum wait for a token, and maximum time to fetch one. */
    private static final Duration TOKEN = Duration.ofSeconds(10);

    @Bean
    ProviderCredentials providerCredentials(GigaChatProperties gigaChat, OpenRouterProperties openRouter) {
        Set<String> missing = new HashSet<>();
        if (!gigaChat.hasCredentials()) {
            missing.add("gigachat");
        }
        if (!openRouter.hasCredentials()) {
            missing.add("openrouter");
        }
        return new ProviderCredentials(Set.copyOf(missing));
    }

    @Bean
    Providers llmProviders(ProviderCredentials credentials, ProviderQuotas quotas) {
        return new Providers(credentials, quotas);
    }

    @Bean
    ProviderQuotas providerQuotas(RedisLink link, LlmProperties properties, Clock clock) {
        return new ProviderQuotas(link, properties, clock);
    }

    @Bean
    CallLeases callLeases(RedisLink link, LlmProperties properties) {
        // a call that is rejected because of its token is repeated once, and each attempt may wait for a token and
        // fetch one
        Duration longestCall = properties.timeout().multipliedBy(2).plus(TOKEN.multipliedBy(4));
        return new CallLeases(link, longestCall.plus(MARGIN));
    }

    @Bean
    ModelMetrics modelMetrics(MeterRegistry registry, GigaChatProperties gigaChat, OpenRouterProperties openRouter) {
        ModelMetrics metrics = new ModelMetrics(registry);
        metrics.register("gigachat", List.of(gigaChat.model()));
        metrics.register("openrouter", openRouter.models());
        return metrics;
    }

    @Bean
    ModelCalls modelCalls(
            @Lazy CamelContext camel,
            CallLeases leases,
            ProviderQuotas quotas,
            ObjectMapper json,
            Clock clock,
            ModelMetrics metrics,
            LlmProperties properties,
            @Value("${tagging.max-retries}") int maxRetries,
            @Value("${tagging.retry-delay}") double retryDelay) {
        return new ModelCalls(
                camel.createProducerTemplate(),
                leases,
                quotas,
                new ChatMessages(json),
                new ChatAnswers(json, clock),
                metrics,
                new ModelPass.Retries(maxRetries, retryDelay, properties.maxPause()),
                properties.quotaPause());
    }

    @Bean
    GigaChatToken gigachatToken(@Lazy CamelContext camel, ObjectMapper json, Clock clock) {
        return new GigaChatToken(camel.createFluentProducerTemplate(), json, clock, TOKEN);
    }

    /** Ends calls that exceed their time limit. This takes little time, so one thread suffices. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService modelCallTimer() {
        var timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "model-call-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    @Bean
    HttpClientConfigurer gigachatHttp(
            LlmProperties properties,
            GigaChatProperties gigaChat,
            GigaChatToken token,
            ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(properties.timeout(), token::authorization, tls(gigaChat), modelCallTimer);
    }

    @Bean
    HttpClientConfigurer gigachatTokenHttp(GigaChatProperties gigaChat, ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(TOKEN, () -> "Basic " + gigaChat.apiKey(), tls(gigaChat), modelCallTimer);
    }

    @Bean
    HttpClientConfigurer openrouterHttp(
            LlmProperties properties, OpenRouterProperties openRouter, ScheduledExecutorService modelCallTimer) {
        String key = openRouter.apiKey();
        return new ModelHttp(
                properties.timeout(), () -> key.isBlank() ? "" : "Bearer " + key, Optional.empty(), modelCallTimer);
    }

    /** For providers that integrators add: the same limits, and whatever authorisation their routes send. */
    @Bean
    HttpClientConfigurer modelHttp(LlmProperties properties, ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(properties.timeout(), () -> "", Optional.empty(), modelCallTimer);
    }

    private static Optional<SSLContext> tls(GigaChatProperties properties) {
        return properties.caFile().isBlank()
                ? Optional.empty()
                : Optional.of(new CertificateFile("GIGACHAT_CA_FILE", properties.caFile()).trustingOnly());
    }
}
