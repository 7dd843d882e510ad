package routes.timeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Json;
import routes.events.StorableText;

/** The SQL of {@code post_timeline}. */
@Component
public class TimelineTable {
    private static final int TIMEOUT_SECONDS = 10;

    private static final ObjectMapper JSON = Json.newMapper();
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public TimelineTable(DataSource database, PlatformTransactionManager transactions) {
        var template = new JdbcTemplate(database);
        template.setQueryTimeout(TIMEOUT_SECONDS);
        jdbc = JdbcClient.create(template);
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
    }

    /** Inserts in one statement, without waiting for the disk: a crash may lose only the latest timeline records. */
    void insert(List<TimelineRecord> records) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("SET LOCAL synchronous_commit = off").update();
            jdbc.sql(
                            """
                    INSERT INTO post_timeline (post_id, stage, outcome, reason, provider, model, entry_id, delivery,
                        content_version, trigger, started_at, duration_ms, trace_id)
                    SELECT coalesce(r.post_id, known.post_id), coalesce(r.stage, known.stage), r.outcome, r.reason,
                        r.provider, r.model, r.entry_id, r.delivery, coalesce(r.content_version, known.content_version),
                        coalesce(r.trigger, known.trigger), r.started_at, r.duration_ms, coalesce(r.trace_id, known.trace_id)
                    FROM jsonb_to_recordset(?::jsonb)
                        AS r (post_id uuid, stage text, outcome text, reason text, provider text, model text, entry_id text,
                              delivery int, content_version bigint, trigger text, started_at timestamptz, duration_ms int,
                              trace_id text)
                    LEFT JOIN LATERAL (
                        SELECT * FROM post_timeline t
                        WHERE r.post_id IS NULL AND t.entry_id = r.entry_id AND t.outcome = 'retrying'
                            AND (r.stage IS NULL OR t.stage = r.stage)
                        ORDER BY t.id DESC LIMIT 1) known ON true
                    WHERE coalesce(r.post_id, known.post_id) IS NOT NULL""")
                    .param(StorableText.json(JSON, records))
                    .update();
        });
    }

    /**
     * Returns the latest records of a post in chronological order. They include its creation, edits and deletion, which are derived from
     * the post itself.
     *
     * @return empty if there is no such post
     */
    public List<TimelineRecord> read(UUID postId, int limit) {
        List<TimelineRecord> latest = new ArrayList<>(jdbc.sql(
                        """
                WITH post AS (SELECT * FROM posts WHERE id = ?),
                     texts AS (SELECT content_version, replaced_at AS until FROM post_edits WHERE post_id = ?
                               UNION ALL SELECT content_version, NULL FROM post),
                     versions AS (SELECT content_version, lag(until) OVER (ORDER BY content_version, until) AS since,
                                         row_number() OVER (ORDER BY content_version, until) AS n FROM texts)
                SELECT * FROM (
                    SELECT post.id AS post_id, 'ingest' AS stage, 'done' AS outcome,
                           CASE WHEN n = 1 THEN 'stored' ELSE 'edited' END AS reason, NULL AS provider, NULL AS model,
                           NULL AS entry_id, NULL::int AS delivery, v.content_version,
                           CASE WHEN n = 1 THEN 'initial' ELSE 'edit' END AS trigger,
                           coalesce(v.since, post.created_at) AS started_at, 0 AS duration_ms, post.trace_id
                    FROM post, versions v
                    UNION ALL
                    SELECT id, 'ingest', 'done', 'restored', NULL, NULL, NULL, NULL, content_version, 'manual', restored_at, 0,
                           trace_id
                    FROM post WHERE restored_at IS NOT NULL
                    UNION ALL
                    SELECT id, 'ingest', 'done', 'deleted: ' || coalesce(deletion_reason, 'unknown'), NULL, NULL, NULL, NULL,
                           NULL, NULL, deleted_at, 0, trace_id
                    FROM post WHERE deleted_at IS NOT NULL
                    UNION ALL
                    SELECT t.post_id, t.stage, t.outcome, t.reason, t.provider, t.model, t.entry_id, t.delivery,
                           t.content_version, t.trigger, t.started_at, t.duration_ms, t.trace_id
                    FROM post JOIN post_timeline t ON t.post_id = post.id) record
                ORDER BY started_at DESC, stage DESC LIMIT ?""")
                .params(postId, postId, limit)
                .query(TimelineRecord.class)
                .list());
        Collections.reverse(latest);
        return latest;
    }

    /**
     * Removes the oldest records that started before the given time. Records are written roughly in order of their start, so only the
     * first written are checked.
     *
     * @return number of removed records; fewer than the limit means that none are left
     */
    int prune(Instant before, int limit) {
        return jdbc.sql(
                        """
                        DELETE FROM post_timeline WHERE id IN (
                            SELECT id FROM (SELECT id, started_at FROM post_timeline ORDER BY id LIMIT ?) oldest
                            WHERE started_at < ?)""")
                .params(limit, before.atOffset(ZoneOffset.UTC))
                .update();
    }
}
