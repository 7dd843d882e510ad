package routes.vectorindex.qdrant;

import com.google.common.util.concurrent.Futures;
import io.qdrant.client.ConditionFactory;
import io.qdrant.client.QueryFactory;
import io.qdrant.client.VectorInputFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.VectorOutput;
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
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.text.SearchWords;
import routes.vectorindex.Accepted;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.words.Characteristics;
import routes.vectorindex.words.PostTerms;
import routes.vectorindex.words.QueryPlan;
import routes.vectorindex.words.QueryPlan.Clause;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;
import routes.vectorindex.words.QueryPlan.Weighted;
import routes.vectorindex.words.TagCounts;

/**
 * The vector index in a Qdrant server, for any number of processes. The point of a post has its id.
 *
 * <p>A write is conditional on the stored revision, in the server, so no process replaces newer content; afterwards the revisions are
 * read, so that a result is true whoever wrote at the same moment.
 */
public final class QdrantVectorIndex implements VectorIndex {
    /** Hits whose order is refined; more than a reader looks at. */
    private static final int REFINED = 150;

    /** Bytes of a request; the server accepts 32 MB. */
    private static final int MAX_REQUEST = 8 << 20;

    private static final int MAX_FACETS = 2_000;
    /** Stems of a text that are counted to find the characteristic ones. */
    private static final int MAX_COUNTED = 100;

    private final QdrantCalls calls;
    private final SearchWords analysis;
    private final Filters filters;
    private final Schema schema;
    private final StoredWords words;
    private volatile int expectedDimension;

    public QdrantVectorIndex(QdrantServerProperties properties, SearchWords analysis) {
        this.calls = new QdrantCalls(properties);
        this.analysis = analysis;
        this.filters = new Filters(analysis);
        this.schema = new Schema(calls);
        this.words = new StoredWords(calls, schema, analysis);
    }

    @Override
    public List<WriteResult> upsertAll(List<IndexedPoint> points) {
        if (points.isEmpty()) {
            return List.of();
        }
        Map<UUID, StoredPoint> known = states(points); // notices that the collection is lost
        points.stream()
                .mapToInt(point -> point.vector().length)
                .filter(length -> length > 0)
                .findFirst()
                .ifPresentOrElse(schema::create, () -> schema.create(expectedDimension));
        return write(points, false, known, newest -> newest);
    }

    /** Qdrant cannot compute the vectors of the tags: text and vector are read back and written with the new payload. */
    @Override
    public List<WriteResult> updatePayloads(List<PayloadUpdate> updates) {
        return write(updates, true, states(updates), this::updated);
    }

    private List<IndexedPoint> updated(List<PayloadUpdate> updates) {
        Map<UUID, RetrievedPoint> stored = new HashMap<>();
        byTenant(updates).forEach((tenantId, ids) -> scroll(
                        Filters.posts(tenantId, ids).build(), ids.size(), scroll -> scroll.setWithPayload(
                                        WithPayloadSelectorFactory.include(List.of(Payload.TEXT)))
                                .setWithVectors(WithVectorsSelectorFactory.include(List.of(Payload.VECTOR))))
                .forEach(point -> stored.put(Payload.id(point.getId()), point)));
        return updates.stream()
                .filter(update -> stored.containsKey(update.payload().postId())) // else it has been deleted meanwhile
                .map(update -> {
                    RetrievedPoint point = stored.get(update.payload().postId());
                    return new IndexedPoint(
                            update.payload(),
                            vector(point),
                            point.getPayloadOrThrow(Payload.TEXT).getStringValue(),
                            update.indexRevision(),
                            update.textHash());
                })
                .toList();
    }

    private static float[] vector(RetrievedPoint point) {
        VectorOutput vector =
                point.getVectors().getVectors().getVectorsOrDefault(Payload.VECTOR, VectorOutput.getDefaultInstance());
        List<Float> values = vector.hasDense() ? vector.getDense().getDataList() : vector.getDataList();
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private interface Points<T> {
        List<IndexedPoint> of(List<T> writes);
    }

    private static UUID id(PostWrite write) {
        return write.payload().postId();
    }

    private <T extends PostWrite> List<WriteResult> write(
            List<T> writes, boolean sameText, Map<UUID, StoredPoint> known, Points<T> points) {
        Accepted<UUID, T> accepted = Accepted.of(writes, QdrantVectorIndex::id, known, sameText);
        List<IndexedPoint> newest = points.of(List.copyOf(accepted.newest().values()));
        store(newest, sameText);
        Map<UUID, StoredPoint> now = states(newest);
        List<WriteResult> results = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            T write = writes.get(i);
            T last = accepted.newest().get(id(write));
            boolean isWritten = accepted.results().get(i) == WriteResult.WRITTEN;
            StoredPoint stored = now.get(id(write));
            if (isWritten && stored == null) {
                results.add(sameText ? WriteResult.TEXT_DIFFERS : WriteResult.STALE); // deleted meanwhile
            } else if (isWritten && stored.indexRevision() != last.indexRevision()) {
                results.add(WriteResult.STALE); // another process was faster
            } else {
                results.add(accepted.results().get(i));
            }
        }
        return results;
    }

    /** @throws IllegalArgumentException if a vector has another dimension than the collection; the other points are stored */
    private void store(List<IndexedPoint> points, boolean sameText) {
        int dimension = schema.dimension().orElse(0);
        List<IndexedPoint> wrong = new ArrayList<>();
        List<IndexedPoint> chunk = new ArrayList<>();
        List<PointStruct> structs = new ArrayList<>();
        Map<UUID, List<PostTerms>> terms = new HashMap<>();
        int bytes = 0;
        for (IndexedPoint point : points) {
            float[] vector = VectorIndex.unitVector(point.vector()).orElse(null);
            if (vector != null && vector.length != dimension) {
                wrong.add(point);
                continue;
            }
            PostTerms text = PostTerms.of(point.text(), analysis);
            PointStruct struct = Payload.point(point, text, vector, analysis);
            if (bytes + struct.getSerializedSize() > MAX_REQUEST && !structs.isEmpty()) {
                store(chunk, structs, terms, sameText);
                bytes = 0;
            }
            bytes += struct.getSerializedSize();
            chunk.add(point);
            structs.add(struct);
            terms.computeIfAbsent(point.payload().tenantId(), tenant -> new ArrayList<>())
                    .add(text);
        }
        if (!structs.isEmpty()) {
            store(chunk, structs, terms, sameText);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("The vector of post %s has %d dimensions, but the vector index %s has %d"
                    .formatted(wrong.get(0).payload().postId(), wrong.get(0).vector().length, calls, dimension));
        }
    }

    private void store(
            List<IndexedPoint> points, List<PointStruct> structs, Map<UUID, List<PostTerms>> terms, boolean sameText) {
        // first the words: a repeated write must not find them missing
        terms.forEach((tenantId, texts) -> words.add(tenantId, texts.stream().flatMap(text -> text.words().stream())));
        UpsertPoints upsert = UpsertPoints.newBuilder()
                .setCollectionName(schema.posts())
                .setWait(true)
                .addAllPoints(structs)
                .setUpdateFilter(Filters.replaceable(points, sameText))
                .build();
        calls.call(client -> client.upsertAsync(upsert));
        points.clear();
        structs.clear();
        terms.clear();
    }

    private Map<UUID, StoredPoint> states(Collection<? extends PostWrite> writes) {
        Map<UUID, StoredPoint> states = new HashMap<>();
        byTenant(writes).forEach((tenantId, ids) -> states.putAll(find(tenantId, ids)));
        return states;
    }

    private static Map<UUID, List<UUID>> byTenant(Collection<? extends PostWrite> writes) {
        return writes.stream()
                .collect(Collectors.groupingBy(
                        write -> write.payload().tenantId(),
                        Collectors.collectingAndThen(
                                Collectors.mapping(QdrantVectorIndex::id, Collectors.toSet()), List::copyOf)));
    }

    @Override
    public void delete(UUID tenantId, Collection<UUID> postIds) {
        if (!postIds.isEmpty()) {
            orIfNew(
                    () -> calls.call(client -> client.deleteAsync(
                            schema.posts(), Filters.posts(tenantId, postIds).build())),
                    null);
        }
    }

    @Override
    public Map<UUID, StoredPoint> find(UUID tenantId, Collection<UUID> postIds) {
        return read(
                        tenantId,
                        postIds,
                        scroll -> scroll.setWithPayload(WithPayloadSelectorFactory.include(Payload.STATE)))
                .collect(Collectors.toMap(
                        point -> Payload.id(point.getId()), point -> Payload.state(point.getPayloadMap())));
    }

    @Override
    public Map<UUID, IndexedPost> read(UUID tenantId, Collection<UUID> postIds) {
        return read(
                        tenantId,
                        postIds,
                        scroll -> scroll.setWithPayload(WithPayloadSelectorFactory.exclude(
                                List.of(Payload.TERMS, Payload.TAG_TERMS, Payload.NEIGHBOURS))))
                .collect(Collectors.toMap(
                        point -> Payload.id(point.getId()), point -> Payload.post(point.getPayloadMap())));
    }

    private Stream<RetrievedPoint> read(UUID tenantId, Collection<UUID> postIds, Parts parts) {
        return postIds.isEmpty()
                ? Stream.of()
                : scroll(Filters.posts(tenantId, postIds).build(), postIds.size(), parts);
    }

    /** Which parts of the points are wanted, and in which order. */
    private interface Parts {
        ScrollPoints.Builder of(ScrollPoints.Builder scroll);
    }

    private Stream<RetrievedPoint> scroll(Filter filter, int limit, Parts parts) {
        ScrollPoints request = parts.of(ScrollPoints.newBuilder()
                        .setCollectionName(schema.posts())
                        .setFilter(filter)
                        .setLimit(limit))
                .build();
        return orIfNew(
                () -> calls.call(client -> client.scrollAsync(request)).getResultList(), List.<RetrievedPoint>of())
                .stream();
    }

    /** An index without a collection has no post. */
    private <T> T orIfNew(Supplier<T> call, T ifNew) {
        try {
            return call.get();
        } catch (QdrantCalls.NoCollectionException e) {
            schema.forget();
            words.forget();
            return ifNew;
        }
    }

    private QueryPoints.Builder query(Filter filter, int limit) {
        return QueryPoints.newBuilder()
                .setCollectionName(schema.posts())
                .setFilter(filter)
                .setLimit(limit);
    }

    /** Posts by the weights of words. */
    private QueryPoints.Builder query(Filter filter, int limit, String vector, Map<Integer, Float> weights) {
        return query(filter, limit)
                .setUsing(vector)
                .setQuery(QueryFactory.nearest(
                        VectorInputFactory.vectorInput(List.copyOf(weights.values()), List.copyOf(weights.keySet()))));
    }

    private List<SearchHit> hits(QueryPoints.Builder query) {
        QueryPoints request = query.setWithPayload(WithPayloadSelectorFactory.include(Payload.HIT))
                .build();
        return orIfNew(() -> calls.call(client -> client.queryAsync(request)), List.<ScoredPoint>of()).stream()
                .map(point -> Payload.hit(point.getId(), point.getPayloadMap(), point.getScore()))
                .toList();
    }

    @Override
    public List<SearchHit> vectorSearch(SearchQuery query) {
        return query.channelIds().isEmpty()
                ? List.of()
                : VectorIndex.unitVector(query.vector())
                        .map(vector -> hits(query(filters.limits(query).build(), query.limit())
                                .setUsing(Payload.VECTOR)
                                .setQuery(QueryFactory.nearest(vector))))
                        .orElse(List.of());
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

    @Override
    public TextMatches match(SearchQuery query) {
        TextMatches none = new TextMatches(List.of(), Map.of());
        if (!hasWords(query) || query.channelIds().isEmpty()) {
            return none;
        }
        return orIfNew(
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
                                            hits(query(limits.build(), query.limit(), Sparse.WORDS, weights))),
                                    plan.replaced());
                },
                none);
    }

    /**
     * The weights of the terms, as a sum. A word matches by its stem and its base forms, and the better of them counts, with a part of
     * the others. A scalar product has no maximum; but forms of a word usually match all or not at all, so each gets its share of the
     * score that they have together.
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

    /** Adds the scores of letters and stop words to those of the best hits. */
    private List<SearchHit> refined(UUID tenantId, QueryPlan plan, List<SearchHit> hits) {
        List<SearchHit> head = hits.subList(0, Math.min(hits.size(), REFINED));
        List<QueryPoints> refinements = new ArrayList<>();
        if (!head.isEmpty()) {
            Filter those = Filters.posts(
                            tenantId, head.stream().map(SearchHit::postId).toList())
                    .build();
            Map<Integer, Float> letters = new TreeMap<>();
            add(plan.letters(), 1, letters);
            Map<Integer, Float> connecting = new TreeMap<>();
            add(plan.connecting(), connecting);
            Map.of(Sparse.LETTERS, letters, Sparse.WORDS, connecting).forEach((vector, weights) -> {
                if (!weights.isEmpty()) {
                    refinements.add(query(those, head.size(), vector, weights).build());
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

    @Override
    public List<SearchHit> newest(SearchQuery query) {
        OrderBy newestFirst = OrderBy.newBuilder()
                .setKey(Payload.POSTED_AT)
                .setDirection(Direction.Desc)
                .build();
        return query.channelIds().isEmpty()
                ? List.of()
                : scroll(filters.limits(query).build(), query.limit(), scroll -> scroll.setOrderBy(newestFirst)
                                .setWithPayload(WithPayloadSelectorFactory.include(Payload.HIT)))
                        .map(point -> Payload.hit(point.getId(), point.getPayloadMap(), 0))
                        .toList();
    }

    @Override
    public Facets facets(SearchQuery query, int most) {
        Facets none = new Facets(Map.of(), Map.of(), Map.of());
        if (query.channelIds().isEmpty()) {
            return none;
        }
        return orIfNew(
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

    @Override
    public List<SearchHit> similar(SearchQuery within, UUID postId) {
        IndexedPost post = read(within.tenantId(), List.of(postId)).get(postId);
        if (post == null || within.channelIds().isEmpty()) {
            return List.of();
        }
        Map<String, Integer> occurrences = Characteristics.occurrences(post.text(), analysis);
        List<String> counted = occurrences.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_COUNTED)
                .map(Map.Entry::getKey)
                .toList();
        Filter tenant = Filters.tenant(within.tenantId()).build();
        List<Long> found = calls.call(client -> Futures.allAsList(counted.stream()
                .map(stem -> client.countAsync(
                        schema.posts(),
                        Filter.newBuilder(tenant)
                                .addMust(Filters.any(List.of(new Term(Field.STEM, stem))))
                                .build(),
                        true))
                .toList()));
        Map<String, Integer> posts = new HashMap<>();
        for (int i = 0; i < counted.size(); i++) {
            posts.put(counted.get(i), Math.toIntExact(found.get(i)));
        }
        List<String> best = Characteristics.best(occurrences, posts, count());
        if (best.isEmpty()) {
            return List.of();
        }
        Map<Integer, Float> weights = new TreeMap<>();
        best.forEach(stem -> weights.put(Sparse.dimension(new Term(Field.STEM, stem)), 1f));
        Filter related = Filters.common(filters.limits(within), best, Characteristics.common(best))
                .addMustNot(ConditionFactory.hasId(Payload.id(postId)))
                .build();
        return hits(query(related, within.limit(), Sparse.WORDS, weights));
    }

    @Override
    public List<SearchHit> fetch(SearchQuery within, Collection<UUID> postIds) {
        if (postIds.isEmpty() || within.channelIds().isEmpty()) {
            return List.of();
        }
        Filter posts = filters.limits(within)
                .addMust(
                        ConditionFactory.hasId(postIds.stream().map(Payload::id).toList()))
                .build();
        return scroll(
                        posts,
                        postIds.size(),
                        scroll -> scroll.setWithPayload(WithPayloadSelectorFactory.include(Payload.HIT)))
                .map(point -> Payload.hit(point.getId(), point.getPayloadMap(), 0))
                .toList();
    }

    @Override
    public String collection() {
        return schema.posts();
    }

    @Override
    public long count() {
        return orIfNew(() -> calls.call(client -> client.countAsync(schema.posts())), 0L);
    }

    @Override
    public Optional<String> identity() {
        return schema.identity();
    }

    @Override
    public void identify(String identity) {
        schema.identify(identity);
    }

    @Override
    public void checkDimension(int dimension) {
        schema.forget();
        int stored = schema.dimension().orElse(dimension);
        if (stored != dimension) {
            throw VectorIndexException.dimensions(calls.toString(), stored, dimension);
        }
        expectedDimension = dimension;
    }

    @Override
    public void clear() {
        schema.drop();
        words.forget();
    }

    @Override
    public String toString() {
        return calls.toString();
    }

    @Override
    public void close() {
        calls.close();
    }
}
