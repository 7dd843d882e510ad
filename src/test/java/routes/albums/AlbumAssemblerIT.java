package routes.albums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ZAddArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.AlbumParsedBuilder;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.MediaFile;
import routes.events.Sha256;
import routes.events.StreamCatalog;
import routes.events.VisionAnalyzed;
import routes.events.VisionAnalyzed.SkipReason;
import routes.events.VisionAnalyzed.VisionClassification;
import routes.events.VisionAnalyzed.VisionResult;
import routes.objectstore.ObjectStore;
import routes.objectstore.folder.FolderObjectStore;
import routes.operations.DependencyOutages;
import routes.outbox.Outbox;
import routes.posts.Albums;
import routes.posts.PostStoreSettings;
import routes.redis.RedisLink;
import routes.redisstreams.RedisStreamsConstants;
import routes.stages.EventRoutes;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.testing.RouteCoverage;
import routes.tracing.EntryTraces;

/** The routes of the album assembler on a real Redis and PostgreSQL; the clock and the entries come from the test. */
class AlbumAssemblerIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = UUID.fromString("00000000-0000-0000-0000-0000000000c1");
    private static final long TG_CHANNEL = 1987654321L;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    Path folder;

    private final ObjectMapper json = Json.newMapper();
    private final EventCodec codec = new EventCodec(json, new StreamCatalog());
    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private final MovedClock clock = new MovedClock();
    private final List<Instance> instances = new ArrayList<>();
    private JdbcClient jdbc;
    private volatile boolean storeAway;
    /** What happens when a summary is stored, before it is. */
    private volatile Runnable storing = () -> {};

    private static final class MovedClock extends Clock {
        private volatile Instant now = Instant.parse("2026-11-29T09:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** One process with the routes. */
    private final class Instance {
        final RedisClient client = RedisClient.create(REDIS.uri());
        final RedisLink link = new RedisLink(client, Duration.ofSeconds(5));
        final DefaultCamelContext camel = new DefaultCamelContext();
        final ExecutorService executor = AlbumAssembler.albumAssembly();
        final AlbumStates states;
        final AlbumAssembler assembler;

        Instance() throws Exception {
            var properties = new AlbumProperties(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofSeconds(1));
            states = new AlbumStates(link, json, properties);
            assembler = new AlbumAssembler(
                    new AlbumStore(JdbcClient.create(database), json),
                    states,
                    properties,
                    new Objects(),
                    new Outbox(database, codec),
                    new JdbcTransactionManager(database),
                    metrics,
                    clock);
            camel.getRegistry().bind("albumAssembly", executor);
            camel.getRegistry().bind("albumAssembler", assembler);
            camel.getRegistry().bind("albumStates", states);
            camel.getRegistry().bind("events", new EventRoutes(codec, EntryTraces.off()));
            camel.getRegistry().bind("outages", new DependencyOutages());
            RouteCoverage.watch(camel);
            var loader = PluginHelper.getRoutesLoader(camel);
            loader.loadRoutes(ResourceHelper.fromString("errors.camel.yaml", text("/routes/00-errors.camel.yaml")));
            loader.loadRoutes(ResourceHelper.fromString(
                    "42-album-assembler.camel.yaml",
                    Arrays.stream(text("/routes/42-album-assembler.camel.yaml").split("(?m)^(?=- route:)"))
                            .filter(route -> route.contains("uri: direct:album-")
                                    && !route.contains("redis-streams:")
                                    && !route.contains("timer:"))
                            .reduce("", String::concat)));
            camel.start();
            instances.add(this);
        }

        /** Processes a batch and waits for the assemblies that it began; false if its entries are delivered again. */
        boolean take(List<Event> batch) {
            boolean taken = send(batch);
            awaitAssemblies();
            return taken;
        }

        void awaitAssemblies() {
            if (!storeAway) {
                await().atMost(Duration.ofSeconds(60))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> REDIS.commands().zcard("album:completed:leases") == 0);
            }
        }

        boolean send(List<Event> batch) {
            Exchange exchange = new DefaultExchange(camel);
            exchange.getMessage().setBody(batch.stream().map(this::entry).toList());
            return camel.createProducerTemplate()
                            .send("direct:album-assembler-events", exchange)
                            .getException()
                    == null;
        }

        boolean take(Event... batch) {
            return take(List.of(batch));
        }

        private Message entry(Event event) {
            Map<String, String> fields = codec.write(event, null);
            Message message = new DefaultMessage(camel);
            message.setHeader(
                    RedisStreamsConstants.STREAM,
                    "stream:" + fields.get("event").replace('.', ':'));
            message.setHeader(RedisStreamsConstants.MESSAGE_ID, "1-1");
            message.setBody(fields);
            return message;
        }

        void checkDeadlines() {
            for (AlbumState.Update check : assembler.overdue()) {
                camel.createProducerTemplate().sendBody("direct:album-assembler-state", check);
            }
            awaitAssemblies();
        }

        void crash() {
            link.close();
            client.shutdown(0, 1, TimeUnit.SECONDS);
            camel.stop();
            executor.shutdownNow();
            instances.remove(this);
        }
    }

    /** The object store, which can be away. */
    private final class Objects implements ObjectStore {
        @Override
        public void each(String prefix, java.util.function.Consumer<Stored> work) throws IOException {
            throw new IOException("not listed");
        }

        private final ObjectStore files;

        Objects() throws IOException {
            files = new FolderObjectStore(folder.resolve("objects"));
        }

        private void there() throws IOException {
            if (storeAway) {
                throw new IOException("the object store is away");
            }
        }

        @Override
        public String bucket() {
            return files.bucket();
        }

        @Override
        public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
            there();
            storing.run();
            files.put(key, contentType, sizeBytes, content);
        }

        @Override
        public Optional<InputStream> get(String key) throws IOException {
            there();
            return files.get(key);
        }

        @Override
        public boolean exists(String key) throws IOException {
            there();
            return files.exists(key);
        }

        @Override
        public void delete(String key) throws IOException {
            there();
            files.delete(key);
        }

        @Override
        public void check() throws IOException {
            there();
        }
    }

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    private static String text(String resource) throws IOException {
        try (InputStream in = AlbumAssemblerIT.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @BeforeEach
    void empty() {
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE outbox, posts, media_groups CASCADE").update();
        jdbc.sql("INSERT INTO channels (id, tg_channel_id, title) VALUES (?, ?, 'Канал') ON CONFLICT DO NOTHING")
                .params(CHANNEL, TG_CHANNEL)
                .update();
        REDIS.commands().flushall();
    }

    @AfterEach
    void close() {
        List.copyOf(instances).forEach(Instance::crash);
    }

    /** An album of stored posts. */
    private final class TestAlbum {
        final long groupedId = NUMBER.incrementAndGet();
        final List<UUID> posts = new ArrayList<>();
        int revision;

        TestAlbum(int members) {
            IntStream.range(0, members).forEach(i -> join());
        }

        UUID join() {
            UUID post = UUID.randomUUID();
            jdbc.sql(
                            """
                            INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, grouped_id, has_media)
                            VALUES (?, ?, ?, ?, now(), ?, true)""")
                    .params(post, TENANT, CHANNEL, NUMBER.incrementAndGet(), groupedId)
                    .update();
            posts.add(post);
            return post;
        }

        /** Stores the album's next revision as post persistence does, and gives its event. */
        Event announced() {
            revision++;
            new Albums(
                            DATABASE.dataSource(),
                            new JdbcTransactionManager(DATABASE.dataSource()),
                            new PostStoreSettings(Duration.ZERO, Duration.ofSeconds(20), "bucket"))
                    .save(new Albums.Announced(TENANT, CHANNEL, groupedId, revision), posts);
            return AlbumParsedBuilder.builder()
                    .schemaVersion("v1")
                    .traceId("trace")
                    .occurredAt(clock.instant())
                    .idempotencyKey(TENANT + ":" + TG_CHANNEL + ":" + groupedId + ":" + revision)
                    .userId("1")
                    .tenantId(TENANT)
                    .channelId(CHANNEL)
                    .albumId(1L)
                    .groupedId(groupedId)
                    .albumKind("photo")
                    .itemsCount(posts.size())
                    .postIds(posts)
                    .revision(revision)
                    .build();
        }

        JsonNode meta() throws IOException {
            return json.readTree(jdbc.sql("SELECT meta::text FROM media_groups WHERE grouped_id = ?")
                    .param(groupedId)
                    .query(String.class)
                    .single());
        }

        /** The events of this album, in their order. */
        List<JsonNode> assembled() {
            return jdbc
                    .sql("SELECT event::text FROM outbox WHERE stream = 'album.assembled' ORDER BY id")
                    .query(String.class)
                    .list()
                    .stream()
                    .map(event -> {
                        try {
                            return json.readTree(event);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .filter(event -> event.path("grouped_id").asLong() == groupedId)
                    .toList();
        }

        JsonNode onlyAssembled() {
            assertThat(assembled()).hasSize(1);
            return assembled().get(0);
        }
    }

    private Event analyzed(UUID post, String description) {
        return analyzed(post, description, "vision@2026-11-29#p1");
    }

    private Event analyzed(UUID post, String description, String version) {
        return event(
                post,
                new VisionResult(
                        "gigachat",
                        "m",
                        new VisionClassification("photo", 0.9, List.of("tag")),
                        description,
                        "text of " + description,
                        false,
                        List.of("common", "label of " + description),
                        List.of(),
                        10,
                        clock.instant()),
                version);
    }

    private Event skipped(UUID post) {
        return event(post, null, "vision@2026-11-29#p1");
    }

    private Event event(UUID post, VisionResult result, String version) {
        return new VisionAnalyzed(
                "v1",
                "trace",
                clock.instant(),
                "key-" + post,
                TENANT,
                post,
                CHANNEL,
                null,
                null,
                List.of(new MediaFile("a".repeat(64), "media/x/aa/a.jpg", "image/jpeg", 1L)),
                result,
                result == null,
                result == null ? List.of(new SkipReason("a".repeat(64), "small")) : List.of(),
                version,
                Sha256.hex(result == null ? "none" : result.description()),
                1);
    }

    @Test
    void an_album_is_assembled_once_all_members_are_analysed() throws Exception {
        var album = new TestAlbum(3);
        var process = new Instance();

        process.take(album.announced());
        process.take(analyzed(album.posts.get(2), "three"), analyzed(album.posts.get(0), "one"));
        assertThat(album.assembled()).isEmpty();
        assertThat(process.states.open()).isOne();
        process.take(analyzed(album.posts.get(1), "two"));

        JsonNode event = album.onlyAssembled();
        assertThat(event.path("vision_summary").asText()).isEqualTo("one\ntwo\nthree");
        assertThat(event.path("vision_ocr_text").asText()).isEqualTo("text of one\ntext of two\ntext of three");
        assertThat(event.path("vision_labels"))
                .extracting(JsonNode::asText)
                .containsExactly("common", "label of one", "label of two", "label of three");
        assertThat(event.path("complete").asBoolean()).isTrue();
        assertThat(event.path("has_text").asBoolean()).isTrue();
        assertThat(event.path("items_analyzed").asInt()).isEqualTo(3);
        assertThat(event.path("post_ids"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(
                        album.posts.stream().map(UUID::toString).toList());
        assertThat(event.path("idempotency_key").asText())
                .isEqualTo(TENANT + ":" + TG_CHANNEL + ":" + album.groupedId + ":1:assembled:1");
        assertThat(album.meta().path("vision_summary").asText()).isEqualTo("one\ntwo\nthree");
        assertThat(new Objects().get(event.path("s3_key").asText())).get().satisfies(object -> assertThat(
                        json.readTree(object).path("vision_labels"))
                .hasSize(4));
        assertThat(process.states.open()).isZero();
        assertThat(metrics.counter("albums.assembled", "status", "success").count())
                .isOne();
    }

    @Test
    void members_may_be_analysed_before_their_album_is_announced() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();

        process.take(analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two"));
        assertThat(album.assembled()).isEmpty();
        process.take(album.announced());

        assertThat(album.onlyAssembled().path("vision_summary").asText()).isEqualTo("one\ntwo");
    }

    @Test
    void an_album_announced_long_after_its_members_takes_their_results() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        process.take(analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two"));

        clock.pass(Duration.ofMinutes(11));
        process.checkDeadlines();
        assertThat(process.states.open()).isZero();
        process.take(album.announced());

        assertThat(album.onlyAssembled().path("complete").asBoolean()).isTrue();
    }

    @Test
    void a_skipped_member_counts_as_settled() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();

        process.take(album.announced(), analyzed(album.posts.get(0), "one"), skipped(album.posts.get(1)));

        assertThat(album.onlyAssembled().path("complete").asBoolean()).isTrue();
        assertThat(album.onlyAssembled().path("vision_summary").asText()).isEqualTo("one");
    }

    @Test
    void a_member_that_never_arrives_is_left_out_at_the_deadline_and_a_late_one_makes_a_new_revision()
            throws Exception {
        var album = new TestAlbum(3);
        var process = new Instance();
        process.take(album.announced(), analyzed(album.posts.get(0), "one"));

        clock.pass(Duration.ofMinutes(2));
        process.take(analyzed(album.posts.get(1), "two"));
        clock.pass(Duration.ofMinutes(7));
        process.checkDeadlines();
        assertThat(album.assembled()).isEmpty();
        clock.pass(Duration.ofMinutes(1));
        process.checkDeadlines();
        process.checkDeadlines();

        JsonNode partial = album.onlyAssembled();
        assertThat(partial.path("complete").asBoolean()).isFalse();
        assertThat(partial.path("items_analyzed").asInt()).isEqualTo(2);
        assertThat(partial.path("assembly_lag_seconds").asDouble()).isEqualTo(600);
        process.take(analyzed(album.posts.get(2), "three"));
        assertThat(album.assembled()).hasSize(2);
        JsonNode whole = album.assembled().get(1);
        assertThat(whole.path("revision").asInt()).isEqualTo(2);
        assertThat(whole.path("complete").asBoolean()).isTrue();
        assertThat(whole.path("vision_summary").asText()).isEqualTo("one\ntwo\nthree");
    }

    @Test
    void a_member_that_joins_or_is_edited_makes_a_new_revision() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        process.take(album.announced(), analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two"));

        UUID late = album.join();
        process.take(album.announced());
        assertThat(album.assembled()).hasSize(1);
        process.take(analyzed(late, "three"));
        // an edit of a caption
        process.take(album.announced());
        // a later version of the prompt sees something else
        process.take(analyzed(late, "four", "vision@2026-11-30#p2"));

        assertThat(album.assembled())
                .extracting(event -> event.path("idempotency_key").asText().replaceFirst(".*?(\\d+:assembled)", "$1"))
                .containsExactly("1:assembled:1", "2:assembled:2", "3:assembled:3", "3:assembled:4");
        assertThat(album.assembled().get(3).path("vision_summary").asText()).isEqualTo("one\ntwo\nfour");
    }

    @Test
    void an_edited_picture_is_waited_for() throws Exception {
        var album = new TestAlbum(1);
        jdbc.sql(
                        "INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket) VALUES (?, ?, 'image/jpeg', 1, 'k', 'b')")
                .params(TENANT, "b".repeat(64))
                .update();
        jdbc.sql("INSERT INTO post_media_map (post_id, file_sha256, position) VALUES (?, ?, 0)")
                .params(album.posts.get(0), "b".repeat(64))
                .update();
        var process = new Instance();

        process.take(album.announced(), analyzed(album.posts.get(0), "the old picture"));

        assertThat(album.assembled()).isEmpty();
        assertThat(process.states.open()).isOne();
    }

    @Test
    void repeated_entries_change_nothing() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        List<Event> events =
                List.of(album.announced(), analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two"));
        process.take(events);
        String row = row(album);

        for (int i = 0; i < 10; i++) {
            events.forEach(event -> assertThat(process.take(event)).isTrue());
        }

        assertThat(album.assembled()).hasSize(1);
        assertThat(row(album)).isEqualTo(row);
        assertThat(process.states.open()).isZero();
    }

    private String row(TestAlbum album) {
        return jdbc.sql("SELECT to_jsonb(g)::text FROM media_groups g WHERE grouped_id = ?")
                .param(album.groupedId)
                .query(String.class)
                .single();
    }

    /** Its own check does not know yet what is being assembled. */
    @Test
    void an_event_that_arrives_while_its_album_is_assembled_is_followed_by_another_assembly() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        var begun = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        storing = () -> {
            begun.countDown();
            assertThat(isReached(arrived)).isTrue();
        };
        process.send(
                List.of(album.announced(), analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two")));
        assertThat(isReached(begun)).isTrue();

        clock.pass(Duration.ofSeconds(5));
        assertThat(process.send(List.of(analyzed(album.posts.get(0), "changed"))))
                .isTrue();
        assertThat(album.assembled()).isEmpty();
        arrived.countDown();

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(album.assembled())
                .extracting(event -> event.path("vision_summary").asText())
                .containsExactly("one\ntwo", "changed\ntwo"));
        process.awaitAssemblies();
        assertThat(process.states.open()).isZero();
    }

    private static boolean isReached(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void an_interrupted_assembly_is_repeated_by_another_process() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        storeAway = true;
        assertThat(process.take(
                        album.announced(), analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two")))
                .as("the entries are acknowledged: the state is stored")
                .isTrue();
        assertThat(album.assembled()).isEmpty();
        assertThat(process.states.open()).isOne();
        process.crash();

        storeAway = false;
        var other = new Instance();
        assertThat(other.states.scan(other.camel)).as("the lease of the first").isEmpty();
        expireLeases();

        await().atMost(Duration.ofSeconds(60)).until(() -> other.states.open() == 0);
        assertThat(album.onlyAssembled().path("vision_summary").asText()).isEqualTo("one\ntwo");
    }

    private static void expireLeases() {
        REDIS.commands().zrange("album:completed:leases", 0, -1).forEach(id -> REDIS.commands()
                .zadd("album:completed:leases", ZAddArgs.Builder.xx(), 0, id));
    }

    @Test
    void a_batch_whose_state_was_not_stored_is_delivered_again() throws Exception {
        var album = new TestAlbum(1);
        var process = new Instance();
        List<Event> events = List.of(album.announced(), analyzed(album.posts.get(0), "one"));
        process.link.close();

        assertThat(process.take(events)).isFalse();
        assertThat(new Instance().take(events)).isTrue();

        assertThat(album.onlyAssembled().path("vision_summary").asText()).isEqualTo("one");
    }

    @Test
    void posts_without_an_album_deleted_posts_and_unknown_ones_change_nothing() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        jdbc.sql("UPDATE posts SET grouped_id = NULL WHERE id = ?")
                .param(album.posts.get(0))
                .update();
        jdbc.sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(album.posts.get(1))
                .update();

        assertThat(process.take(analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two")))
                .isTrue();
        assertThat(process.assembler
                        .open(List.of(analyzed(UUID.randomUUID(), "unknown")))
                        .answers())
                .singleElement()
                .satisfies(answer -> assertThat(answer.outcome().reason()).contains("is not stored yet"));

        assertThat(process.states.open()).isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM media_groups")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void an_album_of_another_tenant_is_not_touched() throws Exception {
        var album = new TestAlbum(1);
        var process = new Instance();
        Event event = analyzed(album.posts.get(0), "one");
        VisionAnalyzed own = (VisionAnalyzed) event;
        Event foreign = new VisionAnalyzed(
                own.schemaVersion(),
                own.traceId(),
                own.occurredAt(),
                own.idempotencyKey(),
                UUID.randomUUID(),
                own.postId(),
                own.channelId(),
                album.groupedId,
                null,
                own.media(),
                own.vision(),
                false,
                List.of(),
                own.visionVersion(),
                own.featuresHash(),
                1);

        assertThat(process.assembler.open(List.of(foreign)).updates()).isEmpty();
    }

    @Test
    void what_redis_lost_is_continued_from_the_database() throws Exception {
        var album = new TestAlbum(2);
        var process = new Instance();
        process.take(album.announced(), analyzed(album.posts.get(0), "one"), analyzed(album.posts.get(1), "two"));
        REDIS.commands().flushall();

        UUID late = album.join();
        process.take(album.announced(), analyzed(late, "three"));

        assertThat(album.assembled()).hasSize(2);
        assertThat(album.assembled().get(1).path("vision_summary").asText()).isEqualTo("one\ntwo\nthree");
    }

    @Test
    void a_batch_takes_the_same_number_of_statements_whatever_its_size() throws Exception {
        var process = new Instance();
        List<Event> large = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            var album = new TestAlbum(2);
            large.add(album.announced());
            large.add(analyzed(album.posts.get(0), "one"));
        }

        int small = database.count(() -> process.assembler.open(large.subList(0, 2)));

        assertThat(database.count(() -> process.assembler.open(large)))
                .isEqualTo(small)
                .isEqualTo(2);
    }

    static Stream<Long> seeds() {
        String given = System.getProperty("albums.seed");
        return given != null ? Stream.of(Long.valueOf(given)) : LongStreams.of(Integer.getInteger("albums.seeds", 8));
    }

    private static final class LongStreams {
        static Stream<Long> of(int number) {
            return Stream.iterate(1L, seed -> seed + 1).limit(number);
        }
    }

    /** Random orders, repetitions, batches, outages and crashes of two processes; {@code -Dalbums.seed=N} repeats one. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatever_the_order_each_album_is_assembled_once_per_revision_with_the_same_summary(long seed)
            throws Exception {
        var random = new Random(seed);
        List<TestAlbum> albums = Stream.generate(() -> new TestAlbum(1 + random.nextInt(5)))
                .limit(6)
                .toList();
        List<Event> events = new ArrayList<>();
        for (TestAlbum album : albums) {
            events.add(album.announced());
            album.posts.forEach(post -> events.add(
                    random.nextInt(6) == 0 ? skipped(post) : analyzed(post, "p" + album.posts.indexOf(post))));
            if (random.nextBoolean()) {
                UUID late = album.join();
                events.add(album.announced());
                events.add(analyzed(late, "late"));
            }
        }
        List<Event> deliveries = new ArrayList<>(events);
        IntStream.range(0, events.size() / 2).forEach(i -> deliveries.add(events.get(random.nextInt(events.size()))));
        Collections.shuffle(deliveries, random);
        List<Instance> pair = new ArrayList<>(List.of(new Instance(), new Instance()));

        while (!deliveries.isEmpty()) {
            List<List<Event>> batches = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                List<Event> batch =
                        new ArrayList<>(deliveries.subList(0, Math.min(deliveries.size(), 1 + random.nextInt(4))));
                deliveries.subList(0, batch.size()).clear();
                batches.add(batch);
            }
            storeAway = random.nextInt(4) == 0;
            boolean redisLost = random.nextInt(8) == 0;
            var other = CompletableFuture.supplyAsync(() -> pair.get(1).send(batches.get(1)));
            if (redisLost) {
                pair.get(1).link.disconnect();
            }
            if (!pair.get(0).send(batches.get(0))) {
                deliveries.addAll(batches.get(0));
            }
            if (!other.join()) {
                deliveries.addAll(batches.get(1));
            }
            if (random.nextInt(6) == 0) {
                pair.remove(0).crash();
                pair.add(new Instance());
                // the entries of a dead process are delivered again, also those it had processed
                deliveries.addAll(batches.get(0));
            }
        }
        storeAway = false;
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    expireLeases();
                    assertThat(pair.get(0).states.open()).isZero();
                });

        for (TestAlbum album : albums) {
            List<JsonNode> assembled = album.assembled();
            assertThat(assembled)
                    .extracting(event -> event.path("revision").asInt())
                    .as("seed %d, album %d", seed, album.groupedId)
                    .isEqualTo(
                            IntStream.rangeClosed(1, assembled.size()).boxed().toList());
            assertThat(assembled)
                    .extracting(event -> event.path("idempotency_key").asText())
                    .doesNotHaveDuplicates();
            JsonNode last = assembled.get(assembled.size() - 1);
            assertThat(last.path("complete").asBoolean()).isTrue();
            assertThat(last.path("items_count").asInt()).isEqualTo(album.posts.size());
            assertThat(last.path("vision_summary").asText(null)).isEqualTo(expected(album, events));
            assertThat(assembled.stream()
                            .map(event -> event.path("idempotency_key").asText().replaceFirst(":assembled.*", "")))
                    .as("no assembly without a reason: one for each revision of the album")
                    .doesNotHaveDuplicates();
        }
    }

    private static String expected(TestAlbum album, List<Event> events) {
        List<String> descriptions = album.posts.stream()
                .flatMap(post -> events.stream()
                        .filter(VisionAnalyzed.class::isInstance)
                        .map(VisionAnalyzed.class::cast)
                        .filter(event -> event.postId().equals(post) && event.vision() != null))
                .map(event -> event.vision().description())
                .toList();
        return descriptions.isEmpty() ? null : String.join("\n", descriptions);
    }
}
