package routes.ingest.outbox;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.EventCodec;

/**
 * What the route that empties the outbox needs: claim, publish, mark, in one transaction. If the process dies between
 * publishing and the commit, the same rows are claimed again.
 */
public final class OutboxRelay {
    private static final int COUNTED_AT_MOST = 100_000;

    private final JdbcClient jdbc;
    private final EventCodec codec;

    public OutboxRelay(DataSource database, EventCodec codec) {
        jdbc = JdbcClient.create(database);
        this.codec = codec;
    }

    /**
     * The oldest rows that wait for the stream whose turn it is, in their order, locked until the end of the caller's
     * transaction. A second relay waits for the first, since skipping its rows would publish out of order.
     */
    public List<OutboxRow> claim(int limit) {
        return jdbc.sql(
                        """
                        SELECT id, stream, event::text AS event FROM outbox
                        WHERE published_at IS NULL
                          AND stream = (SELECT stream FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT 1)
                        ORDER BY id LIMIT ? FOR UPDATE""")
                .param(limit)
                .query((row, n) -> row(row.getLong("id"), row.getString("stream"), row.getString("event")))
                .list();
    }

    /** To be called in the transaction of {@link #claim}. */
    public void markPublished(List<OutboxRow> rows) {
        jdbc.sql("UPDATE outbox SET published_at = now() WHERE id = ANY (?)")
                .param(rows.stream().map(OutboxRow::id).toArray(Long[]::new))
                .update();
    }

    /** How many rows wait; at most {@value #COUNTED_AT_MOST}, so that the answer stays cheap when the relay stands. */
    public long unpublished() {
        return jdbc.sql("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT ?) waiting")
                .param(COUNTED_AT_MOST)
                .query(Long.class)
                .single();
    }

    /**
     * Removes rows that were published before that time.
     *
     * @return how many; fewer than the limit means that none is left
     */
    public int prune(Instant olderThan, int limit) {
        return jdbc.sql(
                        """
                        DELETE FROM outbox WHERE id IN
                            (SELECT id FROM outbox WHERE published_at < ? ORDER BY published_at LIMIT ? FOR UPDATE SKIP LOCKED)""")
                .params(olderThan.atOffset(ZoneOffset.UTC), limit)
                .update();
    }

    private OutboxRow row(long id, String stream, String event) {
        return new OutboxRow(id, stream, codec.write(codec.read(stream, Map.of("data", event))));
    }
}
