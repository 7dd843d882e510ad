package routes.tagging;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.PostParsed;

/** The tagging columns of the table {@code posts}. */
@Component
record TaggingStates(JdbcClient jdbc) {
    private static final String UPDATE =
            """
            WITH wanted AS (
                SELECT w.* FROM unnest(?::uuid[], ?::bigint[], ?::text[], ?::text[]) AS w (id, version, outcome, error) JOIN posts USING (id)
                WHERE content_version = version AND NOT is_deleted ORDER BY id FOR NO KEY UPDATE OF posts)
            UPDATE posts SET
                tagging_status = CASE
                    WHEN w.outcome = 'waiting' OR w.outcome = 'failed' AND tagging_attempts + 1 < ? THEN 'retrying'
                    -- tags from pictures may be there before the tagging of a text without words ends
                    WHEN w.outcome = 'skipped' AND tagging_status = 'success' THEN 'success'
                    ELSE w.outcome END,
                tagging_attempts = tagging_attempts + CASE WHEN w.outcome IN ('success', 'failed') THEN 1 ELSE 0 END,
                last_tagging_attempt = CASE w.outcome WHEN 'waiting' THEN last_tagging_attempt ELSE now() END,
                tagging_error = w.error,
                updated_at = now()
            FROM wanted w WHERE posts.id = w.id RETURNING posts.id, posts.tagging_attempts
            """;

    /**
     * The outcome of a pass for a post.
     *
     * @param outcome {@code success} and {@code failed} count as an attempt; {@code skipped} if there is nothing to tag;
     *     {@code waiting} if no pass was possible
     * @param error reason for the failure or the wait; otherwise null
     */
    record Outcome(String outcome, String error) {}

    /**
     * The stored state of a post.
     *
     * @param visionVersion version of the vision result of its pictures; null if there is none
     * @param featuresHash hash of that result
     * @param description description of its pictures; null if there is none
     * @param ocr recognised text of its pictures; null if there is none
     */
    record Stored(
            UUID id,
            UUID tenantId,
            long contentVersion,
            boolean isDeleted,
            String visionVersion,
            String featuresHash,
            String description,
            String ocr) {

        SeenPictures seen() {
            return visionVersion == null
                    ? SeenPictures.NONE
                    : new SeenPictures(SeenPictures.text(description, ocr), visionVersion, featuresHash);
        }

        boolean isThere(PostParsed post) {
            return tenantId.equals(post.tenantId()) && (isDeleted || contentVersion >= post.contentVersion());
        }

        /** Returns why this event need not be tagged: {@code deleted}, {@code superseded} by an edit; otherwise empty. */
        Optional<String> obsolete(PostParsed post) {
            if (isDeleted) {
                return Optional.of("deleted");
            }
            return contentVersion > post.contentVersion() ? Optional.of("superseded") : Optional.empty();
        }
    }

    /** Returns the stored rows of the posts, except rows that are older than the events. */
    Map<PostParsed, Stored> stored(Collection<PostParsed> posts) {
        Map<UUID, Stored> rows = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.tenant_id, p.content_version, p.is_deleted, v.metadata ->> 'vision_version' AS vision_version,
                            v.metadata ->> 'features_hash' AS features_hash, left(v.data ->> 'description', 4000) AS description,
                            left(v.data -> 'ocr' ->> 'text', 4000) AS ocr
                        FROM posts p LEFT JOIN post_enrichment v ON v.post_id = p.id AND v.kind = 'vision'
                        WHERE p.id = ANY (?)""")
                .param(posts.stream().map(PostParsed::postId).toArray(UUID[]::new))
                .query(Stored.class)
                .list()
                .forEach(row -> rows.put(row.id(), row));
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
     * Records the outcomes. Updates only the content versions of the events, and no tombstones. Always locks rows in id order, so
     * that two batches cannot deadlock.
     *
     * @return the number of passes so far of each updated post
     */
    Map<UUID, Integer> record(Map<PostParsed, Outcome> outcomes, int maxAttempts) {
        Map<UUID, Integer> attempts = new HashMap<>();
        if (!outcomes.isEmpty()) {
            List<PostParsed> posts = List.copyOf(outcomes.keySet());
            List<Outcome> each = posts.stream().map(outcomes::get).toList();
            jdbc.sql(UPDATE)
                    .params(
                            posts.stream().map(PostParsed::postId).toArray(UUID[]::new),
                            posts.stream().map(PostParsed::contentVersion).toArray(Long[]::new),
                            each.stream().map(Outcome::outcome).toArray(String[]::new),
                            each.stream().map(Outcome::error).toArray(String[]::new),
                            maxAttempts)
                    .query(row -> {
                        attempts.put(row.getObject("id", UUID.class), row.getInt("tagging_attempts"));
                    });
        }
        return attempts;
    }
}
