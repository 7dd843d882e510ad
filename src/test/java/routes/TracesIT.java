package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import routes.tracing.TraceReceiver;
import routes.tracing.TraceReceiver.Received;

/** Spans as a collector receives them from the whole application. */
class TracesIT {
    @TempDir
    static Path folder;

    private static final TraceReceiver RECEIVER = new TraceReceiver();
    private static ModelPipeline pipeline;

    @BeforeAll
    static void start() {
        System.setProperty("otel.bsp.schedule.delay", "200");
        pipeline = new ModelPipeline(folder, "--otel.exporter.otlp.endpoint=" + RECEIVER.url());
    }

    @AfterAll
    static void stop() {
        pipeline.close();
        RECEIVER.close();
        System.clearProperty("otel.bsp.schedule.delay");
    }

    @Test
    void one_trace_goes_with_a_post_from_its_source_to_the_index() throws IOException {
        UUID post = pipeline.imported("Вышел PostgreSQL 17 с инкрементальными копиями")
                .get(0);
        pipeline.awaitStatus(post, "success");
        await().atMost(Duration.ofSeconds(60)).until(() -> !of(post, "indexing").isEmpty());
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !of(post, "tag-persistence").isEmpty());

        Map<String, String> outcomes =
                Map.of("tagging", "done", "tag-persistence", "done", "enrichment", "skipped", "indexing", "done");
        for (String stage : outcomes.keySet()) {
            Received span = of(post, stage).get(0);
            assertThat(span.kind()).isEqualTo("SPAN_KIND_CONSUMER");
            assertThat(span.values())
                    .containsEntry("messaging.system", "redis_streams")
                    .containsEntry("outcome", outcomes.get(stage))
                    .containsKeys("messaging.message.id", "messaging.consumer.group.name");
            assertThat(path(span))
                    .as("%s and what comes before it", stage)
                    .startsWith("publish posts.parsed", "process posts.parsed");
        }
        assertThat(path(of(post, "indexing").get(0)))
                .containsExactly(
                        "publish posts.parsed",
                        "process posts.parsed",
                        "process posts.tagged",
                        "process posts.enriched");
        Set<String> traces = new HashSet<>();
        RECEIVER.spans().stream()
                .filter(span -> span.values().getOrDefault("post_ids", "").contains(post.toString()))
                .forEach(span -> traces.add(span.traceId()));
        assertThat(traces)
                .containsExactly(pipeline.jdbc
                        .sql("SELECT trace_id FROM posts WHERE id = ?")
                        .param(post)
                        .query(String.class)
                        .single()
                        .replace("-", ""));
    }

    @Test
    void camel_adds_the_spans_of_the_routes_and_of_the_calls_of_a_model() throws IOException {
        UUID post = pipeline.imported("Rust в ядре Linux").get(0);
        await().atMost(Duration.ofSeconds(60)).until(() -> !of(post, "tagging").isEmpty());

        Received work = of(post, "tagging").get(0);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(RECEIVER.spans()).anySatisfy(span -> {
                    assertThat(span.values()).containsEntry("component", "camel-http");
                    assertThat(work.links()).contains(span.traceId());
                    assertThat(path(span)).startsWith("redis-streams").contains("llm", "llm-openrouter");
                }));
        assertThat(RECEIVER.spans()).extracting(Received::name).as("polling").doesNotContain("ingest-batch");
        assertThat(RECEIVER.spans().toString())
                .doesNotContain(ModelPipeline.GIGACHAT_KEY, ModelPipeline.OPENROUTER_KEY, "Bearer");
    }

    @Test
    void a_request_continues_the_trace_of_its_caller_and_tells_neither_its_path_nor_its_query() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        request("/users/1/search?q=something+secret", "00-" + trace + "-b7ad6b7169203331-01");
        request("/users/1/posts", "no trace at all");
        request("/posts/999999999", null);

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(requests("/users/{user_id}/search"))
                .singleElement()
                .satisfies(span -> {
                    assertThat(span.traceId()).isEqualTo(trace);
                    assertThat(span.parent()).isEqualTo("b7ad6b7169203331");
                    assertThat(span.name()).isEqualTo("GET /users/{user_id}/search");
                    assertThat(span.values().get("http.response.status_code")).contains("200");
                }));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(requests("/users/{user_id}/posts"))
                .singleElement()
                .satisfies(span -> assertThat(span.parent()).isEmpty()));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(requests("/posts/{post_id}"))
                .singleElement()
                .satisfies(span -> assertThat(span.values().get("http.response.status_code"))
                        .contains("404")));
        assertThat(RECEIVER.spans().toString()).doesNotContain("secret", "999999999");
    }

    private static List<Received> requests(String route) {
        return RECEIVER.spans().stream()
                .filter(span -> span.kind().equals("SPAN_KIND_SERVER"))
                .filter(span -> route.equals(span.values().get("http.route")))
                .toList();
    }

    private void request(String path, String traceparent) throws Exception {
        String port = pipeline.application.getEnvironment().getRequiredProperty("local.server.port");
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
        if (traceparent != null) {
            request.header("traceparent", traceparent);
        }
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    /** A collector that is down costs the posts nothing. */
    @Test
    void posts_go_on_when_the_collector_refuses_spans() throws IOException {
        RECEIVER.refuse(true);
        try {
            UUID post = pipeline.imported("Go 1.24 ускоряет таблицы").get(0);
            pipeline.awaitStatus(post, "success");
        } finally {
            RECEIVER.refuse(false);
        }
    }

    private static List<Received> of(UUID post, String stage) {
        return RECEIVER.spans().stream()
                .filter(span -> stage.equals(span.values().get("stage")))
                .filter(span -> span.values().getOrDefault("post_ids", "").contains(post.toString()))
                .toList();
    }

    /** Names of the spans from the root to this one. */
    private static List<String> path(Received span) {
        List<String> names = new ArrayList<>(List.of(span.name()));
        for (var parent = RECEIVER.parent(span); parent.isPresent(); parent = RECEIVER.parent(parent.get())) {
            names.add(0, parent.get().name());
        }
        return names;
    }
}
