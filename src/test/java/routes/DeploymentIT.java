package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.web.client.RestClient;
import org.yaml.snakeyaml.Yaml;
import routes.ingest.export.DemoExport;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.schedule.Jobs;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.testing.Zips;
import routes.testing.qdrant.QdrantStandIn;

/** The processes of docker-compose.yml with their stages, on shared servers and shared folders. Each has its own data folder. */
class DeploymentIT {
    private static final Duration LONG = Duration.ofSeconds(120);

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    static final QdrantStandIn QDRANT = new QdrantStandIn();

    @TempDir
    Path folder;

    private final Map<String, ConfigurableApplicationContext> processes = new LinkedHashMap<>();

    @Test
    void a_post_takes_its_way_through_all_processes() throws Exception {
        Files.createDirectories(folder.resolve("media"));
        JsonNode services = new ObjectMapper()
                .valueToTree(new Yaml().<Object>load(Files.readString(Path.of("docker-compose.yml"))))
                .path("services");
        try {
            String api = "http://127.0.0.1:"
                    + start("api", services).getEnvironment().getProperty("local.server.port");
            for (String name : List.of("ingest", "models", "pages", "index")) {
                start(name, services, "--crawl.private-pages=" + api + "/demo/");
            }
            assertThat(processes).allSatisfy((name, process) -> assertThat(process.getBean(HealthEndpoint.class)
                            .healthForPath("ready")
                            .getStatus())
                    .isEqualTo(Status.UP));
            RestClient http = RestClient.create(api);
            Path demo = new DemoExport("/demo").unpack(folder, api + "/demo/");
            var upload = new LinkedMultiValueMap<String, Object>();
            upload.add(
                    "file", new ByteArrayResource(Zips.ofFolder(demo, "demo/").bytes()) {
                        @Override
                        public String getFilename() {
                            return "demo.zip";
                        }
                    });
            http.post().uri("/users/1/imports").body(upload).retrieve().toBodilessEntity();

            PipelineCounts counts = processes.get("api").getBean(PipelineCounts.class);
            await().atMost(LONG).untilAsserted(() -> assertThat(counts.counts()).satisfies(now -> {
                assertThat(now.parsed()).isPositive().isEqualTo(now.indexed() + now.indexSkipped());
                assertThat(now.taggingOpen() + now.taggingFailed() + now.indexFailed())
                        .isZero();
                assertThat(now.withVision()).isPositive();
                assertThat(now.crawled()).isPositive();
                assertThat(now.albums()).isPositive();
            }));
            List<String> found = get(http, "/users/1/search?q=звезда").findValuesAsText("post_id");
            assertThat(found).isNotEmpty();
            String post = found.get(0);

            http.post()
                    .uri("/users/1/digest/generate?from=2020-01-01")
                    .retrieve()
                    .toBodilessEntity();
            await().atMost(LONG).untilAsserted(() -> assertThat(DATABASE.jdbc()
                            .sql("SELECT status FROM digests")
                            .query(String.class)
                            .list())
                    .containsExactly("ready"));

            DATABASE.jdbc()
                    .sql("UPDATE posts SET expires_at = now() - interval '1 day' WHERE id = ?::uuid")
                    .param(post)
                    .update();
            assertThat(processes.get("ingest").getBean(Jobs.class).runNow("cleanup-sweep"))
                    .isEqualTo(Jobs.Outcome.SUCCESS);
            await().atMost(LONG).untilAsserted(() -> assertThat(
                            get(http, "/users/1/search?q=звезда").findValuesAsText("post_id"))
                    .doesNotContain(post));
        } finally {
            processes.values().forEach(ConfigurableApplicationContext::close);
        }
    }

    private ConfigurableApplicationContext start(String name, JsonNode services, String... settings)
            throws IOException {
        Path data = Files.createDirectories(folder.resolve(name));
        // a volume in docker-compose.yml
        Files.createSymbolicLink(data.resolve("media"), folder.resolve("media"));
        List<String> options = new ArrayList<>(List.of(
                "--camel.main.name=" + name,
                "--instance.name=" + name,
                "--spring.jmx.enabled=false",
                "--pipeline.routes="
                        + services.path(name).at("/environment/PIPELINE_ROUTES").asText(),
                "--database.url=" + DATABASE.jdbcUrl(),
                "--redis.url=" + REDIS.uri(),
                "--qdrant.url=" + QDRANT.url(),
                "--import.dir=" + folder.resolve("imports"),
                "--data.dir=" + data,
                "--api.port=0",
                "--management.port=0",
                // a job that runs cannot be started
                "--schedule.start-delay=1h",
                "--outbox.poll-interval=20"));
        options.addAll(List.of(settings));
        ConfigurableApplicationContext process = CommandLine.open(RunOptions.parse(options.toArray(String[]::new)));
        processes.put(name, process);
        return process;
    }

    private static JsonNode get(RestClient http, String path) {
        return http.get().uri(path).retrieve().body(JsonNode.class);
    }
}
