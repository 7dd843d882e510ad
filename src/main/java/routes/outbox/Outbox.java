package routes.outbox;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.events.Event;
import routes.events.EventCodec;

/** Stores events in the transaction that makes them true. The {@link OutboxRelay} publishes them. */
public final class Outbox {
    private static final int ROWS_PER_STATEMENT = 500;

    private final JdbcTemplate jdbc;
    private final EventCodec codec;

    public Outbox(DataSource database, EventCodec codec) {
        jdbc = new JdbcTemplate(database);
        this.codec = codec;
    }

    /**
     * Joins the transaction of the calling thread. Rows are published in the order given here.
     *
     * @throws IllegalStateException if an event violates its schema; checked here, where its producer sees it, since in the
     *     relay it would block all others
     */
    public void append(List<? extends Event> events) {
        List<Map<String, String>> entries = events.stream().map(codec::write).toList();
        jdbc.batchUpdate(
                "INSERT INTO outbox (stream, event) VALUES (?, ?::jsonb)",
                entries,
                ROWS_PER_STATEMENT,
                (statement, entry) -> {
                    statement.setString(1, entry.get("event"));
                    statement.setString(2, entry.get("data"));
                });
    }
}
