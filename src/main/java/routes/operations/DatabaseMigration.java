package routes.operations;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.springframework.stereotype.Component;
import routes.embedded.PostgresService;

/** Migrates the database schema before anything uses it. */
@Component
class DatabaseMigration {
    private static final String LOGIN_TIMEOUT_SECONDS = "10";

    private final PostgresService postgres;

    DatabaseMigration(PostgresService postgres) {
        this.postgres = postgres;
    }

    void run() throws InterruptedException {
        ServiceWait.until(
                "PostgreSQL at " + postgres.address(),
                postgres.isEmbedded()
                        ? "see postgres.log in the data folder"
                        : "check DATABASE_URL and that the server runs",
                () -> connect().close());
        Flyway.configure()
                // separate connections: migrations set time-outs that pooled connections must not keep
                .dataSource(postgres.getJdbcUrl(), postgres.getUsername(), postgres.getPassword())
                .locations("classpath:db/migration")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                // the transactional lock would block CREATE INDEX CONCURRENTLY
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .connectRetries(5)
                .load()
                .migrate();
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("loginTimeout", LOGIN_TIMEOUT_SECONDS);
        if (postgres.getUsername() != null) {
            properties.setProperty("user", postgres.getUsername());
        }
        if (postgres.getPassword() != null) {
            properties.setProperty("password", postgres.getPassword());
        }
        return DriverManager.getConnection(postgres.getJdbcUrl(), properties);
    }
}
