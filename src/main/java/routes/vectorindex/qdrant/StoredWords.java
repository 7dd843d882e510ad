package routes.vectorindex.qdrant;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.collect.Lists;
import io.qdrant.client.PointIdFactory;
import io.qdrant.client.QueryFactory;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.VectorInputFactory;
import io.qdrant.client.VectorsFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScoredPoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.automaton.CharacterRunAutomaton;
import org.apache.lucene.util.automaton.LevenshteinAutomata;
import routes.text.SearchWords;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.words.QueryPlan.Term;
import routes.vectorindex.words.Vocabulary;

/**
 * The words of all posts, once per tenant, in a separate collection, because Qdrant cannot list the words of its sparse vectors.
 * Words are found by letter pairs and then compared by edit distance. Words are never removed; the collection of posts shows
 * whether a post still contains a word.
 */
final class StoredWords {
    private static final String WORD = "word";
    private static final int SHORTEST = 3;
    private static final int LONGEST = 30;
    /** Number of words with the most common letter pairs, of which those within the edit distance are selected. */
    private static final int CANDIDATES = 300;

    private static final int CACHED = 200_000;
    private static final int BATCH = 2_000;
    private static final int LOOK_UPS = 100;

    private final QdrantCalls calls;
    private final Schema schema;
    private final SearchWords analysis;
    /** Words that this process has written. */
    private final Cache<UUID, Boolean> written =
            Caffeine.newBuilder().maximumSize(CACHED).build();

    StoredWords(QdrantCalls calls, Schema schema, SearchWords analysis) {
        this.calls = calls;
        this.schema = schema;
        this.analysis = analysis;
    }

    /** Stores those words of a tenant's posts that this process has not stored yet. */
    void add(UUID tenantId, Stream<String> words) {
        Map<UUID, String> missing = new HashMap<>();
        words.filter(word -> word.length() >= SHORTEST
                        && word.length() <= LONGEST
                        && word.chars().allMatch(Character::isLetter))
                .forEach(word -> {
                    UUID id = UUID.nameUUIDFromBytes((tenantId + " " + word).getBytes(StandardCharsets.UTF_8));
                    if (written.getIfPresent(id) == null) {
                        missing.put(id, word);
                    }
                });
        List<UUID> ids = List.copyOf(missing.keySet());
        for (List<UUID> batch : Lists.partition(ids, BATCH)) {
            List<PointStruct> points = batch.stream()
                    .map(id -> point(id, tenantId, missing.get(id)))
                    .toList();
            calls.call(client -> client.upsertAsync(schema.words(), points));
        }
        ids.forEach(id -> written.put(id, true));
    }

    private static PointStruct point(UUID id, UUID tenantId, String word) {
        return PointStruct.newBuilder()
                .setId(PointIdFactory.id(id))
                .setVectors(VectorsFactory.namedVectors(Map.of(Sparse.LETTERS, Sparse.vector(Sparse.letters(word)))))
                .putPayload(Payload.TENANT, ValueFactory.value(tenantId.toString()))
                .putPayload(WORD, ValueFactory.value(word))
                .build();
    }

    void forget() {
        written.invalidateAll();
    }

    Vocabulary of(SearchQuery query) {
        return new OfQuery(query);
    }

    private final class OfQuery implements Vocabulary {
        private final UUID tenantId;
        private final Filter tenant;
        private final Filter readable;
        private final Map<List<Term>, Boolean> known = new HashMap<>();
        private final Map<List<Term>, Boolean> readableOnes = new HashMap<>();

        OfQuery(SearchQuery query) {
            tenantId = query.tenantId();
            tenant = Filters.tenant(tenantId).build();
            readable = Filters.readable(query).build();
        }

        @Override
        public boolean isKnown(List<Term> terms) {
            expect(List.of(terms), List.of());
            return known.get(terms);
        }

        @Override
        public boolean isReadable(List<Term> terms) {
            expect(List.of(), List.of(terms));
            return readableOnes.get(terms);
        }

        @Override
        public void expect(Collection<List<Term>> wantedKnown, Collection<List<Term>> wantedReadable) {
            look(wantedKnown, tenant, known);
            look(wantedReadable, readable, readableOnes);
        }

        private void look(Collection<List<Term>> wanted, Filter within, Map<List<Term>, Boolean> answers) {
            List<List<Term>> missing = wanted.stream()
                    .filter(terms -> !answers.containsKey(terms))
                    .distinct()
                    .toList();
            for (List<List<Term>> batch : Lists.partition(missing, LOOK_UPS)) {
                List<QueryPoints> questions = batch.stream()
                        .map(terms -> QueryPoints.newBuilder()
                                .setCollectionName(schema.posts())
                                .setFilter(Filter.newBuilder(within).addMust(Filters.any(terms)))
                                .setLimit(1)
                                .build())
                        .toList();
                List<BatchResult> found = calls.call(client -> client.queryBatchAsync(schema.posts(), questions));
                IntStream.range(0, batch.size())
                        .forEach(i -> answers.put(batch.get(i), found.get(i).getResultCount() > 0));
            }
        }

        @Override
        public List<Similar> similar(String word, int errors) {
            List<CharacterRunAutomaton> within = IntStream.rangeClosed(0, errors)
                    .mapToObj(distance ->
                            new CharacterRunAutomaton(new LevenshteinAutomata(word, true).toAutomaton(distance)))
                    .toList();
            List<Similar> candidates = new ArrayList<>();
            for (String other : near(word)) {
                IntStream.rangeClosed(0, errors)
                        .filter(distance -> within.get(distance).run(other))
                        .findFirst()
                        .ifPresent(distance -> candidates.add(new Similar(other, distance, 0)));
            }
            candidates.sort(Similar.ORDER);
            List<Similar> nearest = candidates.subList(0, Math.min(candidates.size(), 3 * MAX_SIMILAR));
            List<String> stems = nearest.stream()
                    .map(one -> analysis.forms(one.word()).stem())
                    .toList();
            List<Integer> posts = calls.counts(schema.posts(), readable, stems);
            return IntStream.range(0, nearest.size())
                    .filter(i -> posts.get(i) > 0)
                    .mapToObj(i ->
                            new Similar(nearest.get(i).word(), nearest.get(i).distance(), posts.get(i)))
                    .sorted(Similar.ORDER)
                    .limit(MAX_SIMILAR)
                    .toList();
        }

        private List<String> near(String word) {
            Map<Integer, Float> letters = Sparse.letters(word);
            QueryPoints query = QueryPoints.newBuilder()
                    .setCollectionName(schema.words())
                    .setQuery(QueryFactory.nearest(VectorInputFactory.vectorInput(
                            List.copyOf(letters.values()), List.copyOf(letters.keySet()))))
                    .setUsing(Sparse.LETTERS)
                    .setFilter(Filters.tenant(tenantId))
                    .setLimit(CANDIDATES)
                    .setWithPayload(WithPayloadSelectorFactory.include(List.of(WORD)))
                    .build();
            List<ScoredPoint> found = calls.call(client -> client.queryAsync(query));
            return found.stream()
                    .map(point -> point.getPayloadOrThrow(WORD).getStringValue())
                    .toList();
        }
    }
}
