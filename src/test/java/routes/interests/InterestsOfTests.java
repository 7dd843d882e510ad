package routes.interests;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.graph.postgres.PostgresGraph;
import routes.testing.EmbeddedDatabase;

/** Makes the interests for tests of other packages. */
public final class InterestsOfTests {
    private InterestsOfTests() {}

    public static Interests of(EmbeddedDatabase database, MeterRegistry metrics, Clock clock) {
        var transactions = new JdbcTransactionManager(database.dataSource());
        var graph = new PostgresGraph(database.jdbc(), transactions);
        return new Interests(database.jdbc(), transactions, graph, metrics, clock);
    }
}
