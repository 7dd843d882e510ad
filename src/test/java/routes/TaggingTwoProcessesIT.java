package routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.llm.standin.ModelServer;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/** Two processes that tag beside each other, on one database and one Redis. */
class TaggingTwoProcessesIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @Test
    void together_they_never_have_more_calls_in_flight_than_allowed(@TempDir Path folder) throws Exception {
        ModelServer models = ModelServer.start();
        models.openRouter().latency(Duration.ofMillis(40));
        models.openRouter().requireKey(false);
        try (var one = process(models, folder, "one");
                var other = process(models, folder, "two", "--pipeline.routes=tagging")) {
            List<UUID> posts = one.imported(IntStream.range(0, 200)
                    .mapToObj(i -> "Телескоп номер " + i + " наблюдает далёкую галактику")
                    .toArray(String[]::new));

            posts.forEach(post -> one.awaitStatus(post, "success"));

            assertThat(models.openRouter().maxConcurrent()).isEqualTo(3);
            assertThat(models.openRouter().calls()).hasSize(200);
            assertThat(other.metric("tagging_processed_total{status=\"success\"}"))
                    .as("the second has its share")
                    .isPositive();
        }
    }

    private static ModelPipeline process(ModelServer models, Path folder, String name, String... settings) {
        return new ModelPipeline(
                models,
                folder.resolve(name),
                Stream.concat(
                                Stream.of(
                                        "--camel.main.name=" + name,
                                        "--instance.name=" + name,
                                        // one JVM has room for the names of one
                                        "--spring.jmx.enabled=false",
                                        "--database.url=" + DATABASE.jdbcUrl(),
                                        "--redis.url=" + REDIS.uri(),
                                        "--tagging.providers=openrouter",
                                        "--openrouter.max-concurrent-requests=3"),
                                Arrays.stream(settings))
                        .toArray(String[]::new));
    }
}
