package routes.operations.alerts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** {@code and}, {@code or}, {@code unless}: by labels, whatever the values. */
record SetOperation(String operator, Matching matching, Expression left, Expression right) implements Expression {

    @Override
    public boolean isScalar() {
        return false;
    }

    @Override
    public Value evaluate(Scrapes scrapes, Instant time) {
        List<Sample> ours = left.vector(scrapes, time).samples();
        List<Sample> theirs = right.vector(scrapes, time).samples();
        return new Value.Vector(
                switch (operator) {
                    case "and" -> in(ours, keys(theirs), true);
                    case "unless" -> in(ours, keys(theirs), false);
                    case "or" -> {
                        List<Sample> all = new ArrayList<>(ours);
                        all.addAll(in(theirs, keys(ours), false));
                        yield all;
                    }
                    default -> throw new IllegalStateException(operator);
                });
    }

    private Set<Labels> keys(List<Sample> samples) {
        return samples.stream().map(sample -> matching.key(sample.labels())).collect(Collectors.toSet());
    }

    private List<Sample> in(List<Sample> samples, Set<Labels> keys, boolean wanted) {
        return samples.stream()
                .filter(sample -> keys.contains(matching.key(sample.labels())) == wanted)
                .toList();
    }
}
