package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.operations.MainJob;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;

/**
 * The whole application under load while its PostgreSQL is killed and comes back: the stages pause and go on. The system
 * properties {@code outage.seconds} and {@code outage.posts} allow a longer outage and more posts than fit a build.
 */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseOutageIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final int POSTS = Integer.getInteger("outage.posts", 2_000);
    private static final int OUTAGE_SECONDS = Integer.getInteger("outage.seconds", 8);

    /** The promise of decision 12. */
    private static final Duration RESUMED = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private ConfigurableApplicationContext application;
    private Process revived;

    @AfterEach
    void stop() {
        application.close();
        if (revived != null) {
            revived.destroyForcibly();
        }
    }

    @Test
    void stages_pause_while_postgresql_is_away_and_go_on_when_it_is_back_and_nothing_is_dead_lettered(
            @TempDir Path folder, CapturedOutput output) throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        Path data = folder.resolve("data");
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(data),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        ImportService imports = application.getBean(ImportService.class);
        UUID id = imports.submit(1, TENANT, export);
        eventually().until(() -> imports.find(id).orElseThrow().isOver());
        eventually().until(() -> counts().tagged() > 100);

        ProcessHandle postgres = postmaster(data);
        List<String> command = commandOf(postgres);
        postgres.destroyForcibly();
        postgres.onExit().get(10, TimeUnit.SECONDS);
        long before = indexed();

        eventually().untilAsserted(() -> {
            JsonNode health = health();
            assertThat(health.at("/status").asText()).isEqualTo("DOWN");
            assertThat(health.at("/components/database/status").asText()).isEqualTo("DOWN");
            assertThat(health.at("/components/stages/components/tagging/status").asText())
                    .isEqualTo("DOWN");
            assertThat(databaseUp()).isZero();
        });
        await().pollDelay(Duration.ofSeconds(OUTAGE_SECONDS))
                .atMost(Duration.ofSeconds(OUTAGE_SECONDS + 30L))
                .until(() -> true);
        assertThat(deadLetters()).isZero();
        revive(command, data);
        long back = System.nanoTime();
        await().atMost(RESUMED).ignoreExceptions().until(() -> counts().indexed() > before);
        eventually().untilAsserted(() -> assertThat(health().path("status").asText())
                .isEqualTo("UP"));
        eventually().until(() -> databaseUp() == 1);
        System.out.printf("All stages up %d ms after the database%n", (System.nanoTime() - back) / 1_000_000);
        eventually().untilAsserted(() -> {
            PipelineCounts.Counts counts = counts();
            assertThat(counts.parsed()).isEqualTo(POSTS);
            assertThat(counts.tagged()).isEqualTo(POSTS);
            assertThat(counts.indexed()).isEqualTo(POSTS);
        });
        eventually().untilAsserted(() -> assertThat(pending()).isZero());
        assertThat(deadLetters()).isZero();
        assertThat(output.getAll()).doesNotContain("Failed delivery for");
    }

    @Test
    void an_import_from_the_command_line_waits_for_postgresql_and_ends_well(@TempDir Path folder) throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        Path data = folder.resolve("data");
        application = CommandLine.open(RunOptions.parse(
                "--import=" + export,
                "--exit-when-idle",
                "--data.dir=" + PreparedData.in(data),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        var job = application.getBean(MainJob.class);
        var result = CompletableFuture.supplyAsync(() -> {
            try {
                return job.run(System.out);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        eventually().until(() -> counts().indexed() > 10);

        ProcessHandle postgres = postmaster(data);
        List<String> command = commandOf(postgres);
        postgres.destroyForcibly();
        postgres.onExit().get(10, TimeUnit.SECONDS);
        await().pollDelay(Duration.ofSeconds(OUTAGE_SECONDS))
                .atMost(Duration.ofSeconds(OUTAGE_SECONDS + 30L))
                .until(() -> true);
        assertThat(result).isNotDone();
        revive(command, data);

        assertThat(result.get(120, TimeUnit.SECONDS)).isZero();
        assertThat(counts().indexed()).isEqualTo(POSTS);
    }

    /** Starts the server again and waits until it answers. */
    private void revive(List<String> command, Path data) throws IOException {
        // the process id in it may belong to another process by now, or to a zombie
        Files.delete(pidFile(data));
        Path log = data.resolveSibling("revived.log");
        revived = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        eventually()
                .failFast(() ->
                        assertThat(revived.isAlive()).as(Files.readString(log)).isTrue())
                .ignoreExceptions()
                .until(this::databaseAnswers);
    }

    private boolean databaseAnswers() {
        return application
                .getBean(JdbcClient.class)
                .sql("SELECT true")
                .query(Boolean.class)
                .single();
    }

    private long indexed() {
        return application.getBean(StreamAdmin.class).stream(new StreamCatalog().key("posts.indexed"))
                .length();
    }

    private PipelineCounts.Counts counts() {
        return application.getBean(PipelineCounts.class).counts();
    }

    private long deadLetters() {
        var inspector = application.getBean(StreamAdmin.class);
        return new StreamCatalog()
                .streams().stream()
                        .mapToLong(stream -> inspector.stream(stream.key()).deadLetters())
                        .sum();
    }

    private long pending() {
        var inspector = application.getBean(StreamAdmin.class);
        return new StreamCatalog()
                .streams().stream()
                        .flatMap(stream -> inspector.groups(stream.key()).stream())
                        .mapToLong(StreamAdmin.GroupState::pending)
                        .sum();
    }

    private double databaseUp() {
        return application
                .getBean(MeterRegistry.class)
                .get("metrics.backend.up")
                .tag("target", "database")
                .gauge()
                .value();
    }

    private JsonNode health() throws IOException, InterruptedException {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new ObjectMapper().readTree(response.body());
    }

    private static ProcessHandle postmaster(Path data) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readAllLines(pidFile(data)).get(0)))
                .orElseThrow();
    }

    private static Path pidFile(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** How to start the same server again; it refuses to run as root. */
    private static List<String> commandOf(ProcessHandle server) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(server.info().command().orElseThrow());
        command.addAll(List.of(server.info().arguments().orElseThrow()));
        return command;
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200));
    }
}
