package routes.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;
import routes.albums.AlbumProperties;
import routes.events.AlbumParsed;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.IdempotencyKeys;
import routes.events.Json;
import routes.events.MediaFile;
import routes.events.PostEnriched;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.events.VisionUploaded;
import routes.outbox.Outbox;
import routes.posts.PostEvents;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.stages.LegacyProperties;
import routes.stages.StreamKeys;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.vectorindex.IndexGenerations;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.lucene.LuceneGenerations;

/** Which posts are published again, as what, and when not. */
class ReconcilerIT {
    private static final MediaFile PICTURE = new MediaFile("b".repeat(64), "media/x/bb/b.jpg", "image/jpeg", 1_000L);
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = UUID.fromString("00000000-0000-0000-0000-0000000000c1");
    private static final Instant TAGGED_AT = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final String HASH = TagsHash.of(List.of("Python", "релиз"));

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private final StreamCatalog catalog = new StreamCatalog();
    private final ObjectMapper json = Json.newMapper();
    private final EventCodec codec = new EventCodec(json, catalog);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private JdbcClient jdbc;
    private Reconciler reconciler;
    private int message;

    @BeforeEach
    void empty() {
        jdbc = DATABASE.jdbc();
        jdbc.sql("TRUNCATE outbox, posts, media_groups CASCADE").update();
        jdbc.sql(
                        """
                        INSERT INTO channels (id, tg_channel_id, title) VALUES (:id, 1987654321, 'Канал')
                        ON CONFLICT DO NOTHING""")
                .param("id", CHANNEL)
                .update();
        jdbc.sql("INSERT INTO user_channel (user_id, channel_id) VALUES (1, :id) ON CONFLICT DO NOTHING")
                .param("id", CHANNEL)
                .update();
        REDIS.commands().flushall();
        reconciler = reconciler();
    }

    @Test
    void a_post_that_was_never_tagged_is_parsed_again_with_everything_it_had() {
        UUID post = post("pending", "pending");

        reconciler.run();

        PostParsed event = onlyEvent(PostParsed.class);
        assertThat(event.postId()).isEqualTo(post);
        assertThat(event.text()).isEqualTo("Вышел релиз Python");
        assertThat(event.urls()).containsExactly("https://example.org/a", "https://example.org/b");
        assertThat(event.trigger()).isEqualTo(Trigger.INITIAL);
        assertThat(event.tgChannelId()).isEqualTo(1987654321L);
        assertThat(event.userId()).isEqualTo("1");
        assertThat(event.viewsCount()).isEqualTo(17);
        assertThat(event.requestId()).startsWith("reconcile-");
        assertThat(event.idempotencyKey())
                .isEqualTo(TENANT + ":1987654321:" + event.telegramMessageId() + ":" + event.requestId());
        assertThat(metrics.counter("posts.reconciled").count()).isOne();
    }

    @Test
    void one_whose_tags_nobody_stored_is_parsed_again_whatever_its_states_say() {
        UUID lost = post("success", "indexed");
        indexed(lost, 0, TAGGED_AT);
        UUID skipped = post("skipped", "pending");
        UUID edited = post("success", "indexed");
        tags(edited, 0, TAGGED_AT);
        indexed(edited, 1_700_000_000, TAGGED_AT);
        jdbc.sql("UPDATE posts SET content_version = 1700000000 WHERE id = ?")
                .param(edited)
                .update();

        reconciler.run();

        assertThat(events()).hasSize(3).allSatisfy(event -> assertThat(event).isInstanceOf(PostParsed.class));
        assertThat(events())
                .extracting(event -> ((PostParsed) event).postId(), event -> ((PostParsed) event).trigger())
                .containsExactlyInAnyOrder(
                        tuple(lost, Trigger.INITIAL), tuple(skipped, Trigger.INITIAL), tuple(edited, Trigger.EDIT));
    }

    @Test
    void one_whose_tags_the_index_lacks_gets_the_stored_tags_published_with_the_version_they_have() {
        UUID post = post("success", "pending");
        tags(post, 0, TAGGED_AT);

        reconciler.run();

        PostTagged event = onlyEvent(PostTagged.class);
        assertThat(event.postId()).isEqualTo(post);
        assertThat(event.tags()).containsExactly("Python", "релиз");
        assertThat(event.tagsHash()).isEqualTo(HASH);
        assertThat(event.occurredAt()).isEqualTo(TAGGED_AT);
        assertThat(event.contentVersion()).isZero();
        assertThat(event.provider()).isEqualTo("local");
        assertThat(event.trigger()).isEqualTo(Trigger.INITIAL);
        assertThat(event.urls()).hasSize(2);
        assertThat(event.metadata()).isEqualTo(Map.of("rejected_tags", List.of("x")));
        assertThat(event.idempotencyKey()).isEqualTo(post + ":tagged:0:initial:-:" + HASH);
    }

    @Test
    void a_post_whose_pictures_were_not_analysed_has_its_files_announced_again() {
        UUID post = finalPostWithPicture();

        reconciler.run();

        VisionUploaded event = onlyEvent(VisionUploaded.class);
        assertThat(event.postId()).isEqualTo(post);
        assertThat(event.mediaFiles()).containsExactly(PICTURE);
        assertThat(event.requiresVision()).isTrue();
        assertThat(event.idempotencyKey()).isEqualTo(IdempotencyKeys.visionUploaded(TENANT, post, List.of(PICTURE)));
    }

    @Test
    void a_post_whose_tags_do_not_know_its_pictures_has_its_files_announced_again_unless_nothing_was_analysed() {
        UUID post = finalPostWithPicture();
        vision(post, "local", "new");
        UUID known = finalPostWithPicture();
        vision(known, "local", "new");
        jdbc.sql(
                        "UPDATE post_enrichment SET metadata = metadata || '{\"features_hash\": \"new\"}' WHERE post_id = ? AND kind = 'tags'")
                .param(known)
                .update();
        vision(finalPostWithPicture(), "none", "nothing");

        reconciler.run();

        assertThat(onlyEvent(VisionUploaded.class).postId()).isEqualTo(post);
    }

    @Test
    void an_index_with_older_tags_and_one_whose_delivery_failed_last_get_the_stored_ones_too() {
        UUID older = post("success", "indexed");
        tags(older, 0, TAGGED_AT);
        indexed(older, 0, TAGGED_AT.minusSeconds(60));
        UUID failed = post("success", "failed");
        tags(failed, 0, TAGGED_AT);

        reconciler.run();

        assertThat(events())
                .extracting(event -> ((PostTagged) event).postId())
                .containsExactlyInAnyOrder(older, failed);
    }

    @Test
    void final_deleted_expired_and_just_touched_posts_are_left_alone() {
        for (String tagging : List.of("success", "skipped", "failed")) {
            UUID complete = post(tagging, tagging.equals("skipped") ? "skipped" : "indexed");
            tags(complete, 0, TAGGED_AT);
            indexed(complete, 0, TAGGED_AT);
        }
        UUID ahead = post("success", "indexed");
        tags(ahead, 0, TAGGED_AT);
        indexed(ahead, 0, TAGGED_AT.plusSeconds(60));
        UUID deleted = post("pending", "pending");
        jdbc.sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(deleted)
                .update();
        UUID expired = post("pending", "pending");
        jdbc.sql("UPDATE posts SET expires_at = now() - interval '1 second' WHERE id = ?")
                .param(expired)
                .update();
        UUID touched = post("pending", "pending");
        jdbc.sql("UPDATE posts SET updated_at = now() WHERE id = ?")
                .param(touched)
                .update();
        UUID recent = post("pending", "pending");
        jdbc.sql("UPDATE posts SET created_at = now() - interval '9 minutes' WHERE id = ?")
                .param(recent)
                .update();

        reconciler.run();

        assertThat(events()).isEmpty();
    }

    @Test
    void a_post_whose_counters_keep_moving_is_not_overlooked() {
        UUID popular = post("pending", "pending");
        jdbc.sql("UPDATE posts SET views_count = 1000, updated_at = now() - interval '61 seconds' WHERE id = ?")
                .param(popular)
                .update();

        reconciler.run();

        assertThat(onlyEvent(PostParsed.class).viewsCount()).isEqualTo(1_000);
    }

    @Test
    void a_post_with_an_event_in_the_outbox_is_under_way() {
        UUID post = post("pending", "pending");
        reconciler.run();
        forget(post);

        reconciler.run();

        assertThat(events()).hasSize(1);
    }

    @Test
    void an_event_of_the_outbox_whose_post_id_is_none_stops_nothing() {
        post("pending", "pending");
        for (String id : List.of("\"17\"", "17", "null", "{}", "\"00000000-0000-0000-0000-00000000000g\"")) {
            jdbc.sql("INSERT INTO outbox (stream, event) VALUES ('alerts.raised', ?::jsonb)")
                    .param("{\"post_id\": " + id + "}")
                    .update();
        }

        reconciler.run();

        assertThat(jdbc.sql("SELECT count(*) FROM outbox WHERE stream = 'posts.parsed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void a_post_with_an_undelivered_or_pending_event_in_any_stream_of_the_pipeline_is_under_way() {
        UUID parsed = post("pending", "pending");
        UUID tagged = post("success", "pending");
        tags(tagged, 0, TAGGED_AT);
        reconciler.run();
        for (var event : events()) {
            REDIS.commands().xadd(catalog.stream(event.getClass()).key(), codec.write(event));
        }
        jdbc.sql("DELETE FROM outbox").update();
        forget(parsed);
        forget(tagged);

        reconciler.run();
        assertThat(events()).as("no group is there yet").isEmpty();

        settle(PostParsed.class, "tagging_workers", false);
        settle(PostTagged.class, "tag_persist_workers", true);
        settle(PostTagged.class, "enrich_workers", false);
        reconciler.run();
        assertThat(events()).as("pending").isEmpty();

        settle(PostParsed.class, "tagging_workers", true);
        settle(PostTagged.class, "enrich_workers", true);
        reconciler.run();
        assertThat(events()).hasSize(2);
    }

    @Test
    void a_dead_letter_is_an_end_until_it_is_taken_away_or_the_post_is_edited() {
        UUID post = post("pending", "pending");
        reconciler.run();
        Map<String, String> dead = new TreeMap<>(codec.write(onlyEvent(PostParsed.class)));
        dead.put("dlq_group", "tagging_workers");
        String key = StreamGroup.deadLetterKey(catalog.stream(PostParsed.class).key());
        REDIS.commands().xadd(key, dead);
        jdbc.sql("DELETE FROM outbox").update();
        forget(post);

        reconciler.run();
        assertThat(events()).isEmpty();

        jdbc.sql("UPDATE posts SET content_version = 5 WHERE id = ?")
                .param(post)
                .update();
        reconciler.run();
        assertThat(events()).as("edited").hasSize(1);
    }

    @Test
    void a_dead_letter_of_a_group_that_leads_nowhere_says_nothing() {
        UUID post = post("success", "pending");
        tags(post, 0, TAGGED_AT);
        reconciler.run();
        Map<String, String> dead = new TreeMap<>(codec.write(onlyEvent(PostTagged.class)));
        dead.put("dlq_group", "crawl_trigger_workers");
        REDIS.commands()
                .xadd(StreamGroup.deadLetterKey(catalog.stream(PostTagged.class).key()), dead);
        jdbc.sql("DELETE FROM outbox").update();
        forget(post);

        reconciler.run();

        assertThat(events()).hasSize(1);
    }

    @Test
    void a_post_that_stays_open_is_published_again_after_pauses_that_double() {
        UUID post = post("pending", "pending");

        assertThat(publishedAfter(Duration.ZERO, post)).isTrue();
        assertThat(publishedAfter(Duration.ZERO, post)).isFalse();
        assertThat(publishedAfter(Duration.ofMinutes(11), post)).isTrue();
        assertThat(publishedAfter(Duration.ofMinutes(11), post)).isFalse();
        assertThat(publishedAfter(Duration.ofMinutes(21), post)).isTrue();
        assertThat(publishedAfter(Duration.ofMinutes(21), post)).isFalse();
        jdbc.sql("UPDATE post_reconciliations SET times = 50").update();
        assertThat(publishedAfter(Duration.ofMinutes(639), post)).isFalse();
        assertThat(publishedAfter(Duration.ofMinutes(641), post))
                .as("64 times the first, at most")
                .isTrue();
        assertThat(publishedAfter(Duration.ofDays(1), post)).isTrue();
        assertThat(times(post)).as("after long quiet it counts anew").isOne();
    }

    @Test
    void two_at_the_same_time_publish_each_post_once() throws Exception {
        for (int i = 0; i < 1_200; i++) {
            post("pending", "pending");
        }
        var start = new CountDownLatch(1);
        List<CompletableFuture<Void>> running = List.of(reconciler, reconciler()).stream()
                .map(one -> CompletableFuture.runAsync(() -> {
                    try {
                        assertThat(start.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    one.run();
                }))
                .toList();
        start.countDown();
        running.forEach(CompletableFuture::join);

        assertThat(jdbc.sql("SELECT count(*) || ' ' || count(DISTINCT event ->> 'post_id') FROM outbox")
                        .query(String.class)
                        .single())
                .isEqualTo("1200 1200");
    }

    @Test
    void posts_that_somebody_changes_at_this_moment_are_passed_over() {
        UUID busy = post("pending", "pending");
        UUID free = post("pending", "pending");
        transaction().executeWithoutResult(status -> {
            jdbc.sql("SELECT 1 FROM posts WHERE id = ? FOR UPDATE")
                    .param(busy)
                    .query(Integer.class)
                    .single();
            CompletableFuture.runAsync(reconciler::run).join();
        });

        assertThat(onlyEvent(PostParsed.class).postId()).isEqualTo(free);
    }

    @Test
    void a_post_that_cannot_be_published_does_not_keep_the_others_back() {
        UUID wrong = post("pending", "pending");
        jdbc.sql("UPDATE posts SET content_hash = 'none' WHERE id = ?")
                .param(wrong)
                .update();
        UUID right = post("pending", "pending");

        reconciler.run();

        assertThat(onlyEvent(PostParsed.class).postId()).isEqualTo(right);
        assertThat(times(wrong)).isOne();
    }

    @Test
    void with_too_much_under_way_nothing_is_published() {
        post("pending", "pending");
        String key = catalog.stream(PostParsed.class).key();
        REDIS.commands()
                .eval(
                        "for i = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'data', '{}') end return 1",
                        ScriptOutputType.INTEGER,
                        new String[] {key},
                        Integer.toString(PostsUnderWay.AT_MOST + 1));

        reconciler.run();
        assertThat(events()).isEmpty();

        REDIS.commands().del(key);
        reconciler.run();
        assertThat(events()).hasSize(1);
    }

    @Test
    void now_means_whatever_the_age_and_the_pauses_and_counts_come_back() {
        UUID young = post("success", "pending");
        tags(young, 0, TAGGED_AT);
        jdbc.sql("UPDATE posts SET created_at = now(), updated_at = now()").update();

        assertThat(reconciler.runNow()).isEqualTo(new Reconciler.Counts(1, 1, 0, 0, false));
        assertThat(onlyEvent(PostTagged.class).postId()).isEqualTo(young);
        assertThat(reconciler.runNow())
                .as("it waits in the outbox")
                .isEqualTo(new Reconciler.Counts(1, 0, 1, 0, false));

        jdbc.sql("TRUNCATE outbox").update();
        assertThat(reconciler.runNow()).isEqualTo(new Reconciler.Counts(1, 1, 0, 0, false));
    }

    @Test
    void a_lost_index_is_rebuilt_from_the_database_and_known_again_at_the_next_start(@TempDir Path folder)
            throws InterruptedException {
        List<UUID> posts = List.of(indexedPost(), indexedPost(), indexedPost());
        UUID underWay = post("pending", "pending");
        jdbc.sql("TRUNCATE vector_index").update();
        try (IndexGenerations index = open(folder.resolve("one"))) {
            posts.forEach(post -> index.upsert(point(post)));
            rebuilt(index, false, List.of());
            assertThat(index.identity()).as("taken over").isPresent();
            rebuilt(index, false, List.of());
        }
        try (IndexGenerations empty = open(folder.resolve("two"))) {
            rebuilt(empty, false, posts);
            rebuilt(empty, false, List.of());
            empty.delete(TENANT, List.of(posts.get(1)));
            rebuilt(empty, false, List.of(posts.get(1)));
            assertThat(empty.find(TENANT, underWay)).isEmpty();
        }
        try (IndexGenerations foreign = open(folder.resolve("one"))) {
            UUID stranger = UUID.randomUUID();
            foreign.upsert(point(stranger));
            rebuilt(foreign, false, posts);
            assertThat(foreign.find(TENANT, stranger)).as("of another database").isEmpty();
        }
    }

    @Test
    void a_rebuild_on_demand_fills_another_generation_and_goes_on_after_a_crash_without_a_gap_or_a_repetition(
            @TempDir Path folder) throws Exception {
        List<UUID> posts =
                IntStream.range(0, 1_200).mapToObj(i -> indexedPost()).toList();
        jdbc.sql("TRUNCATE vector_index").update();
        try (IndexGenerations index = open(folder)) {
            index.upsertAll(posts.stream().map(ReconcilerIT::point).toList());
            rebuilt(index, false, List.of());
            // the third page cannot be written: as if the process died there
            jdbc.sql(
                            """
                            CREATE FUNCTION stop_there() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                              IF (SELECT count(*) FROM outbox) > 1000 THEN RAISE EXCEPTION 'died'; END IF; RETURN NULL; END $$;
                            CREATE TRIGGER stop_there AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION stop_there()""")
                    .update();
            IndexRebuild died = rebuild(index);
            try {
                died.prepare(true);
                assertThat(index.count())
                        .as("searched until the rebuild is complete")
                        .isEqualTo(1_200);
                died.start();
                await().atMost(Duration.ofSeconds(60)).until(() -> events().size() == 1_000);
            } finally {
                died.destroy();
                jdbc.sql("DROP TRIGGER stop_there ON outbox; DROP FUNCTION stop_there()")
                        .update();
            }
            index.upsert(point(posts.get(0)));
            Optional<String> begun = index.nextIdentity();
            assertThat(begun).isPresent();

            IndexRebuild goesOn = rebuild(index);
            goesOn.prepare(false);
            assertThat(index.nextIdentity()).as("not begun again").isEqualTo(begun);
            goesOn.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> events().size() == 1_200);
            assertThat(events())
                    .extracting(event -> ((PostEnriched) event).postId())
                    .containsExactlyElementsOf(posts);
            assertThat(goesOn.progress().orElseThrow().toString()).contains("of 1200 posts");
            index.upsertAll(posts.stream().skip(1).map(ReconcilerIT::point).toList());
            index.delete(TENANT, List.of(posts.get(1)));
            jdbc.sql("UPDATE posts SET indexing_status = 'indexed'").update();
            await().atMost(Duration.ofSeconds(60)).until(() -> goesOn.progress().isEmpty());
            goesOn.destroy();
            assertThat(index.identity()).as("the new generation is searched").isEqualTo(begun);
            assertThat(index.nextIdentity()).isEmpty();
            assertThat(index.count()).isEqualTo(1_199);
        }
        assertThat(jdbc.sql("SELECT count(*) FROM posts WHERE jsonb_exists(index_state, 'graph')")
                        .query(Long.class)
                        .single())
                .as("the graph is written again too")
                .isZero();
    }

    @Test
    void a_generation_that_is_lost_while_it_is_filled_is_begun_again(@TempDir Path folder) throws Exception {
        List<UUID> posts = List.of(indexedPost(), indexedPost());
        jdbc.sql("TRUNCATE vector_index").update();
        try (IndexGenerations index = open(folder)) {
            posts.forEach(post -> index.upsert(point(post)));
            rebuilt(index, false, List.of());
            IndexRebuild begun = rebuild(index);
            begun.prepare(true);
            begun.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> events().size() == 2);
            begun.destroy();
        }
        FileSystemUtils.deleteRecursively(folder.resolve("index-next"));
        try (IndexGenerations index = open(folder)) {
            assertThat(index.count()).isEqualTo(2);
            rebuilt(index, false, posts);
            assertThat(index.count()).isEqualTo(2);
            assertThat(index.nextIdentity()).isEmpty();
            rebuilt(index, false, List.of());
        }
    }

    private static IndexGenerations open(Path folder) {
        IndexGenerations index = LuceneGenerations.in(folder);
        index.expect("test", 2);
        return index;
    }

    private IndexRebuild rebuild(IndexGenerations index) {
        return new IndexRebuild(
                jdbc,
                index,
                new LostEvents(jdbc, new PostEvents(jdbc, Clock.systemUTC()), json, Clock.systemUTC()),
                new Outbox(DATABASE.dataSource(), codec),
                new JdbcTransactionManager(DATABASE.dataSource()));
    }

    /** Starts, expects these posts to be published for the index, does the work of the indexing stage, and awaits the end. */
    private void rebuilt(IndexGenerations index, boolean wanted, List<UUID> published) throws InterruptedException {
        jdbc.sql("TRUNCATE outbox").update();
        IndexRebuild rebuild = rebuild(index);
        rebuild.prepare(wanted);
        assertThat(rebuild.progress().isPresent()).isEqualTo(!published.isEmpty());
        rebuild.start();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(events())
                .extracting(event -> ((PostEnriched) event).postId())
                .containsExactlyElementsOf(published));
        published.forEach(post -> {
            index.upsert(point(post));
            jdbc.sql("UPDATE posts SET indexing_status = 'indexed' WHERE id = ?")
                    .param(post)
                    .update();
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> rebuild.progress().isEmpty());
        rebuild.destroy();
    }

    private UUID indexedPost() {
        UUID post = post("success", "indexed");
        tags(post, 0, TAGGED_AT);
        jdbc.sql("UPDATE posts SET index_state = '{\"vector\": \"v\", \"graph\": \"g\", \"tags\": []}' WHERE id = ?")
                .param(post)
                .update();
        return post;
    }

    private static IndexedPoint point(UUID post) {
        var payload = new PostPayload(
                post,
                TENANT,
                CHANNEL,
                1,
                List.of("Python"),
                TAGGED_AT,
                null,
                null,
                "Вышел",
                false,
                null,
                false,
                Set.of());
        return new IndexedPoint(payload, new float[] {1, 0}, "Вышел релиз Python", 1, "hash");
    }

    private Reconciler reconciler() {
        var link = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        var keys = new StreamKeys(catalog, new LegacyProperties(false));
        return new Reconciler(
                jdbc,
                new PostsUnderWay(new StreamAdmin(link), catalog, keys, codec, jdbc),
                new LostEvents(jdbc, new PostEvents(jdbc, Clock.systemUTC()), json, Clock.systemUTC()),
                codec,
                new Outbox(DATABASE.dataSource(), codec),
                new Reconciler.ReconcileProperties(Duration.ofMinutes(10)),
                new AlbumProperties(Duration.ofMinutes(10), Duration.ofSeconds(15), Duration.ofSeconds(5)),
                new JdbcTransactionManager(DATABASE.dataSource()),
                metrics);
    }

    private static TransactionTemplate transaction() {
        return new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()));
    }

    /** A row that nobody has touched for an hour. */
    @Test
    void an_album_that_was_never_assembled_is_published_again_with_the_pictures_of_its_members() {
        UUID member = finished();
        long lost = album(42, member, 1, 0, "1 hour");
        album(43, finished(), 2, 2, "1 hour");
        album(44, finished(), 1, 0, "15 minutes");

        reconciler.run();

        assertThat(events()).hasSize(2);
        AlbumParsed event = (AlbumParsed) events().get(0);
        assertThat(event.albumId()).isEqualTo(lost);
        assertThat(event.postIds()).containsExactly(member);
        assertThat(event.idempotencyKey()).isEqualTo(TENANT + ":1987654321:42:1");
        assertThat(((VisionUploaded) events().get(1)).postId()).isEqualTo(member);
        reconciler.run();
        assertThat(events()).as("not again at once").hasSize(2);
    }

    @Test
    void an_album_with_an_event_under_way_is_left_alone() {
        album(42, finished(), 1, 0, "1 hour");
        new Outbox(DATABASE.dataSource(), codec)
                .append(new LostEvents(jdbc, new PostEvents(jdbc, Clock.systemUTC()), json, Clock.systemUTC())
                        .albums(jdbc.sql("SELECT id FROM media_groups")
                                .query(Long.class)
                                .list()));

        reconciler.run();

        assertThat(events()).hasSize(1);
    }

    private UUID finished() {
        UUID post = post("success", "indexed");
        tags(post, 0, TAGGED_AT);
        indexed(post, 0, TAGGED_AT);
        return post;
    }

    private long album(long groupedId, UUID member, int revision, int assembled, String age) {
        long id = jdbc.sql(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, items_count, revision,
                            assembled_revision, updated_at)
                        VALUES (?, ?, ?, 'photo', 1, ?, ?, now() - ?::interval) RETURNING id""")
                .params(TENANT, CHANNEL, groupedId, revision, assembled, age)
                .query(Long.class)
                .single();
        jdbc.sql("INSERT INTO media_group_items (group_id, post_id, position, media_kind) VALUES (?, ?, 0, 'photo')")
                .params(id, member)
                .update();
        return id;
    }

    private UUID post(String tagging, String indexing) {
        UUID id = UUID.randomUUID();
        jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, content_hash, urls, posted_at,
                            views_count, trace_id, tagging_status, indexing_status, created_at, updated_at)
                        VALUES (:id, :tenant, :channel, :message, 'Вышел релиз Python', repeat('a', 64),
                            '["https://example.org/a", "https://example.org/b"]', now(), 17, 'trace', :tagging, :indexing,
                            now() - interval '1 hour', now() - interval '1 hour')
                        """)
                .param("id", id)
                .param("tenant", TENANT)
                .param("channel", CHANNEL)
                .param("message", ++message)
                .param("tagging", tagging)
                .param("indexing", indexing)
                .update();
        return id;
    }

    private void tags(UUID post, long contentVersion, Instant occurredAt) {
        String versions =
                "\"tags_hash\": \"%s\", \"content_version\": %d, \"vision_version\": null, \"occurred_at\": \"%s\""
                        .formatted(HASH, contentVersion, occurredAt);
        jdbc.sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)
                        VALUES (?, 'tags', 'local', ?::jsonb, ?::jsonb)""")
                .params(
                        post,
                        "{\"tags\": [\"Python\", \"релиз\"], \"trigger\": \"initial\", " + versions + "}",
                        "{\"rejected_tags\": [\"x\"], " + versions + "}")
                .update();
    }

    private UUID finalPostWithPicture() {
        UUID post = post("success", "indexed");
        tags(post, 0, TAGGED_AT);
        indexed(post, 0, TAGGED_AT);
        jdbc.sql("UPDATE posts SET has_media = true WHERE id = ?").param(post).update();
        jdbc.sql(
                        """
                        INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket)
                        VALUES (?, ?, ?, ?, ?, 'media') ON CONFLICT DO NOTHING""")
                .params(TENANT, PICTURE.sha256(), PICTURE.mimeType(), PICTURE.sizeBytes(), PICTURE.s3Key())
                .update();
        jdbc.sql("INSERT INTO post_media_map (post_id, file_sha256) VALUES (?, ?)")
                .params(post, PICTURE.sha256())
                .update();
        return post;
    }

    private void vision(UUID post, String provider, String features) {
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, metadata) VALUES (?, 'vision', ?, ?::jsonb)")
                .params(post, provider, "{\"features_hash\": \"" + features + "\"}")
                .update();
    }

    private void indexed(UUID post, long contentVersion, Instant occurredAt) {
        jdbc.sql("UPDATE posts SET index_state = ?::jsonb WHERE id = ?")
                .params(
                        "{\"vector\": \"v\", \"tags\": [], \"content_version\": %d, \"occurred_at\": \"%s\"}"
                                .formatted(contentVersion, occurredAt),
                        post)
                .update();
    }

    /** As if the post had been published again never or long ago. */
    private void forget(UUID post) {
        jdbc.sql("DELETE FROM post_reconciliations WHERE post_id = ?")
                .param(post)
                .update();
    }

    private boolean publishedAfter(Duration time, UUID post) {
        jdbc.sql(
                        """
                        UPDATE post_reconciliations SET reconciled_at = now() - make_interval(secs => ?) WHERE post_id = ?""")
                .params(time.toSeconds(), post)
                .update();
        reconciler.run();
        // the event gets lost each time
        return jdbc.sql("DELETE FROM outbox").update() == 1;
    }

    private int times(UUID post) {
        return jdbc.sql("SELECT times FROM post_reconciliations WHERE post_id = ?")
                .param(post)
                .query(Integer.class)
                .single();
    }

    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    private void settle(Class<? extends Event> type, String group, boolean acknowledge) {
        String key = catalog.stream(type).key();
        try {
            REDIS.commands().xgroupCreate(StreamOffset.from(key, "0"), group, XGroupCreateArgs.Builder.mkstream());
        } catch (RedisBusyException e) {
            // from the call before
        }
        var consumer = Consumer.from(group, "test");
        REDIS.commands().xreadgroup(consumer, XReadArgs.Builder.count(10), StreamOffset.lastConsumed(key));
        if (acknowledge) {
            REDIS.commands()
                    .xreadgroup(consumer, XReadArgs.Builder.count(10), StreamOffset.from(key, "0"))
                    .forEach(entry -> REDIS.commands().xack(key, group, entry.getId()));
        }
    }

    private <T> T onlyEvent(Class<T> type) {
        assertThat(events()).hasSize(1);
        return type.cast(events().get(0));
    }

    private List<Event> events() {
        return jdbc.sql("SELECT stream, event::text AS event FROM outbox ORDER BY id")
                .query((row, number) -> codec.read(row.getString("stream"), Map.of("data", row.getString("event"))))
                .list();
    }
}
