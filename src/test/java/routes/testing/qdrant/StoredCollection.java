package routes.testing.qdrant;

import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Modifier;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.Match;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.VectorInput;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Points and their evaluation in memory: every result is exact. Conditions on fields without an index are refused, as by a server in
 * strict mode: without an index they would read every point.
 */
final class StoredCollection {
    private final CreateCollection settings;
    final Map<String, Value> metadata;
    final Map<String, StoredPoint> points = new TreeMap<>();
    private final Map<String, CreateFieldIndexCollection> indexes = new HashMap<>();
    /** By vector and dimension: the weights of the points. */
    private final Map<String, Map<Integer, Map<StoredPoint, Float>>> postings = new HashMap<>();

    /** By field and value. */
    private final Map<String, Map<Object, Set<StoredPoint>>> byValue = new HashMap<>();

    StoredCollection(CreateCollection settings) {
        this.settings = settings;
        metadata = new HashMap<>(settings.getMetadataMap());
    }

    CreateCollection settings() {
        return settings;
    }

    long dimension(String vector) {
        var vectors = settings.getVectorsConfig().getParamsMap().getMapMap();
        if (!vectors.containsKey(vector)) {
            throw unknownVector(vector);
        }
        return vectors.get(vector).getSize();
    }

    void requireSparse(String vector) {
        if (!settings.getSparseVectorsConfig().containsMap(vector)) {
            throw unknownVector(vector);
        }
    }

    private static BadRequestException unknownVector(String name) {
        return new BadRequestException("Wrong input: Not existing vector name error: " + name);
    }

    void index(CreateFieldIndexCollection index) {
        indexes.put(index.getFieldName(), index);
        points.values().forEach(point -> remember(index.getFieldName(), point));
    }

    /** All or none: a wrong point refuses the whole request. Points that exist are replaced only if they match the condition. */
    void upsert(List<PointStruct> structs, Filter condition) {
        List<StoredPoint> checked =
                structs.stream().map(struct -> new StoredPoint(struct, this)).toList();
        for (StoredPoint point : checked) {
            StoredPoint known = points.get(StoredPoint.key(point.id));
            if (known == null || condition == null || matches(condition, known)) {
                remove(known);
                points.put(StoredPoint.key(point.id), point);
                indexes.keySet().forEach(field -> remember(field, point));
                point.sparse.forEach((name, vector) -> vector.forEach(
                        (dimension, weight) -> postings.computeIfAbsent(name, vectorName -> new HashMap<>())
                                .computeIfAbsent(dimension, number -> new HashMap<>())
                                .put(point, weight)));
            }
        }
    }

    private void remember(String field, StoredPoint point) {
        Map<Object, Set<StoredPoint>> values = byValue.computeIfAbsent(field, name -> new HashMap<>());
        point.values(field).forEach(value -> values.computeIfAbsent(value, one -> new HashSet<>())
                .add(point));
    }

    private void remove(StoredPoint point) {
        if (point != null) {
            points.remove(StoredPoint.key(point.id));
            byValue.forEach((field, values) ->
                    point.values(field).forEach(value -> values.get(value).remove(point)));
            point.sparse.forEach((name, vector) -> vector.keySet()
                    .forEach(dimension -> postings.get(name).get(dimension).remove(point)));
        }
    }

    void delete(Filter filter) {
        matching(filter).toList().forEach(this::remove);
    }

    void delete(Collection<String> ids) {
        ids.forEach(id -> remove(points.get(id)));
    }

    Stream<StoredPoint> matching(Filter filter) {
        check(filter);
        Collection<StoredPoint> candidates = filter.getMustList().stream()
                .map(this::candidates)
                .flatMap(Optional::stream)
                .min(Comparator.comparingInt(Collection::size))
                .orElse(points.values());
        return candidates.stream()
                .filter(point -> matches(filter, point))
                .sorted(Comparator.comparing(point -> StoredPoint.key(point.id)));
    }

    /** The points that a condition may hold for, from the indexes; empty for a condition of another kind. */
    private Optional<Collection<StoredPoint>> candidates(Condition condition) {
        if (condition.hasFilter()) {
            Filter filter = condition.getFilter();
            List<Collection<StoredPoint>> each = filter.getShouldList().stream()
                    .map(this::candidates)
                    .flatMap(Optional::stream)
                    .toList();
            return each.isEmpty() || each.size() < filter.getShouldCount()
                    ? Optional.empty()
                    : Optional.of(each.stream().flatMap(Collection::stream).collect(Collectors.toSet()));
        }
        if (!condition.getField().hasMatch()) {
            return Optional.empty();
        }
        Match match = condition.getField().getMatch();
        Map<Object, Set<StoredPoint>> values =
                byValue.getOrDefault(condition.getField().getKey(), Map.of());
        Stream<?> wanted =
                switch (match.getMatchValueCase()) {
                    case KEYWORD -> Stream.of(match.getKeyword());
                    case KEYWORDS -> match.getKeywords().getStringsList().stream();
                    case INTEGER -> Stream.of(match.getInteger());
                    case INTEGERS -> match.getIntegers().getIntegersList().stream();
                    default -> null;
                };
        return wanted == null
                ? Optional.empty()
                : Optional.of(wanted.flatMap(value -> values.getOrDefault(value, Set.of()).stream())
                        .collect(Collectors.toSet()));
    }

    /** The newest or oldest first; needs an index for ranges. */
    Comparator<StoredPoint> order(String field, boolean descending) {
        requireIndex(field, false);
        Comparator<StoredPoint> order = Comparator.comparing(
                point -> time(point.values(field).iterator().next()));
        return descending ? order.reversed() : order;
    }

    /** Scores of the points that match, best first. */
    List<Map.Entry<StoredPoint, Double>> nearest(String vector, VectorInput query, Filter filter, long limit) {
        check(filter);
        Map<StoredPoint, Double> scores = new HashMap<>();
        if (query.hasSparse()) {
            requireSparse(vector);
            boolean idf =
                    settings.getSparseVectorsConfig().getMapOrThrow(vector).getModifier() == Modifier.Idf;
            Map<Integer, Map<StoredPoint, Float>> lists = postings.getOrDefault(vector, Map.of());
            Map<StoredPoint, Boolean> accepted = new HashMap<>();
            long all = !idf
                    ? 0
                    : points.values().stream()
                            .filter(point -> point.sparse.containsKey(vector))
                            .count();
            StoredPoint.sparse(
                            query.getSparse().getIndicesList(),
                            query.getSparse().getValuesList())
                    .forEach((dimension, weight) -> {
                        Map<StoredPoint, Float> list = lists.getOrDefault(dimension, Map.of());
                        double rarity = idf ? Math.log((all - list.size() + 0.5) / (list.size() + 0.5) + 1) : 1;
                        list.forEach((point, value) -> {
                            if (accepted.computeIfAbsent(point, candidate -> matches(filter, candidate))) {
                                scores.merge(point, weight * rarity * value, Double::sum);
                            }
                        });
                    });
        } else {
            float[] wanted = StoredPoint.unit(query.getDense().getDataList(), dimension(vector));
            points.values().stream()
                    .filter(point -> point.dense.containsKey(vector) && matches(filter, point))
                    .forEach(point -> scores.put(point, product(wanted, point.dense.get(vector))));
        }
        Comparator<Map.Entry<StoredPoint, Double>> bestFirst = Map.Entry.<StoredPoint, Double>comparingByValue()
                .reversed()
                .thenComparing(score -> StoredPoint.key(score.getKey().id));
        PriorityQueue<Map.Entry<StoredPoint, Double>> best = new PriorityQueue<>(bestFirst.reversed());
        scores.entrySet().forEach(score -> {
            best.add(score);
            if (best.size() > limit) {
                best.remove();
            }
        });
        return best.stream().sorted(bestFirst).toList();
    }

    private static double product(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }

    /** How many of the points have each value, the most frequent first. */
    Map<Object, Long> facet(String field, Filter filter, long limit) {
        requireIndex(field, true);
        Map<Object, Long> counts = new HashMap<>();
        matching(filter).forEach(point -> point.values(field).forEach(value -> counts.merge(value, 1L, Long::sum)));
        Map<Object, Long> most = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<Object, Long>comparingByValue().reversed().thenComparing(count -> count.getKey()
                        .toString()))
                .limit(limit)
                .forEach(count -> most.put(count.getKey(), count.getValue()));
        return most;
    }

    private void check(Filter filter) {
        Stream.of(
                        filter.getMustList(),
                        filter.getMustNotList(),
                        filter.getShouldList(),
                        filter.getMinShould().getConditionsList())
                .flatMap(List::stream)
                .forEach(condition -> {
                    if (condition.hasFilter()) {
                        check(condition.getFilter());
                    } else if (condition.hasField()) {
                        requireIndex(
                                condition.getField().getKey(),
                                condition.getField().hasMatch());
                    }
                });
    }

    private void requireIndex(String field, boolean lookup) {
        CreateFieldIndexCollection index = indexes.get(field);
        boolean fits = index != null;
        if (fits && index.getFieldType() == FieldType.FieldTypeInteger) {
            PayloadIndexParams parameters = index.getFieldIndexParams();
            var integers = parameters.getIntegerIndexParams();
            fits = !parameters.hasIntegerIndexParams() || (lookup ? integers.getLookup() : integers.getRange());
        } else if (fits) {
            fits = lookup != (index.getFieldType() == FieldType.FieldTypeDatetime);
        }
        if (!fits) {
            throw new BadRequestException("Bad request: Index required but not found for \"" + field + "\"");
        }
    }

    boolean matches(Filter filter, StoredPoint point) {
        for (Condition condition : filter.getMustList()) {
            if (!holds(condition, point)) {
                return false;
            }
        }
        for (Condition condition : filter.getMustNotList()) {
            if (holds(condition, point)) {
                return false;
            }
        }
        Predicate<Condition> holds = condition -> holds(condition, point);
        return (filter.getShouldCount() == 0 || filter.getShouldList().stream().anyMatch(holds))
                && (!filter.hasMinShould()
                        || filter.getMinShould().getConditionsList().stream()
                                        .filter(holds)
                                        .count()
                                >= filter.getMinShould().getMinCount());
    }

    private boolean holds(Condition condition, StoredPoint point) {
        return switch (condition.getConditionOneOfCase()) {
            case FIELD ->
                holds(condition.getField(), point.values(condition.getField().getKey()));
            case FILTER -> matches(condition.getFilter(), point);
            case HAS_ID ->
                condition.getHasId().getHasIdList().stream()
                        .anyMatch(id -> StoredPoint.key(id).equals(StoredPoint.key(point.id)));
            case IS_EMPTY -> point.values(condition.getIsEmpty().getKey()).isEmpty();
            default -> throw new BadRequestException("The stand-in does not know " + condition);
        };
    }

    private static boolean holds(FieldCondition condition, Set<Object> values) {
        if (condition.hasMatch()) {
            Match match = condition.getMatch();
            return switch (match.getMatchValueCase()) {
                case KEYWORD -> values.contains(match.getKeyword());
                case INTEGER -> values.contains(match.getInteger());
                case BOOLEAN -> values.contains(match.getBoolean());
                case KEYWORDS -> match.getKeywords().getStringsList().stream().anyMatch(values::contains);
                case INTEGERS -> match.getIntegers().getIntegersList().stream().anyMatch(values::contains);
                default -> throw new BadRequestException("The stand-in does not know " + match);
            };
        }
        if (condition.hasDatetimeRange()) {
            DatetimeRange range = condition.getDatetimeRange();
            return values.stream()
                    .map(StoredCollection::time)
                    .anyMatch(time -> (!range.hasGte() || !time.isBefore(instant(range.getGte())))
                            && (!range.hasGt() || time.isAfter(instant(range.getGt())))
                            && (!range.hasLt() || time.isBefore(instant(range.getLt())))
                            && (!range.hasLte() || !time.isAfter(instant(range.getLte()))));
        }
        Range range = condition.getRange();
        return values.stream()
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .anyMatch(value -> (!range.hasGte() || value >= range.getGte())
                        && (!range.hasGt() || value > range.getGt())
                        && (!range.hasLt() || value < range.getLt())
                        && (!range.hasLte() || value <= range.getLte()));
    }

    private static Instant time(Object value) {
        return OffsetDateTime.parse(value.toString()).toInstant();
    }

    private static Instant instant(com.google.protobuf.Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
