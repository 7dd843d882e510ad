package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;

/**
 * The whole application with entries at the head of its streams that cannot be processed. The system property
 * {@code poison.posts} puts more good ones behind them than fit a build; how long they take is printed, not judged.
 */
class PoisonIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Pattern POST_ID = Pattern.compile("\"post_id\":\\s*\"([^\"]+)\"");
    private static final int GOOD = Integer.getInteger("poison.posts", 200);

    /** The streams between the stages, and the groups that need the row of the post. */
    private static final Map<String, List<String>> NEED_THE_POST = Map.of(
            "posts.parsed", List.of("tagging_workers"),
            "posts.tagged", List.of("tag_persist_workers", "crawl_trigger_workers", "enrich_workers"),
            "posts.crawl", List.of("crawl_workers"),
            "posts.enriched", List.of("indexing_workers"));

    private static final Map<String, String> CRAWL = Map.of(
            "event",
            "posts.crawl",
            "trace_id",
            "t",
            "data",
            """
            {"schema_version":"v1","trace_id":"t","occurred_at":"2026-01-01T00:00:00Z","idempotency_key":"k",
             "post_id":"7660b34c-4c20-58e1-ac8c-fea5a2d9d68b","tenant_id":"00000000-0000-0000-0000-000000000001",
             "urls":["https://example.org/"],"trigger_reason":"trigger_tag"}""");

    private final StreamCatalog catalog = new StreamCatalog();
    private ConfigurableApplicationContext application;
    private RedisClient client;
    private RedisCommands<String, String> redis;
    private int imported;

    @AfterEach
    void stop() {
        client.shutdown();
        application.close();
    }

    @Test
    void poison_at_the_head_of_each_stream_holds_up_nothing_and_ends_in_the_dead_letters_with_its_reason(
            @TempDir Path folder) throws Exception {
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                // an entry of the crawl stage waits for a busy host; here it would take two minutes to fail five times
                "--config.dir=" + QuickRoutes.in(folder, 1_000, "51-crawl.camel.yaml"),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        client = RedisClient.create(application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
        importMore(folder, 100);
        Duration clean = importMore(folder, GOOD);

        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(lines);
        NEED_THE_POST.keySet().forEach(this::poison);
        healthNamesTheStagesWhoseEntriesFail();
        Duration poisoned = importMore(folder, GOOD);
        Duration cleanAgain = importMore(folder, GOOD);

        System.out.printf(
                "%d posts behind clean heads took %d ms, behind poisoned ones %d ms, behind clean ones again %d ms%n",
                GOOD, clean.toMillis(), poisoned.toMillis(), cleanAgain.toMillis());
        eventually()
                .untilAsserted(() -> NEED_THE_POST.forEach((stream, groups) -> {
                    assertThat(deadLetters(stream, "routes.events.InvalidEventException"))
                            .as("malformed, of " + stream)
                            .containsOnlyKeys(groupsOf(stream))
                            .allSatisfy((group, reason) -> assertThat(reason).contains("data"));
                    assertThat(deadLetters(stream, "routes.posts.PostNotThereYetException"))
                            .as("of a post that is nowhere, of " + stream)
                            .containsOnlyKeys(groups)
                            .allSatisfy((group, reason) -> assertThat(reason).contains("is not stored"));
                    assertThat(inspector().groups(catalog.key(stream)))
                            .filteredOn(group -> groupsOf(stream).contains(group.group()))
                            .allSatisfy(group -> assertThat(group.lag() + group.pending())
                                    .as(group.group())
                                    .isZero());
                }));
        root.detachAppender(lines);
        logHasALineForEachChange(List.copyOf(lines.list));
        eventually().untilAsserted(this::failedDeliveriesAreCountedOnce);
        healthNamesTheDeadLetters();
        postsThatADeadLetterOrNothingIsAboutAreCounted();
    }

    private void healthNamesTheStagesWhoseEntriesFail() {
        eventually().untilAsserted(() -> {
            JsonNode health = get("/health");
            assertThat(health.path("status").asText()).isEqualTo("DEGRADED");
            assertThat(health.at("/components/stages/status").asText()).isEqualTo("DEGRADED");
            assertThat(health.at("/components/stages/components/indexing/status")
                            .asText())
                    .isEqualTo("DEGRADED");
            assertThat(health.at("/components/stages/components/cleanup/status").asText())
                    .isEqualTo("UP");
        });
    }

    private void postsThatADeadLetterOrNothingIsAboutAreCounted() throws Exception {
        assertThat(get("/users/1/pipeline").has("dead_letters")).isFalse();
        String key = catalog.key("posts.enriched");
        Map<String, String> dead = new TreeMap<>(
                redis.xrange(key, Range.unbounded(), Limit.from(1)).get(0).getBody());
        dead.put("dlq_group", "indexing_workers");
        redis.xadd(key + ":dlq", dead);
        eventually().untilAsserted(() -> assertThat(
                        get("/users/1/pipeline").path("dead_letters").asLong())
                .isEqualTo(1));
        application
                .getBean(JdbcClient.class)
                .sql(
                        """
                        UPDATE posts SET indexing_status = 'pending', updated_at = now() - interval '2 minutes'
                        WHERE id = (SELECT min(id::text)::uuid FROM posts)
                        """)
                .update();

        eventually().untilAsserted(() -> assertThat(
                        get("/health").at("/components/pipeline/reason").asText())
                .contains("1 posts are not indexed and have no pending event"));
    }

    private JsonNode get(String path) throws Exception {
        String port = application.getEnvironment().getProperty("local.server.port");
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .timeout(Duration.ofSeconds(30))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    /** The first failure of an entry, and its end; with its trace, route and post. */
    private static void logHasALineForEachChange(List<ILoggingEvent> lines) {
        assertThat(lines).noneMatch(line -> line.getFormattedMessage().contains("Failed delivery"));
        assertThat(lines)
                .filteredOn(line -> line.getLevel() == Level.WARN
                        && line.getFormattedMessage().contains(" failed in route "))
                .as("of a post that is nowhere, once for each group that needs it")
                .hasSize(NEED_THE_POST.values().stream().mapToInt(List::size).sum());
        assertThat(lines)
                .filteredOn(line -> line.getFormattedMessage().contains(" became a dead letter "))
                .hasSizeGreaterThan(5)
                .allSatisfy(line -> {
                    assertThat(line.getLevel()).isEqualTo(Level.ERROR);
                    assertThat(line.getMDCPropertyMap().get("trace_id")).isNotBlank();
                    assertThat(line.getFormattedMessage()).containsPattern(", route [a-z-]+, after delivery \\d: ");
                })
                .anySatisfy(line -> assertThat(line.getFormattedMessage()).containsPattern("\\(post [0-9a-f-]{36}\\)"));
    }

    /** Of the two entries one is refused at its first delivery, and one fails five times. */
    private void failedDeliveriesAreCountedOnce() {
        var metrics = application.getBean(MeterRegistry.class);
        for (String stage : List.of("tags.persisted", "indexing.processed")) {
            assertThat(metrics.counter(stage, "status", "retrying").count())
                    .as(stage)
                    .isEqualTo(4);
            assertThat(metrics.counter(stage, "status", "failed").count())
                    .as(stage)
                    .isEqualTo(2);
        }
    }

    private void healthNamesTheDeadLetters() {
        eventually().untilAsserted(() -> {
            JsonNode health = get("/health");
            assertThat(health.path("status").asText()).isEqualTo("DEGRADED");
            assertThat(health.at("/components/pipeline/status").asText()).isEqualTo("DEGRADED");
            assertThat(health.at("/components/pipeline/reason").asText())
                    .contains(
                            "2 dead letters in posts.enriched",
                            " dead letters in posts.parsed",
                            " dead letters in posts.tagged");
        });
    }

    /** An entry that cannot be read, and one of a post that is nowhere: each delivery of it fails. */
    private void poison(String stream) {
        String key = catalog.key(stream);
        Map<String, String> good = redis.xrevrange(key, Range.unbounded(), Limit.from(1)).stream()
                .map(StreamMessage::getBody)
                .findFirst()
                .orElse(CRAWL); // no post of the export has links that are read
        Map<String, String> malformed = new TreeMap<>(good);
        malformed.put("data", "{\"post_id\":");
        redis.xadd(key, malformed);
        Map<String, String> nowhere = new TreeMap<>(good);
        Matcher id = POST_ID.matcher(nowhere.get("data"));
        assertThat(id.find()).isTrue();
        nowhere.replaceAll(
                (field, value) -> value.replace(id.group(1), UUID.randomUUID().toString()));
        redis.xadd(key, nowhere);
    }

    /** @return how long it took until all were indexed */
    private Duration importMore(Path folder, int posts) throws IOException {
        imported += posts;
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, imported, 300);
        long since = System.nanoTime();
        application.getBean(ImportService.class).submit(1, TENANT, export);
        eventually()
                .until(() -> application.getBean(PipelineCounts.class).counts().indexed() >= imported);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Reasons by group. */
    private Map<String, String> deadLetters(String stream, String errorClass) {
        Map<String, String> reasons = new HashMap<>();
        redis.xrange(catalog.key(stream) + ":dlq", Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .filter(letter -> letter.get("dlq_error_class").equals(errorClass))
                .forEach(letter -> assertThat(reasons.put(letter.get("dlq_group"), letter.get("dlq_error")))
                        .as("twice")
                        .isNull());
        return reasons;
    }

    /** The groups of a stream that the routes of this process serve. */
    private List<String> groupsOf(String stream) {
        return catalog.streams().stream()
                .filter(candidate -> candidate.name().equals(stream))
                .flatMap(found -> found.groups().stream())
                .toList();
    }

    private StreamAdmin inspector() {
        return application.getBean(StreamAdmin.class);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(180)).pollInterval(Duration.ofMillis(100));
    }
}
