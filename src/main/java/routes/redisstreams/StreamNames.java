package routes.redisstreams;

import java.util.List;
import java.util.Set;

/** Resolves the stream names that endpoints use. */
@FunctionalInterface
public interface StreamNames {
    /** Returns the Redis key of the stream with this name. */
    String key(String name);

    /**
     * Returns all consumer groups that the stream should have. A consumer whose stream or group is missing recreates these and its own
     * group, so that groups served by other processes miss no entries.
     */
    default Set<String> groups(String name) {
        return Set.of();
    }

    /**
     * Returns additional Redis keys with entries of the stream, from producers that use another key. Every consumer reads them too. Each
     * key has separate entries, concurrency and dead letters, as if it were a separate stream.
     */
    default List<String> alsoRead(String name) {
        return List.of();
    }
}
