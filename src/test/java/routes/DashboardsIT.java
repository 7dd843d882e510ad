package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import routes.embedded.PreparedData;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.operations.alerts.Promtool;
import routes.schedule.Jobs;
import routes.testing.FreePort;

/** The dashboards that ship, on a Prometheus that scrapes the whole application with the demo channel. */
@EnabledIf(value = "isInstalled", disabledReason = "prometheus is not on the PATH; .ci/run installs it")
class DashboardsIT {
    private static final Path DASHBOARDS = Path.of("config/grafana/dashboards");
    private static final Path RULES = Path.of("config/prometheus").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private static ConfigurableApplicationContext application;
    private static Process prometheus;
    private static int port;

    static boolean isInstalled() {
        return Promtool.isInstalled("prometheus");
    }

    @BeforeAll
    static void start() throws Exception {
        application = CommandLine.open(RunOptions.parse(
                "--demo",
                "--data.dir=" + PreparedData.in(folder),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        port = FreePort.next();
        String management = application.getEnvironment().getProperty("local.management.port");
        String config = Files.readString(RULES.resolve("prometheus.yml"))
                .replace("127.0.0.1:8001", "127.0.0.1:" + management)
                .replace("15s", "1s")
                .replace("- recording.yml", "- " + RULES.resolve("recording.yml"))
                .replace("- alerts.yml", "- " + RULES.resolve("alerts.yml"));
        Path file = Files.writeString(folder.resolve("prometheus.yml"), config);
        prometheus = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        // scraped before the posts come: a rate needs to see a counter grow
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> !query("app_info")
                .isEmpty());
        application
                .getBean(MainJob.class)
                .run(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        application.getBean(Jobs.class).runNow("reconcile");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.destroy();
            prometheus.waitFor(10, TimeUnit.SECONDS);
        }
        if (application != null) {
            application.close();
        }
    }

    @Test
    void every_expression_returns_a_series_with_the_labels_of_its_legend() {
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    request("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port")
                            + "/health");
                    List<String> wrong = new ArrayList<>();
                    for (JsonNode dashboard : dashboards()) {
                        for (JsonNode target : dashboard.findValues("targets").stream()
                                .flatMap(DashboardsIT::stream)
                                .toList()) {
                            String expression = target.path("expr").asText();
                            JsonNode series = query(
                                    expression.replace("$__rate_interval", "2m").replace("$group", ".*"));
                            Pattern.compile("\\{\\{(\\w+)}}|$")
                                    .matcher(target.path("legendFormat").asText())
                                    .results()
                                    .map(label -> label.group(1))
                                    .filter(label -> series.isEmpty()
                                            || (label != null
                                                    && !series.at("/0/metric").has(label)))
                                    .forEach(label -> wrong.add(
                                            dashboard.path("title").asText() + ", " + label + ": " + expression));
                        }
                    }
                    assertThat(wrong).isEmpty();
                });
    }

    @Test
    void every_dashboard_and_panel_says_what_it_shows() throws IOException {
        List<JsonNode> dashboards = dashboards();
        assertThat(dashboards).hasSize(5);
        assertThat(dashboards).extracting(one -> one.path("uid").asText()).doesNotHaveDuplicates();
        assertThat(dashboards).allSatisfy(dashboard -> {
            assertThat(dashboard.path("title").asText()).startsWith("Telegram Assistant: ");
            assertThat(dashboard.path("description").asText()).isNotBlank();
            assertThat(stream(dashboard.path("panels"))).isNotEmpty().allSatisfy(panel -> {
                assertThat(panel.path("title").asText()).isNotBlank();
                assertThat(panel.path("description").asText()).endsWith(".");
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
            });
            assertThat(stream(dashboard.path("panels")))
                    .extracting(panel -> panel.path("id").asInt())
                    .doesNotHaveDuplicates();
        });
    }

    /** The demo is a healthy run. */
    @Test
    void no_alert_fires() throws Exception {
        assertThat(query("ALERTS{alertstate=\"firing\"}")).isEmpty();
    }

    private static List<JsonNode> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            List<JsonNode> dashboards = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                dashboards.add(JSON.readTree(file.toFile()));
            }
            return dashboards;
        }
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return array.valueStream();
    }

    private static JsonNode query(String expression) throws IOException, InterruptedException {
        JsonNode result = request("http://127.0.0.1:" + port + "/api/v1/query?query="
                + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        assertThat(result.path("status").asText())
                .as("%s: %s", expression, result)
                .isEqualTo("success");
        return result.at("/data/result");
    }

    private static JsonNode request(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return JSON.readTree(answer.body());
    }
}
