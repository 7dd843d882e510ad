package routes.llm;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import routes.configuration.ConfigurationException;

/**
 * Selects the next provider, as bean {@code llmProviders} of the route {@code llm}. Any route {@code direct:llm-<name>} that accepts a
 * {@link ModelTask} and returns a {@link ModelResult} is a provider.
 */
public class Providers {
    /** Needs neither credentials nor permits, and never rests. */
    public static final String LOCAL = "local";

    private final ProviderCredentials credentials;
    private final ProviderQuotas quotas;

    Providers(ProviderCredentials credentials, ProviderQuotas quotas) {
        this.credentials = credentials;
        this.quotas = quotas;
    }

    /**
     * @param setting name of the setting that lists the providers, for messages
     * @throws ConfigurationException if one of them has no route
     */
    public void check(String setting, List<String> names, CamelContext camel) {
        for (String name : credentials.usable(names)) {
            if (camel.getRoutes().stream()
                    .noneMatch(route -> route.getEndpoint().getEndpointBaseUri().equals("direct://llm-" + name))) {
                throw new ConfigurationException(setting + "=" + String.join(",", names) + ": there is no provider '"
                        + name + "': no route consumes from direct:llm-" + name
                        + "; known are gigachat, openrouter, local and those in config/routes/providers");
            }
        }
    }

    /** @param names comma-separated, in the order in which they are called */
    public ProviderChain chain(@Body ModelTask task, String names) {
        return new ProviderChain(task, credentials.usable(List.of(names.split(",", -1))));
    }

    /**
     * The name of the provider that is called next.
     *
     * @throws ProvidersFailedException if none is left
     */
    public String next(@ExchangeProperty("llmChain") ProviderChain chain) {
        for (String name = chain.next(); name != null; name = chain.next()) {
            Optional<ProviderQuotas.Rest> rest = name.equals(LOCAL) ? Optional.empty() : quotas.resting(name);
            if (rest.isEmpty()) {
                return name;
            }
            chain.resting(rest.get());
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
            @ExchangeProperty("llmChain") ProviderChain chain,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        if (cause instanceof CallNotPermittedException) {
            chain.notPermitted();
        } else if (cause instanceof ModelPassFailedException failure) {
            boolean quota = failure.kind() == ModelFailureException.Kind.QUOTA;
            chain.failed(failure, quota ? quotas.resting(chain.asked()) : Optional.empty());
        } else {
            throw cause;
        }
        return chain.task();
    }
}
