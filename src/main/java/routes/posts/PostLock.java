package routes.posts;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Held until the end of the transaction by every writer of a post's data in the vector index and the graph, so that no writer
 * restores from stale reads what another one removed.
 */
public final class PostLock {
    private PostLock() {}

    public static void take(JdbcClient jdbc, UUID postId) {
        take(jdbc, List.of(postId));
    }

    /** Locks in a fixed order, so that two callers do not deadlock. */
    public static void take(JdbcClient jdbc, Collection<UUID> postIds) {
        jdbc.sql(
                        """
                        SELECT pg_advisory_xact_lock(key) FROM (
                            SELECT hashtextextended('indexing:' || id, 0) AS key FROM unnest(?::uuid[]) AS id ORDER BY 1) keys
                        """)
                .param(postIds.toArray(UUID[]::new))
                .query((row, number) -> true)
                .list();
    }
}
