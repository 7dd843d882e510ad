package routes.search;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.search.HybridSearch.PostQuery.Order.DATE;
import static routes.search.HybridSearch.PostQuery.Order.RELEVANCE;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.Neighbour;
import routes.graph.Graph.PostGraph;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;
import routes.search.QueryLanguage.Understood;
import routes.text.Language;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.lucene.LuceneVectorIndex;

class HybridSearchTest {
    private static final UUID TENANT = new UUID(0, 1);
    private static final UUID CHANNEL = new UUID(0, 100);
    private static final UUID OTHER_CHANNEL = new UUID(0, 200);
    private static final Instant DAY = Instant.parse("2025-05-01T12:00:00Z");

    @TempDir
    Path folder;

    private final SearchWords analysis = new SearchWords();
    private final LocalEmbeddings embeddings = new LocalEmbeddings(new TextAnalysis(new SearchWords()));
    private final Map<UUID, List<Neighbour>> neighbours = new HashMap<>();
    private boolean graphIsDown;
    private LuceneVectorIndex index;
    private HybridSearch search;

    @BeforeEach
    void open() {
        index = LuceneVectorIndex.open(folder);
        search = new HybridSearch(index, embeddings, new NeighboursOnly(), analysis);
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void the_best_match_comes_first_with_its_snippet_and_payload() {
        post(1, "Погода на выходные: дождь и ветер");
        post(2, "Как обучать нейросети на одной видеокарте", "нейросети");
        post(3, "Видеокарты снова дорожают");

        List<PostHit> hits = search("обучение нейросетей на видеокарте");

        assertThat(hits).extracting(hit -> hit.payload().postNumber()).containsExactly(2L, 3L);
        assertThat(search.snippet("обучение нейросетей", hits.get(0).text()).text())
                .isEqualTo("Как обучать нейросети на одной видеокарте");
        assertThat(hits.get(0).payload().tags()).containsExactly("нейросети");
        assertThat(hits.get(0).score()).isGreaterThan(hits.get(1).score());
    }

    @Test
    void a_typing_error_is_repaired_and_told() {
        post(1, "Обновили kubernetes в кластере");
        post(2, "Рецепт борща");

        SearchResult result = search.search(query("kuberentes"));

        assertThat(numbers(result.hits())).containsExactly(1L);
        assertThat(result.replaced()).containsExactly(Map.entry("kuberentes", "kubernetes"));
    }

    @Test
    void nothing_is_returned_that_only_resembles_the_query_by_chance() {
        index.upsertAll(IntStream.range(0, 300)
                .mapToObj(i -> point(
                        i,
                        CHANNEL,
                        null,
                        DAY,
                        "заметка " + Integer.toString(i * 7_919, 36) + " погода обед дорога "
                                + Integer.toString(i, 30)))
                .toList());

        assertThat(search("квантовая криптография")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?!.,", "(", "@", "\u0000", "-\""})
    void a_query_that_says_nothing_finds_nothing(String text) {
        post(1, "и на не что-то");

        assertThat(search(text)).isEmpty();
    }

    @Test
    void an_emoji_is_found_where_it_stands() {
        post(1, "Запуск 🚀 состоялся");
        post(2, "Запуск отложен");

        assertThat(numbers(search("🚀"))).containsExactly(1L);
    }

    @Test
    void an_album_counts_once_with_its_best_member() {
        index.upsert(point(1, CHANNEL, 5L, DAY, "Фото с концерта"));
        index.upsert(point(2, CHANNEL, 5L, DAY, "Концерт: концерт симфонического оркестра"));
        index.upsert(point(3, CHANNEL, null, DAY, "Билеты на концерт"));

        assertThat(numbers(search("концерт симфонического оркестра"))).containsExactly(2L, 3L);
    }

    @Test
    void a_blank_query_lists_the_newest_within_the_limits() {
        index.upsert(point(1, CHANNEL, null, DAY, "космос", "наука"));
        index.upsert(point(2, CHANNEL, null, DAY.plusSeconds(9), "море", "наука"));
        index.upsert(point(3, CHANNEL, null, DAY, "море"));

        assertThat(numbers(search(query(TENANT, Set.of(CHANNEL), "", Set.of("наука"), null, RELEVANCE, 0, 9))))
                .containsExactly(2L, 1L);
    }

    @Test
    void vectors_of_a_model_add_what_the_words_miss_and_do_not_push_the_best_match_down() {
        Map<String, float[]> meanings = Map.of(
                "кошка", new float[] {1, 0},
                "кот", new float[] {0.9f, 0.44f},
                "Корм: кошка и пёс", new float[] {0.6f, 0.8f},
                "кит", new float[] {0, 1});
        EmbeddingProvider model = new EmbeddingProvider() {
            @Override
            public String provider() {
                return "model";
            }

            @Override
            public String model() {
                return "meanings";
            }

            @Override
            public int dimension() {
                return 2;
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                return texts.stream().map(meanings::get).toList();
            }

            @Override
            public Similarity similarity(Language language) {
                return new Similarity(0.5f, 0.5f, 1);
            }
        };
        long number = 0;
        for (String text : List.of("кот", "Корм: кошка и пёс", "кит")) {
            number++;
            PostPayload payload = point((int) number, CHANNEL, null, DAY, text).payload();
            index.upsert(new IndexedPoint(payload, meanings.get(text), text, 1, text));
        }

        SearchResult result = new HybridSearch(index, model, new NeighboursOnly(), analysis).search(query("кошка"));

        assertThat(numbers(result.hits())).containsExactly(2L, 1L);
    }

    @Test
    void related_posts_share_two_tags_or_the_characteristic_words_and_lie_in_the_channels() {
        post(1, "Релиз Quarkus", "java", "quarkus");
        post(2, "Нативная сборка стала быстрее", "java", "quarkus");
        post(3, "Джава и погода", "java");
        index.upsert(point(4, OTHER_CHANNEL, null, DAY, "Чужой канал", "java", "quarkus"));
        neighbours.put(
                id(1), List.of(new Neighbour(id(2), 1, 2), new Neighbour(id(4), 1, 2), new Neighbour(id(3), 0.3, 1)));

        assertThat(search.related(TENANT, Set.of(CHANNEL), id(1), 9))
                .extracting(hit -> hit.postNumber())
                .containsExactly(2L);
        graphIsDown = true;
        assertThat(search.related(TENANT, Set.of(CHANNEL), id(1), 9)).isEmpty();
    }

    @Test
    void shared_tags_do_not_make_a_hit() {
        post(1, "Релиз Quarkus", "java", "quarkus");
        post(2, "Нативная сборка стала быстрее", "java", "quarkus");
        post(3, "Джава и погода", "java");
        index.upsert(point(4, OTHER_CHANNEL, null, DAY, "Чужой канал", "java", "quarkus"));
        neighbours.put(
                id(1), List.of(new Neighbour(id(2), 1, 2), new Neighbour(id(4), 1, 2), new Neighbour(id(3), 0.3, 1)));

        assertThat(numbers(search("релиз"))).containsExactly(1L);
    }

    @Test
    void only_the_given_channels_tags_and_times_are_searched() {
        index.upsert(point(1, CHANNEL, null, DAY, "космос", "наука"));
        index.upsert(point(2, OTHER_CHANNEL, null, DAY, "космос", "наука"));
        index.upsert(point(3, CHANNEL, null, DAY.plusSeconds(60), "космос"));

        assertThat(numbers(search(
                        query(TENANT, Set.of(CHANNEL), "космос", Set.of(), DAY.plusSeconds(1), RELEVANCE, 0, 9))))
                .containsExactly(1L);
        assertThat(numbers(search(query(TENANT, Set.of(CHANNEL), "космос", Set.of("Наука"), null, RELEVANCE, 0, 9))))
                .containsExactly(1L);
        assertThat(search(query(TENANT, Set.of(), "космос", Set.of(), null, RELEVANCE, 0, 9)))
                .isEmpty();
        assertThat(search(query(new UUID(9, 9), Set.of(CHANNEL), "космос", Set.of(), null, RELEVANCE, 0, 9)))
                .isEmpty();
        assertThat(search(query(TENANT, Set.of(CHANNEL), "космос", Set.of(), null, RELEVANCE, 0, 1)))
                .hasSize(1);
    }

    @Test
    void equally_good_posts_come_newest_first() {
        index.upsert(point(1, CHANNEL, null, DAY, "космос"));
        index.upsert(point(2, CHANNEL, null, DAY.plusSeconds(9), "космос"));

        assertThat(numbers(search("космос"))).containsExactly(2L, 1L);
    }

    @Test
    void without_embeddings_the_words_answer_and_the_result_says_what_is_missing() {
        post(1, "космос");
        EmbeddingProvider broken = new EmbeddingProvider() {
            @Override
            public String provider() {
                return "broken";
            }

            @Override
            public String model() {
                return "none";
            }

            @Override
            public int dimension() {
                return 512;
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                throw new IllegalStateException("503");
            }
        };

        SearchResult result = new HybridSearch(index, broken, new NeighboursOnly(), analysis)
                .search(query(TENANT, Set.of(CHANNEL), "космос", Set.of(), null, RELEVANCE, 0, 10));

        assertThat(numbers(result.hits())).containsExactly(1L);
        assertThat(result.unavailable()).containsExactly("embeddings");
    }

    @Test
    void a_long_query_is_cut_at_a_whole_character() {
        PostQuery query = query(TENANT, Set.of(), "я".repeat(499) + "🚀🚀", Set.of(), null, RELEVANCE, 0, 10);

        assertThat(query.text()).isEqualTo("я".repeat(499));
    }

    private List<PostHit> search(String text) {
        return search(query(text));
    }

    private static PostQuery query(
            UUID tenant,
            Set<UUID> channels,
            String text,
            Set<String> tags,
            Instant to,
            PostQuery.Order order,
            int offset,
            int limit) {
        var wanted = new Understood(text, List.of(), List.of(), Set.of(), tags, Set.of(), null, to);
        return new PostQuery(tenant, channels, wanted, false, order, offset, limit);
    }

    private static PostQuery query(String text) {
        return query(TENANT, Set.of(CHANNEL), text, Set.of(), null, RELEVANCE, 0, 10);
    }

    @Test
    void pages_follow_each_other_without_gaps_beyond_the_first_reading_and_the_newest_come_first_on_request() {
        index.upsertAll(IntStream.range(0, 400)
                .mapToObj(i -> point(i + 1, CHANNEL, null, DAY.plusSeconds(i % 90), "космос и заметка " + i))
                .toList());
        List<Long> paged = IntStream.range(0, 10)
                .mapToObj(page ->
                        search(query(TENANT, Set.of(CHANNEL), "космос", Set.of(), null, RELEVANCE, 45 * page, 45)))
                .flatMap(hits -> numbers(hits).stream())
                .toList();

        assertThat(paged).hasSize(400).doesNotHaveDuplicates();
        assertThat(search.search(query(TENANT, Set.of(CHANNEL), "космос", Set.of(), null, RELEVANCE, 360, 40))
                        .hasMore())
                .isFalse();
        assertThat(search(query(TENANT, Set.of(CHANNEL), "космос", Set.of(), null, DATE, 0, 50)))
                .hasSize(50)
                .isSortedAccordingTo(
                        Comparator.comparing((PostHit hit) -> hit.payload().postedAt())
                                .thenComparing(hit -> hit.payload().postNumber())
                                .reversed());
    }

    private List<PostHit> search(PostQuery query) {
        return search.search(query).hits();
    }

    private static List<Long> numbers(List<PostHit> hits) {
        return hits.stream().map(hit -> hit.payload().postNumber()).toList();
    }

    private void post(int id, String text, String... tags) {
        index.upsert(point(id, CHANNEL, null, DAY, text, tags));
    }

    private IndexedPoint point(int id, UUID channel, Long album, Instant postedAt, String text, String... tags) {
        PostPayload payload = new PostPayload(
                id(id), TENANT, channel, id, List.of(tags), postedAt, null, album, text, false, null, false, Set.of());
        return new IndexedPoint(payload, embeddings.embed(List.of(text)).get(0), text, 1, text);
    }

    private static UUID id(int id) {
        return new UUID(1, id);
    }

    /** A graph that knows the neighbours it was given. */
    private final class NeighboursOnly implements Graph {
        @Override
        public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
            if (graphIsDown) {
                throw new IllegalStateException("connection refused");
            }
            return postIds.stream()
                    .flatMap(post -> neighbours.getOrDefault(post, List.of()).stream())
                    .toList();
        }

        @Override
        public GraphChange apply(List<PostGraph> posts) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove(UUID tenantId, Collection<UUID> postIds) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void applyInterests(List<UserInterests> users) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Orphans removeOrphans(String place, int limit) {
            throw new UnsupportedOperationException();
        }
    }
}
