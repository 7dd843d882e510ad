package routes.posts;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Whoever changes what the vector index and the graph hold of a post holds this until the end of the transaction, so that
 * what one takes out another does not put back in from what it had read before.
 */
public final class PostLock {
    private PostLock() {}

    public static void take(JdbcClient jdbc, UUID postId) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
                .param("key", "indexing:" + postId)
                .query((row, number) -> Boolean.TRUE)
                .single();
    }
}
