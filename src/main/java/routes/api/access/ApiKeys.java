package routes.api.access;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import routes.events.Sha256;

/** The keys that may call the API. */
final class ApiKeys {

    private final Map<String, ApiKey> byHash = new HashMap<>();

    /**
     * @param entries in the form of {@link ApiKey#parse}
     * @throws IllegalArgumentException with the wrong entry and the reason
     */
    ApiKeys(List<String> entries) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).isBlank()) {
                continue;
            }
            ApiKey key = parse(entries.get(i), i + 1);
            if (!names.add(key.name())) {
                throw new IllegalArgumentException("entry " + (i + 1) + ": there are two keys named " + key.name());
            }
            ApiKey same = byHash.putIfAbsent(key.sha256(), key);
            if (same != null) {
                throw new IllegalArgumentException(
                        "entry " + (i + 1) + ": " + key.name() + " and " + same.name() + " are the same key");
            }
        }
    }

    private static ApiKey parse(String entry, int number) {
        try {
            return ApiKey.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("entry " + number + ": " + e.getMessage() + "; --make-key makes one", e);
        }
    }

    boolean isEmpty() {
        return byHash.isEmpty();
    }

    /** Finds the entry of a key. Compares hashes, so timing reveals nothing about the existing keys. */
    Optional<ApiKey> find(String key) {
        return Optional.ofNullable(byHash.get(Sha256.hex(key)));
    }
}
