package routes.tagging;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.PostParsed;
import routes.posts.PostNotThereYetException;

/** The tagging fields of the {@code posts} row. Only the content version that the event carries is touched. */
@Repository
class TaggingStates {
    private final JdbcClient jdbc;

    TaggingStates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Whether an edit has replaced the text of the event. */
    boolean isSuperseded(PostParsed post) {
        return storedVersion(post) > post.contentVersion();
    }

    void success(PostParsed post) {
        update(
                post,
                """
                UPDATE posts SET tagging_status = 'success', tagging_attempts = tagging_attempts + 1,
                                 last_tagging_attempt = now(), tagging_error = NULL, updated_at = now()
                WHERE id = :id AND content_version = :version
                """);
    }

    void skipped(PostParsed post) {
        update(
                post,
                """
                UPDATE posts SET tagging_status = 'skipped', tagging_error = NULL, updated_at = now()
                WHERE id = :id AND content_version = :version
                """);
    }

    /**
     * Counts a failed pass.
     *
     * @return passes so far
     */
    int failedPass(PostParsed post, int maxAttempts, String error) {
        return jdbc.sql(
                        """
                        UPDATE posts SET tagging_attempts = tagging_attempts + 1, last_tagging_attempt = now(), tagging_error = :error,
                            tagging_status = CASE WHEN tagging_attempts + 1 >= :max THEN 'failed' ELSE 'retrying' END, updated_at = now()
                        WHERE id = :id AND content_version = :version
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
        if (rows == 0 && !isSuperseded(post)) {
            throw new PostNotThereYetException(post.postId());
        }
    }

    private long storedVersion(PostParsed post) {
        return jdbc.sql("SELECT content_version FROM posts WHERE id = :id AND tenant_id = :tenant")
                .param("id", post.postId())
                .param("tenant", post.tenantId())
                .query(Long.class)
                .optional()
                .filter(version -> version >= post.contentVersion())
                .orElseThrow(() -> new PostNotThereYetException(post.postId()));
    }
}
