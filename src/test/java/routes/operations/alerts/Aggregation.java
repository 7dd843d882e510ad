package routes.operations.alerts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;

/** One value of many for each combination of the labels that are kept; by none, one value at most, without labels. */
record Aggregation(String operator, List<String> by, Expression of) implements Expression {
    static final Set<String> OPERATORS = Set.of("sum", "max", "min", "count");

    Aggregation {
        by = List.copyOf(by);
    }

    @Override
    public boolean isScalar() {
        return false;
    }

    @Override
    public Value evaluate(Scrapes scrapes, Instant time) {
        Map<Labels, List<Double>> groups = new LinkedHashMap<>();
        for (Sample sample : of.vector(scrapes, time).samples()) {
            groups.computeIfAbsent(sample.labels().only(by), some -> new ArrayList<>())
                    .add(sample.value());
        }
        return new Value.Vector(groups.entrySet().stream()
                .map(group -> new Sample(group.getKey(), value(group.getValue())))
                .toList());
    }

    private double value(List<Double> values) {
        return switch (operator) {
            case "sum" -> values.stream().reduce(0.0, Double::sum);
            case "count" -> values.size();
            case "max" -> known(values).max().orElse(Double.NaN);
            case "min" -> known(values).min().orElse(Double.NaN);
            default -> throw new IllegalStateException(operator);
        };
    }

    /** Maximum and minimum take what is not a number only where there is nothing else. */
    private static DoubleStream known(List<Double> values) {
        return values.stream().mapToDouble(value -> value).filter(value -> !Double.isNaN(value));
    }
}
