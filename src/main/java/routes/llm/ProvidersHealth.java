package routes.llm;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.CompositeHealthContributor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health of the model providers, one component each: degraded while the circuit breaker is not closed or the quota is exhausted. */
@Configuration(proxyBeanMethods = false)
class ProvidersHealth {
    private static final Status DEGRADED = new Status("DEGRADED");

    /** The bean name is the component name in {@code /health}. */
    @Bean("providers")
    CompositeHealthContributor providersHealth(
            ProviderCredentials credentials,
            CircuitBreakers breakers,
            ProviderQuotas quotas,
            EmbeddingsProperties embeddings,
            @Value("${tagging.providers}") List<String> tagging,
            @Value("${vision.providers},${answer.providers},${rerank.providers}") List<String> others) {
        Map<String, HealthIndicator> parts = new LinkedHashMap<>();
        List<String> names = Stream.concat(tagging.stream(), others.stream()).toList();
        credentials.usable(names).forEach(name -> parts.put(name, () -> health(name, breakers, quotas)));
        String embedder = embeddings.provider(credentials);
        if (!Providers.isInProcess(embedder)) {
            parts.computeIfAbsent(embedder, name -> () -> health(name, breakers, quotas));
        }
        if (credentials.usable(tagging).isEmpty()) {
            parts.put("none", () -> Health.status(DEGRADED)
                    .withDetail("problem", "no provider in TAGGING_PROVIDERS is available")
                    .build());
        }
        return CompositeHealthContributor.fromMap(parts);
    }

    private static Health health(String name, CircuitBreakers breakers, ProviderQuotas quotas) {
        Health.Builder health = Health.up();
        Optional<State> state = breakers.state("llm-" + name);
        state.ifPresent(found -> health.withDetail("circuit_breaker", found));
        if (state.filter(found -> found != State.CLOSED).isPresent()) {
            health.status(DEGRADED);
        }
        if (!Providers.isInProcess(name)) {
            health.withDetail("today", quotas.usageToday(name));
            quotas.resting(name).ifPresent(rest -> health.status(DEGRADED)
                    .withDetail("left_alone_until", rest.until())
                    .withDetail("because", rest.reason()));
        }
        return health.build();
    }
}
