package routes.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.testing.EmbeddedDatabase;

class MigrationsIT {
    private static final String TENANT = "00000000-0000-0000-0000-000000000001";
    private static final String CHANNEL = "00000000-0000-0000-0000-0000000000c1";

    private static final String LATEST = "latest";

    @RegisterExtension
    static final EmbeddedDatabase database = EmbeddedDatabase.empty();

    private JdbcClient jdbc;

    @BeforeEach
    void emptySchema() {
        jdbc = database.jdbc();
        jdbc.sql("DROP SCHEMA public CASCADE").update();
        jdbc.sql("CREATE SCHEMA public").update();
    }

    @Test
    void the_default_tenant_and_user_exist_from_the_first_start_and_further_users_get_fresh_ids() {
        migrate("9");

        assertThat(jdbc.sql("SELECT tenant_id FROM users WHERE id = 1")
                        .query(UUID.class)
                        .single())
                .hasToString(TENANT);
        jdbc.sql("INSERT INTO users (tenant_id) VALUES (?::uuid)").param(TENANT).update();
        assertThat(jdbc.sql("SELECT max(id) FROM users").query(Long.class).single())
                .isEqualTo(2);
    }

    @Test
    void every_migration_can_run_again_on_a_database_that_holds_data() {
        migrate(LATEST);
        UUID post = insertPost(1, "Вышел Python 3.14");
        jdbc.sql("UPDATE posts SET tagging_status = 'failed', grouped_id = 7 WHERE id = ?")
                .param(post)
                .update();
        jdbc.sql("DROP TABLE flyway_schema_history").update();

        migrate(LATEST);

        assertThat(jdbc.sql("SELECT tagging_status FROM posts WHERE id = ?")
                        .param(post)
                        .query(String.class)
                        .single())
                .isEqualTo("failed");
        assertThat(components())
                .allSatisfy((component, status) -> assertThat(status).isEqualTo("✓ OK"));
    }

    @Test
    void the_tagging_fields_of_existing_rows_are_filled_from_what_their_data_proves() {
        migrate("3");
        UUID tagged = insertPost(1, "Вышел Python 3.14");
        UUID emptyTags = insertPost(2, "Новости");
        UUID blank = insertPost(3, " \n\t");
        UUID plain = insertPost(4, "Release notes");
        insertTags(tagged, "[\"Python\"]");
        insertTags(emptyTags, "[]");

        migrate("9");

        Map<UUID, String> states = jdbc
                .sql("SELECT id, tagging_status FROM posts")
                .query((row, n) -> Map.entry(row.getObject(1, UUID.class), row.getString(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        assertThat(states)
                .isEqualTo(Map.of(tagged, "success", emptyTags, "pending", blank, "skipped", plain, "pending"));
    }

    @Test
    void a_concurrent_index_that_an_interrupted_build_left_invalid_is_built_anew() {
        migrate("7");
        jdbc.sql("CREATE INDEX idx_posts_with_grouped_id ON posts (id)").update();
        jdbc.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_posts_with_grouped_id'::regclass")
                .update();
        assertThat(components()).containsEntry("idx_posts_with_grouped_id", "⚠ NOT CREATED");

        migrate("9");

        assertThat(components()).containsEntry("idx_posts_with_grouped_id", "✓ OK");
        assertThat(jdbc.sql("SELECT indexdef FROM pg_indexes WHERE indexname = 'idx_posts_with_grouped_id'")
                        .query(String.class)
                        .single())
                .contains("WHERE (grouped_id IS NOT NULL)");
    }

    @Test
    void the_component_script_tells_what_is_there_and_what_is_not() {
        migrate("3");

        assertThat(components())
                .containsEntry("posts", "✓ OK")
                .containsEntry("posts.grouped_id", "✓ OK")
                .containsEntry("ux_post_enrichment_post_kind", "✓ OK")
                .containsEntry("outbox", "✗ MISSING")
                .containsEntry("posts.tagging_status", "✗ MISSING")
                .containsEntry("idx_posts_with_grouped_id", "⚠ NOT CREATED");
    }

    @Test
    void the_lock_script_names_the_session_that_blocks_a_migration() throws Exception {
        migrate("9");
        assertThat(lockRows()).isEmpty();
        try (Connection holder = database.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
            int holderPid = backend(holder);
            var waiting = new Thread(() -> {
                try (Connection migration = database.dataSource().getConnection()) {
                    migration.createStatement().execute("ALTER TABLE posts ADD COLUMN IF NOT EXISTS x integer");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();

            await().untilAsserted(() -> assertThat(lockRows()).singleElement().satisfies(row -> {
                assertThat(row).containsEntry("blocking_pid", holderPid);
                assertThat(row.get("waiting_query").toString()).startsWith("ALTER TABLE posts");
                assertThat(row).containsEntry("remedy", "SELECT pg_terminate_backend(" + holderPid + ")");
            }));
            holder.rollback();
            waiting.join(10_000);
            assertThat(waiting.isAlive()).isFalse();
        }
    }

    @Test
    void a_migration_leaves_no_lock_timeout_behind_on_the_pooled_connection() {
        migrate("9");

        assertThat(jdbc.sql("SHOW lock_timeout").query(String.class).single()).isEqualTo("0");
    }

    private static void migrate(String target) {
        EmbeddedDatabase.flyway(database.dataSource())
                .target(target)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }

    private UUID insertPost(long messageId, String text) {
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?::uuid, 'default') ON CONFLICT DO NOTHING")
                .param(TENANT)
                .update();
        jdbc.sql("INSERT INTO channels (id, tg_channel_id) VALUES (?::uuid, 1) ON CONFLICT DO NOTHING")
                .param(CHANNEL)
                .update();
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at)"
                        + " VALUES (?, ?::uuid, ?::uuid, ?, ?, now())")
                .params(id, TENANT, CHANNEL, messageId, text)
                .update();
        return id;
    }

    private void insertTags(UUID post, String tags) {
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, data)"
                        + " VALUES (?, 'tags', 'local', jsonb_build_object('tags', ?::jsonb))")
                .params(post, tags)
                .update();
    }

    private Map<String, String> components() {
        return jdbc
                .sql(script("check_components.sql"))
                .query((row, n) -> Map.entry(row.getString("component"), row.getString("status")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private List<Map<String, Object>> lockRows() {
        return jdbc.sql(script("diagnose_migration_locks.sql")).query().listOfRows();
    }

    private static int backend(Connection connection) throws SQLException {
        try (var rows = connection.createStatement().executeQuery("SELECT pg_backend_pid()")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static String script(String name) {
        try {
            return Files.readString(Path.of("config", "sql", name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
