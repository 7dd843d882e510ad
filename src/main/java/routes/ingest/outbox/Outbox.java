package routes.ingest.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.events.Event;
import routes.events.Json;
import routes.events.StreamCatalog;

/** Notes events in the transaction that makes them true. The {@link OutboxRelay} publishes them. */
public final class Outbox {
    private static final int ROWS_PER_STATEMENT = 500;

    private final JdbcTemplate jdbc;
    private final StreamCatalog catalog;
    private final ObjectMapper json = Json.newMapper();

    public Outbox(DataSource database, StreamCatalog catalog) {
        jdbc = new JdbcTemplate(database);
        this.catalog = catalog;
    }

    /** Takes part in the transaction of the calling thread. Rows are published in the order given here. */
    public void append(List<? extends Event> events) {
        jdbc.batchUpdate(
                "INSERT INTO outbox (stream, event) VALUES (?, ?::jsonb)",
                events,
                ROWS_PER_STATEMENT,
                (statement, event) -> {
                    statement.setString(1, catalog.stream(event.getClass()).name());
                    statement.setString(2, write(event));
                });
    }

    private String write(Event event) {
        try {
            return json.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The event " + event.idempotencyKey() + " cannot be written as JSON", e);
        }
    }
}
