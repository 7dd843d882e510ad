package routes.outbox;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.database.TableCopy;
import routes.events.Event;
import routes.events.EventCodec;

/** Stores events in the transaction of the changes that they report. The {@link OutboxRelay} publishes them. */
public final class Outbox {
    private final DataSource database;
    private final JdbcClient jdbc;
    private final EventCodec codec;

    public Outbox(DataSource database, EventCodec codec) {
        this.database = database;
        jdbc = JdbcClient.create(database);
        this.codec = codec;
    }

    /** An event in the form in which it is stored. */
    public record Row(String stream, String event) {}

    /**
     * Creates the rows of events without storing them.
     *
     * @throws IllegalStateException if an event violates its schema. The schema is checked here, in the producer; in the relay, the event
     *     would block all others
     */
    public List<Row> rows(Collection<? extends Event> events) {
        return events.stream()
                .map(event -> new Row(codec.stream(event), codec.data(event)))
                .toList();
    }

    /** Stores rows in the transaction of the calling thread. Rows are published in the given order. */
    public void store(List<Row> rows) {
        if (!rows.isEmpty()) {
            TableCopy.insert(database, "outbox (stream, event)", rows.stream().map(row ->
                    new Object[] {row.stream(), row.event()}));
        }
    }

    /** Combines {@link #rows} and {@link #store}. */
    public void append(List<? extends Event> events) {
        store(rows(events));
    }

    /**
     * Removes the content about posts from published events, and their events that cannot be published, in the transaction of the calling
     * thread.
     */
    public void forget(Collection<UUID> postIds) {
        String[] ids = postIds.stream().map(UUID::toString).toArray(String[]::new);
        jdbc.sql(
                        "DELETE FROM outbox WHERE published_at IS NOT NULL AND event ->> 'post_id' = ANY (?) AND stream <> 'posts.deleted'")
                .param(ids)
                .update();
        // ?? is the operator ?| of jsonb in JDBC
        jdbc.sql(
                        """
                        DELETE FROM outbox WHERE published_at IS NOT NULL AND stream IN ('albums.parsed', 'album.assembled')
                            AND event -> 'post_ids' ??| ?""")
                .param(ids)
                .update();
        jdbc.sql("DELETE FROM outbox_quarantine WHERE event ->> 'post_id' = ANY (?) OR event -> 'post_ids' ??| ?")
                .params(ids, ids)
                .update();
    }

    /** Removes published events of trends, in the transaction of the calling thread. */
    public void forgetTrends(Collection<UUID> trends) {
        jdbc.sql(
                        """
                        DELETE FROM outbox WHERE published_at IS NOT NULL AND stream = 'trends.emerging' AND event ->> 'trend_id' = ANY (?)""")
                .param(trends.stream().map(UUID::toString).toArray(String[]::new))
                .update();
    }
}
