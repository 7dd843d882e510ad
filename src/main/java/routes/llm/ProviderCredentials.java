package routes.llm;

import java.util.List;
import java.util.Set;

/**
 * Determines which providers can be called.
 *
 * @param missing providers that require credentials and have none
 */
public record ProviderCredentials(Set<String> missing) {

    /** Whether none of the providers calls a model. */
    public boolean isLocalOnly(List<String> names) {
        return usable(names).equals(List.of(Providers.LOCAL));
    }

    /** Returns the providers of a list that can be called, without duplicates. */
    public List<String> usable(List<String> names) {
        return Providers.names(names).stream()
                .filter(name -> !missing.contains(name))
                .toList();
    }
}
