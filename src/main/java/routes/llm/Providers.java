package routes.llm;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import routes.configuration.ConfigurationException;

/**
 * Which provider is asked next, as bean {@code llmProviders} of the route {@code llm}. A provider is whatever has a route
 * {@code direct:llm-<name>} that takes a {@link ModelTask} and gives a {@link ModelResult}.
 */
public class Providers {
    /** Needs neither credentials nor permits, and never has to be left alone. */
    public static final String LOCAL = "local";

    private final Set<String> withoutCredentials;
    private final ProviderQuotas quotas;

    Providers(GigaChatProperties gigaChat, OpenRouterProperties openRouter, ProviderQuotas quotas) {
        Stream<String> missing = Stream.concat(
                gigaChat.hasCredentials() ? Stream.empty() : Stream.of("gigachat"),
                openRouter.hasCredentials() ? Stream.empty() : Stream.of("openrouter"));
        this.withoutCredentials = Set.copyOf(missing.toList());
        this.quotas = quotas;
    }

    /** Those of a list that can be asked at all. */
    public List<String> usable(List<String> names) {
        return names.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !withoutCredentials.contains(name))
                .distinct()
                .toList();
    }

    /**
     * @param setting name of the setting that lists the providers, for messages
     * @throws ConfigurationException when one of them has no route
     */
    public void check(String setting, List<String> names, CamelContext camel) {
        for (String name : usable(names)) {
            if (camel.getRoutes().stream()
                    .noneMatch(route -> route.getEndpoint().getEndpointBaseUri().equals("direct://llm-" + name))) {
                throw new ConfigurationException(setting + "=" + String.join(",", names) + ": there is no provider '"
                        + name + "': no route consumes from direct:llm-" + name
                        + "; known are gigachat, openrouter, local and those in config/routes/providers");
            }
        }
    }

    /** @param names comma-separated, in the order in which they are asked */
    public ProviderChain chain(String names) {
        return new ProviderChain(usable(List.of(names.split(",", -1))));
    }

    /**
     * The name of the provider that is asked now.
     *
     * @throws ProvidersFailedException when none is left
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
     * Notes that the provider did not do it.
     *
     * @throws Exception the failure itself, where it is not the provider's
     */
    public void failed(
            @ExchangeProperty("llmChain") ProviderChain chain,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause)
            throws Exception {
        if (cause == null || cause instanceof ModelPassFailedException) {
            chain.failed((ModelPassFailedException) cause);
        } else {
            throw cause;
        }
    }
}
