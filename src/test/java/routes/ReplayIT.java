package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.apache.camel.CamelContext;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PostgresService;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;

/** Dead letters as an operator meets them: seen, grouped, inspected, published again, edited, removed; over HTTP and by JMX. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ReplayIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final int POSTS = 50;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final StreamCatalog CATALOG = new StreamCatalog();
    private static final String TAGGED = CATALOG.key("posts.tagged");
    private static final String ENRICHED = CATALOG.key("posts.enriched");

    @TempDir
    static Path folder;

    private static ConfigurableApplicationContext application;
    private static RedisClient client;
    private static RedisCommands<String, String> redis;
    private static JdbcClient jdbc;

    @BeforeAll
    static void start() throws IOException {
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                "--config.dir=" + QuickRoutes.in(folder, 100, "05-stage.template.camel.yaml"),
                "--api.port=0",
                "--management.port=0",
                "--replay.rate=1000",
                "--outbox.poll-interval=20"));
        client = RedisClient.create(application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
        jdbc = application.getBean(JdbcClient.class);
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        indexRefuses(POSTS);
        application.getBean(ImportService.class).submit(1, TENANT, export);
    }

    @AfterAll
    static void stop() {
        client.shutdown();
        application.close();
    }

    /** Nothing of a test is left for the next one. */
    @BeforeEach
    void rested() {
        redis.del(TAGGED + ":dlq");
        eventually().until(() -> deadLetters(ENRICHED) >= POSTS || indexed() == POSTS);
        eventually().untilAsserted(() -> assertThat(
                        application.getBean(StreamAdmin.class).groups(ENRICHED))
                .allSatisfy(group -> assertThat(group.pending() + group.lag()).isZero()));
    }

    /** From now on the database refuses to record that these posts are indexed. */
    private static void indexRefuses(int posts) {
        jdbc.sql(
                        """
                        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN RAISE EXCEPTION 'post %% does not fit', NEW.number; END $$;
                        CREATE OR REPLACE TRIGGER refuse BEFORE UPDATE ON posts FOR EACH ROW
                        WHEN (NEW.indexing_status = 'indexed' AND NEW.number <= %d) EXECUTE FUNCTION refuse()"""
                                .formatted(posts))
                .update();
    }

    private static void indexAccepts() {
        jdbc.sql("DROP TRIGGER IF EXISTS refuse ON posts").update();
    }

    private static long indexed() {
        return application.getBean(PipelineCounts.class).counts().indexed();
    }

    private static long deadLetters(String key) {
        return redis.xlen(key + ":dlq");
    }

    @Test
    void
            fifty_entries_that_a_fault_made_dead_letters_are_seen_grouped_inspected_and_replayed_and_each_post_is_indexed_once()
                    throws Exception {
        JsonNode enriched = stream("posts.enriched");
        assertThat(enriched.path("dead_letters").asInt()).isEqualTo(POSTS);
        assertThat(enriched.at("/groups/0/stage").asText()).isEqualTo("indexing");

        JsonNode causes = get("/admin/streams/posts.enriched/causes").path("items");
        assertThat(causes).hasSize(1);
        JsonNode cause = causes.get(0);
        assertThat(cause.path("count").asInt()).isEqualTo(POSTS);
        assertThat(cause.path("group").asText()).isEqualTo("indexing_workers");
        assertThat(cause.path("message").asText()).contains("post … does not fit");

        JsonNode page = get("/admin/streams/posts.enriched/dead-letters?limit=20");
        JsonNode next = get("/admin/streams/posts.enriched/dead-letters?limit=200&cursor="
                + page.path("next_cursor").asText());
        assertThat(page.path("items")).hasSize(20);
        assertThat(next.path("items")).hasSize(30);
        assertThat(next.path("next_cursor").isNull()).isTrue();
        JsonNode letter = get("/admin/streams/posts.enriched/dead-letters/"
                + page.at("/items/0/id").asText());
        assertThat(letter.at("/fields/data").asText())
                .contains(letter.path("post_id").asText());
        assertThat(letter.path("fields").fieldNames()).toIterable().noneMatch(name -> name.startsWith("dlq_"));
        assertThat(letter.path("deliveries").asInt()).isEqualTo(5);
        assertThat(get("/posts/" + letter.path("post_id").asText() + "/timeline")
                        .path("items"))
                .anySatisfy(
                        record -> assertThat(record.path("outcome").asText()).isEqualTo("dead_lettered"));

        String all = "/admin/streams/posts.enriched/dead-letters/replay";
        String byCause = "\"cause\": \"" + cause.path("cause").asText() + "\"";
        JsonNode dry = post(all, "{%s, \"dry_run\": true}".formatted(byCause), 200);
        assertThat(dry.path("found").asInt()).isEqualTo(POSTS);
        assertThat(dry.path("replayed").asInt()).isZero();
        assertThat(deadLetters(ENRICHED)).as("a dry run changes nothing").isEqualTo(POSTS);
        assertThat(post(all, "{\"expected_count\": 49}", 409).path("detail").asText())
                .contains("49 dead letters were expected, but there are 50");

        indexAccepts();
        JsonNode replay = post(all, "{%s, \"expected_count\": 50}".formatted(byCause), 200);
        assertThat(replay.path("replayed").asInt()).isEqualTo(POSTS);
        eventually().until(() -> indexed() == POSTS);
        assertThat(deadLetters(ENRICHED)).isZero();
        assertThat(redis.xrange(ENRICHED, Range.unbounded()).stream()
                        .filter(entry -> entry.getBody().containsKey("replay_count"))
                        .map(entry -> entry.getBody().get("replay_count")))
                .hasSize(POSTS)
                .containsOnly("1");

        List<Map<String, Object>> before = rows();
        assertThat(post(all, "{}", 200).path("replayed").asInt()).isZero();
        post(all, "{%s}".formatted(byCause), 404);
        JsonNode range = post(
                "/admin/streams/posts.enriched/replay",
                "{\"from_id\": \"-\", \"to_id\": \"+\", \"group\": \"indexing_workers\"}",
                200);
        assertThat(range.path("replayed").asInt()).isGreaterThanOrEqualTo(POSTS);
        idle(ENRICHED);
        assertThat(deadLetters(ENRICHED)).isZero();
        assertThat(rows()).as("published again, everything stays as it is").isEqualTo(before);
        assertThat(audit("replayCause"))
                .anySatisfy(entry -> {
                    assertThat(entry.path("outcome").asText()).isEqualTo("done");
                    assertThat(entry.path("affected").asInt()).isEqualTo(POSTS);
                    assertThat(entry.path("via").asText()).isEqualTo("http");
                })
                .anySatisfy(entry -> assertThat(entry.path("outcome").asText()).isEqualTo("refused"));
    }

    @Test
    void an_entry_that_fails_again_returns_to_the_dead_letters_with_its_count_and_only_once() throws Exception {
        String id = poison("{\"post_id\": 1");

        JsonNode copy = post(letterOf("posts.tagged", id) + "/replay", "{}", 200);
        assertThat(copy.path("count").asInt()).isEqualTo(1);
        idle(TAGGED);

        eventually().untilAsserted(() -> {
            List<JsonNode> back = letters("posts.tagged", "tag_persist_workers");
            assertThat(back).hasSize(1);
            assertThat(back.get(0).path("id").asText()).isNotEqualTo(id);
            assertThat(back.get(0).path("replay_count").asInt()).isEqualTo(1);
        });
        assertThat(letters("posts.tagged", "enrich_workers"))
                .as("the other groups were not asked again")
                .hasSize(1);
        post(letterOf("posts.tagged", id) + "/replay", "{}", 404);

        // all at once, twice at the same time: each is published once
        long before = redis.xlen(TAGGED);
        long dead = deadLetters(TAGGED);
        int replayed = IntStream.range(0, 2)
                .parallel()
                .map(n -> call("POST", "/admin/streams/posts.tagged/dead-letters/replay", "{}")
                        .json()
                        .path("replayed")
                        .asInt())
                .sum();
        idle(TAGGED);
        assertThat(redis.xlen(TAGGED) - before).isEqualTo(replayed).isGreaterThanOrEqualTo(dead);
        eventually().until(() -> deadLetters(TAGGED) == dead);
        assertThat(purge("posts.tagged", dead).path("affected").asLong()).isEqualTo(dead);
        assertThat(deadLetters(TAGGED)).isZero();
    }

    @Test
    void an_edited_entry_is_published_instead_and_the_original_is_kept() throws Exception {
        String id = poison("{\"post_id\": 2");
        String letter = letterOf("posts.tagged", id);
        ObjectNode fields = (ObjectNode) get(letter).path("fields");

        ObjectNode wrong = fields.deepCopy().put("data", "{\"post_id\": \"no\"}");
        assertThat(post(letter + "/replay", "{\"fields\": " + wrong + "}", 422)
                        .path("field")
                        .asText())
                .isEqualTo("fields");
        assertThat(get(letter).path("replayed_as").isNull()).as("still there").isTrue();
        ObjectNode own = fields.deepCopy().put("dlq_error", "none");
        post(letter + "/replay", "{\"fields\": " + own + "}", 422);

        String good = redis.xrange(TAGGED, Range.unbounded()).get(0).getBody().get("data");
        ObjectNode right = fields.deepCopy().put("data", good);
        var lines = logged();
        JsonNode copy = post(letter + "/replay", "{\"fields\": " + right + "}", 200);
        idle(TAGGED);

        JsonNode kept = get(letter);
        assertThat(kept.path("replayed_as").asText()).isEqualTo(copy.path("id").asText());
        assertThat(kept.path("edited_by").asText()).isEqualTo("local");
        assertThat(kept.at("/fields/data").asText()).isEqualTo("{\"post_id\": 2");
        assertThat(redis.xrange(
                                TAGGED,
                                Range.create(
                                        copy.path("id").asText(),
                                        copy.path("id").asText()))
                        .get(0)
                        .getBody())
                .containsEntry("data", good)
                .containsEntry("replay_count", "1")
                .containsEntry("replay_group", "tag_persist_workers");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.matches("local via http: replayEdited\\(.*changed=\\[data].*\\): done, 1 .*"))
                .noneMatch(line -> line.contains("post_id"));
        assertThat(letters("posts.tagged", "tag_persist_workers")).isEmpty();
        post("/admin/streams/posts.tagged/dead-letters/purge", "{\"expected_count\": 77}", 409);
        purge("posts.tagged", deadLetters(TAGGED));
    }

    @Test
    void jmx_has_the_same_operations_and_its_answers_are_texts_and_tables() throws Exception {
        String id = poison("{\"post_id\": 3");
        assertThat(cells((TabularData) jmx("listStreams"), "stream")).contains("posts.enriched", "trends.emerging");
        assertThat(cells((TabularData) jmx("listDeadLetters", "posts.tagged", 10), "id"))
                .contains(id);
        assertThat((String) jmx("showDeadLetter", "posts.tagged", id)).contains("data = {\"post_id\": 3");
        TabularData causes = (TabularData) jmx("deadLetterCauses", "posts.tagged");
        List<Object> ids = cells(causes, "cause");
        assertThat(cells(causes, "count")).containsOnly("1").hasSameSizeAs(ids);

        assertThat(jmx("replayCause", "posts.tagged", ids.get(0), 10)).isEqualTo("1 entries were published again");
        idle(TAGGED);
        eventually().until(() -> deadLetters(TAGGED) == 3);
        assertThat(jmx("replayDeadLetters", "posts.tagged", 2))
                .isEqualTo("2 entries were published again; more entries are left");
        idle(TAGGED);
        eventually().until(() -> deadLetters(TAGGED) == 3);
        assertThat((String) jmx("replayRange", "posts.tagged", "-", "+", "", 1000, true))
                .matches("\\d+ entries would be published again");
        assertThat(jmx("claimNow", "posts.tagged", "tag_persist_workers"))
                .isEqualTo("0 pending entries will be claimed");
        assertThatThrownBy(() -> jmx("purgeDeadLetters", "posts.tagged", 2L))
                .hasRootCauseInstanceOf(IllegalArgumentException.class)
                .rootCause()
                .hasMessage("2 dead letters were expected, but there are 3; nothing was changed");
        assertThat(jmx("purgeDeadLetters", "posts.tagged", 3L)).isEqualTo("3 dead letters were deleted");
        assertThatThrownBy(() -> jmx("replayDeadLetter", "posts.taged", id))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);

        String post = jdbc.sql("SELECT number FROM posts ORDER BY number LIMIT 1")
                .query(String.class)
                .single();
        for (String stage : List.of("tagging", "tag-persistence", "crawl-trigger", "enrichment", "indexing")) {
            assertThat((String) jmx("replayPost", post, stage))
                    .matches("(?s)(tagging is requested|published again to posts\\.).*");
        }
        assertThatThrownBy(() -> jmx("replayPost", post, "cleanup"))
                .rootCause()
                .hasMessageContaining("'cleanup' is unknown; the stages are tagging");
        assertThat(cells((TabularData) jmx("listAudit", 100), "via")).contains("jmx");
        assertThat(cells((TabularData) jmx("listAudit", 100), "operator")).contains(System.getProperty("user.name"));
        idle(TAGGED);
    }

    @Test
    void the_command_line_counts_first_and_publishes_when_it_is_told_to() throws Exception {
        String id = poison("{\"post_id\": 4");
        String cause = letters("posts.tagged", "tag_persist_workers")
                .get(0)
                .path("cause")
                .asText();

        assertThat(command(0, "--replay=posts.tagged"))
                .contains("cause:" + cause, "3 entries would be published again; --yes or --expect=3 publishes them");
        assertThat(command(2, "--replay=posts.tagged/cause:" + cause, "--expect=4"))
                .contains(": 4 dead letters were expected, but there are 1; nothing was changed");
        assertThat(deadLetters(TAGGED)).isEqualTo(3);

        assertThat(command(0, "--replay=posts.tagged/" + id, "--yes")).contains("1 entry was published again, as ");
        idle(TAGGED);
        eventually().until(() -> letters("posts.tagged", "tag_persist_workers").stream()
                .anyMatch(letter -> letter.path("replay_count").asInt() == 1));
        assertThat(audit("replayDeadLetter"))
                .anySatisfy(entry -> assertThat(entry.path("via").asText()).isEqualTo("command_line"));
        purge("posts.tagged", 3);
    }

    /** A start of its own beside the application, on its services. */
    private static String command(int exitCode, String... options) {
        var output = new ByteArrayOutputStream();
        var out = new PrintStream(output, true, StandardCharsets.UTF_8);
        PostgresService database = application.getBean(PostgresService.class);
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(
                "--spring.jmx.enabled=false", // its MBeans would have the names of those of the application
                "--data.dir=" + folder.resolve("command"),
                "--database.url=" + database.getJdbcUrl() + "?user=" + database.getUsername() + "&password="
                        + database.getPassword(),
                "--redis.url=" + application.getBean(RedisService.class).uri().toURI()));
        assertThat(new CommandLine(out, out).run(all.toArray(String[]::new)))
                .as(output.toString(StandardCharsets.UTF_8))
                .isEqualTo(exitCode);
        return output.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_group_that_is_moved_back_reads_its_entries_again_if_there_are_as_many_as_expected() throws Exception {
        String group = "/admin/streams/posts.tagged/groups/tag_persist_workers";
        post("/admin/stages/tag-persistence/pause", "{\"reason\": \"looking\"}", 200);
        assertThat(get("/admin/stages").path("items")).anySatisfy(stage -> {
            assertThat(stage.path("stage").asText()).isEqualTo("tag-persistence");
            assertThat(stage.path("paused_because").asText()).isEqualTo("looking");
        });
        idle(TAGGED);
        long length = redis.xlen(TAGGED);

        assertThat(post(group + "/reset", "{\"id\": \"0\", \"expected_lag\": %d}".formatted(length - 1), 409)
                        .path("field")
                        .asText())
                .isEqualTo("expected_lag");
        assertThat(post(group + "/reset", "{\"id\": \"0\", \"expected_lag\": %d}".formatted(length), 200)
                        .path("affected")
                        .asLong())
                .isEqualTo(length);
        assertThat(application.getBean(StreamAdmin.class).groups(TAGGED))
                .filteredOn(state -> state.group().equals("tag_persist_workers"))
                .allSatisfy(state -> assertThat(state.lag()).isEqualTo(length));

        List<Map<String, Object>> before = rows();
        post("/admin/stages/tag-persistence/resume", null, 200);
        idle(TAGGED);
        assertThat(rows()).isEqualTo(before);
        post("/admin/streams/posts.tagged/groups/nobody/reset", "{\"id\": \"0\", \"expected_lag\": 0}", 404);
        post("/admin/stages/nothing/pause", "{}", 404);
    }

    /** A malformed entry, which each of the three groups gives up. Returns the dead letter of tag persistence. */
    private String poison(String data) {
        assertThat(deadLetters(TAGGED)).isZero();
        redis.xadd(TAGGED, Map.of("event", "posts.tagged", "data", data));
        eventually().until(() -> deadLetters(TAGGED) == 3);
        return letters("posts.tagged", "tag_persist_workers").get(0).path("id").asText();
    }

    private static List<JsonNode> letters(String stream, String group) {
        List<JsonNode> found = new ArrayList<>();
        get("/admin/streams/" + stream + "/dead-letters?limit=200")
                .path("items")
                .forEach(letter -> {
                    if (letter.path("group").asText().equals(group)) {
                        found.add(letter);
                    }
                });
        return found;
    }

    private static String letterOf(String stream, String id) {
        return "/admin/streams/" + stream + "/dead-letters/" + id;
    }

    private static JsonNode purge(String stream, long expected) {
        return post("/admin/streams/" + stream + "/dead-letters/purge", "{\"expected_count\": " + expected + "}", 200);
    }

    private static List<JsonNode> audit(String operation) {
        List<JsonNode> found = new ArrayList<>();
        get("/admin/audit?limit=200").path("items").forEach(entry -> {
            if (entry.path("operation").asText().equals(operation)) {
                found.add(entry);
            }
        });
        return found;
    }

    private static JsonNode stream(String name) {
        for (JsonNode stream : get("/admin/streams").path("items")) {
            if (stream.path("stream").asText().equals(name)) {
                return stream;
            }
        }
        throw new AssertionError("no stream " + name);
    }

    /** What the stages store of the posts. */
    private static List<Map<String, Object>> rows() {
        return jdbc.sql(
                        """
                        SELECT p.id, p.tagging_status, p.indexing_status, p.index_state::text AS index_state,
                               (SELECT string_agg(e.kind || e.data::text || e.metadata::text, '|' ORDER BY e.kind)
                                FROM post_enrichment e WHERE e.post_id = p.id) AS enrichments
                        FROM posts p ORDER BY p.number""")
                .query()
                .listOfRows();
    }

    private static void idle(String key) {
        eventually().untilAsserted(() -> assertThat(
                        application.getBean(StreamAdmin.class).groups(key))
                .filteredOn(group -> !group.group().startsWith("trend"))
                .allSatisfy(group -> assertThat(group.pending() + group.lag())
                        .as(group.group())
                        .isZero()));
    }

    private static ListAppender<ILoggingEvent> logged() {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        ((Logger) LoggerFactory.getLogger("routes.replay")).addAppender(lines);
        return lines;
    }

    private static Object jmx(String operation, Object... arguments) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        String context = application.getBean(CamelContext.class).getManagementName();
        ObjectName replay = server.queryNames(
                        new ObjectName("org.apache.camel:name=StreamReplay,context=" + context + ",*"), null)
                .iterator()
                .next();
        String[] types = Arrays.stream(arguments)
                .map(argument -> argument instanceof Integer
                        ? "int"
                        : argument instanceof Long
                                ? "long"
                                : argument instanceof Boolean ? "boolean" : String.class.getName())
                .toArray(String[]::new);
        return server.invoke(replay, operation, arguments, types);
    }

    private static List<Object> cells(TabularData table, String column) {
        return table.values().stream()
                .map(row -> ((CompositeData) row).get(column))
                .toList();
    }

    private record Answer(int status, JsonNode json) {}

    private static JsonNode get(String path) {
        Answer answer = call("GET", path, null);
        assertThat(answer.status()).as("%s: %s", path, answer.json()).isEqualTo(200);
        return answer.json();
    }

    private static JsonNode post(String path, String body, int status) {
        Answer answer = call("POST", path, body);
        assertThat(answer.status()).as("%s: %s", path, answer.json()).isEqualTo(status);
        return answer.json();
    }

    private static Answer call(String method, String path, String body) {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .build();
        try {
            HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
            return new Answer(answer.statusCode(), JSON.readTree(answer.body()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(100));
    }
}
