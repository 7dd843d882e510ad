package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.EmbeddedDatabase;

class DatabaseSchemaIT {

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path newer;

    @BeforeEach
    void withoutWhatTheTestsAdd() {
        DATABASE.jdbc()
                .sql("DELETE FROM flyway_schema_history WHERE version::int >= 900")
                .update();
        DATABASE.jdbc().sql("ALTER TABLE posts DROP COLUMN IF EXISTS later").update();
    }

    /** The migrations of a newer version. */
    private FluentConfiguration newer(String sql) throws IOException {
        Files.writeString(newer.resolve("V900__later.sql"), sql);
        return DatabaseSchema.flyway(DATABASE.dataSource()).locations("classpath:db/migration", "filesystem:" + newer);
    }

    @Test
    void a_process_of_an_older_version_starts_on_a_newer_schema() throws Exception {
        DatabaseSchema.migrate(newer("ALTER TABLE posts ADD COLUMN later text"));
        assertThat(hasColumn()).isTrue();

        DatabaseSchema.migrate(DATABASE.dataSource());

        assertThat(hasColumn()).isTrue();
        assertThat(DATABASE.jdbc()
                        .sql("SELECT count(*) FROM flyway_schema_history WHERE version = '900' AND success")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void a_migration_that_finds_its_table_held_lets_readers_pass_and_is_tried_again() throws Exception {
        FluentConfiguration newer = newer(
                """
                SET LOCAL lock_timeout = '1s';
                ALTER TABLE posts ADD COLUMN later text NOT NULL DEFAULT 'x';
                """);
        CompletableFuture<Void> migration;
        try (Connection longRead = DriverManager.getConnection(DATABASE.jdbcUrl())) {
            longRead.setAutoCommit(false);
            execute(longRead, "SELECT count(*) FROM posts"); // holds the table until its transaction ends
            migration = CompletableFuture.runAsync(() -> migrate(newer));
            await().atMost(Duration.ofSeconds(60)).until(DatabaseSchemaIT::migrationWaits);
            await().atMost(Duration.ofSeconds(60)).until(() -> !migrationWaits());
            // gave up once; those behind it read
            assertThat(DATABASE.jdbc()
                            .sql("SELECT count(*) FROM posts")
                            .query(Long.class)
                            .single())
                    .isNotNegative();
            assertThat(migration).isNotDone();
            assertThat(hasColumn()).isFalse();
            longRead.rollback();
        }

        migration.get(60, TimeUnit.SECONDS);
        assertThat(hasColumn()).isTrue();
    }

    @Test
    void a_migration_that_is_wrong_is_not_tried_again() throws Exception {
        FluentConfiguration newer = newer("ALTER TABLE no_such_table ADD COLUMN later text");
        assertThatThrownBy(() -> DatabaseSchema.migrate(newer))
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("no_such_table");
    }

    private static void migrate(FluentConfiguration flyway) {
        try {
            DatabaseSchema.migrate(flyway);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean migrationWaits() {
        return DATABASE.jdbc()
                .sql(
                        """
                        SELECT EXISTS (SELECT FROM pg_stat_activity
                                       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE posts%')""")
                .query(Boolean.class)
                .single();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean hasColumn() {
        return DATABASE.jdbc()
                .sql(
                        """
                        SELECT EXISTS (SELECT FROM information_schema.columns
                                       WHERE table_name = 'posts' AND column_name = 'later')""")
                .query(Boolean.class)
                .single();
    }
}
