package routes.redisstreams;

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
}
