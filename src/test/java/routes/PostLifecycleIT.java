package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.ContentHash;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.IdempotencyKeys;
import routes.events.PostIds;
import routes.events.PostParsedBuilder;
import routes.events.StreamCatalog;
import routes.events.Trigger;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex;

/** Posts that are edited and deleted while the whole pipeline runs, at every place where they can be at that moment. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostLifecycleIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long TG_CHANNEL = 7_001;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper json = new ObjectMapper();
    private final StreamCatalog catalog = new StreamCatalog();
    private ConfigurableApplicationContext application;
    private CamelContext camel;
    private JdbcClient jdbc;
    private Path exports;
    private long messageId;

    @BeforeAll
    void open(@TempDir Path data) throws IOException {
        exports = Files.createDirectories(data.resolve("exports"));
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(data.resolve("data")),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        camel = application.getBean(CamelContext.class);
        jdbc = application.getBean(JdbcClient.class);
    }

    @AfterAll
    void close() {
        application.close();
    }

    @BeforeEach
    void anotherMessage() {
        messageId++;
    }

    @Test
    void an_edit_replaces_text_and_tags_everywhere_and_keeps_the_old_text() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта в вечной мерзлоте", null);
        awaitIdle();
        assertThat(found("мамонтами")).contains(id());
        List<String> before = tags();

        assertThat(patch("Астрономы измерили орбиту кометы телескопом").statusCode())
                .isEqualTo(200);
        awaitIdle();

        assertThat(found("мамонтами")).doesNotContain(id());
        assertThat(found("кометами")).contains(id());
        assertThat(tags()).isNotEmpty().doesNotContainAnyElementsOf(before);
        assertThat(graphTags()).containsExactlyInAnyOrderElementsOf(keys(tags()));
        assertThat(edits()).containsExactly("Палеонтологи раскопали скелет мамонта в вечной мерзлоте");

        long events = entries("posts.parsed");
        assertThat(patch("Астрономы измерили орбиту кометы телескопом").statusCode())
                .isEqualTo(200);
        awaitIdle();
        assertThat(entries("posts.parsed")).as("the same edit again").isEqualTo(events);
        balanced();
    }

    @Test
    void a_post_that_is_only_a_file_is_tagged_and_found_by_the_words_of_its_name() throws Exception {
        imported("", null, "\"file\":\"(File not included.)\",\"file_name\":\"Скелет мамонта_в_мерзлоте.pdf\",");
        awaitIdle();

        assertThat(tags()).isNotEmpty();
        assertThat(found("мамонты")).contains(id());
        HttpResponse<String> list = send("GET", "/users/1/posts?q=%D0%BC%D0%B0%D0%BC%D0%BE%D0%BD%D1%82%D0%B0_", null);
        assertThat(list.body()).contains(id().toString());
        balanced();
    }

    @Test
    void a_sticker_and_a_place_without_a_name_have_nothing_to_tag_but_are_indexed() throws Exception {
        imported("", null, "\"location_information\":{\"latitude\":55.75,\"longitude\":37.61},");
        awaitIdle();

        assertThat(row()).containsEntry("tagging_status", "skipped").containsEntry("indexing_status", "indexed");
        balanced();
    }

    @Test
    void an_edit_by_hand_has_the_formatting_that_can_be_read_from_its_text() throws Exception {
        imported("Палеонтологи раскопали скелет", null);
        awaitIdle();

        HttpResponse<String> answer = patch("Пишет @example_author: #скелет на example.com");

        JsonNode post = json.readTree(answer.body());
        assertThat(post.path("entities"))
                .extracting(entity -> entity.path("type").asText() + " " + entity.path("offset"))
                .containsExactly("mention 6", "hashtag 23", "url 34");
        assertThat(post.path("urls").get(0).asText()).isEqualTo("https://example.com/");
        assertThat(post.path("is_edited").asBoolean()).isTrue();
        awaitIdle();
    }

    @Test
    void a_text_that_goes_there_and_back_is_tagged_and_indexed_each_time() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();
        List<String> first = tags();
        patch("Астрономы измерили орбиту кометы");
        awaitIdle();
        patch("Палеонтологи раскопали скелет мамонта");
        awaitIdle();

        assertThat(tags()).containsExactlyInAnyOrderElementsOf(first);
        assertThat(found("мамонтами")).contains(id());
        assertThat(found("кометами")).doesNotContain(id());
        assertThat(edits()).hasSize(2);
        balanced();
    }

    @Test
    void an_older_edit_that_is_imported_later_changes_nothing() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", 1_762_000_200L);
        awaitIdle();
        long events = entries("posts.parsed");

        imported("Астрономы измерили орбиту кометы", 1_762_000_100L);
        awaitIdle();

        assertThat(entries("posts.parsed")).isEqualTo(events);
        assertThat(found("мамонтами")).contains(id());
        balanced();
    }

    @ParameterizedTest
    @CsvSource({"tagging", "tag-persistence", "enrichment", "crawl-trigger", "indexing", "post-persistence"})
    void an_edit_while_the_first_version_is_in_a_stage_wins(String stage) throws Exception {
        camel.getRouteController().stopRoute(stage);
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitOthersIdle(stage);
        assertThat(waiting(stage)).as("entries that wait for %s", stage).isPositive();
        patch("Астрономы измерили орбиту кометы");
        awaitOthersIdle(stage);
        camel.getRouteController().startRoute(stage);
        awaitIdle();

        assertThat(found("мамонтами")).doesNotContain(id());
        assertThat(found("кометами")).contains(id());
        assertThat(tags()).allMatch("Астрономы измерили орбиту кометы"::contains);
        assertThat(graphTags()).containsExactlyInAnyOrderElementsOf(keys(tags()));
        assertThat(row()).containsEntry("tagging_status", "success").containsEntry("indexing_status", "indexed");
        balanced();
    }

    @ParameterizedTest
    @CsvSource({
        "tagging",
        "tag-persistence",
        "enrichment",
        "crawl-trigger",
        "indexing",
        "post-persistence",
        "cleanup",
        "ingest"
    })
    void a_post_that_is_deleted_while_it_is_in_a_stage_is_never_found_again(String stage) throws Exception {
        camel.getRouteController().stopRoute(stage);
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitOthersIdle(stage);
        if (!List.of("cleanup", "ingest").contains(stage)) {
            assertThat(waiting(stage)).as("entries that wait for %s", stage).isPositive();
        }
        assertThat(delete().statusCode()).isEqualTo(204);
        assertThat(found("мамонтами")).doesNotContain(id());
        awaitOthersIdle(stage);
        camel.getRouteController().startRoute(stage);
        awaitIdle();

        assertThat(found("мамонтами")).doesNotContain(id());
        assertThat(application.getBean(VectorIndex.class).find(TENANT, id())).isEmpty();
        assertThat(jdbc.sql("SELECT count(*) FROM graph_nodes WHERE key = ?")
                        .param(id().toString())
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM post_enrichment WHERE post_id = ?")
                        .param(id())
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(row()).containsEntry("content", "").satisfies(row -> assertThat(row.get("cleaned_at"))
                .isNotNull());
        balanced();
    }

    @Test
    void a_post_that_was_deleted_does_not_come_back_with_the_next_import() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();
        delete();
        awaitIdle();

        imported("Палеонтологи раскопали скелет мамонта", null);
        imported("Палеонтологи раскопали скелет мамонта и бивень", 1_762_000_300L);
        awaitIdle();

        assertThat(found("мамонтами")).doesNotContain(id());
        balanced();
    }

    @Test
    void an_edit_of_another_producer_goes_through_however_often_it_is_published() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();

        for (int i = 0; i < 3; i++) {
            publishEdit("Астрономы измерили орбиту кометы", 1_762_000_400L);
        }
        awaitIdle();

        assertThat(row()).containsEntry("tagging_status", "success").containsEntry("indexing_status", "indexed");
        assertThat(found("кометами")).contains(id());
        assertThat(found("мамонтами")).doesNotContain(id());
        assertThat(edits()).containsExactly("Палеонтологи раскопали скелет мамонта");
        balanced();
    }

    @Test
    void the_timeline_of_a_post_tells_every_stage_over_http_and_jmx() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();
        List<String> stages = List.of(
                "ingest done stored",
                "post-persistence skipped already_stored",
                "tagging done null",
                "tag-persistence done stored",
                "crawl-trigger skipped no_urls",
                "enrichment skipped no_urls",
                "indexing done null");
        await().atMost(LONG).untilAsserted(() -> assertThat(timeline()).containsExactlyInAnyOrderElementsOf(stages));

        JsonNode tagging = stage("tagging").get(0);
        assertThat(tagging.path("provider").asText()).isEqualTo("local");
        assertThat(tagging.path("entry_id").asText()).matches("\\d+-\\d+");
        assertThat(tagging.path("delivery").asInt()).isEqualTo(1);
        assertThat(tagging.path("content_version").asLong()).isZero();
        assertThat(tagging.path("trigger").asText()).isEqualTo("initial");
        assertThat(tagging.path("trace_id").asText()).isEqualTo(row().get("trace_id"));
        assertThat(tagging.path("duration_ms").asInt()).isNotNegative();

        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName replay = server.queryNames(new ObjectName("org.apache.camel:name=StreamReplay,*"), null)
                .iterator()
                .next();
        assertThat(replay.getKeyProperty("context")).isEqualTo(camel.getManagementName());
        var table = (TabularData) server.invoke(
                replay, "tracePost", new Object[] {id().toString()}, new String[] {String.class.getName()});
        assertThat(table.size()).isEqualTo(stages.size());
        assertThat(table.get(new Object[] {1}).get("stage")).isEqualTo("ingest");
        String number = row().get("number").toString();
        assertThat(((TabularData) server.invoke(
                                replay, "tracePost", new Object[] {number}, new String[] {String.class.getName()}))
                        .size())
                .as("by number")
                .isEqualTo(stages.size());
        assertThat(Stream.of(server.getMBeanInfo(replay).getOperations())
                        .flatMap(operation -> Stream.of(operation.getSignature())
                                .map(parameter -> operation.getName() + "(" + parameter.getName() + "): "
                                        + parameter.getDescription())))
                .contains(
                        "retryTagging(limit): Maximum number of posts, 1 to 1000",
                        "tracePost(post): Id (UUID) or number of the post");
        assertThat((String) server.invoke(replay, "reconcileNow", new Object[0], new String[0]))
                .startsWith("0 posts are not in a final state: 0 were published again");
        assertThat(server.queryNames(
                        new ObjectName("org.apache.camel:type=consumers,context=" + camel.getManagementName() + ",*"),
                        null))
                .extracting(name -> name.getKeyProperty("name"))
                .contains("RedisStreamsConsumer(tagging)", "RedisStreamsConsumer(indexing)");
        for (String bad : List.of("no post", "999999999", "")) {
            assertThatThrownBy(() -> server.invoke(
                            replay, "tryTagging", new Object[] {bad}, new String[] {String.class.getName()}))
                    .satisfies(refused -> {
                        for (Throwable at = refused; at != null; at = at.getCause()) {
                            assertThat(at.getClass().getName()).startsWith("java");
                        }
                    });
        }

        delete();
        awaitIdle();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(timeline()).contains("ingest done deleted: user", "cleanup done null"));
        assertThat(send("GET", "/posts/" + UUID.randomUUID() + "/timeline", null)
                        .statusCode())
                .isEqualTo(404);
        assertThatThrownBy(() -> server.invoke(
                        replay, "tracePost", new Object[] {UUID.randomUUID().toString()}, new String[] {
                            String.class.getName()
                        }))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_stage_rests_until_it_is_resumed() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName replay = server.queryNames(new ObjectName("org.apache.camel:name=StreamReplay,*"), null)
                .iterator()
                .next();
        String[] text = {String.class.getName()};
        assertThat(server.invoke(replay, "pauseStage", new Object[] {"tagging"}, text))
                .isEqualTo("1 consumer groups were paused");
        await().atMost(LONG)
                .until(() -> json.readTree(send("GET", "/health", null).body())
                        .at("/components/stages/components/tagging/status")
                        .asText()
                        .equals("PAUSED"));

        imported("Ботаники описали новый вид орхидей", null);
        await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> "pending"
                .equals(row().get("tagging_status")));

        assertThat(server.invoke(replay, "resumeStage", new Object[] {"tagging"}, text))
                .isEqualTo("1 consumer groups were resumed");
        awaitIdle();
        assertThat(row()).containsEntry("tagging_status", "success");
        assertThat((String) server.invoke(replay, "reconcileNow", new Object[0], new String[0]))
                .startsWith("0 posts are not in a final state: 0 were published again");
        assertThatThrownBy(() -> server.invoke(replay, "pauseStage", new Object[] {"taging"}, text))
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deliveries_that_fail_are_records_of_their_own() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();
        camel.getRouteController().stopRoute("post-persistence");
        publishEdit("Астрономы измерили орбиту кометы", 1_762_000_500L);
        await().atMost(LONG).untilAsserted(() -> assertThat(stage("tagging"))
                .anySatisfy(
                        record -> assertThat(record.path("outcome").asText()).isEqualTo("retrying")));
        camel.getRouteController().startRoute("post-persistence");
        awaitIdle();

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(stage("tagging")).last().satisfies(last -> {
                    assertThat(last.path("outcome").asText()).isEqualTo("done");
                    assertThat(last.path("delivery").asInt()).isGreaterThan(1);
                    assertThat(last.path("trigger").asText()).isEqualTo("edit");
                }));
        JsonNode retrying = stage("tagging").get(1);
        assertThat(retrying.path("reason").asText()).contains("is not stored yet");
        assertThat(retrying.path("content_version").asLong()).isEqualTo(1_762_000_500L);
        balanced();
    }

    @Test
    void an_entry_that_is_no_event_is_a_dead_letter_in_the_timeline_of_the_post_that_it_names() throws Exception {
        imported("Палеонтологи раскопали скелет мамонта", null);
        awaitIdle();
        StringRedisTemplate redis = application.getBean(StringRedisTemplate.class);
        redis.opsForStream()
                .add(catalog.key("posts.tagged"), Map.of("data", "{\"post_id\":\"" + id() + "\",\"tags\":{\"a\":1}}"));

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(stage("tag-persistence")).last().satisfies(last -> {
                    assertThat(last.path("outcome").asText()).isEqualTo("dead_lettered");
                    assertThat(last.path("reason").asText()).contains("tags");
                }));
        awaitIdle();
        redis.delete(StreamGroup.deadLetterKey(catalog.stream("posts.tagged").key()));
    }

    private List<String> timeline() throws Exception {
        List<String> lines = new ArrayList<>();
        records()
                .forEach(record -> lines.add(record.path("stage").asText() + " "
                        + record.path("outcome").asText() + " "
                        + record.path("reason").asText()));
        return lines;
    }

    private List<JsonNode> stage(String name) throws Exception {
        List<JsonNode> found = new ArrayList<>();
        records().forEach(record -> {
            if (record.path("stage").asText().equals(name)) {
                found.add(record);
            }
        });
        return found;
    }

    private JsonNode records() throws Exception {
        HttpResponse<String> answer = send("GET", "/posts/" + id() + "/timeline", null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readTree(answer.body()).path("items");
    }

    private void imported(String text, Long edited) throws Exception {
        imported(text, edited, "");
    }

    private void imported(String text, Long edited, String fields) throws Exception {
        Path file = exports.resolve("result.json");
        String edit = fields + (edited == null ? "" : "\"edited_unixtime\":\"" + edited + "\",");
        Files.writeString(
                file,
                """
                {"name":"Новости","type":"public_channel","id":%d,"messages":[
                {"id":%d,"type":"message","date_unixtime":"1761987600",%s"text":"%s"}]}"""
                        .formatted(TG_CHANNEL, messageId, edit, text));
        ImportService imports = application.getBean(ImportService.class);
        UUID job = imports.submit(1, TENANT, file);
        ImportService.State done =
                await().atMost(LONG).until(() -> imports.find(job).orElseThrow(), ImportService.State::isOver);
        assertThat(done.status()).isEqualTo(ImportProgress.Status.DONE);
    }

    private void publishEdit(String text, long version) {
        Map<String, Object> row = row();
        String channel = row.get("channel_id").toString();
        var event = PostParsedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId("trace-of-another-producer")
                .occurredAt(Instant.now())
                .idempotencyKey(IdempotencyKeys.postParsed(TENANT, TG_CHANNEL, messageId, version, null))
                .userId("1")
                .tenantId(TENANT)
                .channelId(UUID.fromString(channel))
                .postId(id())
                .text(text)
                .urls(List.of())
                .postedAt(Instant.ofEpochSecond(1_761_987_600L))
                .contentVersion(version)
                .trigger(Trigger.EDIT)
                .mediaSha256List(List.of())
                .contentHash(ContentHash.of(text))
                .linkCount(0)
                .telegramMessageId(messageId)
                .tgMessageId(messageId)
                .tgChannelId(TG_CHANNEL)
                .hasMedia(false)
                .isEdited(true)
                .viewsCount(0)
                .forwardsCount(0)
                .reactionsCount(0)
                .build();
        application
                .getBean(StringRedisTemplate.class)
                .opsForStream()
                .add(
                        catalog.key("posts.parsed"),
                        application.getBean(EventCodec.class).write(event));
    }

    private UUID id() {
        return PostIds.of(TENANT, TG_CHANNEL, messageId);
    }

    private Map<String, Object> row() {
        return jdbc.sql("SELECT * FROM posts WHERE id = ?").param(id()).query().singleRow();
    }

    private List<String> tags() {
        return jdbc.sql(
                        """
                        SELECT jsonb_array_elements_text(data -> 'tags') FROM post_enrichment
                        WHERE post_id = ? AND kind = 'tags'""")
                .param(id())
                .query(String.class)
                .list();
    }

    private static List<String> keys(List<String> tags) {
        return tags.stream().map(TagKey::of).toList();
    }

    private List<String> graphTags() {
        return jdbc.sql("SELECT to_key FROM graph_edges WHERE from_key = ? AND type = 'TAGGED_AS'")
                .param(id().toString())
                .query(String.class)
                .list();
    }

    private List<String> edits() {
        return jdbc.sql("SELECT content FROM post_edits WHERE post_id = ? ORDER BY content_version")
                .param(id())
                .query(String.class)
                .list();
    }

    private void awaitIdle() {
        awaitOthersIdle("");
    }

    /** Until nothing is left to do but for one stage. */
    private void awaitOthersIdle(String stopped) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(50)).until(() -> isIdle(stopped));
    }

    private boolean isIdle(String stopped) {
        var inspector = application.getBean(StreamAdmin.class);
        boolean published = stopped.equals("ingest")
                || jdbc.sql("SELECT count(*) FROM outbox WHERE published_at IS NULL")
                                .query(Long.class)
                                .single()
                        == 0;
        List<String> running = camel.getRoutes().stream()
                .filter(route -> !route.getRouteId().equals(stopped))
                .map(route -> route.getEndpoint().getEndpointUri())
                .toList();
        return published
                && catalog.streams().stream().allMatch(stream -> inspector.groups(stream.key()).stream()
                        .filter(group -> running.stream()
                                .anyMatch(uri -> uri.contains(stream.name()) && uri.contains(group.group())))
                        .allMatch(group -> group.lag() == 0 && group.pending() == 0));
    }

    private long waiting(String stage) {
        String uri = camel.getRoute(stage).getEndpoint().getEndpointUri();
        return catalog.streams().stream()
                .filter(stream -> uri.contains(stream.name()))
                .flatMap(stream -> application.getBean(StreamAdmin.class).groups(stream.key()).stream())
                .filter(group -> uri.contains(group.group()))
                .mapToLong(StreamAdmin.GroupState::lag)
                .sum();
    }

    private void balanced() {
        PipelineCounts.Counts counts = application.getBean(PipelineCounts.class).counts();
        assertThat(counts.balance()).as("%s", counts).isTrue();
        assertThat(counts.taggingOpen() + counts.indexOpen() + counts.taggingFailed() + counts.indexFailed())
                .as("%s", counts)
                .isZero();
        var inspector = application.getBean(StreamAdmin.class);
        catalog.streams()
                .forEach(stream -> assertThat(inspector.stream(stream.key()).deadLetters())
                        .as(stream.name())
                        .isZero());
    }

    private long entries(String stream) {
        return application.getBean(StreamAdmin.class).stream(catalog.key(stream))
                .length();
    }

    private List<UUID> found(String word) throws Exception {
        String query = URLEncoder.encode(word, StandardCharsets.UTF_8);
        HttpResponse<String> answer = send("GET", "/users/1/search?limit=50&q=" + query, null);
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode items = json.readTree(answer.body()).path("items");
        return items.findValuesAsText("post_id").stream().map(UUID::fromString).collect(Collectors.toList());
    }

    private HttpResponse<String> patch(String text) throws Exception {
        return send(
                "PATCH",
                "/posts/" + id(),
                json.valueToTree(Map.of("content", text)).toString());
    }

    private HttpResponse<String> delete() throws Exception {
        return send("DELETE", "/posts/" + id(), null);
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        int port = application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20));
        request = body == null
                ? request.method(method, HttpRequest.BodyPublishers.noBody())
                : request.header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
