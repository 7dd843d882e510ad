package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.operations.RouteReloads;
import routes.operations.RouteTrials;
import routes.routefiles.LiveRoutes.Outcome;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteTrial.Trust;

/** The examples of config/routes/examples, saved into the folder of a running process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteExamplesIT {
    private static final Path EXAMPLES = Path.of("config/routes/examples");

    private ModelPipeline pipeline;
    private Path folder;
    private Path own;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        this.folder = folder;
        own = Files.createDirectories(folder.resolve("config/routes"));
        pipeline = new ModelPipeline(
                folder,
                "--config.dir=" + folder.resolve("config"),
                "--routes.reload=false",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY,
                "--tagging.providers=openrouter");
        pipeline.models
                .openRouter()
                .answer(call -> call.user().contains("реклама") ? "[\"реклама\"]" : "[\"телескоп\"]");
        pipeline.models.gigaChat().answer(call -> "[\"галактика\"]");
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    /** @param settings of the example, each as a name and a value, in place of the default */
    private void save(String example, String... settings) throws Exception {
        Path file = EXAMPLES.resolve(example);
        String text = Files.readString(file);
        for (int i = 0; i < settings.length; i += 2) {
            String set = text.replaceFirst("\\{\\{" + settings[i] + ":[^}]*}}", settings[i + 1]);
            assertThat(set).as(settings[i]).isNotEqualTo(text);
            text = set;
        }
        Files.writeString(own.resolve(file.getFileName()), text);
        var reload = pipeline.application.getBean(RouteReloads.class).reload().orElseThrow();
        assertThat(reload.outcome()).as("%s", example).isEqualTo(Outcome.LOADED);
        assertThat(reload.changes().isEmpty()).isFalse();
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void one_channel_has_other_models() throws Exception {
        UUID before = pipeline.imported("Телескоп видит далёкую галактику").get(0);
        assertThat(pipeline.awaitTags(before, "openrouter")).containsExactly("телескоп");

        save("model-for-a-channel/30-tagging.camel.yaml", "channel-model.channel", "7002");
        try {
            UUID after =
                    pipeline.imported("Телескоп снова видит далёкую галактику").get(0);
            assertThat(pipeline.awaitTags(after, "gigachat")).containsExactly("галактику");
            assertThat(pipeline.application
                            .getBean(RouteTrials.class)
                            .run(
                                    "30-tagging.camel.yaml",
                                    Files.readString(own.resolve("30-tagging.camel.yaml")),
                                    after.toString(),
                                    Trust.OWN)
                            .steps())
                    .filteredOn(step -> step.id().equals("tagging-providers-channel"))
                    .singleElement()
                    .satisfies(step -> assertThat(step.properties()).containsEntry("llmProviders", "gigachat,local"));
        } finally {
            Files.delete(own.resolve("30-tagging.camel.yaml"));
            pipeline.application.getBean(RouteReloads.class).reload();
        }
    }

    @Test
    void tagged_posts_go_to_an_address_except_those_that_are_muted() throws Exception {
        Queue<String> received = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/tagged", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            save(
                    "tagged-webhook.camel.yaml",
                    "tagged-webhook.url",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/tagged",
                    "tagged-webhook.muted-tag",
                    "реклама");
            List<UUID> posts = pipeline.imported("Это реклама телескопа", "Телескоп наблюдает туманность");

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(received).anyMatch(body -> body.contains(posts.get(1).toString()));
                assertThat(pipeline.get("/posts/" + posts.get(0) + "/timeline").path("items"))
                        .filteredOn(item -> item.path("stage").asText().equals("tagged-webhook"))
                        .singleElement()
                        .satisfies(
                                item -> assertThat(item.path("reason").asText()).isEqualTo("the tag is muted"));
            });
            assertThat(received).noneMatch(body -> body.contains(posts.get(0).toString()));
        } finally {
            Files.delete(own.resolve("tagged-webhook.camel.yaml"));
            pipeline.application.getBean(RouteReloads.class).reload();
            server.stop(0);
        }
    }

    @Test
    void indexed_posts_go_to_files() throws Exception {
        save(
                "indexed-files.camel.yaml",
                "indexed-files.folder",
                folder.resolve("indexed").toString());
        UUID post = pipeline.imported("Телескоп в пустыне").get(0);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(names(folder.resolve("indexed")))
                .contains(post + ".json"));
    }

    @Test
    void a_schedule_of_ones_own_runs() throws Exception {
        save(
                "daily-count.camel.yaml",
                "daily-count.folder",
                folder.resolve("counts").toString());

        Path counts = folder.resolve("counts/posts.txt");
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(counts));
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(counts).content().matches("\\d{4}-\\d\\d-\\d\\d \\d+\n"));
    }

    /** A copy of a built-in file that was not copied from this version would undo what was mended since. */
    @Test
    void the_replacement_is_based_on_this_version_of_the_built_in_file() {
        assertThat(new RouteFiles(new PathMatchingResourcePatternResolver(), EXAMPLES.resolve("model-for-a-channel"))
                        .outdated(true))
                .isEmpty();
    }
}
