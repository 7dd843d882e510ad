package routes.vectorindex.qdrant;

import io.qdrant.client.QueryFactory;
import io.qdrant.client.VectorInputFactory;
import io.qdrant.client.WithPayloadSelectorFactory;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import routes.vectorindex.VectorIndex.SearchHit;

/** Reads the points of posts. Without a collection, results are empty. */
final class PointReader {
    private final QdrantCalls calls;
    private final Schema schema;
    private final StoredWords words;

    PointReader(QdrantCalls calls, Schema schema, StoredWords words) {
        this.calls = calls;
        this.schema = schema;
        this.words = words;
    }

    /** @param parts sets which parts of the points are read, and their order */
    Stream<RetrievedPoint> scroll(Filter filter, int limit, UnaryOperator<ScrollPoints.Builder> parts) {
        ScrollPoints request = parts.apply(ScrollPoints.newBuilder()
                        .setCollectionName(schema.posts())
                        .setFilter(filter)
                        .setLimit(limit))
                .build();
        return orIfNew(
                () -> calls.call(client -> client.scrollAsync(request)).getResultList(), List.<RetrievedPoint>of())
                .stream();
    }

    /** Returns {@code ifNew} if the index has no collection yet. */
    <T> T orIfNew(Supplier<T> call, T ifNew) {
        try {
            return call.get();
        } catch (QdrantCalls.NoCollectionException e) {
            schema.forget();
            words.forget();
            return ifNew;
        }
    }

    QueryPoints.Builder query(Filter filter, int limit) {
        return QueryPoints.newBuilder()
                .setCollectionName(schema.posts())
                .setFilter(filter)
                .setLimit(limit);
    }

    /** Creates a query for posts by weighted words. */
    QueryPoints.Builder query(Filter filter, int limit, String vector, Map<Integer, Float> weights) {
        return query(filter, limit)
                .setUsing(vector)
                .setQuery(QueryFactory.nearest(
                        VectorInputFactory.vectorInput(List.copyOf(weights.values()), List.copyOf(weights.keySet()))));
    }

    List<SearchHit> hits(QueryPoints.Builder query) {
        QueryPoints request = query.setWithPayload(WithPayloadSelectorFactory.include(Payload.HIT))
                .build();
        return orIfNew(() -> calls.call(client -> client.queryAsync(request)), List.<ScoredPoint>of()).stream()
                .map(point -> Payload.hit(point.getId(), point.getPayloadMap(), point.getScore()))
                .toList();
    }
}
