package routes.llm;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.llm.ModelFailureException.Kind;

/**
 * Selects the next provider, as bean {@code llmProviders} of the route {@code llm}. Any route {@code direct:llm-<name>} that accepts a
 * {@link ModelTask} and returns a {@link ModelResult} is a provider.
 */
@Component("llmProviders")
public class Providers {
    /** Requires no credentials and no permits, and is never skipped. */
    public static final String LOCAL = "local";

    /** Whether a provider runs in the process, so that it has neither quota nor circuit breaker. */
    public static boolean isInProcess(String name) {
        return name.equals(LOCAL) || name.equals(EmbeddingsProperties.ONNX);
    }

    private static final int MAX_MESSAGE = 1_000;

    private final ProviderCredentials credentials;
    private final ProviderQuotas quotas;

    Providers(ProviderCredentials credentials, ProviderQuotas quotas) {
        this.credentials = credentials;
        this.quotas = quotas;
    }

    /** The remaining providers for a task, and the failures of the previous ones. Used by one exchange at a time. */
    public static final class Chain {
        private final ModelTask task;
        private final Deque<String> remaining;
        private final List<String> problems = new ArrayList<>();
        private final List<Instant> rests = new ArrayList<>();
        private final List<ModelPass.Call> calls = new ArrayList<>();
        private String current;

        private Chain(ModelTask task, List<String> providers) {
            this.task = task;
            this.remaining = new ArrayDeque<>(providers);
        }

        /** Returns all calls so far, in order. */
        public List<ModelPass.Call> calls() {
            return calls;
        }

        /** Returns the number of tokens that the responses reported, including invalid answers. */
        public long tokens() {
            return calls.stream().mapToLong(ModelPass.Call::tokens).sum();
        }

        private ProvidersFailedException exhausted() {
            String message = problems.isEmpty() ? "no provider is configured" : String.join("; ", problems);
            boolean allRest = !rests.isEmpty() && rests.size() == problems.size();
            return new ProvidersFailedException(
                    message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…",
                    allRest ? Collections.min(rests) : null);
        }
    }

    /** Returns the names of a list without duplicates. */
    static List<String> names(Collection<String> list) {
        return list.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /**
     * @param setting name of the setting that lists the providers, for messages
     * @throws ConfigurationException if a provider has no route
     */
    public void check(String setting, List<String> names, CamelContext camel) {
        for (String name : credentials.usable(names)) {
            if (camel.getRoutes().stream()
                    .noneMatch(route -> route.getEndpoint().getEndpointBaseUri().equals("direct://llm-" + name))) {
                throw new ConfigurationException(setting + "=" + String.join(",", names) + ": unknown provider '"
                        + name + "': no route consumes from direct:llm-" + name
                        + "; known providers are gigachat, openrouter, local and those in config/routes/providers");
            }
        }
    }

    /** @param names comma-separated, in call order */
    public Chain chain(@Body ModelTask task, String names) {
        return new Chain(task, credentials.usable(List.of(names.split(",", -1))));
    }

    /**
     * Returns the name of the provider to call next. Paused providers are skipped.
     *
     * @throws ProvidersFailedException if no provider is left
     */
    public String next(@ExchangeProperty("llmChain") Chain chain) {
        while (!chain.remaining.isEmpty()) {
            String name = chain.remaining.remove();
            Optional<ProviderQuotas.Rest> rest = isInProcess(name) ? Optional.empty() : quotas.resting(name);
            if (rest.isEmpty()) {
                chain.current = name;
                return name;
            }
            Instant until = rest.get().until();
            chain.problems.add(
                    name + ": not called until " + until + " (" + rest.get().reason() + ")");
            chain.rests.add(until);
        }
        throw chain.exhausted();
    }

    /**
     * Records a failure of the provider.
     *
     * @return the task, for the next provider
     * @throws Exception the failure itself, if the provider is not its cause
     */
    public ModelTask failed(
            @ExchangeProperty("llmChain") Chain chain, @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        if (cause instanceof CallNotPermittedException) {
            chain.problems.add(chain.current + ": circuit breaker is open");
        } else if (cause instanceof ModelFailureException failure) {
            chain.problems.add(failure.getMessage());
            if (failure.kind() == Kind.QUOTA) {
                quotas.resting(chain.current).ifPresent(rest -> chain.rests.add(rest.until()));
            }
        } else {
            throw cause;
        }
        return chain.task;
    }
}
