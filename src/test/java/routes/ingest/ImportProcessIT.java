package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
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
    void killedAtAnyPointNothingIsLostAndNoEventRepeated() throws Exception {
        Path export = data.resolve("result.json");
        ExportGenerator.write(export, 20_000, 300);
        for (int kill = 1; kill <= 2; kill++) {
            long before = count("posts");
            Process process = start(export, "-Xmx128m");
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> count("posts") > before + 1_000);
            process.destroyForcibly().waitFor();
            assertThat(count("posts")).isBetween(1_000L, 19_999L);
            assertThat(count("outbox")).as("every post has its event").isEqualTo(count("posts"));
        }

        assertThat(finish(start(export, "-Xmx128m"))).contains("done, 20000 posts");

        assertThat(count("posts")).isEqualTo(20_000);
        assertThat(count("outbox")).isEqualTo(20_000);
        assertThat(jdbc.sql("SELECT count(DISTINCT event ->> 'idempotency_key') FROM outbox")
                        .query(Long.class)
                        .single())
                .isEqualTo(20_000);
    }

    @Test
    void aFileLargerThanTheMemoryIsImported() throws Exception {
        Path export = data.resolve("result.json");
        ExportGenerator.write(export, 10_000, 2_000);
        assertThat(Files.size(export)).isGreaterThan(50_000_000);

        assertThat(finish(start(export, "-Xmx48m"))).contains("done, 10000 posts (10000 new");

        assertThat(count("posts")).isEqualTo(10_000);
    }

    private Process start(Path export, String memory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        memory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ImportProcess.class.getName(),
                        database.jdbcUrl(),
                        export.toString(),
                        data.resolve("media").toString())
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
