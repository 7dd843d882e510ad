package routes.events;

import java.util.List;

/**
 * A stream of the catalogue.
 *
 * @param name logical name, used in routes and configuration; also the key under which the prior system's clients may publish
 * @param key the key in Redis
 * @param type type of its events; null for an integrator's stream, whose entries have no schema here
 * @param publishers names of the publishers, as text
 * @param groups consumer groups, each of which sees every entry
 */
public record EventStream(
        String name, String key, Class<? extends Event> type, List<String> publishers, List<String> groups) {

    /** Whether it is the product's stream, not an integrator's. */
    public boolean builtIn() {
        return type != null;
    }

    /** Also read if {@code LEGACY_REDIS_CONSUMER_ENABLED} is true. */
    public String legacyKey() {
        return name;
    }
}
