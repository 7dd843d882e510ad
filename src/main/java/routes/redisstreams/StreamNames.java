package routes.redisstreams;

import java.util.List;
import java.util.Set;

/** Resolves the names of streams as endpoints use them. */
@FunctionalInterface
public interface StreamNames {
    /** The Redis key of the stream with this name. */
    String key(String name);

    /**
     * All consumer groups the stream should have. When a consumer finds its stream or group gone, it creates these and its
     * own again, so that groups served by other processes miss nothing.
     */
    default Set<String> groups(String name) {
        return Set.of();
    }

    /**
     * Further Redis keys that hold entries of the stream, of producers that know it by another key. Every consumer reads
     * them as well, each with its own entries, concurrency and dead letters, as if it were one of another stream.
     */
    default List<String> alsoRead(String name) {
        return List.of();
    }
}
