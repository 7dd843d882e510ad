package routes.outbox;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import routes.events.EventCodec;
import routes.tracing.EntryTraces;

/**
 * Operations of the route that empties the outbox. The route claims and publishes rows in one transaction. If the process dies between
 * publishing and commit, the same rows are claimed again.
 */
public final class OutboxRelay {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int COUNTED_AT_MOST = 100_000;

    private final JdbcClient jdbc;
    private final EventCodec codec;
    private final EntryTraces traces;
    private final UnreadLimit unread;
    private final AtomicLong published = new AtomicLong();

    /**
     * Streams whose last batch was claimed but not published, because Redis refused it or did not respond. Other streams are processed
     * first.
     */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    public OutboxRelay(DataSource database, EventCodec codec, EntryTraces traces, UnreadLimit unread) {
        jdbc = JdbcClient.create(database);
        this.codec = codec;
        this.traces = traces;
        this.unread = unread;
    }

    /**
     * An event that waits to be published.
     *
     * @param stream logical name
     * @param fields the entry as it will be written to the stream
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
     * Returns the oldest waiting rows of the next stream that has room for them, in order, marked as published. The mark is committed or
     * rolled back with the caller's transaction. A second relay waits, because skipping these rows would publish out of order. Rows that
     * can never be published are moved to the table {@code outbox_quarantine}.
     *
     * @throws IllegalStateException without a transaction: the rows would be marked as published before they are
     */
    public List<OutboxRow> claim(int limit) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException("Rows of the outbox must be claimed in a transaction");
        }
        Set<String> full = unread.reached();
        List<Stored> rows = oldest(limit, full);
        while (!rows.isEmpty() || !refused.isEmpty()) {
            if (rows.isEmpty()) {
                refused.clear();
            } else {
                Map<Boolean, List<Stored>> byProblem =
                        rows.stream().collect(Collectors.partitioningBy(row -> problem(row) != null));
                byProblem.get(true).forEach(this::quarantine);
                List<OutboxRow> publishable =
                        byProblem.get(false).stream().map(this::row).toList();
                if (!publishable.isEmpty()) {
                    refused.add(rows.get(0).stream());
                    return publishable;
                }
            }
            rows = oldest(limit, full);
        }
        return List.of();
    }

    /**
     * Reads and marks rows in one statement: locking them first would write each row twice. The first row of each stream is found with one
     * index probe; reading by id would pass all rows of the excluded streams. For a table that was never analysed, PostgreSQL assumes that
     * few rows wait, and would sort all of them for each claim instead of reading the first rows in index order. A plan created when the
     * table was empty must not be used either.
     */
    private List<Stored> oldest(int limit, Set<String> full) {
        jdbc.sql("SET LOCAL enable_sort = off").update();
        jdbc.sql("SET LOCAL plan_cache_mode = force_custom_plan").update();
        return jdbc
                .sql(
                        """
                        UPDATE outbox SET published_at = now() WHERE published_at IS NULL AND id = ANY (ARRAY(
                            SELECT id FROM outbox WHERE published_at IS NULL AND stream = (
                                WITH RECURSIVE first AS (
                                    (SELECT stream, id FROM outbox WHERE published_at IS NULL ORDER BY stream, id LIMIT 1)
                                    UNION ALL
                                    SELECT next.stream, next.id FROM first CROSS JOIN LATERAL (
                                        SELECT stream, id FROM outbox WHERE published_at IS NULL AND stream > first.stream
                                        ORDER BY stream, id LIMIT 1) next)
                                SELECT stream FROM first WHERE stream <> ALL (?) ORDER BY id LIMIT 1)
                            ORDER BY stream, id LIMIT ?))
                        RETURNING id, stream, event::text, jsonb_typeof(event) = 'object', event ->> 'trace_id',
                            event ->> 'idempotency_key', created_at""")
                .param(Stream.concat(refused.stream(), full.stream()).toArray(String[]::new))
                .param(limit)
                // not mapped by name and reflection, which would take as long as the statement
                .query((row, number) -> new Stored(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getBoolean(4),
                        row.getString(5),
                        row.getString(6),
                        row.getObject(7, OffsetDateTime.class)))
                .list()
                .stream()
                .sorted(Comparator.comparingLong(Stored::id))
                .toList();
    }

    /** Returns why a row can never be published; null if it can. The content of the event is validated by the consumers. */
    private String problem(Stored row) {
        if (!codec.knows(row.stream())) {
            return "unknown stream";
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
                "Cannot publish row {} of the outbox, for stream '{}': {}. It was moved to the table outbox_quarantine",
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

    /** Used by the route: {@code ${body.size}} would keep and hash each list of rows in a Camel cache. */
    public int count(List<OutboxRow> rows) {
        return rows.size();
    }

    /** Returns the common stream of the rows. */
    public String stream(List<OutboxRow> rows) {
        return rows.get(0).stream();
    }

    /** Returns the tokens that identify each row if it is published again. */
    public List<String> ids(List<OutboxRow> rows) {
        return rows.stream().map(row -> Long.toString(row.id())).toList();
    }

    /** Returns the entries of the rows. */
    public List<Map<String, String>> fields(List<OutboxRow> rows) {
        return rows.stream().map(OutboxRow::fields).toList();
    }

    /**
     * Records that the rows are published. Must be called in the transaction of {@link #claim}, so that a stream that refuses its rows is
     * processed after the others.
     */
    public void markPublished(List<OutboxRow> rows) {
        if (rows.isEmpty()) {
            return;
        }
        refused.remove(stream(rows));
        published.addAndGet(rows.size());
        unread.published(stream(rows), rows.size());
    }

    /** Returns the number of rows that this process has published. */
    public long published() {
        return published.get();
    }

    /** Returns the number of waiting rows, at most {@value #COUNTED_AT_MOST}, so that the query stays cheap when the relay stalls. */
    public long unpublished() {
        return jdbc.sql("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT ?) waiting")
                .param(COUNTED_AT_MOST)
                .query(Long.class)
                .single();
    }

    /** Returns the ids of all rows that cannot be published, oldest first. */
    public List<Long> quarantined() {
        return jdbc.sql("SELECT id FROM outbox_quarantine ORDER BY id LIMIT ?")
                .param(COUNTED_AT_MOST)
                .query(Long.class)
                .list();
    }

    /**
     * Removes rows that were published before the given time.
     *
     * @return number of removed rows; fewer than the limit means that none are left
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
