package routes.llm;

import java.util.List;
import java.util.Set;

/**
 * Which providers can be called at all.
 *
 * @param missing providers that need credentials and have none
 */
public record ProviderCredentials(Set<String> missing) {

    /** Whether no model can be called. */
    public boolean isLocalOnly(List<String> names) {
        return usable(names).equals(List.of(Providers.LOCAL));
    }

    /** Those of a list that can be called, each once. */
    public List<String> usable(List<String> names) {
        return Providers.names(names).stream()
                .filter(name -> !missing.contains(name))
                .toList();
    }
}
