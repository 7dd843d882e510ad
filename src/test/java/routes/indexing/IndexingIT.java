package routes.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.events.EntryFailure;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostEnriched;
import routes.events.PostIndexed;
import routes.events.Recorded;
import routes.events.StreamCatalog;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.Neighbour;
import routes.graph.Graph.PostGraph;
import routes.graph.GraphUnavailableException;
import routes.graph.NoGraph;
import routes.graph.postgres.PostgresGraph;
import routes.posts.PostNotThereYetException;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.lucene.LuceneVectorIndex;

class IndexingIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path dir;

    private final TextAnalysis analysis = new TextAnalysis(new SearchWords());
    private final CountingEmbeddings embeddings = new CountingEmbeddings(new LocalEmbeddings(analysis));
    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private LuceneVectorIndex index;
    private BreakableGraph graph;
    private Indexing indexing;
    private UUID post;
    private UUID channel;

    @BeforeEach
    void aStoredPost() {
        index = LuceneVectorIndex.open(dir);
        var transactions = new DataSourceTransactionManager(database);
        graph = new BreakableGraph(new PostgresGraph(JdbcClient.create(database), transactions));
        indexing = indexing(graph, transactions);
        post = UUID.randomUUID();
        channel = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content)
                        VALUES (?, ?, ?, 1, now(), 'Нейросети учатся узнавать галактики')
                        """)
                .params(post, TENANT, channel)
                .update();
    }

    private Indexing indexing(Graph store, PlatformTransactionManager transactions) {
        var metrics = new SimpleMeterRegistry();
        return new Indexing(
                new PostContents(JdbcClient.create(database), Json.newMapper()),
                new VectorStage(index, embeddings, metrics),
                store,
                embeddings,
                metrics,
                transactions,
                Clock.systemUTC());
    }

    @AfterEach
    void closeIndex() {
        index.close();
    }

    @Test
    void an_indexed_post_is_found_by_another_form_of_its_words_with_its_tags() {
        PostIndexed event = index(enriched(0, NOON, "галактики"));

        IndexedPost hit = find("галактиками").get(0);
        assertThat(hit.payload().postId()).isEqualTo(post);
        assertThat(hit.payload().tags()).containsExactly("галактики");
        assertThat(event.embeddingDim()).isEqualTo(embeddings.dimension());
        assertThat(new EventCodec(Json.newMapper(), new StreamCatalog()).write(event))
                .containsKey("data");
        assertThat(column("indexing_status")).isEqualTo("indexed");
    }

    @Test
    void the_same_event_again_writes_nothing_and_publishes_under_the_same_key() {
        PostIndexed first = index(enriched(0, NOON, "галактики"));
        PostIndexed again = index(enriched(0, NOON, "галактики"));

        assertThat(again.idempotencyKey()).isEqualTo(first.idempotencyKey());
        assertThat(embeddings.calls()).hasValue(1);
        assertThat(index.find(TENANT, post).orElseThrow().indexRevision()).isEqualTo(1);
        assertThat(column("indexing_status")).isEqualTo("indexed");
    }

    @Test
    void new_tags_do_not_embed_the_text_again() {
        index(enriched(0, NOON, "галактики"));
        index(enriched(0, NOON.plusSeconds(1), "нейросети"));

        assertThat(embeddings.calls()).hasValue(1);
        assertThat(find("галактики").get(0).payload().tags()).containsExactly("нейросети");
    }

    @Test
    void what_readers_filter_by_is_in_the_index_and_follows_the_post() {
        for (String mime : List.of("image/png", "video/mp4")) {
            DATABASE.jdbc()
                    .sql(
                            """
                            WITH file AS (
                                INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket)
                                VALUES (:tenant, md5(:post || :mime), :mime, 1, 'k', 'b') RETURNING file_sha256)
                            INSERT INTO post_media_map (post_id, file_sha256) SELECT :post::uuid, file_sha256 FROM file""")
                    .param("tenant", TENANT)
                    .param("post", post.toString())
                    .param("mime", mime)
                    .update();
        }
        DATABASE.jdbc()
                .sql("UPDATE posts SET has_media = true WHERE id = ?")
                .param(post)
                .update();
        index(enriched(0, NOON, "галактики"));
        assertThat(find("галактики").get(0).payload().has()).containsExactly("photo", "video");

        DATABASE.jdbc()
                .sql(
                        "INSERT INTO post_enrichment (post_id, kind, provider, data) VALUES (?, 'ocr', 'local', '{\"text\": \"учатся\"}')")
                .param(post)
                .update();
        index(enriched(0, NOON.plusSeconds(1), "галактики"));

        SearchQuery all = new SearchQuery(
                TENANT,
                Set.of(channel),
                Set.of(),
                Set.of("photo", "video", "text-on-image"),
                null,
                null,
                "галактики",
                null,
                10);
        assertThat(index.textSearch(all)).hasSize(1);
    }

    @Test
    void a_late_event_of_older_tags_does_not_bring_them_back() {
        index(enriched(0, NOON.plusSeconds(1), "new"));
        index(enriched(0, NOON, "old"));

        assertThat(find("галактики").get(0).payload().tags()).containsExactly("new");
    }

    @Test
    void stored_tags_that_are_newer_than_the_event_are_indexed() {
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, data, metadata) VALUES (?, 'tags', 'local',
                            '{"tags": ["stored"]}', '{"content_version": 5, "occurred_at": "2026-03-01T12:00:00Z"}')
                        """)
                .param(post)
                .update();
        index(enriched(0, NOON.plusSeconds(1), "event"));

        assertThat(find("галактики").get(0).payload().tags()).containsExactly("stored");
    }

    @Test
    void an_edit_replaces_the_entry() {
        index(enriched(0, NOON, "галактики"));
        DATABASE.jdbc()
                .sql("UPDATE posts SET content = 'Теперь о вулканах' WHERE id = ?")
                .param(post)
                .update();
        index(enriched(9, NOON, "вулканах"));

        assertThat(find("вулканами")).hasSize(1);
        assertThat(find("галактики")).isEmpty();
    }

    @Test
    void a_post_that_is_only_a_file_is_found_by_the_words_of_its_name() {
        DATABASE.jdbc()
                .sql(
                        "UPDATE posts SET content = '', attachment_text = E'Война и мир. Толстой.fb2\\nЛекция о звёздах' WHERE id = ?")
                .param(post)
                .update();

        index(enriched(0, NOON));

        assertThat(column("indexing_status")).isEqualTo("indexed");
        assertThat(find("Толстой Война и мир")).isNotEmpty();
        assertThat(find("звезда").get(0).payload().textShort()).startsWith("Война и мир. Толстой.fb2");
    }

    @Test
    void a_post_without_any_text_is_skipped_with_the_reason_and_leaves_the_index() {
        index(enriched(0, NOON, "галактики"));
        DATABASE.jdbc()
                .sql("UPDATE posts SET content = '' WHERE id = ?")
                .param(post)
                .update();

        assertThat(index(enriched(9, NOON))).isNull();
        assertThat(column("indexing_status")).isEqualTo("skipped");
        assertThat(column("indexing_error")).isEqualTo("no_content");
        assertThat(index.count()).isZero();
    }

    @Test
    void a_deleted_post_leaves_index_and_graph() {
        index(enriched(0, NOON, "галактики"));
        DATABASE.jdbc()
                .sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(post)
                .update();
        index(enriched(0, NOON.plusSeconds(1), "галактики"));

        assertThat(index.count()).isZero();
        assertThat(column("indexing_error")).isEqualTo("deleted");
    }

    @Test
    void a_graph_that_is_away_neither_hides_nor_repeats_the_write_of_the_vector() {
        graph.broken().set(true);
        assertThatThrownBy(() -> index(enriched(0, NOON, "галактики"))).hasMessage("graph is away");
        assertThat(find("галактики")).hasSize(1);

        graph.broken().set(false);
        assertThat(index(enriched(0, NOON, "галактики"))).isNotNull();
        assertThat(embeddings.calls()).hasValue(1);
        assertThat(column("indexing_status")).isEqualTo("indexed");
    }

    @Test
    void a_post_waits_for_the_server_of_the_graph_and_the_index_does_not() {
        graph.unavailable().set(true);

        assertThat(indexing.index(List.of(enriched(0, NOON, "галактики"))))
                .singleElement()
                .isInstanceOfSatisfying(EntryFailure.class, failure -> assertThat(failure.kind())
                        .isEqualTo(EntryFailure.Kind.UNCOUNTED));
        assertThat(find("галактики")).hasSize(1);
        assertThat(column("indexing_status")).isEqualTo("pending");
        assertThat(column("indexing_error")).isEqualTo("waits: server is unavailable");

        graph.unavailable().set(false);
        assertThat(index(enriched(0, NOON, "галактики"))).isNotNull();
        assertThat(embeddings.calls()).hasValue(1);
        assertThat(column("indexing_status || coalesce(indexing_error, '')")).isEqualTo("indexed");
    }

    @Test
    void a_deleted_post_waits_for_the_server_of_the_graph_too() {
        index(enriched(0, NOON, "галактики"));
        DATABASE.jdbc()
                .sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(post)
                .update();
        graph.unavailable().set(true);

        assertThat(indexing.index(List.of(enriched(0, NOON.plusSeconds(1), "галактики"))))
                .singleElement()
                .isInstanceOf(EntryFailure.class);
        assertThat(index.count()).isZero();

        graph.unavailable().set(false);
        index(enriched(0, NOON.plusSeconds(1), "галактики"));
        assertThat(column("indexing_error")).isEqualTo("deleted");
    }

    @Test
    void without_a_graph_posts_are_indexed_and_no_node_is_stored() {
        indexing = indexing(new NoGraph(), new DataSourceTransactionManager(database));

        index(enriched(0, NOON, "галактики"));

        assertThat(find("галактики")).hasSize(1);
        assertThat(column("indexing_status")).isEqualTo("indexed");
        assertThat(DATABASE.jdbc()
                        .sql("SELECT count(*) FROM graph_nodes WHERE key = ?")
                        .param(post.toString())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void an_index_that_was_lost_is_filled_again() {
        index(enriched(0, NOON, "галактики"));
        index.delete(TENANT, List.of(post));
        index(enriched(0, NOON, "галактики"));

        assertThat(find("галактики")).hasSize(1);
    }

    @Test
    void a_post_that_is_not_stored_yet_waits() {
        post = UUID.randomUUID();
        assertThatThrownBy(() -> index(enriched(0, NOON, "a"))).isInstanceOf(PostNotThereYetException.class);
    }

    private PostEnriched enriched(long contentVersion, Instant at, String... tags) {
        return new PostEnriched(
                "v1",
                "trace",
                at,
                "key",
                post,
                TENANT,
                "tagged",
                List.of(tags),
                TagsHash.of(List.of(tags)),
                Trigger.INITIAL,
                contentVersion,
                null,
                null,
                List.of(),
                4,
                4,
                true,
                "no_urls",
                null,
                null,
                null,
                null);
    }

    private List<IndexedPost> find(String word) {
        SearchQuery query = new SearchQuery(TENANT, Set.of(channel), Set.of(), Set.of(), null, null, word, null, 10);
        List<UUID> found =
                index.textSearch(query).stream().map(SearchHit::postId).toList();
        return List.copyOf(index.read(TENANT, found).values());
    }

    private String column(String name) {
        return DATABASE.jdbc()
                .sql("SELECT " + name + " FROM posts WHERE id = ?")
                .param(post)
                .query(String.class)
                .single();
    }

    /** The real provider, counted. */
    private record CountingEmbeddings(EmbeddingProvider provided, AtomicInteger calls) implements EmbeddingProvider {
        CountingEmbeddings(EmbeddingProvider provided) {
            this(provided, new AtomicInteger());
        }

        @Override
        public String provider() {
            return provided.provider();
        }

        @Override
        public String model() {
            return provided.model();
        }

        @Override
        public int dimension() {
            return provided.dimension();
        }

        @Override
        public List<float[]> embed(List<String> texts) {
            calls.incrementAndGet();
            return provided.embed(texts);
        }
    }

    private PostIndexed index(PostEnriched event) {
        return Answers.only(indexing.index(List.of(event))) instanceof PostIndexed indexed ? indexed : null;
    }

    /** The real graph, which can be told to be broken, or to be away with its server. */
    private record BreakableGraph(Graph graph, AtomicBoolean broken, AtomicBoolean unavailable) implements Graph {
        BreakableGraph(Graph graph) {
            this(graph, new AtomicBoolean(), new AtomicBoolean());
        }

        private Graph reached() {
            if (unavailable.get()) {
                throw new GraphUnavailableException("server is unavailable", null);
            }
            return graph;
        }

        @Override
        public GraphChange apply(List<PostGraph> posts) {
            if (broken.get()) {
                throw new IllegalStateException("graph is away");
            }
            return reached().apply(posts);
        }

        @Override
        public void remove(UUID tenantId, Collection<UUID> postIds) {
            reached().remove(tenantId, postIds);
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
        List<PostEnriched> batch = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            post = UUID.randomUUID();
            DATABASE.jdbc()
                    .sql(
                            """
                            INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content)
                            VALUES (?, ?, ?, ?, now(), 'Телескоп снял галактику')
                            """)
                    .params(post, TENANT, channel, 100 + i)
                    .update();
            batch.add(enriched(0, NOON, "галактика", "тег " + i));
        }

        int one = database.count(() -> indexing.index(batch.subList(0, 1)));
        int embedded = embeddings.calls().get();

        assertThat(one).isPositive();
        assertThat(database.count(() -> indexing.index(batch.subList(1, 64)))).isEqualTo(one);
        assertThat(embeddings.calls()).as("calls of the embedding provider").hasValue(embedded + 1);
        assertThat(index.count()).isEqualTo(64);
    }

    @Test
    void two_events_of_one_post_in_a_batch_give_the_newest_tags() {
        List<Recorded> answers =
                indexing.index(List.of(enriched(0, NOON.plusSeconds(1), "новый"), enriched(0, NOON, "старый")));

        assertThat(answers).hasSize(2).allSatisfy(answer -> assertThat(answer).isInstanceOf(PostIndexed.class));
        assertThat(find("галактики").get(0).payload().tags()).containsExactly("новый");
    }

    @Test
    void a_newer_set_without_tags_in_the_same_batch_keeps_the_tags_of_the_same_text() {
        indexing.index(List.of(enriched(0, NOON, "галактики"), enriched(0, NOON.plusSeconds(1))));

        assertThat(find("галактики").get(0).payload().tags()).containsExactly("галактики");
    }
}
