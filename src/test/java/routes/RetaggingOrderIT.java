package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.events.EventCodec;
import routes.events.Sha256;
import routes.events.VisionAnalyzed;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.events.VisionAnalyzed.VisionResult;
import routes.events.VisionVersion;

/** Vision results, edits, manual runs and repetitions of posts in random orders: which set of tags wins, and how many are made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RetaggingOrderIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final int POSTS = 10;
    private static final List<String> STREAMS = List.of(
            "stream:posts:parsed", "stream:posts:vision:analyzed", "stream:posts:tagged", "stream:posts:enriched");
    private static final List<String> VERSIONS =
            List.of("vision@2031-01-01#p1", "vision@2031-01-01#p2", "vision@2031-01-02#p1");
    private static final List<String> WORDS = List.of("экскаватор", "телескоп", "синхрофазотрон");

    private final ObjectMapper json = new ObjectMapper();
    private ModelPipeline pipeline;
    private StringRedisTemplate redis;
    private EventCodec codec;

    @BeforeAll
    void open(@TempDir Path data) {
        pipeline = new ModelPipeline(
                data, "--tagging.providers=local", "--vision.providers=local", "--vision.ocr-program=-");
        redis = pipeline.application.getBean(StringRedisTemplate.class);
        codec = pipeline.application.getBean(EventCodec.class);
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void the_newest_text_with_the_newest_vision_wins_and_each_vision_version_makes_one_set(long seed) throws Exception {
        var random = new Random(seed);
        List<UUID> posts = pipeline.imported(IntStream.range(0, POSTS)
                .mapToObj(i -> "Пост " + seed + "-" + i + " о погоде и реках")
                .toArray(String[]::new));
        List<Runnable> actions = new ArrayList<>();
        Set<UUID> edited = new HashSet<>();
        for (UUID post : posts) {
            List<Runnable> own = new ArrayList<>();
            for (int version = 0; version < VERSIONS.size(); version++) {
                int number = version;
                own.add(() -> seen(post, number));
            }
            own.add(() -> repeated(post, random));
            own.add(() -> repeated(post, random));
            if (random.nextBoolean()) {
                own.add(() -> manual(post));
            }
            if (random.nextBoolean()) {
                edited.add(post);
                own.add(() -> edited(post));
            }
            actions.addAll(own);
        }
        Collections.shuffle(actions, random);

        actions.forEach(Runnable::run);
        awaitQuiet();
        posts.forEach(post -> repeated(post, random));
        awaitQuiet();

        Map<UUID, List<JsonNode>> sets = sets();
        for (UUID post : posts) {
            JsonNode tags = row(post);
            assertThat(tags.path("vision_version").asText())
                    .as("seed %d, post %s", seed, post)
                    .isEqualTo(VERSIONS.get(2));
            assertThat(tags.path("content_version").asLong() > 0).isEqualTo(edited.contains(post));
            assertThat(sets.get(post).stream()
                            .filter(set -> set.path("trigger").asText().equals("vision_retag"))
                            .map(set -> set.path("content_version").asText()
                                    + set.path("vision_version").asText()))
                    .as("one retag for each vision version of a text; seed %d", seed)
                    .doesNotHaveDuplicates();
            JsonNode shown = pipeline.get("/posts/" + post);
            assertThat(pipeline.found(WORDS.get(2)))
                    .as("the index has the newest picture")
                    .contains(post);
            assertThat(shown.path("tags")).extracting(JsonNode::asText).containsExactlyElementsOf(pipeline.tags(post));
            assertThat(pipeline.post(post, "indexing_status")).isEqualTo("indexed");
            assertThat(pipeline.post(post, "index_state ->> 'vision_version'")).isEqualTo(VERSIONS.get(2));
        }
    }

    /** As the stage vision ends: the row first, unless a later version is stored, then the event. */
    private void seen(UUID post, int number) {
        String version = VERSIONS.get(number);
        String features = Sha256.hex(version);
        String description = "На снимке " + WORDS.get(number);
        String stored = pipeline.jdbc
                .sql("SELECT metadata ->> 'vision_version' FROM post_enrichment WHERE post_id = ? AND kind = 'vision'")
                .param(post)
                .query(String.class)
                .optional()
                .orElse(null);
        if (VisionVersion.parse(stored).compareTo(VisionVersion.parse(version)) < 0) {
            pipeline.jdbc
                    .sql(
                            """
                            INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)
                            VALUES (:post, 'vision', 'local', jsonb_build_object('description', :description::text,
                                    'vision_version', :version::text, 'features_hash', :features::text),
                                jsonb_build_object('vision_version', :version::text, 'features_hash', :features::text,
                                    'uploaded_at', now()))
                            ON CONFLICT (post_id, kind) DO UPDATE SET data = excluded.data, metadata = excluded.metadata""")
                    .param("post", post)
                    .param("description", description)
                    .param("version", version)
                    .param("features", features)
                    .update();
        }
        add(new VisionAnalyzed(
                "v1",
                "trace-" + post,
                Instant.now(),
                TENANT + ":" + post + ":" + version,
                TENANT,
                post,
                UUID.fromString(pipeline.post(post, "channel_id")),
                null,
                null,
                List.of(),
                new VisionResult(
                        "local",
                        "local",
                        new VisionClassification("photo", 0.9, List.of()),
                        description,
                        null,
                        false,
                        List.of(),
                        List.of(),
                        0,
                        Instant.now()),
                false,
                List.of(),
                version,
                features,
                1));
    }

    private void add(VisionAnalyzed event) {
        redis.opsForStream().add("stream:posts:vision:analyzed", codec.write(event));
    }

    /** Adds some of the post's entries of every stream once more. */
    private void repeated(UUID post, Random random) {
        for (String stream : STREAMS) {
            List<MapRecord<String, Object, Object>> entries =
                    redis.opsForStream().range(stream, Range.unbounded()).stream()
                            .filter(entry -> entry.getValue().toString().contains(post.toString()))
                            .toList();
            if (!entries.isEmpty()) {
                redis.opsForStream()
                        .add(stream, entries.get(random.nextInt(entries.size())).getValue());
            }
        }
    }

    private void manual(UUID post) {
        try {
            assertThat(pipeline.send("POST", "/posts/" + post + "/regenerate_tags")
                            .statusCode())
                    .isEqualTo(202);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void edited(UUID post) {
        try {
            pipeline.edited(post, "Исправленный текст о горах и озёрах");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitQuiet() {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    assertThat(pipeline.jdbc
                                    .sql("SELECT count(*) FROM outbox WHERE published_at IS NULL")
                                    .query(Long.class)
                                    .single())
                            .isZero();
                    for (String stream : STREAMS) {
                        redis.opsForStream().groups(stream).forEach(group -> {
                            assertThat(group.pendingCount()).isZero();
                            var after = Range.rightUnbounded(Range.Bound.exclusive(group.lastDeliveredId()));
                            assertThat(redis.opsForStream().range(stream, after))
                                    .isEmpty();
                        });
                    }
                });
    }

    private Map<UUID, List<JsonNode>> sets() throws Exception {
        Map<UUID, List<JsonNode>> sets = new HashMap<>();
        Set<String> keys = new HashSet<>();
        for (var entry : redis.opsForStream().range("stream:posts:tagged", Range.unbounded())) {
            JsonNode event = json.readTree(entry.getValue().get("data").toString());
            // the test itself repeats entries, with the same time
            if (keys.add(event.path("idempotency_key").asText()
                    + event.path("occurred_at").asText())) {
                sets.computeIfAbsent(UUID.fromString(event.path("post_id").asText()), post -> new ArrayList<>())
                        .add(event);
            }
        }
        return sets;
    }

    private JsonNode row(UUID post) throws Exception {
        return json.readTree(pipeline.jdbc
                .sql("SELECT metadata::text FROM post_enrichment WHERE post_id = ? AND kind = 'tags'")
                .param(post)
                .query(String.class)
                .single());
    }
}
