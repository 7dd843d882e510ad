package routes.trends;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.outbox.Outbox;
import routes.text.SearchWords;

/** Makes the trends for tests of other packages. */
public final class TrendsOfTests {
    private TrendsOfTests() {}

    public static Trends of(DataSource database, SearchWords words, MeterRegistry metrics, Clock clock) {
        return new Trends(
                JdbcClient.create(database),
                new JdbcTransactionManager(database),
                new Outbox(database, new EventCodec(Json.newMapper(), new StreamCatalog())),
                words,
                new TrendsProperties("-", Duration.ofHours(1), 5, 2, 100, 15.1),
                metrics,
                clock);
    }
}
