package routes.llm;

import java.util.List;
import java.util.Set;

/**
 * Which providers can be asked at all.
 *
 * @param missing providers that need credentials and have none
 */
public record ProviderCredentials(Set<String> missing) {

    /** Those of a list that can be asked, each once. */
    public List<String> usable(List<String> names) {
        return names.stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !missing.contains(name))
                .distinct()
                .toList();
    }
}
