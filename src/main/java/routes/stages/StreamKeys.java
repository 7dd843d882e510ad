package routes.stages;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redisstreams.StreamNames;

/**
 * The Redis keys that contain the entries of each stream: its own key and, if configured, the key of the prior system. The redis-streams
 * component resolves stream names through this class.
 */
@Component
public class StreamKeys implements StreamNames {
    private final StreamCatalog catalog;
    private final boolean legacy;

    public StreamKeys(StreamCatalog catalog, LegacyProperties properties) {
        this.catalog = catalog;
        this.legacy = properties.redisConsumerEnabled();
    }

    /** Returns the stream's own key first; consumers read all keys. */
    public List<String> of(EventStream stream) {
        return legacy && stream.builtIn() ? List.of(stream.key(), stream.legacyKey()) : List.of(stream.key());
    }

    /** Returns the groups of the catalogue by key: everything that a process creates at start. */
    public Map<String, Set<String>> groups() {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        catalog.groupsByKey().forEach((key, names) -> of(catalog.stream(key)).forEach(one -> groups.put(one, names)));
        return groups;
    }

    @Override
    public String key(String name) {
        return catalog.key(name);
    }

    @Override
    public Set<String> groups(String name) {
        return Set.copyOf(catalog.stream(name).groups());
    }

    @Override
    public List<String> alsoRead(String name) {
        return of(catalog.stream(name)).stream().skip(1).toList();
    }
}
