package routes.testing.qdrant;

import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Vector;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A point, checked and converted for fast comparisons. */
final class StoredPoint {
    final PointId id;
    final Map<String, Value> payload;
    final Map<String, float[]> dense = new HashMap<>();
    final Map<String, Map<Integer, Float>> sparse = new HashMap<>();
    /** The strings, numbers and booleans of each field. */
    private final Map<String, Set<Object>> values = new HashMap<>();

    /** @throws BadRequestException as the server would refuse the point */
    StoredPoint(PointStruct point, StoredCollection collection) {
        if (!point.getId().hasUuid() && !point.getId().hasNum()) {
            throw new BadRequestException("Unable to parse UUID: ");
        }
        id = point.getId();
        payload = point.getPayloadMap();
        payload.forEach((name, value) -> add(value, values.computeIfAbsent(name, field -> new HashSet<>())));
        point.getVectors().getVectors().getVectorsMap().forEach((name, vector) -> add(name, vector, collection));
    }

    static String key(PointId id) {
        return id.hasUuid() ? id.getUuid() : "%020d".formatted(id.getNum());
    }

    private static void add(Value value, Collection<Object> values) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> values.add(value.getStringValue());
            case INTEGER_VALUE -> values.add(value.getIntegerValue());
            case DOUBLE_VALUE -> values.add(value.getDoubleValue());
            case BOOL_VALUE -> values.add(value.getBoolValue());
            case LIST_VALUE -> value.getListValue().getValuesList().forEach(one -> add(one, values));
            default -> {
                // null and objects match no condition that is used
            }
        }
    }

    Set<Object> values(String field) {
        return values.getOrDefault(field, Set.of());
    }

    private void add(String name, Vector vector, StoredCollection collection) {
        if (vector.hasSparse() || vector.hasIndices()) {
            List<Integer> indices = vector.hasSparse()
                    ? vector.getSparse().getIndicesList()
                    : vector.getIndices().getDataList();
            List<Float> weights = vector.hasSparse() ? vector.getSparse().getValuesList() : vector.getDataList();
            collection.requireSparse(name);
            sparse.put(name, sparse(indices, weights));
        } else {
            List<Float> data = vector.hasDense() ? vector.getDense().getDataList() : vector.getDataList();
            dense.put(name, unit(data, collection.dimension(name)));
        }
    }

    static Map<Integer, Float> sparse(List<Integer> indices, List<Float> weights) {
        if (indices.size() != weights.size()) {
            throw new BadRequestException("Validation error: must be the same length as indices");
        }
        Map<Integer, Float> vector = new TreeMap<>();
        for (int i = 0; i < indices.size(); i++) {
            if (vector.put(indices.get(i), weights.get(i)) != null) {
                throw new BadRequestException("Validation error: must be unique");
            }
        }
        return vector;
    }

    /** Cosine vectors are stored with length 1. */
    static float[] unit(List<Float> data, long dimension) {
        if (data.size() != dimension) {
            throw new BadRequestException(
                    "Wrong input: Vector dimension error: expected dim: " + dimension + ", got " + data.size());
        }
        double squares = 0;
        for (float value : data) {
            squares += (double) value * value;
        }
        float[] unit = new float[data.size()];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = squares == 0 ? 0 : (float) (data.get(i) / Math.sqrt(squares));
        }
        return unit;
    }
}
