package routes.interests;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.testing.EmbeddedDatabase;

/** Makes the interests for tests of other packages. */
public final class InterestsOfTests {
    private InterestsOfTests() {}

    public static Interests of(EmbeddedDatabase database, MeterRegistry metrics, Clock clock) {
        return new Interests(database.jdbc(), new JdbcTransactionManager(database.dataSource()), metrics, clock);
    }
}
