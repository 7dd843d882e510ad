package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.llm.standin.ChatCall;
import routes.llm.standin.Fault;
import routes.llm.standin.ModelServer;

/** A provider that an integrator adds, with the file that docs/providers.md shows. */
class OwnProviderIT {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```yaml\n(.*?)```");

    private static Path config(Path folder) throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("docs/providers.md")));
        assertThat(example.find()).isTrue();
        Path providers = Files.createDirectories(folder.resolve("config/routes/providers"));
        Files.writeString(providers.resolve("llm-house.camel.yaml"), example.group(1));
        return folder.resolve("config");
    }

    @Test
    void a_route_file_adds_a_provider_with_models_breaker_and_fallback(@TempDir Path folder) throws Exception {
        ModelServer models = ModelServer.start();
        models.openRouter().requireKey(false);
        models.openRouter().next(Fault.status(503));
        try (var pipeline = new ModelPipeline(
                models,
                folder,
                "--config.dir=" + config(folder),
                "--tagging.providers=house,local",
                "--house.url=" + models.openRouterBaseUrl() + "/chat/completions")) {
            UUID first =
                    pipeline.imported("Телескоп наблюдает далёкую галактику").get(0);
            pipeline.awaitTags(first, "house");
            assertThat(models.openRouter().calls()).extracting(ChatCall::model).containsExactly("llama3.2", "qwen2.5");
            assertThat(pipeline.metric("circuit_breaker_state{name=\"llm-house\"}"))
                    .isZero();

            models.openRouter().always(Fault.status(400));
            UUID second =
                    pipeline.imported("Ледокол идёт через арктический пролив").get(0);
            assertThat(pipeline.awaitTags(second, "local")).isNotEmpty();
        }
    }

    @Test
    void a_route_that_hands_over_no_answer_fails_the_call_instead_of_calling_forever(@TempDir Path folder)
            throws Exception {
        Path file = config(folder).resolve("routes/providers/llm-house.camel.yaml");
        String route = Files.readString(file);
        Files.writeString(file, route.substring(0, route.lastIndexOf("        - bean:")));
        ModelServer models = ModelServer.start();
        models.openRouter().requireKey(false);
        try (var pipeline = new ModelPipeline(
                models,
                folder,
                "--config.dir=" + folder.resolve("config"),
                "--tagging.providers=house,local",
                "--tagging.retry-delay=0.01",
                "--house.url=" + models.openRouterBaseUrl() + "/chat/completions")) {
            UUID post =
                    pipeline.imported("Ледокол идёт через арктический пролив").get(0);

            assertThat(pipeline.awaitTags(post, "local")).isNotEmpty();
            assertThat(models.openRouter().calls()).hasSize(4);
        }
    }

    @Test
    void a_failure_of_something_else_than_the_provider_is_told_and_does_not_open_its_breaker(@TempDir Path folder)
            throws Exception {
        Path file = config(folder).resolve("routes/providers/llm-house.camel.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst(
                                "      steps:\n",
                                """
                                      steps:
                                        - throwException:
                                            id: llm-house-broken
                                            exceptionType: java.lang.IllegalStateException
                                            message: the disk is full
                                """));
        try (var pipeline = new ModelPipeline(
                folder, "--config.dir=" + folder.resolve("config"), "--tagging.providers=house,local")) {
            for (int i = 0; i < 12; i++) {
                pipeline.imported("Ледокол номер " + i + " идёт через пролив");
            }

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                            pipeline.metric(
                                    "stream_messages_total{group=\"tagging_workers\",outcome=\"failed\",stream=\"posts.parsed\"}"))
                    .isGreaterThanOrEqualTo(12));
            assertThat(pipeline.metric("circuit_breaker_state{name=\"llm-house\"}"))
                    .isZero();
        }
    }

    @Test
    void a_provider_without_a_route_stops_the_start_with_what_there_is(@TempDir Path folder) {
        assertThatThrownBy(() -> new ModelPipeline(folder, "--tagging.providers=houze,local"))
                .hasMessageContaining("TAGGING_PROVIDERS=houze,local")
                .hasMessageContaining("direct:llm-houze");
    }
}
