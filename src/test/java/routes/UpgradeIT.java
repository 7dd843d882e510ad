package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PostgresService;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.operations.DatabaseSchema;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;

/** A newer version migrates the database while the whole pipeline of this version works with it, as decision 53 promises. */
class UpgradeIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final int POSTS = 500;

    @TempDir
    Path folder;

    @Test
    void workers_of_the_older_version_work_on_while_the_schema_is_migrated() throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 200);
        Path newer = Files.createDirectories(folder.resolve("newer"));
        Files.writeString(
                newer.resolve("V901__columns.sql"),
                """
                SET LOCAL lock_timeout = '10s';
                ALTER TABLE posts ADD COLUMN IF NOT EXISTS later text NOT NULL DEFAULT 'later';
                ALTER TABLE post_enrichment ADD COLUMN IF NOT EXISTS later integer;
                ALTER TABLE outbox ADD COLUMN IF NOT EXISTS later jsonb NOT NULL DEFAULT '{}';
                """);
        Files.writeString(
                newer.resolve("V902__table.sql"),
                """
                SET LOCAL lock_timeout = '10s';
                CREATE TABLE IF NOT EXISTS later (post_id uuid PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, n integer);
                """);
        Files.writeString(newer.resolve("V903__index.sql.conf"), "executeInTransaction=false\n");
        Files.writeString(
                newer.resolve("V903__index.sql"),
                """
                SET lock_timeout = '5min';
                CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_posts_later ON posts (later, number);
                RESET lock_timeout;
                """);
        try (var application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"))) {
            application.getBean(ImportService.class).submit(1, TENANT, export);
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            eventually().until(() -> indexed(application) > 0);

            DataSource database = DatabaseSchema.database(application.getBean(PostgresService.class));
            DatabaseSchema.flyway(database)
                    .locations("classpath:db/migration", "filesystem:" + newer)
                    .load()
                    .migrate();

            assertThat(jdbc.sql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_posts_later'::regclass")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
            eventually().until(() -> indexed(application) == POSTS);
            StreamAdmin streams = application.getBean(StreamAdmin.class);
            assertThat(new StreamCatalog().streams()).allSatisfy(stream -> assertThat(
                            streams.stream(stream.key()).deadLetters())
                    .isZero());
            assertThat(jdbc.sql("SELECT DISTINCT later FROM posts")
                            .query(String.class)
                            .list())
                    .containsExactly("later");
        }
    }

    private static long indexed(ConfigurableApplicationContext application) {
        return application.getBean(PipelineCounts.class).counts().indexed();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(120));
    }
}
