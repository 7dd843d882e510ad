package routes.testing.qdrant;

import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.CountResponse;
import io.qdrant.client.grpc.Points.CountResult;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.FacetResponse;
import io.qdrant.client.grpc.Points.FacetValue;
import io.qdrant.client.grpc.Points.NamedVectorsOutput;
import io.qdrant.client.grpc.Points.PointsOperationResponse;
import io.qdrant.client.grpc.Points.QueryBatchPoints;
import io.qdrant.client.grpc.Points.QueryBatchResponse;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.QueryResponse;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.VectorOutput;
import io.qdrant.client.grpc.Points.VectorsOutput;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import io.qdrant.client.grpc.PointsGrpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The calls about points that the product makes, with the server's defaults. gRPC answers UNIMPLEMENTED to any other. */
final class PointService extends PointsGrpc.PointsImplBase {
    private static final int DEFAULT_LIMIT = 10;

    private final CollectionService collections;

    PointService(CollectionService collections) {
        this.collections = collections;
    }

    private static PointsOperationResponse done(boolean wait) {
        return PointsOperationResponse.newBuilder()
                .setResult(
                        UpdateResult.newBuilder().setStatus(wait ? UpdateStatus.Completed : UpdateStatus.Acknowledged))
                .build();
    }

    @Override
    public void upsert(UpsertPoints request, StreamObserver<PointsOperationResponse> answers) {
        collections.answer(answers, () -> {
            if (request.getPointsCount() == 0) {
                throw new BadRequestException("Bad request: Empty update request");
            }
            collections
                    .of(request.getCollectionName())
                    .upsert(request.getPointsList(), request.hasUpdateFilter() ? request.getUpdateFilter() : null);
            return done(request.getWait());
        });
    }

    @Override
    public void delete(DeletePoints request, StreamObserver<PointsOperationResponse> answers) {
        collections.answer(answers, () -> {
            StoredCollection collection = collections.of(request.getCollectionName());
            if (request.getPoints().hasFilter()) {
                collection.delete(request.getPoints().getFilter());
            } else {
                collection.delete(request.getPoints().getPoints().getIdsList().stream()
                        .map(StoredPoint::key)
                        .toList());
            }
            return done(request.getWait());
        });
    }

    @Override
    public void createFieldIndex(CreateFieldIndexCollection request, StreamObserver<PointsOperationResponse> answers) {
        collections.answer(answers, () -> {
            collections.of(request.getCollectionName()).index(request);
            return done(request.getWait());
        });
    }

    @Override
    public void count(CountPoints request, StreamObserver<CountResponse> answers) {
        collections.answer(answers, () -> CountResponse.newBuilder()
                .setResult(CountResult.newBuilder()
                        .setCount(collections
                                .of(request.getCollectionName())
                                .matching(request.getFilter())
                                .count()))
                .build());
    }

    @Override
    public void scroll(ScrollPoints request, StreamObserver<ScrollResponse> answers) {
        collections.answer(answers, () -> {
            StoredCollection collection = collections.of(request.getCollectionName());
            Stream<StoredPoint> found = collection.matching(request.getFilter());
            if (request.hasOrderBy()) {
                found = found.sorted(collection.order(
                        request.getOrderBy().getKey(), request.getOrderBy().getDirection() == Direction.Desc));
            }
            // the payload is included unless the request says otherwise
            WithPayloadSelector payload = request.hasWithPayload()
                    ? request.getWithPayload()
                    : WithPayloadSelector.newBuilder().setEnable(true).build();
            return ScrollResponse.newBuilder()
                    .addAllResult(found.limit(request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT)
                            .map(point -> RetrievedPoint.newBuilder()
                                    .setId(point.id)
                                    .putAllPayload(payload(point, payload))
                                    .setVectors(vectors(point, request.getWithVectors()))
                                    .build())
                            .toList())
                    .build();
        });
    }

    @Override
    public void query(QueryPoints request, StreamObserver<QueryResponse> answers) {
        collections.answer(
                answers,
                () -> QueryResponse.newBuilder().addAllResult(results(request)).build());
    }

    @Override
    public void queryBatch(QueryBatchPoints request, StreamObserver<QueryBatchResponse> answers) {
        collections.answer(answers, () -> QueryBatchResponse.newBuilder()
                .addAllResult(request.getQueryPointsList().stream()
                        .map(query -> BatchResult.newBuilder()
                                .addAllResult(results(query))
                                .build())
                        .toList())
                .build());
    }

    private List<ScoredPoint> results(QueryPoints request) {
        if (request.getPrefetchCount() > 0) {
            throw new BadRequestException("The stand-in does not know prefetch");
        }
        StoredCollection collection = collections.of(request.getCollectionName());
        long limit = request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT;
        List<Map.Entry<StoredPoint, Double>> found = request.hasQuery()
                ? collection.nearest(request.getUsing(), request.getQuery().getNearest(), request.getFilter(), limit)
                : collection
                        .matching(request.getFilter())
                        .limit(limit)
                        .map(point -> Map.entry(point, 0.0))
                        .toList();
        return found.stream()
                .map(point -> ScoredPoint.newBuilder()
                        .setId(point.getKey().id)
                        .setScore(point.getValue().floatValue())
                        .putAllPayload(payload(point.getKey(), request.getWithPayload()))
                        .build())
                .toList();
    }

    @Override
    public void facet(FacetCounts request, StreamObserver<FacetResponse> answers) {
        collections.answer(answers, () -> {
            FacetResponse.Builder answer = FacetResponse.newBuilder();
            collections
                    .of(request.getCollectionName())
                    .facet(
                            request.getKey(),
                            request.getFilter(),
                            request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT)
                    .forEach((value, count) -> answer.addHits(FacetHit.newBuilder()
                            .setCount(count)
                            .setValue(
                                    value instanceof Long number
                                            ? FacetValue.newBuilder().setIntegerValue(number)
                                            : FacetValue.newBuilder().setStringValue(value.toString()))));
            return answer.build();
        });
    }

    private static Map<String, Value> payload(StoredPoint point, WithPayloadSelector wanted) {
        Map<String, Value> payload = new HashMap<>(point.payload);
        switch (wanted.getSelectorOptionsCase()) {
            case ENABLE -> {
                if (!wanted.getEnable()) {
                    payload.clear();
                }
            }
            case INCLUDE ->
                payload.keySet().retainAll(Set.copyOf(wanted.getInclude().getFieldsList()));
            case EXCLUDE ->
                payload.keySet().removeAll(Set.copyOf(wanted.getExclude().getFieldsList()));
            default -> payload.clear();
        }
        return payload;
    }

    private static VectorsOutput vectors(StoredPoint point, WithVectorsSelector wanted) {
        NamedVectorsOutput.Builder vectors = NamedVectorsOutput.newBuilder();
        point.dense.forEach((name, vector) -> {
            if (wanted.getEnable() || wanted.getInclude().getNamesList().contains(name)) {
                DenseVector.Builder values = DenseVector.newBuilder();
                for (float value : vector) {
                    values.addData(value);
                }
                vectors.putVectors(
                        name, VectorOutput.newBuilder().setDense(values).build());
            }
        });
        return VectorsOutput.newBuilder().setVectors(vectors).build();
    }
}
