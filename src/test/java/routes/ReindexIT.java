package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;
import routes.embedded.PreparedData;
import routes.operations.MainJob;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.vectorindex.VectorIndex;

/** What an operator does, or need not do, about an index that is lost: the whole application, restarted on the same data. */
class ReindexIT {

    @TempDir
    Path data;

    @Test
    void a_lost_index_comes_back_by_itself_and_reindex_builds_index_and_graph_again() throws Exception {
        long indexed;
        long edges;
        try (var application = open("--demo")) {
            run(application);
            indexed = application.getBean(VectorIndex.class).count();
            edges = edges(application);
            assertThat(indexed)
                    .isPositive()
                    .isEqualTo(
                            application.getBean(PipelineCounts.class).counts().indexed());
        }

        FileSystemUtils.deleteRecursively(data.resolve("index"));
        try (var application = open()) {
            awaitRebuilt(application, indexed);
        }

        try (Stream<Path> files = Files.list(data.resolve("index"))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".cfs")).toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
        String before;
        try (var application = open()) {
            awaitRebuilt(application, indexed);
            assertThat(data.toFile().list()).anyMatch(name -> name.startsWith("index.damaged-"));
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            jdbc.sql("TRUNCATE graph_nodes, graph_edges").update();
            assertThat(edges(application)).isZero();
            before = application.getBean(VectorIndex.class).identity().orElseThrow();
            holdRebuild(jdbc);
        }

        try (var application = open("--reindex", "--exit-when-idle")) {
            VectorIndex index = application.getBean(VectorIndex.class);
            assertThat(index.count())
                    .as("searched until the rebuild is complete")
                    .isEqualTo(indexed);
            assertThat(data.resolve("index-next")).isDirectory();
            assertThat(index.identity()).hasValue(before);
            application
                    .getBean(JdbcClient.class)
                    .sql("DELETE FROM hold_rebuild")
                    .update();
            var out = new ByteArrayOutputStream();
            int code = application.getBean(MainJob.class).run(new PrintStream(out, true, StandardCharsets.UTF_8));
            assertThat(code).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).contains("Processing: ", "| still in progress | 0 ");
            assertThat(index.identity()).isPresent().isNotEqualTo(Optional.of(before));
            assertThat(index.count()).isEqualTo(indexed);
            assertThat(data.resolve("index-next")).doesNotExist();
            assertThat(data.resolve("index-old")).doesNotExist();
            assertThat(edges(application)).isEqualTo(edges);
        }
    }

    /** The next rebuild waits before it commits its first page, until the row of {@code hold_rebuild} is deleted. */
    private static void holdRebuild(JdbcClient jdbc) {
        jdbc.sql(
                        """
                        CREATE TABLE hold_rebuild AS SELECT true AS held;
                        CREATE FUNCTION hold_rebuild() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                            WHILE EXISTS (SELECT 1 FROM hold_rebuild) LOOP PERFORM pg_sleep(0.02); END LOOP;
                            RETURN new;
                        END $$;
                        CREATE TRIGGER hold_rebuild BEFORE UPDATE ON vector_index FOR EACH ROW
                            WHEN (new.published > old.published) EXECUTE FUNCTION hold_rebuild();
                        """)
                .update();
    }

    private ConfigurableApplicationContext open(String... options) {
        return CommandLine.open(RunOptions.parse(Stream.concat(
                        Stream.of(options),
                        Stream.of(
                                "--data.dir=" + PreparedData.in(data),
                                "--api.port=0",
                                "--management.port=0",
                                "--outbox.poll-interval=20"))
                .toArray(String[]::new)));
    }

    private static void run(ConfigurableApplicationContext application) throws InterruptedException {
        application
                .getBean(MainJob.class)
                .run(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    }

    private static void awaitRebuilt(ConfigurableApplicationContext application, long posts) throws IOException {
        await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> {
            assertThat(application.getBean(VectorIndex.class).count()).isEqualTo(posts);
            assertThat(application
                            .getBean(HealthEndpoint.class)
                            .healthForPath("index")
                            .getStatus())
                    .isEqualTo(Status.UP);
        });
        assertThat(application.getBean(PipelineCounts.class).counts().indexed()).isEqualTo(posts);
    }

    private static long edges(ConfigurableApplicationContext application) {
        return application
                .getBean(JdbcClient.class)
                .sql("SELECT count(*) FROM graph_edges")
                .query(Long.class)
                .single();
    }
}
