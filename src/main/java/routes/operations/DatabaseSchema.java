package routes.operations;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.camel.util.ObjectHelper;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.embedded.PostgresService;

/** The migrations of the database schema. Every process runs them at start. */
public final class DatabaseSchema {
    private static final String LOGIN_TIMEOUT_SECONDS = "10";

    /** SQLSTATE of a statement that waited longer than lock_timeout. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Pause in which queries that waited behind the migration can run. */
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseSchema.class);

    private DatabaseSchema() {}

    /** Returns a data source with separate connections: migrations set timeouts that pooled connections must not keep. */
    public static DataSource database(PostgresService postgres) {
        var login = new Properties();
        login.setProperty("loginTimeout", LOGIN_TIMEOUT_SECONDS);
        var database = new DriverManagerDataSource(postgres.getJdbcUrl(), login);
        database.setUsername(postgres.getUsername());
        database.setPassword(postgres.getPassword());
        return database;
    }

    public static FluentConfiguration flyway(DataSource database) {
        return Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                // the transactional lock would block CREATE INDEX CONCURRENTLY
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .connectRetries(5);
    }

    /** Runs pending migrations. A schema that is newer than this program is left unchanged: newer schemas only add to older ones. */
    static void migrate(DataSource database) throws InterruptedException {
        migrate(flyway(database));
    }

    /**
     * Migrates with retries. A migration waits for a table no longer than its {@code lock_timeout}, because later queries queue behind it.
     * After a timeout, it lets those queries run and retries until it gets the lock.
     */
    static void migrate(FluentConfiguration flyway) throws InterruptedException {
        boolean logged = false;
        while (true) {
            try {
                flyway.load().migrate();
                return;
            } catch (FlywayException e) {
                var refusal = ObjectHelper.getException(SQLException.class, e);
                if (refusal == null || !LOCK_NOT_AVAILABLE.equals(refusal.getSQLState())) {
                    throw e;
                }
                if (!logged) {
                    LOG.warn("A migration of the database waits for a table locked by a transaction and is retried"
                            + " until it succeeds; config/sql/diagnose_migration_locks.sql shows the transaction");
                    logged = true;
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }
}
