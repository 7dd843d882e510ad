package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.llm.standin.ModelServer;

/** Routes, groups and streams that an integrator adds, with the files that docs/routes.md shows. */
class OwnRoutesIT {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n# (config/routes/\\S+)\n(.*?)```");

    private final ObjectMapper json = new ObjectMapper();

    /** Writes the files of the examples. */
    private static Path config(Path folder) throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("docs/routes.md")));
        int files = 0;
        while (example.find()) {
            Path file = folder.resolve(example.group(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, example.group(2));
            files++;
        }
        assertThat(files).isGreaterThanOrEqualTo(4);
        return folder.resolve("config");
    }

    @Test
    void the_examples_write_files_call_http_and_publish_to_a_stream_of_their_own(@TempDir Path folder)
            throws Exception {
        Queue<String> received = new ConcurrentLinkedQueue<>();
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/tagged", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes());
            boolean refused = calls.incrementAndGet() == 1;
            if (!refused) {
                received.add(exchange.getRequestHeaders().getFirst("Content-Type") + " " + body);
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        server.start();
        ModelServer models = ModelServer.start();
        models.openRouter().answer(call -> call.user().contains("ледокол") ? "[\"ледокол\"]" : "[\"телескоп\"]");
        try (var pipeline = new ModelPipeline(
                models,
                folder,
                "--config.dir=" + config(folder),
                "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY,
                "--tagging.providers=openrouter,local",
                "--tag-files.folder=" + folder.resolve("files"),
                "--alerts.folder=" + folder.resolve("alerts"),
                "--alerts.tag=ледокол",
                "--tag-webhook.url=http://127.0.0.1:" + server.getAddress().getPort() + "/tagged")) {
            List<UUID> posts =
                    pipeline.imported("Большой ледокол идёт через пролив", "Новый телескоп наблюдает галактику");
            UUID watched = posts.get(0);

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(names(folder.resolve("files")))
                        .containsExactlyInAnyOrder(posts.get(0) + ".json", posts.get(1) + ".json");
                assertThat(received).hasSize(2);
                assertThat(names(folder.resolve("alerts"))).containsExactly(watched + ".json");
                // a file is there before its content
                assertThat(folder.resolve("files/" + watched + ".json")).isNotEmptyFile();
                assertThat(folder.resolve("alerts/" + watched + ".json")).isNotEmptyFile();
            });
            JsonNode event =
                    json.readTree(folder.resolve("files/" + watched + ".json").toFile());
            assertThat(event.path("post_id").asText()).isEqualTo(watched.toString());
            assertThat(received).allSatisfy(call -> assertThat(call).startsWith("application/json {"));
            assertThat(json.readTree(folder.resolve("alerts/" + watched + ".json")
                                    .toFile())
                            .path("post_id")
                            .asText())
                    .isEqualTo(watched.toString());

            var redis = pipeline.application.getBean(StringRedisTemplate.class);
            var entry = redis.opsForStream().range("stream:alerts:raised", Range.unbounded());
            assertThat(entry).singleElement().satisfies(one -> assertThat(one.getValue())
                    .containsKeys("data", "trace_id", "traceparent"));
            assertThat(redis.opsForStream().groups("stream:alerts:raised").groupCount())
                    .isEqualTo(1);
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(pipeline.metric(
                                "stream_consumer_lag{group=\"alert_files_workers\",stream=\"alerts.raised\"}"))
                        .isZero();
                assertThat(pipeline.metric("stream_consumer_pending{group=\"alerts_workers\",stream=\"posts.tagged\"}"))
                        .isZero();
                assertThat(pipeline.metric("stream_dead_letters{stream=\"alerts.raised\"}"))
                        .isZero();
                assertThat(pipeline.get("/posts/" + posts.get(1) + "/timeline").path("items"))
                        .filteredOn(item -> item.path("stage").asText().equals("alerts"))
                        .singleElement()
                        .satisfies(
                                item -> assertThat(item.path("reason").asText()).isEqualTo("not a watched tag"));
            });
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_route_of_ones_own_with_the_group_of_a_built_in_stage_stops_the_start(@TempDir Path folder) throws Exception {
        Path routes = Files.createDirectories(folder.resolve("config/routes"));
        String example = Files.readString(config(folder.resolve("docs")).resolve("routes/tag-files.camel.yaml"));
        Files.writeString(
                routes.resolve("tag-files.camel.yaml"), example.replace("tag_files_workers", "tag_persist_workers"));

        assertThatThrownBy(() -> new ModelPipeline(folder, "--config.dir=" + folder.resolve("config")))
                .hasStackTraceContaining(
                        "tag-files.camel.yaml:10:16: group 'tag_persist_workers' of stream 'posts.tagged' belongs to"
                                + " the stage 'tag-persistence' of the program");
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
