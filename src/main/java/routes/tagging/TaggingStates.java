package routes.tagging;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.PostParsed;

/**
 * The tagging fields of the {@code posts} rows. Updates only the content versions that the events carry, and no tombstones. Always
 * locks rows in id order, so that two batches cannot deadlock.
 */
@Repository
class TaggingStates {
    private static final String WANTED =
            """
            WITH wanted AS (
                SELECT w.* FROM unnest(?::uuid[], ?::bigint[], ?::text[]) AS w (id, version, value) JOIN posts USING (id)
                WHERE content_version = version AND NOT is_deleted ORDER BY id FOR NO KEY UPDATE OF posts)
            """;

    private final JdbcClient jdbc;

    TaggingStates(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The stored state of a post. */
    record Stored(UUID tenantId, long contentVersion, boolean deleted) {

        boolean isThere(PostParsed post) {
            return tenantId.equals(post.tenantId()) && (deleted || contentVersion >= post.contentVersion());
        }

        /** Why this event need not be tagged: {@code deleted}, {@code superseded} by an edit, or empty. */
        Optional<String> obsolete(PostParsed post) {
            if (deleted) {
                return Optional.of("deleted");
            }
            return contentVersion > post.contentVersion() ? Optional.of("superseded") : Optional.empty();
        }
    }

    /** The stored rows of the posts, except those older than the events. */
    Map<PostParsed, Stored> stored(Collection<PostParsed> posts) {
        Map<UUID, Stored> rows = new HashMap<>();
        jdbc.sql("SELECT id, tenant_id, content_version, is_deleted FROM posts WHERE id = ANY (?)")
                .param(posts.stream().map(PostParsed::postId).toArray(UUID[]::new))
                .query(row -> {
                    rows.put(
                            row.getObject("id", UUID.class),
                            new Stored(
                                    row.getObject("tenant_id", UUID.class),
                                    row.getLong("content_version"),
                                    row.getBoolean("is_deleted")));
                });
        Map<PostParsed, Stored> stored = new HashMap<>();
        for (PostParsed post : posts) {
            Stored row = rows.get(post.postId());
            if (row != null && row.isThere(post)) {
                stored.put(post, row);
            }
        }
        return stored;
    }

    /**
     * Marks posts as tagged, which counts as an attempt, or as having nothing to tag. Returns the posts whose rows were updated.
     */
    Set<UUID> ended(Map<PostParsed, Boolean> tagged) {
        return update(
                        """
                UPDATE posts SET tagging_status = w.value, last_tagging_attempt = now(), tagging_error = NULL, updated_at = now(),
                    tagging_attempts = tagging_attempts + CASE w.value WHEN 'success' THEN 1 ELSE 0 END
                FROM wanted w WHERE posts.id = w.id RETURNING posts.id, posts.tagging_attempts
                """,
                        List.copyOf(tagged.keySet()),
                        tagged.values().stream()
                                .map(success -> success ? "success" : "skipped")
                                .toList())
                .keySet();
    }

    /** No pass was possible: records the reason and counts nothing. */
    Set<UUID> waiting(Map<PostParsed, String> errors) {
        return update(
                        """
                        UPDATE posts SET tagging_status = 'retrying', tagging_error = w.value, updated_at = now()
                        FROM wanted w WHERE posts.id = w.id RETURNING posts.id, posts.tagging_attempts
                        """,
                        List.copyOf(errors.keySet()),
                        List.copyOf(errors.values()))
                .keySet();
    }

    /**
     * Counts a failed pass for each post. Returns the passes so far for the posts that were not edited or deleted in the meantime.
     */
    Map<UUID, Integer> failedPasses(Map<PostParsed, String> errors, int maxAttempts) {
        return update(
                """
                UPDATE posts SET tagging_attempts = tagging_attempts + 1, last_tagging_attempt = now(), tagging_error = w.value,
                    tagging_status = CASE WHEN tagging_attempts + 1 >= %d THEN 'failed' ELSE 'retrying' END, updated_at = now()
                FROM wanted w WHERE posts.id = w.id RETURNING posts.id, posts.tagging_attempts
                """
                        .formatted(maxAttempts),
                List.copyOf(errors.keySet()),
                List.copyOf(errors.values()));
    }

    private Map<UUID, Integer> update(String sql, List<PostParsed> posts, List<String> values) {
        Map<UUID, Integer> attempts = new HashMap<>();
        if (!posts.isEmpty()) {
            jdbc.sql(WANTED + sql)
                    .params(
                            posts.stream().map(PostParsed::postId).toArray(UUID[]::new),
                            posts.stream().map(PostParsed::contentVersion).toArray(Long[]::new),
                            values.toArray(String[]::new))
                    .query(row -> {
                        attempts.put(row.getObject("id", UUID.class), row.getInt("tagging_attempts"));
                    });
        }
        return attempts;
    }
}
