package routes.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A PostgreSQL database for one test class, to be registered in a static field with {@code @RegisterExtension}. One
 * server serves the whole JVM; the schema is migrated once into a template, of which every class gets its own copy.
 */
public final class EmbeddedDatabase implements BeforeAllCallback, AfterAllCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(EmbeddedDatabase.class);

    private final boolean migrated;
    private Server server;
    private String name;
    private HikariDataSource pool;

    /** A database with the whole schema and the default tenant and user. */
    public EmbeddedDatabase() {
        this(true);
    }

    private EmbeddedDatabase(boolean migrated) {
        this.migrated = migrated;
    }

    /** A database without any table. */
    public static EmbeddedDatabase empty() {
        return new EmbeddedDatabase(false);
    }

    /** Flyway as the product runs it; the transactional lock would block CREATE INDEX CONCURRENTLY. */
    public static FluentConfiguration flyway(DataSource database) {
        return Flyway.configure()
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .dataSource(database)
                .locations("classpath:db/migration");
    }

    @Override
    public void beforeAll(ExtensionContext context) throws SQLException {
        server = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Server.class, type -> Server.start(), Server.class);
        name = "test_" + UUID.randomUUID().toString().replace("-", "");
        server.execute("CREATE DATABASE " + name + (migrated ? " TEMPLATE " + Server.TEMPLATE : ""));
        var config = new HikariConfig();
        config.setJdbcUrl(jdbcUrl());
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(0);
        pool = new HikariDataSource(config);
    }

    @Override
    public void afterAll(ExtensionContext context) throws SQLException {
        pool.close();
        server.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }

    public DataSource dataSource() {
        return pool;
    }

    public JdbcClient jdbc() {
        return JdbcClient.create(pool);
    }

    /** With user and password, for another process or pool. */
    public String jdbcUrl() {
        return server.postgres.getJdbcUrl("postgres", name) + "&reWriteBatchedInserts=true";
    }

    /** Ends every connection to this database as a restart of the server does, and waits for their ends. */
    public void terminateConnections() throws SQLException {
        server.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    private record Server(EmbeddedPostgres postgres) implements ExtensionContext.Store.CloseableResource {
        static final String TEMPLATE = "migrated_template";

        static Server start() {
            try {
                var server = new Server(EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .setServerConfig("fsync", "off")
                        .start());
                server.execute("CREATE DATABASE " + TEMPLATE);
                flyway(server.postgres.getDatabase("postgres", TEMPLATE)).load().migrate();
                return server;
            } catch (IOException | SQLException e) {
                throw new IllegalStateException("The embedded PostgreSQL of the tests did not start", e);
            }
        }

        void execute(String sql) throws SQLException {
            try (Connection connection = postgres.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Override
        public void close() throws IOException {
            postgres.close();
        }
    }
}
