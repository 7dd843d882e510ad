package routes.redisstreams;

import java.util.List;
import java.util.Set;

/** Resolves the stream names that endpoints use. */
@FunctionalInterface
public interface StreamNames {
    /** The Redis key of the stream with this name. */
    String key(String name);

    /**
     * All consumer groups the stream should have. A consumer whose stream or group is missing recreates these and its own, so
     * that groups served by other processes miss no entries.
     */
    default Set<String> groups(String name) {
        return Set.of();
    }

    /**
     * Additional Redis keys that hold entries of the stream, from producers that use another key. Every consumer reads them
     * too, each key with its own entries, concurrency and dead letters, as if it were a separate stream.
     */
    default List<String> alsoRead(String name) {
        return List.of();
    }
}
