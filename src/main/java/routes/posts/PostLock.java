package routes.posts;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whoever changes what the vector index and the graph hold of a post holds this until the end of the transaction, so that
 * what one takes out another does not put back in from what it had read before.
 */
public final class PostLock {
    private PostLock() {}

    public static void take(JdbcClient jdbc, UUID postId) {
        take(jdbc, List.of(postId));
    }

    /** In one order, so that two callers do not wait for each other in a circle. */
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
