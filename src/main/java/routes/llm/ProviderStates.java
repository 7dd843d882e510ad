package routes.llm;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The states of model providers for operators: circuit breaker, pause, and today's cost. */
@Component
public class ProviderStates {
    private final ProviderCredentials credentials;
    private final CircuitBreakers breakers;
    private final ProviderQuotas quotas;
    private final LlmProperties properties;
    private final List<String> names;

    ProviderStates(
            ProviderCredentials credentials,
            CircuitBreakers breakers,
            ProviderQuotas quotas,
            LlmProperties properties,
            EmbeddingsProperties embeddings,
            @Value("${tagging.providers},${vision.providers},${answer.providers},${rerank.providers}")
                    List<String> names) {
        this.credentials = credentials;
        this.breakers = breakers;
        this.quotas = quotas;
        this.properties = properties;
        this.names = Stream.concat(names.stream(), Stream.of(embeddings.provider(credentials)))
                .toList();
    }

    /**
     * @param breaker       closed, half_open or open, in this process; null for a provider without a circuit breaker
     * @param restingUntil  time until which no process calls the provider; null if it may be called
     * @param restingReason reason for the pause
     * @param callsToday    number of responses on this UTC day, across all processes
     * @param unitsToday    cost units of these responses
     * @param dailyCap      maximum cost units per day, after which the provider is skipped until the next day; null for no limit
     */
    public record ProviderState(
            String name,
            String breaker,
            Instant restingUntil,
            String restingReason,
            long callsToday,
            long tokensToday,
            double unitsToday,
            Double dailyCap) {}

    /** Returns the providers that can be called, in the order of the settings. */
    public List<ProviderState> list() {
        return credentials.usable(Providers.names(names)).stream()
                .map(this::state)
                .toList();
    }

    private ProviderState state(String name) {
        String breaker = breakers.state("llm-" + name)
                .map(found -> found.name().toLowerCase(Locale.ROOT))
                .orElse(null);
        boolean local = Providers.isInProcess(name);
        Optional<ProviderQuotas.Rest> rest = local ? Optional.empty() : quotas.resting(name);
        ProviderQuotas.Usage today = quotas.usageToday(name);
        double cap = local ? Double.POSITIVE_INFINITY : properties.dailyCostCap(name);
        return new ProviderState(
                name,
                breaker,
                rest.map(ProviderQuotas.Rest::until).orElse(null),
                rest.map(ProviderQuotas.Rest::reason).orElse(null),
                today.calls(),
                today.tokens(),
                today.units(),
                Double.isInfinite(cap) || cap == Double.MAX_VALUE ? null : cap);
    }
}
