package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.operations.MainJob;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedRedis;

/** What {@code --import} needs goes away while it runs. */
@ExtendWith(OutputCaptureExtension.class)
class ImportOutageIT {
    private static final int POSTS = 600;
    private static final Path EVERY_KIND = Path.of("src/test/resources/exports/every-kind");

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private ConfigurableApplicationContext application;

    @AfterEach
    void stop() {
        application.close();
        REDIS.commands().flushall();
    }

    @Test
    void an_import_waits_for_redis_and_ends_well(@TempDir Path folder) throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        CompletableFuture<Integer> result = run(folder, export, "--redis.url=" + REDIS.uri());
        eventually().until(() -> counts().indexed() > 10);

        REDIS.kill();
        goesOn(result, Duration.ofSeconds(5));
        REDIS.start();

        assertThat(result.get(180, TimeUnit.SECONDS)).isZero();
        assertThat(counts().indexed()).isEqualTo(POSTS);
        var inspector = application.getBean(StreamAdmin.class);
        assertThat(new StreamCatalog().streams())
                .allSatisfy(stream ->
                        assertThat(inspector.stream(stream.key()).deadLetters()).isZero());
    }

    @Test
    void an_import_waits_until_its_media_can_be_stored(@TempDir Path folder) throws Exception {
        Path inTheWay = fileInPlaceOfTheMediaFolder(folder);
        CompletableFuture<Integer> result = run(folder, EVERY_KIND);
        eventually().until(() -> importStatus().equals("running"));
        goesOn(result, Duration.ofSeconds(5));

        Files.delete(inTheWay);

        // the export lacks some of its files, which is no error
        assertThat(result.get(120, TimeUnit.SECONDS)).isZero();
        assertThat(number("SELECT count(*) FROM posts")).isEqualTo(74);
        try (Stream<Path> files = Files.walk(folder.resolve("data/media"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSizeGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void where_media_cannot_be_stored_the_import_fails_in_one_line_and_the_next_one_goes_on(
            @TempDir Path folder, CapturedOutput output) throws Exception {
        Path inTheWay = fileInPlaceOfTheMediaFolder(folder);
        CompletableFuture<Integer> result = run(folder, EVERY_KIND, "--import.outage-tolerance=1s");

        assertThat(result.get(120, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(importStatus()).isEqualTo("failed");
        assertThat(output.getAll().lines().filter(line -> line.contains(inTheWay.toString())))
                .isNotEmpty();
        assertThat(output.getAll()).doesNotContain("\tat ", "Просто текст");

        Files.delete(inTheWay);
        assertThat(application.getBean(MainJob.class).run(System.out)).isZero();
        assertThat(number("SELECT count(*) FROM posts")).isEqualTo(74);
    }

    private static Path fileInPlaceOfTheMediaFolder(Path folder) throws Exception {
        Path media = folder.resolve("data/media/00000000-0000-0000-0000-000000000001");
        Files.createDirectories(media.getParent());
        return Files.createFile(media);
    }

    private CompletableFuture<Integer> run(Path folder, Path export, String... more) {
        application = CommandLine.open(RunOptions.parse(Stream.concat(
                        Stream.of(
                                "--import=" + export,
                                "--exit-when-idle",
                                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                                "--api.port=0",
                                "--management.port=0",
                                "--outbox.poll-interval=20"),
                        Stream.of(more))
                .toArray(String[]::new)));
        var job = application.getBean(MainJob.class);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return job.run(System.out);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void goesOn(CompletableFuture<Integer> result, Duration time) {
        await().during(time).atMost(time.plusSeconds(60)).until(() -> !result.isDone());
    }

    private PipelineCounts.Counts counts() {
        return application.getBean(PipelineCounts.class).counts();
    }

    private String importStatus() {
        return application
                .getBean(JdbcClient.class)
                .sql("SELECT coalesce(max(status), '') FROM imports")
                .query(String.class)
                .single();
    }

    private long number(String sql) {
        return application.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(100));
    }
}
