package routes.vectorindex.qdrant;

import io.qdrant.client.ConditionFactory;
import io.qdrant.client.QueryFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.WithVectorsSelectorFactory;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.VectorOutput;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.text.SearchWords;
import routes.vectorindex.Accepted;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.words.PostTerms;

/**
 * The vector index in a Qdrant server, shared by any number of processes. The id of a point is the id of the post.
 *
 * <p>The server applies a write only if the stored revision is not newer, so no process replaces newer content. The revisions are
 * read afterwards, so that results are correct despite concurrent writes.
 */
public final class QdrantVectorIndex implements VectorIndex {
    /** Maximum size of a request, in bytes. The server accepts 32 MB. */
    private static final int MAX_REQUEST = 8 << 20;

    private final QdrantCalls calls;
    private final SearchWords analysis;
    private final Filters filters;
    private final Schema schema;
    private final StoredWords words;
    private final PointReader reader;
    private final WordSearch search;
    private volatile String expectedModel;
    private volatile int expectedDimension;
    private volatile boolean isOtherModel;

    public QdrantVectorIndex(QdrantServerProperties properties, SearchWords analysis) {
        this(new QdrantCalls(properties), analysis, Schema.CURRENT);
    }

    /** @param generation {@link Schema#CURRENT} or {@link Schema#NEXT} */
    QdrantVectorIndex(QdrantCalls calls, SearchWords analysis, String generation) {
        this.calls = calls;
        this.analysis = analysis;
        this.filters = new Filters(analysis);
        this.schema = new Schema(calls, generation);
        this.words = new StoredWords(calls, schema, analysis);
        this.reader = new PointReader(calls, schema, words);
        this.search = new WordSearch(calls, analysis, filters, schema, words, reader);
    }

    @Override
    public List<WriteResult> upsertAll(List<IndexedPoint> points) {
        if (points.isEmpty()) {
            return List.of();
        }
        Map<UUID, StoredPoint> known = states(points); // detects a lost collection
        int length = points.stream()
                .mapToInt(point -> point.vector().length)
                .filter(size -> size > 0)
                .findFirst()
                .orElse(expectedDimension);
        if (schema.dimension().filter(size -> size != length).isPresent()) {
            schema.forget(); // another process may have switched to another generation
        }
        if (schema.dimension().isEmpty()) {
            schema.requireCurrent();
            schema.create(length);
            if (expectedModel != null) {
                schema.describe(expectedModel);
            }
        }
        return write(points, false, known, newest -> newest);
    }

    void create(int dimension) {
        schema.create(dimension);
    }

    boolean exists() {
        return schema.exists();
    }

    void promote() {
        schema.promote();
        schema.forget();
    }

    /** Clears cached properties of the collection, because the alias refers to another one. */
    void forget() {
        schema.forget();
        isOtherModel = false;
    }

    /** Qdrant cannot compute the vectors of the tags. Text and vector are read back and written with the new payload. */
    @Override
    public List<WriteResult> updatePayloads(List<PayloadUpdate> updates) {
        return write(updates, true, states(updates), this::updated);
    }

    private List<IndexedPoint> updated(List<PayloadUpdate> updates) {
        Map<UUID, RetrievedPoint> stored = new HashMap<>();
        byTenant(updates).forEach((tenantId, ids) -> reader.scroll(
                        Filters.posts(tenantId, ids).build(), ids.size(), scroll -> scroll.setWithPayload(
                                        WithPayloadSelectorFactory.include(List.of(Payload.TEXT)))
                                .setWithVectors(WithVectorsSelectorFactory.include(List.of(Payload.VECTOR))))
                .forEach(point -> stored.put(Payload.id(point.getId()), point)));
        return updates.stream()
                .filter(update -> stored.containsKey(update.payload().postId())) // otherwise deleted in the meantime
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

    private static UUID id(PostWrite write) {
        return write.payload().postId();
    }

    private <T extends PostWrite> List<WriteResult> write(
            List<T> writes,
            boolean sameText,
            Map<UUID, StoredPoint> known,
            Function<List<T>, List<IndexedPoint>> points) {
        Accepted<UUID, T> accepted = Accepted.of(writes, QdrantVectorIndex::id, known, sameText);
        List<IndexedPoint> newest = points.apply(List.copyOf(accepted.newest().values()));
        store(newest, sameText);
        Map<UUID, StoredPoint> now = states(newest);
        List<WriteResult> results = new ArrayList<>();
        for (int i = 0; i < writes.size(); i++) {
            T write = writes.get(i);
            T last = accepted.newest().get(id(write));
            boolean isWritten = accepted.results().get(i) == WriteResult.WRITTEN;
            StoredPoint stored = now.get(id(write));
            if (isWritten && stored == null) {
                results.add(sameText ? WriteResult.TEXT_DIFFERS : WriteResult.STALE); // deleted in the meantime
            } else if (isWritten && stored.indexRevision() != last.indexRevision()) {
                results.add(WriteResult.STALE); // another process wrote a newer revision
            } else {
                results.add(accepted.results().get(i));
            }
        }
        return results;
    }

    /** @throws IllegalArgumentException if the dimension of a vector differs from the collection's; the other points are stored */
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
        // words first: if the write is repeated, they must not be missing
        terms.forEach(
                (tenantId, texts) -> words.add(tenantId, texts.stream().flatMap(text -> text.vocabulary().stream())));
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
            reader.orIfNew(
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

    private Stream<RetrievedPoint> read(
            UUID tenantId, Collection<UUID> postIds, UnaryOperator<ScrollPoints.Builder> parts) {
        return postIds.isEmpty()
                ? Stream.of()
                : reader.scroll(Filters.posts(tenantId, postIds).build(), postIds.size(), parts);
    }

    @Override
    public List<SearchHit> vectorSearch(SearchQuery query) {
        return query.channelIds().isEmpty()
                ? List.of()
                : VectorIndex.unitVector(query.vector())
                        .filter(this::isSearchable)
                        .map(vector ->
                                reader.hits(reader.query(filters.limits(query).build(), query.limit())
                                        .setUsing(Payload.VECTOR)
                                        .setQuery(QueryFactory.nearest(vector))))
                        .orElse(List.of());
    }

    @Override
    public TextMatches match(SearchQuery query) {
        return search.match(query);
    }

    @Override
    public Facets facets(SearchQuery query, int most) {
        return search.facets(query, most);
    }

    @Override
    public List<SearchHit> similar(SearchQuery within, UUID postId) {
        IndexedPost post = read(within.tenantId(), List.of(postId)).get(postId);
        return post == null || within.channelIds().isEmpty() ? List.of() : search.similar(within, postId, post.text());
    }

    @Override
    public List<SearchHit> newest(SearchQuery query) {
        OrderBy newestFirst = OrderBy.newBuilder()
                .setKey(Payload.POSTED_AT)
                .setDirection(Direction.Desc)
                .build();
        return query.channelIds().isEmpty()
                ? List.of()
                : reader.scroll(filters.limits(query).build(), query.limit(), scroll -> scroll.setOrderBy(newestFirst)
                                .setWithPayload(WithPayloadSelectorFactory.include(Payload.HIT)))
                        .map(point -> Payload.hit(point.getId(), point.getPayloadMap(), 0))
                        .toList();
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
        return reader.scroll(
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
        return reader.orIfNew(() -> calls.call(client -> client.countAsync(schema.posts())), 0L);
    }

    @Override
    public Optional<String> identity() {
        return schema.identity();
    }

    @Override
    public void identify(String identity) {
        schema.identify(identity);
    }

    /** If the index of an earlier version does not contain the name of the model, the dimension decides. */
    @Override
    public Optional<String> expect(String model, int dimension) {
        expectedModel = model;
        expectedDimension = dimension;
        schema.forget();
        Optional<Integer> size = schema.dimension();
        if (size.isPresent() && size.get() != dimension && count() == 0) {
            schema.resize(dimension);
            size = schema.dimension();
        }
        Optional<String> stored = schema.model();
        Optional<String> problem = Optional.empty();
        if (size.isPresent() && size.get() != dimension) {
            problem = Optional.of(VectorIndexException.otherVectors(
                    calls.toString(), size.get() + " dimensions", dimension + " dimensions"));
        } else if (size.isPresent() && stored.isPresent() && !stored.get().equals(model)) {
            problem = Optional.of(VectorIndexException.otherVectors(calls.toString(), stored.get(), model));
        } else if (!stored.equals(Optional.of(model))) {
            schema.describe(model);
        }
        isOtherModel = problem.isPresent();
        return problem;
    }

    /** Whether vectors of this length can be searched. Another process may have switched to another generation. */
    private boolean isSearchable(float[] vector) {
        if (isOtherModel) {
            expect(expectedModel, expectedDimension);
        }
        if (schema.dimension().filter(size -> size != vector.length).isPresent()) {
            schema.forget();
        }
        return !isOtherModel
                && schema.dimension().filter(size -> size == vector.length).isPresent();
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
