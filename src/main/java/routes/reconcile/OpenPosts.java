package routes.reconcile;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.TagSetVersion;

/** Finds the posts that are in no final state, and records which were published again. */
@Repository
class OpenPosts {
    /** Each repetition doubles the pause before the next one, up to this multiple of the first. */
    private static final int LONGEST_PAUSE = 64;

    /** Range of post numbers, both ends inclusive: posts whose states look final and whose tags are compared with the index. */
    record Sweep(long from, long to) {}

    /** The event whose loss explains the state of a post. */
    enum Lost {
        /** The post was not tagged, or its tags were lost before they were stored. */
        PARSED,
        /** The tags are stored, but the index does not have them. */
        TAGGED,
        NOTHING
    }

    /**
     * A post that may be incomplete.
     *
     * @param number order in which posts are processed
     * @param contentVersion of its text
     */
    record OpenPost(UUID id, long number, long contentVersion, Lost lost) {}

    private final JdbcClient jdbc;

    OpenPosts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The database time. */
    OffsetDateTime now() {
        return jdbc.sql("SELECT now()").query(OffsetDateTime.class).single();
    }

    long highestNumber() {
        return jdbc.sql("SELECT coalesce(max(number), 0) FROM posts")
                .query(Long.class)
                .single();
    }

    /**
     * The next posts in number order, locked until the end of the transaction. Skips posts locked by other transactions: they are
     * being changed.
     *
     * @param after number of the last post of the previous page
     * @param wait minimum age of the posts, and minimum time since they were last published again
     * @param unchangedSince they have not been changed since; counters, which are unrelated to the pipeline, change all the
     *     time, so this is as recent as possible
     */
    List<OpenPost> page(long after, Sweep sweep, Duration wait, OffsetDateTime unchangedSince, int limit) {
        return jdbc.sql(
                        """
                        -- each part by its index; in one condition they would read the whole table
                        WITH open AS MATERIALIZED (
                          SELECT id FROM posts WHERE tagging_status IN ('pending', 'retrying') AND number > :after
                          UNION
                          SELECT id FROM posts WHERE indexing_status IN ('pending', 'failed') AND number > :after
                          UNION
                          SELECT p.id FROM posts p
                          LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                          WHERE p.number BETWEEN :from AND :to AND p.number > :after
                            AND (t.post_id IS NULL
                              OR t.metadata ->> 'content_version' IS DISTINCT FROM p.index_state ->> 'content_version'
                              OR t.metadata ->> 'occurred_at' IS DISTINCT FROM p.index_state ->> 'occurred_at'
                              OR (t.metadata ->> 'content_version')::bigint < p.content_version))
                        SELECT p.id, p.number, p.content_version,
                               p.tagging_status IN ('pending', 'retrying') AS tagging_open,
                               p.indexing_status IN ('pending', 'failed') AS indexing_open,
                               t.metadata ->> 'content_version' AS stored_content,
                               t.metadata ->> 'vision_version' AS stored_vision, t.metadata ->> 'occurred_at' AS stored_at,
                               p.index_state ->> 'content_version' AS indexed_content,
                               p.index_state ->> 'vision_version' AS indexed_vision,
                               p.index_state ->> 'occurred_at' AS indexed_at
                        FROM open
                        JOIN posts p ON p.id = open.id
                        LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                        LEFT JOIN post_reconciliations r ON r.post_id = p.id
                        WHERE NOT p.is_deleted AND (p.expires_at IS NULL OR p.expires_at > now())
                          AND p.created_at < now() - make_interval(secs => :wait) AND p.updated_at < :unchanged
                          AND (r.post_id IS NULL OR r.reconciled_at < now()
                                - make_interval(secs => :wait * least(power(2, least(r.times - 1, 20)), :longest)))
                        ORDER BY p.number LIMIT :limit
                        FOR UPDATE OF p SKIP LOCKED
                        """)
                .param("after", after)
                .param("wait", seconds(wait))
                .param("unchanged", unchangedSince)
                .param("longest", LONGEST_PAUSE)
                .param("from", sweep.from())
                .param("to", sweep.to())
                .param("limit", limit)
                .query((row, number) -> new OpenPost(
                        row.getObject("id", UUID.class),
                        row.getLong("number"),
                        row.getLong("content_version"),
                        lost(row)))
                .list();
    }

    /**
     * Records that these posts are published again. The count restarts for posts that have been final for a long time.
     *
     * @return those that no other process published in the meantime
     */
    List<UUID> note(Collection<UUID> ids, Duration wait) {
        return jdbc.sql(
                        """
                        INSERT INTO post_reconciliations (post_id, times, reconciled_at)
                        SELECT id, 1, now() FROM unnest(:ids) AS id
                        ON CONFLICT (post_id) DO UPDATE SET reconciled_at = now(),
                            times = CASE WHEN post_reconciliations.reconciled_at < now() - make_interval(secs => :reset)
                                         THEN 1 ELSE post_reconciliations.times + 1 END
                        WHERE post_reconciliations.reconciled_at < now() - make_interval(secs => :wait)
                        RETURNING post_id
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("wait", seconds(wait))
                .param("reset", 2 * LONGEST_PAUSE * seconds(wait))
                .query(UUID.class)
                .list();
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    private static Lost lost(ResultSet row) throws SQLException {
        TagSetVersion stored = version(row, "stored");
        if (row.getBoolean("tagging_open")
                || stored == null
                || stored.contentVersion() < row.getLong("content_version")) {
            return Lost.PARSED;
        }
        TagSetVersion indexed = version(row, "indexed");
        return row.getBoolean("indexing_open") || indexed == null || stored.isNewerThan(indexed)
                ? Lost.TAGGED
                : Lost.NOTHING;
    }

    /** The version of the stored tags, or of those in the index; null without any. */
    private static TagSetVersion version(ResultSet row, String of) throws SQLException {
        String occurredAt = row.getString(of + "_at");
        return occurredAt == null
                ? null
                : TagSetVersion.of(
                        row.getLong(of + "_content"), row.getString(of + "_vision"), Instant.parse(occurredAt));
    }
}
