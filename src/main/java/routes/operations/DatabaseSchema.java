package routes.operations;

import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import routes.embedded.PostgresService;

/** The migrations of the database schema, as every process runs them at its start. */
public final class DatabaseSchema {
    private static final String LOGIN_TIMEOUT_SECONDS = "10";

    private DatabaseSchema() {}

    /** Connections of their own: migrations set time-outs that pooled connections must not keep. */
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

    static void migrate(DataSource database) {
        flyway(database).load().migrate();
    }
}
