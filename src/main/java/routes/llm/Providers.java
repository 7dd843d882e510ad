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
    /** Needs neither credentials nor permits, and never rests. */
    public static final String LOCAL = "local";

    /** Whether a provider needs no calls, so that it has neither quota nor breaker. */
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

    /** The providers that may still do a task, and why the previous ones failed. Used by one exchange at a time. */
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

        /** All calls so far, in order. */
        public List<ModelPass.Call> calls() {
            return calls;
        }

        /** Tokens that the answers reported, unusable ones included. */
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

    /** The names of a list, each once. */
    static List<String> names(Collection<String> list) {
        return list.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
    }

    /**
     * @param setting name of the setting that lists the providers, for messages
     * @throws ConfigurationException if one of them has no route
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

    /** @param names comma-separated, in the order in which they are called */
    public Chain chain(@Body ModelTask task, String names) {
        return new Chain(task, credentials.usable(List.of(names.split(",", -1))));
    }

    /**
     * The name of the provider that is called next. Leaves out those that rest.
     *
     * @throws ProvidersFailedException if none is left
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
     * Records that the provider failed.
     *
     * @return the task, for the next provider
     * @throws Exception the failure itself, if the provider did not cause it
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
