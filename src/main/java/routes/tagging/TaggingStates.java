package routes.tagging;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.PostParsed;
import routes.posts.PostNotThereYetException;

/** The tagging fields of the {@code posts} row. Only the content version that the event carries is touched, and no tombstone. */
@Repository
class TaggingStates {
    private final JdbcClient jdbc;

    TaggingStates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** What makes tagging this event pointless: {@code deleted}, {@code superseded} by an edit, or nothing. */
    Optional<String> obsolete(PostParsed post) {
        Stored stored = stored(post);
        if (stored.deleted()) {
            return Optional.of("deleted");
        }
        return stored.contentVersion() > post.contentVersion() ? Optional.of("superseded") : Optional.empty();
    }

    void success(PostParsed post) {
        update(
                post,
                """
                UPDATE posts SET tagging_status = 'success', tagging_attempts = tagging_attempts + 1,
                                 last_tagging_attempt = now(), tagging_error = NULL, updated_at = now()
                WHERE id = :id AND content_version = :version AND NOT is_deleted
                """);
    }

    void skipped(PostParsed post) {
        update(
                post,
                """
                UPDATE posts SET tagging_status = 'skipped', last_tagging_attempt = now(), tagging_error = NULL, updated_at = now()
                WHERE id = :id AND content_version = :version AND NOT is_deleted
                """);
    }

    /** No pass was possible; the reason is noted, and nothing is counted. */
    void waiting(PostParsed post, String error) {
        int rows = jdbc.sql(
                        """
                        UPDATE posts SET tagging_status = 'retrying', tagging_error = :error, updated_at = now()
                        WHERE id = :id AND content_version = :version AND NOT is_deleted
                        """)
                .param("id", post.postId())
                .param("version", post.contentVersion())
                .param("error", error)
                .update();
        if (rows == 0) {
            throw new PostNotThereYetException(post.postId());
        }
    }

    /**
     * Counts a failed pass.
     *
     * @throws PostNotThereYetException where the post was edited or deleted meanwhile: the next delivery sees that
     * @return passes so far
     */
    int failedPass(PostParsed post, int maxAttempts, String error) {
        return jdbc.sql(
                        """
                        UPDATE posts SET tagging_attempts = tagging_attempts + 1, last_tagging_attempt = now(), tagging_error = :error,
                            tagging_status = CASE WHEN tagging_attempts + 1 >= :max THEN 'failed' ELSE 'retrying' END, updated_at = now()
                        WHERE id = :id AND content_version = :version AND NOT is_deleted
                        RETURNING tagging_attempts
                        """)
                .param("id", post.postId())
                .param("version", post.contentVersion())
                .param("max", maxAttempts)
                .param("error", error)
                .query(Integer.class)
                .optional()
                .orElseThrow(() -> new PostNotThereYetException(post.postId()));
    }

    private void update(PostParsed post, String sql) {
        int rows = jdbc.sql(sql)
                .param("id", post.postId())
                .param("version", post.contentVersion())
                .update();
        if (rows == 0 && obsolete(post).isEmpty()) {
            throw new PostNotThereYetException(post.postId());
        }
    }

    private record Stored(long contentVersion, boolean deleted) {}

    private Stored stored(PostParsed post) {
        return jdbc.sql(
                        "SELECT content_version, is_deleted AS deleted FROM posts WHERE id = :id AND tenant_id = :tenant")
                .param("id", post.postId())
                .param("tenant", post.tenantId())
                .query(Stored.class)
                .optional()
                .filter(row -> row.deleted() || row.contentVersion() >= post.contentVersion())
                .orElseThrow(() -> new PostNotThereYetException(post.postId()));
    }
}
