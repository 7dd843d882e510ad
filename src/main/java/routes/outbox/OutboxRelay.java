package routes.outbox;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.EventCodec;
import routes.tracing.EntryTraces;

/**
 * Supports the route that empties the outbox, which claims, publishes and marks rows in one transaction. If the process dies
 * between publishing and the commit, the same rows are claimed again.
 */
public final class OutboxRelay {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int COUNTED_AT_MOST = 100_000;

    private final JdbcClient jdbc;
    private final EventCodec codec;
    private final EntryTraces traces;

    /** Streams whose last batch was claimed but not marked: Redis refused it or did not answer. Other streams go first. */
    private final Set<String> unmarked = ConcurrentHashMap.newKeySet();

    public OutboxRelay(DataSource database, EventCodec codec, EntryTraces traces) {
        jdbc = JdbcClient.create(database);
        this.codec = codec;
        this.traces = traces;
    }

    /**
     * An event that waits to be published.
     *
     * @param stream logical name
     * @param fields the entry, as it will be written to the stream
     */
    public record OutboxRow(long id, String stream, Map<String, String> fields) {}

    private record Stored(
            long id,
            String stream,
            String event,
            boolean object,
            String traceId,
            String key,
            OffsetDateTime createdAt) {}

    /**
     * Returns the oldest waiting rows of the next stream, in order, locked until the end of the caller's transaction. A second
     * relay waits for the first, since skipping its rows would publish out of order. Rows that can never be published are moved
     * to the table {@code outbox_quarantine}.
     */
    public List<OutboxRow> claim(int limit) {
        List<Stored> rows = oldest(limit);
        while (!rows.isEmpty() || !unmarked.isEmpty()) {
            if (rows.isEmpty()) {
                unmarked.clear();
            } else {
                rows.stream().filter(row -> problem(row) != null).forEach(this::quarantine);
                List<OutboxRow> publishable = rows.stream()
                        .filter(row -> problem(row) == null)
                        .map(this::row)
                        .toList();
                if (!publishable.isEmpty()) {
                    unmarked.add(rows.get(0).stream());
                    return publishable;
                }
            }
            rows = oldest(limit);
        }
        return List.of();
    }

    private List<Stored> oldest(int limit) {
        return jdbc.sql(
                        """
                        SELECT id, stream, event::text AS event, jsonb_typeof(event) = 'object' AS object,
                               event ->> 'trace_id' AS trace_id, event ->> 'idempotency_key' AS key, created_at
                        FROM outbox
                        WHERE published_at IS NULL AND stream = (
                            SELECT stream FROM outbox WHERE published_at IS NULL AND stream <> ALL (?) ORDER BY id LIMIT 1)
                        ORDER BY id LIMIT ? FOR UPDATE""")
                .param(unmarked.toArray(String[]::new))
                .param(limit)
                .query(Stored.class)
                .list();
    }

    /** Why a row can never be published; null if it can. The consumers validate the content of its event. */
    private String problem(Stored row) {
        if (!codec.knows(row.stream())) {
            return "there is no such stream";
        }
        return row.object() ? null : "the event is not a JSON object";
    }

    private void quarantine(Stored row) {
        jdbc.sql(
                        """
                        WITH bad AS (DELETE FROM outbox WHERE id = ? RETURNING id, stream, event, created_at)
                        INSERT INTO outbox_quarantine (id, stream, event, created_at, reason)
                        SELECT id, stream, event, created_at, ? FROM bad""")
                .params(row.id(), problem(row))
                .update();
        LOG.warn(
                "Row {} of the outbox, for stream '{}', cannot be published: {}. It is in the table outbox_quarantine",
                row.id(),
                row.stream(),
                problem(row));
    }

    private OutboxRow row(Stored row) {
        String traceparent = row.traceId() == null
                ? null
                : traces.published(row.stream(), row.traceId(), row.createdAt().toInstant());
        return new OutboxRow(
                row.id(), row.stream(), codec.stored(row.stream(), row.event(), row.traceId(), row.key(), traceparent));
    }

    /** Call in the transaction of {@link #claim}. */
    public void markPublished(List<OutboxRow> rows) {
        jdbc.sql("UPDATE outbox SET published_at = now() WHERE id = ANY (?)")
                .param(rows.stream().map(OutboxRow::id).toArray(Long[]::new))
                .update();
        rows.forEach(row -> unmarked.remove(row.stream()));
    }

    /** How many rows wait; at most {@value #COUNTED_AT_MOST}, so that the query stays cheap when the relay stalls. */
    public long unpublished() {
        return jdbc.sql("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT ?) waiting")
                .param(COUNTED_AT_MOST)
                .query(Long.class)
                .single();
    }

    /** The ids of all rows that cannot be published, oldest first. */
    public List<Long> quarantined() {
        return jdbc.sql("SELECT id FROM outbox_quarantine ORDER BY id LIMIT ?")
                .param(COUNTED_AT_MOST)
                .query(Long.class)
                .list();
    }

    /**
     * Removes rows that were published before the given time.
     *
     * @return how many were removed; fewer than the limit means that none are left
     */
    public int prune(Instant olderThan, int limit) {
        return jdbc.sql(
                        """
                        DELETE FROM outbox WHERE id IN
                            (SELECT id FROM outbox WHERE published_at < ? ORDER BY published_at LIMIT ? FOR UPDATE SKIP LOCKED)""")
                .params(olderThan.atOffset(ZoneOffset.UTC), limit)
                .update();
    }
}
