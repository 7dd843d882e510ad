package routes.llm;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import routes.redis.RedisLink;

/** Defines the beans that the routes of model providers refer to. */
@Configuration(proxyBeanMethods = false)
class LlmConfiguration {
    /** Longer than the time for which a permit is passed on, so that the last call under the permit ends before it expires. */
    private static final Duration MARGIN = Duration.ofSeconds(10);
    /** Maximum wait for a token, and maximum time to fetch one. */
    private static final Duration TOKEN = Duration.ofSeconds(10);

    @Bean
    ProviderCredentials providerCredentials(
            GigaChatProperties gigaChat,
            OpenRouterProperties openRouter,
            EmbeddingsProperties embeddings,
            RerankProperties rerank) {
        Map<String, Boolean> present = Map.of(
                "gigachat",
                gigaChat.hasCredentials(),
                "openrouter",
                openRouter.hasCredentials(),
                EmbeddingsProperties.SERVER,
                embeddings.hasServer(),
                EmbeddingsProperties.ONNX,
                !embeddings.onnxPath().isBlank(),
                RerankProperties.SERVER,
                rerank.hasServer());
        return new ProviderCredentials(present.keySet().stream()
                .filter(provider -> !present.get(provider))
                .collect(Collectors.toUnmodifiableSet()));
    }

    @Bean
    CallLeases callLeases(RedisLink link, LlmProperties properties) {
        // a call that is rejected because of its token is repeated once, and each attempt may wait for a token and
        // fetch one; a picture is uploaded before and deleted afterwards
        Duration longestCall = properties.timeout().multipliedBy(4).plus(TOKEN.multipliedBy(4));
        return new CallLeases(link, longestCall.plus(MARGIN));
    }

    @Bean
    GigaChatToken gigachatToken(@Lazy CamelContext camel, ObjectMapper json, Clock clock) {
        return new GigaChatToken(camel.createFluentProducerTemplate(), json, clock, TOKEN);
    }

    /** Aborts calls that exceed their time limit. This takes little time, so one thread is sufficient. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService modelCallTimer() {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("model-call-timer-");
        threads.setDaemon(true);
        var timer = new ScheduledThreadPoolExecutor(1, threads);
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
        return new ModelHttp(properties.timeout(), bearer(openRouter.apiKey()), null, modelCallTimer);
    }

    @Bean
    HttpClientConfigurer embeddingsHttp(
            LlmProperties properties, EmbeddingsProperties embeddings, ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(properties.timeout(), bearer(embeddings.apiKey()), null, modelCallTimer);
    }

    @Bean
    HttpClientConfigurer rerankHttp(
            LlmProperties properties, RerankProperties rerank, ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(properties.timeout(), bearer(rerank.apiKey()), null, modelCallTimer);
    }

    private static Supplier<String> bearer(String key) {
        return () -> key.isBlank() ? "" : "Bearer " + key;
    }

    /** For providers added by integrators: the same limits; their routes set the authorisation. */
    @Bean
    HttpClientConfigurer modelHttp(LlmProperties properties, ScheduledExecutorService modelCallTimer) {
        return new ModelHttp(properties.timeout(), () -> "", null, modelCallTimer);
    }

    private static SSLContext tls(GigaChatProperties properties) {
        String file = properties.caFile();
        return file.isBlank() ? null : ModelHttp.trustingOnly("GIGACHAT_CA_FILE", file);
    }
}
