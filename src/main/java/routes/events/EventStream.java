package routes.events;

import java.util.List;

/**
 * A stream of the catalogue.
 *
 * @param name logical name, used in routes and configuration; also the key under which the prior system's clients may publish
 * @param key key in Redis
 * @param type type of its events; null for an integrator's stream, whose entries have no schema here
 * @param publishers names of the publishers, for display
 * @param groups consumer groups; each receives every entry
 */
public record EventStream(
        String name, String key, Class<? extends Event> type, List<String> publishers, List<String> groups) {

    /** Returns whether it is a stream of the product, not of an integrator. */
    public boolean builtIn() {
        return type != null;
    }

    /** Returns the key of the prior system, which is also read if {@code LEGACY_REDIS_CONSUMER_ENABLED} is true. */
    public String legacyKey() {
        return name;
    }
}
