package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
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
import org.springframework.context.ConfigurableApplicationContext;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportService;
import routes.operations.PipelineBooks;
import routes.operations.RunOptions;
import routes.redisstreams.StreamInspector;

/**
 * The whole application with entries at the head of its streams that cannot be processed. The system property
 * {@code poison.posts} puts more good ones behind them than fit a build; how long they take is printed, not judged.
 */
class PoisonIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Pattern POST_ID = Pattern.compile("\"post_id\":\"([^\"]+)\"");
    private static final int GOOD = Integer.getInteger("poison.posts", 200);

    /** The streams between the stages, and the groups that need the row of the post. */
    private static final Map<String, List<String>> NEED_THE_POST = Map.of(
            "posts.parsed", List.of("tagging_workers"),
            "posts.tagged", List.of("tag_persist_workers", "crawl_trigger_workers", "enrich_workers"),
            "posts.enriched", List.of("indexing_workers"));

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
                "--data.dir=" + folder.resolve("data"),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20"));
        client = RedisClient.create(application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
        importMore(folder, 100);
        Duration clean = importMore(folder, GOOD);

        NEED_THE_POST.keySet().forEach(this::poison);
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
                            .allSatisfy((group, reason) -> assertThat(reason).contains("has no row"));
                    assertThat(inspector().groups(catalog.key(stream)))
                            .filteredOn(group -> groupsOf(stream).contains(group.group()))
                            .allSatisfy(group -> assertThat(group.lag() + group.pending())
                                    .as(group.group())
                                    .isZero());
                }));
    }

    /** An entry that cannot be read, and one of a post that is nowhere: each delivery of it fails. */
    private void poison(String stream) {
        String key = catalog.key(stream);
        StreamMessage<String, String> good =
                redis.xrevrange(key, Range.unbounded(), Limit.from(1)).get(0);
        Map<String, String> malformed = new TreeMap<>(good.getBody());
        malformed.put("data", "{\"post_id\":");
        redis.xadd(key, malformed);
        Map<String, String> nowhere = new TreeMap<>(good.getBody());
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
                .until(() -> application.getBean(PipelineBooks.class).counts().indexed() >= imported);
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
                .filter(group -> !group.equals("crawl_workers"))
                .toList();
    }

    private StreamInspector inspector() {
        return application.getBean(StreamInspector.class);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(180)).pollInterval(Duration.ofMillis(100));
    }
}
