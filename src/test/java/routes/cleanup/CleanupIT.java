package routes.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.posts.SamplePosts.TENANT;
import static routes.posts.SamplePosts.photo;
import static routes.posts.SamplePosts.post;
import static routes.posts.SamplePosts.sha256;
import static routes.posts.SamplePosts.version;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.digests.DigestBody;
import routes.digests.DigestsOfTests;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.IdempotencyKeys;
import routes.events.Json;
import routes.events.PostDeleted;
import routes.events.StageOutcome;
import routes.events.StreamCatalog;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.Neighbour;
import routes.graph.Graph.PostGraph;
import routes.graph.postgres.PostgresGraph;
import routes.objectstore.folder.FolderObjectStore;
import routes.outbox.Outbox;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.DeletionReason;
import routes.posts.Post;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;
import routes.posts.StorageQuota;
import routes.redis.RedisLink;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.text.SearchWords;
import routes.trends.TrendsOfTests;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.lucene.LuceneVectorIndex;

class CleanupIT {
    private static final AtomicLong CHANNELS = new AtomicLong(3_000_000);

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    Path dir;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final JdbcClient jdbc = DATABASE.jdbc();
    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private LuceneVectorIndex index;
    private BreakableGraph graph;
    private PostRemoval removal;
    private PostWriter writer;
    private Channel channel;
    private Cleanup cleanup;
    private CleanupSweep sweep;
    private RedisLink redis;

    @BeforeEach
    void aChannel() throws IOException {
        jdbc.sql(
                        "TRUNCATE posts, media_objects, media_groups, channels, outbox, graph_nodes, graph_edges, early_deletions CASCADE")
                .update();
        index = LuceneVectorIndex.open(dir.resolve("index"));
        var objects = new FolderObjectStore(dir.resolve("media"));
        var source = database;
        var transactions = new JdbcTransactionManager(source);
        graph = new BreakableGraph(new PostgresGraph(JdbcClient.create(source), transactions));
        var outbox = new Outbox(source, new EventCodec(Json.newMapper(), new StreamCatalog()));
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        removal = new PostRemoval(source, transactions, outbox, settings, Clock.systemUTC());
        writer = new PostWriter(source, transactions, outbox, settings, Clock.systemUTC());
        channel = new ChannelStore(source).resolve(new ChannelIdentity(CHANNELS.incrementAndGet(), null, "Новости"));
        var counted = JdbcClient.create(database);
        cleanup = new Cleanup(
                removal,
                index,
                graph,
                List.of(
                        TrendsOfTests.of(source, new SearchWords(), metrics, Clock.systemUTC()),
                        DigestsOfTests.table(source)),
                counted,
                transactions,
                metrics);
        redis = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        sweep = new CleanupSweep(
                counted,
                removal,
                graph,
                new StorageQuota(counted, transactions, settings, objects, metrics),
                redis,
                new CleanupSweep.CleanupProperties(Duration.ofHours(1), Duration.ZERO),
                Clock.systemUTC());
    }

    @AfterEach
    void closeIndex() {
        index.close();
        redis.close();
    }

    @Test
    void a_deleted_post_leaves_index_graph_and_database_and_a_tombstone_stays() {
        save(photo(1, "уйдёт", null, "общий", "свой"), photo(2, "останется", null, "общий"));
        UUID gone = indexed(1, "релиз", "python");
        indexed(2, "python");
        jdbc.sql("INSERT INTO post_edits (post_id, content_version, content) VALUES (?, 0, 'прежнее')")
                .param(gone)
                .update();
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider) VALUES (?, 'tags', 'local'), (?, 'crawl', 'x')")
                .params(gone, gone)
                .update();
        delete(gone, DeletionReason.USER);

        assertThat(clean(gone)).isEqualTo(StageOutcome.done(null));

        assertThat(index.find(TENANT, gone)).isEmpty();
        assertThat(index.count()).isEqualTo(1);
        assertThat(nodes("Tag")).containsExactly("python");
        assertThat(nodes("Post")).containsExactly(id(2).toString());
        assertThat(jdbc.sql("SELECT count(*) FROM graph_edges WHERE type = 'RELATED_TO'")
                        .query(Long.class)
                        .single())
                .isZero();
        for (String table : List.of("post_edits", "post_enrichment", "post_media_map")) {
            assertThat(jdbc.sql("SELECT count(*) FROM " + table + " WHERE post_id = ?")
                            .param(gone)
                            .query(Long.class)
                            .single())
                    .as(table)
                    .isZero();
        }
        assertThat(references("общий")).isEqualTo(1);
        assertThat(references("свой")).isZero();
        assertThat(jdbc.sql("SELECT * FROM posts WHERE id = ?")
                        .param(gone)
                        .query()
                        .singleRow())
                .containsEntry("content", "")
                .containsEntry("is_deleted", true)
                .containsEntry("deletion_reason", "user")
                .containsEntry("tagging_status", "skipped")
                .containsEntry("indexing_status", "skipped")
                .containsEntry("author_name", null)
                .containsEntry("telegram_message_id", 1L)
                .satisfies(row -> assertThat(row.get("cleaned_at")).isNotNull());
        assertThat(jdbc.sql("SELECT content FROM posts WHERE id = ?")
                        .param(id(2))
                        .query(String.class)
                        .single())
                .isEqualTo("останется");
        assertThat(metrics.counter("cleanup.processed", "status", "success").count())
                .isEqualTo(1);
    }

    @Test
    void the_same_event_again_changes_nothing() {
        save(post(1, "уйдёт"));
        UUID gone = indexed(1, "релиз");
        delete(gone, DeletionReason.USER);
        clean(gone);
        String row = xmin(gone);

        assertThat(clean(gone)).isEqualTo(StageOutcome.skipped("already_cleaned"));

        assertThat(xmin(gone)).isEqualTo(row);
        assertThat(metrics.counter("cleanup.processed", "status", "skipped").count())
                .isEqualTo(1);
    }

    @Test
    void a_deletion_that_is_faster_than_its_post_is_recorded_and_the_post_arrives_deleted() {
        UUID foreign = UUID.randomUUID();

        assertThat(clean(foreign)).isEqualTo(StageOutcome.skipped("unknown_post"));
        assertThat(clean(foreign)).isEqualTo(StageOutcome.skipped("unknown_post"));
        writer.saveUnpublished(
                new PostBatch(TENANT, 1, channel, List.of(photo(5, "поздний", null, "поздний")), false),
                Map.of(5L, new PostWriter.Published(foreign, "trace")));

        assertThat(jdbc.sql("SELECT * FROM posts WHERE id = ?")
                        .param(foreign)
                        .query()
                        .singleRow())
                .containsEntry("is_deleted", true)
                .containsEntry("content", "")
                .satisfies(row -> assertThat(row.get("cleaned_at")).isNotNull());
        assertThat(references("поздний")).isZero();
        assertThat(clean(foreign)).isEqualTo(StageOutcome.skipped("already_cleaned"));
    }

    @Test
    void a_deletion_that_another_producer_published_deletes_the_post_and_publishes_no_second_one() {
        save(post(1, "уйдёт"));
        UUID gone = indexed(1, "релиз");

        assertThat(clean(event(gone, "telegram", Instant.now()))).isEqualTo(StageOutcome.done(null));

        assertThat(index.find(TENANT, gone)).isEmpty();
        assertThat(jdbc.sql("SELECT deletion_reason FROM posts WHERE id = ?")
                        .param(gone)
                        .query(String.class)
                        .single())
                .isEqualTo("telegram");
        assertThat(outbox("posts.deleted")).isZero();
    }

    @Test
    void a_post_that_came_back_is_not_deleted_by_the_event_of_before() {
        save(post(1, "текст"));
        UUID post = indexed(1, "релиз");
        delete(post, DeletionReason.TELEGRAM);
        PostDeleted before = event(post, "telegram", Instant.now());
        clean(before);
        save(version(1, 0, "текст"));
        indexed(1, "релиз");

        assertThat(clean(before)).isEqualTo(StageOutcome.skipped("restored_since"));

        assertThat(index.find(TENANT, post)).isPresent();
        assertThat(jdbc.sql(
                                "SELECT content, is_deleted, tagging_status, indexing_status, cleaned_at FROM posts WHERE id = ?")
                        .param(post)
                        .query()
                        .singleRow())
                .containsEntry("content", "текст")
                .containsEntry("is_deleted", false)
                .containsEntry("tagging_status", "pending")
                .containsEntry("cleaned_at", null);
        assertThat(jdbc.sql(
                                """
                                SELECT event->>'trigger' FROM outbox WHERE stream = 'posts.parsed' ORDER BY id DESC LIMIT 1""")
                        .query(String.class)
                        .single())
                .as("its text may have been tagged in the last 24 hours")
                .isEqualTo("manual");
        // and a deletion after it does count
        clean(event(post, "telegram", Instant.now().plusSeconds(1)));
        assertThat(index.find(TENANT, post)).isEmpty();
    }

    @Test
    void a_post_of_another_tenant_is_not_touched() {
        save(post(1, "текст"));
        UUID post = indexed(1, "релиз");
        PostDeleted foreign = new PostDeleted(
                Event.SCHEMA_VERSION,
                "trace",
                Instant.now(),
                "key",
                post,
                UUID.randomUUID(),
                channel.id(),
                "admin",
                null);

        assertThat(clean(foreign)).isEqualTo(StageOutcome.skipped("post_of_another_tenant"));

        assertThat(index.find(TENANT, post)).isPresent();
    }

    @Test
    void while_the_graph_is_away_the_post_stays_to_be_cleaned_and_is_cleaned_after_it() {
        save(post(1, "уйдёт"));
        UUID gone = indexed(1, "релиз");
        delete(gone, DeletionReason.USER);
        graph.broken().set(true);

        assertThatThrownBy(() -> clean(gone)).hasMessageContaining("graph is away");
        assertThat(metrics.counter("cleanup.processed", "status", "retrying").count())
                .isEqualTo(1);
        assertThat(jdbc.sql("SELECT cleaned_at IS NULL FROM posts WHERE id = ?")
                        .param(gone)
                        .query(Boolean.class)
                        .single())
                .isTrue();

        graph.broken().set(false);
        assertThat(clean(gone)).isEqualTo(StageOutcome.done(null));
        assertThat(nodes("Tag")).isEmpty();
    }

    @Test
    void an_album_is_what_its_other_members_make_of_it_and_empty_without_any() {
        save(photo(1, "подпись", 1L, "а"), photo(2, "", 1L, "б"));
        UUID first = id(1);
        delete(first, DeletionReason.USER);

        assertThat(album()).isEqualTo("1 null 2");
        assertThat(jdbc.sql(
                                "SELECT event->>'revision' FROM outbox WHERE stream = 'albums.parsed' ORDER BY id DESC LIMIT 1")
                        .query(String.class)
                        .single())
                .isEqualTo("2");

        delete(id(2), DeletionReason.USER);
        assertThat(album()).isEqualTo("0 null 2");
        assertThat(jdbc.sql("SELECT count(*) FROM media_group_items")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void a_sweep_deletes_what_has_expired_in_every_channel_and_nothing_else() throws IOException {
        save(post(1, "раз"), post(2, "два"), post(3, "живёт"));
        Channel first = channel;
        channel = new ChannelStore(DATABASE.dataSource())
                .resolve(new ChannelIdentity(CHANNELS.incrementAndGet(), null, "Ещё"));
        save(post(4, "три"));
        expire("telegram_message_id <> 3", Duration.ofMinutes(1));
        long before = outbox("posts.deleted");

        CleanupSweep.Swept swept = sweep.sweep();

        assertThat(swept.postsExpired()).isEqualTo(3);
        assertThat(jdbc.sql("SELECT telegram_message_id FROM posts WHERE NOT is_deleted")
                        .query(Long.class)
                        .list())
                .containsExactly(3L);
        assertThat(outbox("posts.deleted")).isEqualTo(before + 3);
        assertThat(jdbc.sql(
                                "SELECT DISTINCT event->>'reason', (event->>'expired_at') IS NOT NULL FROM outbox WHERE stream = 'posts.deleted'")
                        .query((row, n) -> row.getString(1) + row.getString(2))
                        .list())
                .containsExactly("ttlt");
        assertThat(sweep.sweep().postsExpired()).isZero();
        assertThat(REDIS.commands().exists("cleanup:checkpoint:expired-by-tenant"))
                .isZero();
        assertThat(first.id()).isNotEqualTo(channel.id());
    }

    @Test
    void an_interrupted_sweep_goes_on_where_it_stopped_and_the_next_one_begins_anew() throws IOException {
        save(post(1, "до"), post(2, "после"));
        expire("telegram_message_id = 1", Duration.ofMinutes(3));
        expire("telegram_message_id = 2", Duration.ofMinutes(1));
        Instant between = Instant.now().minus(Duration.ofMinutes(2));
        REDIS.commands()
                .hset("cleanup:checkpoint:expired-by-tenant", TENANT.toString(), between + " " + new UUID(0, 0));

        assertThat(sweep.sweep().postsExpired()).isEqualTo(1);
        assertThat(jdbc.sql("SELECT telegram_message_id FROM posts WHERE is_deleted")
                        .query(Long.class)
                        .list())
                .containsExactly(2L);
        assertThat(sweep.sweep().postsExpired()).isEqualTo(1);
    }

    @Test
    void a_sweep_removes_tags_that_retagging_left_without_a_post() throws IOException {
        save(post(1, "текст"));
        indexed(1, "старый", "общий");
        indexed(1, "новый", "общий");
        assertThat(nodes("Tag")).containsExactly("новый", "общий", "старый");

        assertThat(sweep.sweep().graphNodesRemoved()).isEqualTo(1);

        assertThat(nodes("Tag")).containsExactly("новый", "общий");
        assertThat(nodes("Channel")).hasSize(1);
    }

    @Test
    void orphans_are_found_by_steps_however_small() {
        save(post(1, "текст"));
        indexed(1, "а", "б", "в", "г");
        indexed(1, "д");

        int removed = 0;
        String place = "";
        while (place != null) {
            Graph.Orphans step = graph.removeOrphans(place, 1);
            removed += step.removed();
            place = step.next();
        }

        assertThat(removed).isEqualTo(4);
        assertThat(nodes("Tag")).containsExactly("д");
    }

    @Test
    void the_backlog_of_one_tenant_does_not_keep_another_waiting() throws IOException {
        UUID small = UUID.fromString("ffffffff-0000-4000-8000-000000000001");
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, 'small') ON CONFLICT DO NOTHING")
                .param(small)
                .update();
        expired(TENANT, 1_700, Duration.ofDays(30));
        expired(small, 3, Duration.ofMinutes(1));

        sweep.sweep();

        List<UUID> order = jdbc.sql(
                        "SELECT CAST(event ->> 'tenant_id' AS uuid) FROM outbox WHERE stream = 'posts.deleted' ORDER BY id")
                .query(UUID.class)
                .list();
        assertThat(order).hasSize(1_703);
        assertThat(order.lastIndexOf(small))
                .as("after one batch of the other tenant")
                .isLessThan(503);
    }

    private void expired(UUID tenant, int number, Duration ago) {
        jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at, expires_at)
                        SELECT gen_random_uuid(), ?, ?, 100000 + n, 'text', now(), now() - ? * interval '1 second' - n * interval '1 ms'
                        FROM generate_series(1, ?) n
                        """)
                .params(tenant, channel.id(), ago.toSeconds(), number)
                .update();
    }

    @Test
    void files_that_no_post_has_any_more_are_removed() throws IOException {
        save(photo(1, "уйдёт", null, "общий", "свой"), photo(2, "останется", null, "общий"));
        UUID gone = id(1);
        jdbc.sql("UPDATE media_objects SET last_seen_at = now() - interval '1 minute'")
                .update();
        delete(gone, DeletionReason.USER);
        clean(gone);

        assertThat(sweep.sweep().filesRemoved()).isEqualTo(1);

        assertThat(jdbc.sql("SELECT file_sha256 FROM media_objects")
                        .query(String.class)
                        .list())
                .containsExactly(sha256("общий"));
    }

    @Test
    void what_digests_trends_and_readers_have_of_a_post_goes_with_it() {
        save(post(1, "уйдёт"), post(2, "останется"));
        UUID gone = id(1);
        UUID stays = id(2);
        long user = jdbc.sql("INSERT INTO users (tenant_id) VALUES (?) RETURNING id")
                .param(TENANT)
                .query(Long.class)
                .single();
        long digest = DigestsOfTests.ready(
                jdbc,
                user,
                DigestsOfTests.body(
                        "ru",
                        List.of(new DigestBody.Group(null, List.of(told("уйдёт", 1), told("останется", 2)))),
                        List.of(source(1, gone), source(2, stays))),
                Instant.now());
        jdbc.sql("INSERT INTO post_opens (user_id, post_id) VALUES (?, ?), (?, ?)")
                .params(user, gone, user, stays)
                .update();
        UUID lost = trend("останется", gone);
        UUID unsaid = trend("уйдёт", gone, stays);
        UUID kept = trend("Останется", gone, stays);
        delete(gone, DeletionReason.TTL);

        clean(gone);

        assertThat(jdbc.sql("SELECT body::text || content || posts::text FROM digests WHERE id = ?")
                        .param(digest)
                        .query(String.class)
                        .single())
                .contains("останется", stays.toString())
                .doesNotContain("уйдёт", gone.toString());
        assertThat(jdbc.sql("SELECT post_id FROM post_opens").query(UUID.class).list())
                .containsExactly(stays);
        assertThat(jdbc.sql("SELECT id FROM trends").query(UUID.class).list())
                .contains(kept)
                .doesNotContain(lost, unsaid);
        assertThat(jdbc.sql("SELECT topics::text FROM trends WHERE id = ?")
                        .param(kept)
                        .query(String.class)
                        .single())
                .isEqualTo("[\"останется\"]");
        assertThat(jdbc.sql("SELECT post_id FROM trend_posts WHERE trend_id = ?")
                        .param(kept)
                        .query(UUID.class)
                        .list())
                .containsExactly(stays);
    }

    private static DigestBody.Item told(String text, int n) {
        return new DigestBody.Item(List.of(new DigestBody.Sentence(text, List.of(n), "words")), List.of(n), List.of());
    }

    private DigestBody.Source source(int n, UUID post) {
        return new DigestBody.Source(n, post, n, channel.id(), "Новости", null, Instant.now(), 1);
    }

    private UUID trend(String keyword, UUID... posts) {
        UUID id = UUID.randomUUID();
        jdbc.sql(
                        """
                        INSERT INTO trends (id, tenant_id, keyword, topics, window_start, window_end, frequency, baseline, burst_score,
                            source_diversity)
                        VALUES (?, ?, ?, '["уйдёт", "останется"]', now(), now(), 1, 1, 1, 1)
                        """)
                .params(id, TENANT, keyword)
                .update();
        for (UUID post : posts) {
            jdbc.sql("INSERT INTO trend_posts (trend_id, post_id) VALUES (?, ?)")
                    .params(id, post)
                    .update();
        }
        return id;
    }

    private void save(Post... posts) {
        writer.saveBatchAtomic(new PostBatch(TENANT, 1, channel, List.of(posts), true));
    }

    /** As the indexing stage leaves it. */
    private UUID indexed(long messageId, String... tags) {
        UUID id = id(messageId);
        var payload = new PostPayload(
                id,
                TENANT,
                channel.id(),
                messageId,
                List.of(tags),
                Instant.now(),
                null,
                null,
                "т",
                false,
                null,
                false,
                Set.of());
        index.upsert(new IndexedPoint(payload, new float[] {1, 0}, "текст", 1, "hash"));
        graph.apply(List.of(
                new PostGraph(TENANT, id, channel.id(), List.of(tags), List.of(), List.of(), null, 0, null, null, 0)));
        return id;
    }

    private void delete(UUID post, DeletionReason reason) {
        assertThat(removal.delete(TENANT, channel.id(), List.of(post), reason)).isEqualTo(1);
    }

    private StageOutcome clean(PostDeleted event) {
        return (StageOutcome) Answers.only(cleanup.clean(List.of(event)));
    }

    private StageOutcome clean(UUID post) {
        return clean(event(post, "user", Instant.now()));
    }

    private PostDeleted event(UUID post, String reason, Instant occurredAt) {
        return new PostDeleted(
                Event.SCHEMA_VERSION,
                "trace",
                occurredAt,
                IdempotencyKeys.postDeleted(post),
                post,
                TENANT,
                channel.id(),
                reason,
                null);
    }

    private void expire(String which, Duration ago) {
        jdbc.sql("UPDATE posts SET expires_at = now() - ? * interval '1 second' WHERE " + which)
                .param(ago.toSeconds())
                .update();
    }

    private UUID id(long messageId) {
        return jdbc.sql("SELECT id FROM posts WHERE channel_id = ? AND telegram_message_id = ?")
                .params(channel.id(), messageId)
                .query(UUID.class)
                .single();
    }

    private List<String> nodes(String label) {
        return jdbc.sql("SELECT key FROM graph_nodes WHERE label = ? ORDER BY key COLLATE \"und-x-icu\"")
                .param(label)
                .query(String.class)
                .list();
    }

    private int references(String file) {
        return jdbc.sql("SELECT refs_count FROM media_objects WHERE file_sha256 = ?")
                .param(sha256(file))
                .query(Integer.class)
                .single();
    }

    private String album() {
        return jdbc.sql(
                        "SELECT items_count || ' ' || coalesce(caption_text, 'null') || ' ' || revision FROM media_groups")
                .query(String.class)
                .single();
    }

    private String xmin(UUID post) {
        return jdbc.sql("SELECT xmin::text FROM posts WHERE id = ?")
                .param(post)
                .query(String.class)
                .single();
    }

    private long outbox(String stream) {
        return jdbc.sql("SELECT count(*) FROM outbox WHERE stream = ?")
                .param(stream)
                .query(Long.class)
                .single();
    }

    /** The real graph, which can be told to be away. */
    private record BreakableGraph(Graph graph, AtomicBoolean broken) implements Graph {
        BreakableGraph(Graph graph) {
            this(graph, new AtomicBoolean());
        }

        @Override
        public GraphChange apply(List<PostGraph> posts) {
            return graph.apply(posts);
        }

        @Override
        public void remove(UUID tenantId, Collection<UUID> postIds) {
            if (broken.get()) {
                throw new DataAccessResourceFailureException("graph is away");
            }
            graph.remove(tenantId, postIds);
        }

        @Override
        public void applyInterests(List<UserInterests> users) {
            graph.applyInterests(users);
        }

        @Override
        public Orphans removeOrphans(String place, int limit) {
            return graph.removeOrphans(place, limit);
        }

        @Override
        public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
            return graph.neighboursOfPosts(tenantId, postIds, limit);
        }
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        List<PostDeleted> batch = new ArrayList<>();
        for (int i = 1; i <= 64; i++) {
            save(photo(i, "уйдёт", null, "файл" + i));
            UUID gone = indexed(i, "релиз");
            batch.add(event(gone, "telegram", Instant.now()));
        }
        List<PostDeleted> unknown = IntStream.range(0, 64)
                .mapToObj(i -> event(UUID.randomUUID(), "user", Instant.now()))
                .toList();

        int one = database.count(() -> cleanup.clean(batch.subList(0, 1)));
        int oneUnknown = database.count(() -> cleanup.clean(unknown.subList(0, 1)));

        assertThat(one).isPositive();
        assertThat(database.count(() -> cleanup.clean(batch.subList(1, 64)))).isEqualTo(one);
        assertThat(database.count(() -> cleanup.clean(unknown.subList(1, 64)))).isEqualTo(oneUnknown);
        assertThat(index.count()).isZero();
    }
}
