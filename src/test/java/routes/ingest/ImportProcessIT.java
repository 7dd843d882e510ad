package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.testing.ChildJvm;
import routes.testing.EmbeddedDatabase;

class ImportProcessIT {
    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    @TempDir
    Path data;

    private JdbcClient jdbc;

    @BeforeEach
    void emptyTables() {
        jdbc = database.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox, imports CASCADE")
                .update();
    }

    @Test
    void killed_at_any_point_nothing_is_lost_and_no_event_repeated() throws Exception {
        Path export = data.resolve("result.json");
        ExportGenerator.write(export, 8_000, 300);
        UUID channel = new ChannelStore(database.dataSource())
                .resolve(new ChannelIdentity(5555, null, "Большой канал"))
                .id();
        for (int kill = 1; kill <= 2; kill++) {
            long before = count("posts");
            try (Connection holder = hold(channel, before + 4_000)) {
                Process process = start(export, "-Xmx128m");
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(20))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> count("posts") > before + 1_000);
                process.destroyForcibly().waitFor();
                holder.rollback();
            }
            assertThat(count("posts")).isBetween(1_000L, 7_999L);
            assertThat(jdbc.sql("SELECT (SELECT count(*) FROM posts) = (SELECT count(*) FROM outbox)")
                            .query(Boolean.class)
                            .single())
                    .as("every post has its event")
                    .isTrue();
        }

        assertThat(finish(start(export, "-Xmx128m"))).contains("done, 8000 posts");

        assertThat(count("posts")).isEqualTo(8_000);
        assertThat(count("outbox")).isEqualTo(8_000);
        assertThat(jdbc.sql("SELECT count(DISTINCT event ->> 'idempotency_key') FROM outbox")
                        .query(Long.class)
                        .single())
                .isEqualTo(8_000);
    }

    @Test
    void a_file_larger_than_the_memory_is_imported() throws Exception {
        Path export = data.resolve("result.json");
        ExportGenerator.write(export, 7_500, 2_000);
        assertThat(Files.size(export)).isGreaterThan(48L * 1024 * 1024);

        assertThat(finish(start(export, "-Xmx48m"))).contains("done, 7500 posts (7500 new");

        assertThat(count("posts")).isEqualTo(7_500);
    }

    /** Lets an import save the posts before this message only, however late its process is killed. */
    private Connection hold(UUID channel, long message) throws SQLException {
        Connection holder = database.dataSource().getConnection();
        holder.setAutoCommit(false);
        // an INSERT of the same message blocks until this transaction ends
        JdbcClient.create(new SingleConnectionDataSource(holder, true))
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content)
                        SELECT gen_random_uuid(), id, ?, ?, now(), '' FROM tenants""")
                .params(channel, message)
                .update();
        return holder;
    }

    private Process start(Path export, String memory) throws IOException {
        return new ProcessBuilder(ChildJvm.command(
                        List.of(memory),
                        ImportProcess.class,
                        database.jdbcUrl(),
                        export.toString(),
                        data.resolve("media").toString()))
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("output.txt").toFile())
                .start();
    }

    private String finish(Process process) throws IOException, InterruptedException {
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        process.destroyForcibly();
        String output = Files.readString(data.resolve("output.txt"), UTF_8);
        assertThat(ended).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
