package routes.vectorindex.qdrant;

import com.google.common.util.concurrent.Futures;
import io.qdrant.client.ConditionFactory;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.QueryPoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import routes.text.SearchWords;
import routes.vectorindex.VectorIndex.Facets;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndex.TextMatches;
import routes.vectorindex.words.Characteristics;
import routes.vectorindex.words.QueryPlan;
import routes.vectorindex.words.QueryPlan.Clause;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;
import routes.vectorindex.words.QueryPlan.Weighted;
import routes.vectorindex.words.TagCounts;

/** Searches by words: executes a {@link QueryPlan} with sparse vectors and conditions. */
final class WordSearch {
    /** Number of hits that are re-ranked; more than readers look at. */
    private static final int REFINED = 60;

    private static final int MAX_FACETS = 2_000;
    /** Maximum number of stems of a text that are counted to find the characteristic ones. */
    private static final int MAX_COUNTED = 100;

    private final QdrantCalls calls;
    private final SearchWords analysis;
    private final Filters filters;
    private final Schema schema;
    private final StoredWords words;
    private final PointReader reader;

    WordSearch(
            QdrantCalls calls,
            SearchWords analysis,
            Filters filters,
            Schema schema,
            StoredWords words,
            PointReader reader) {
        this.calls = calls;
        this.analysis = analysis;
        this.filters = filters;
        this.schema = schema;
        this.words = words;
        this.reader = reader;
    }

    private QueryPlan plan(SearchQuery query) {
        try {
            return new QueryPlan(analysis, query, words.of(query));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasWords(SearchQuery query) {
        return query.text() != null && !query.text().isBlank();
    }

    TextMatches match(SearchQuery query) {
        TextMatches none = new TextMatches(List.of(), Map.of());
        if (!hasWords(query) || query.channelIds().isEmpty()) {
            return none;
        }
        return reader.orIfNew(
                () -> {
                    QueryPlan plan = plan(query);
                    Map<Integer, Float> weights = new TreeMap<>();
                    Filter.Builder limits = filters.limits(query);
                    if (plan.content().isEmpty()) {
                        limits.addAllMust(Filters.matching(plan));
                        add(plan.connecting(), weights);
                    }
                    add(plan.content(), weights);
                    add(plan.joined(), weights);
                    return weights.isEmpty()
                            ? none
                            : new TextMatches(
                                    refined(
                                            query.tenantId(),
                                            plan,
                                            reader.hits(reader.query(
                                                    limits.build(), query.limit(), Sparse.WORDS, weights))),
                                    plan.replaced());
                },
                none);
    }

    /**
     * Adds up the weights of the terms. A word matches by its stem and its base forms; the best of them counts fully, the others in
     * part. A dot product cannot compute a maximum, but the forms of a word usually match all or not at all, so each form gets its
     * share of the total score.
     */
    private static void add(Collection<Clause> clauses, Map<Integer, Float> weights) {
        for (Clause clause : clauses) {
            clause.parts().forEach(best -> {
                int number = best.alternatives().size();
                float share = best.together() ? (1 + best.others() * (number - 1)) / number : 1;
                add(best.alternatives(), clause.weight() * best.weight() * share, weights);
            });
        }
    }

    private static void add(Collection<Weighted> terms, float factor, Map<Integer, Float> weights) {
        terms.forEach(term -> weights.merge(Sparse.dimension(term.term()), factor * term.weight(), Float::sum));
    }

    /** Adds the scores of letters and stop words to the best hits. */
    private List<SearchHit> refined(UUID tenantId, QueryPlan plan, List<SearchHit> hits) {
        List<SearchHit> head = hits.subList(0, Math.min(hits.size(), REFINED));
        List<QueryPoints> refinements = new ArrayList<>();
        if (!head.isEmpty()) {
            Filter those = Filters.posts(
                            tenantId, head.stream().map(SearchHit::postId).toList())
                    .build();
            Map<Integer, Float> letters = new TreeMap<>();
            plan.letters().forEach((word, weight) -> SearchWords.grams(word).stream()
                    .distinct()
                    .forEach(gram -> letters.merge(Sparse.dimension(new Term(Field.GRAM, gram)), weight, Float::sum)));
            Map<Integer, Float> connecting = new TreeMap<>();
            add(plan.connecting(), connecting);
            Map.of(Sparse.LETTERS, letters, Sparse.WORDS, connecting).forEach((vector, weights) -> {
                if (!weights.isEmpty()) {
                    refinements.add(
                            reader.query(those, head.size(), vector, weights).build());
                }
            });
        }
        if (refinements.isEmpty()) {
            return hits;
        }
        Map<UUID, Double> scores = new HashMap<>();
        List<BatchResult> results = calls.call(client -> client.queryBatchAsync(schema.posts(), refinements));
        results.forEach(result -> result.getResultList()
                .forEach(point -> scores.merge(Payload.id(point.getId()), (double) point.getScore(), Double::sum)));
        return Stream.concat(
                        head.stream()
                                .map(hit -> hit.withScore(hit.score() + scores.getOrDefault(hit.postId(), 0.0)))
                                .sorted(Comparator.comparingDouble(SearchHit::score)
                                        .reversed()),
                        hits.stream().skip(REFINED))
                .toList();
    }

    Facets facets(SearchQuery query, int most) {
        Facets none = new Facets(Map.of(), Map.of(), Map.of());
        if (query.channelIds().isEmpty()) {
            return none;
        }
        return reader.orIfNew(
                () -> {
                    Filter.Builder posts = filters.limits(query);
                    if (hasWords(query)) {
                        QueryPlan plan = plan(query);
                        if (plan.content().isEmpty() && plan.connecting().isEmpty()) {
                            return none;
                        }
                        posts.addAllMust(Filters.matching(plan));
                    }
                    Filter filter = posts.build();
                    List<List<FacetHit>> counts = calls.call(
                            client -> Futures.allAsList(Stream.of(Payload.CHANNEL, Payload.TAG_FORMS, Payload.MONTH)
                                    .map(key -> client.facetAsync(FacetCounts.newBuilder()
                                            .setCollectionName(schema.posts())
                                            .setKey(key)
                                            .setFilter(filter)
                                            .setLimit(MAX_FACETS)
                                            .setExact(true)
                                            .build()))
                                    .toList()));
                    Map<UUID, Integer> channels = new HashMap<>();
                    counts(counts.get(0)).forEach((id, count) -> channels.put(UUID.fromString(id), count));
                    TagCounts tags = new TagCounts();
                    counts(counts.get(1)).forEach((form, count) -> {
                        int end = form.indexOf(Payload.FORM);
                        tags.add(form.substring(0, end), form.substring(end + 1), count);
                    });
                    Map<YearMonth, Integer> months = new TreeMap<>();
                    counts(counts.get(2)).forEach((month, count) -> months.put(YearMonth.parse(month), count));
                    return new Facets(channels, tags.most(most), months);
                },
                none);
    }

    private static Map<String, Integer> counts(List<FacetHit> hits) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        hits.forEach(hit -> counts.put(hit.getValue().getStringValue(), Math.toIntExact(hit.getCount())));
        return counts;
    }

    /** Finds posts with the characteristic words of the given post's text. */
    List<SearchHit> similar(SearchQuery within, UUID postId, String text) {
        Map<String, Integer> occurrences = Characteristics.occurrences(text, analysis);
        List<String> counted = occurrences.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_COUNTED)
                .map(Map.Entry::getKey)
                .toList();
        List<Integer> found =
                calls.counts(schema.posts(), Filters.tenant(within.tenantId()).build(), counted);
        Map<String, Integer> posts = new HashMap<>();
        for (int i = 0; i < counted.size(); i++) {
            posts.put(counted.get(i), found.get(i));
        }
        List<String> best =
                Characteristics.best(occurrences, posts, calls.call(client -> client.countAsync(schema.posts())));
        if (best.isEmpty()) {
            return List.of();
        }
        Map<Integer, Float> weights = new TreeMap<>();
        best.forEach(stem -> weights.put(Sparse.dimension(new Term(Field.STEM, stem)), 1f));
        Filter related = Filters.common(filters.limits(within), best, Characteristics.common(best))
                .addMustNot(ConditionFactory.hasId(Payload.id(postId)))
                .build();
        return reader.hits(reader.query(related, within.limit(), Sparse.WORDS, weights));
    }
}
