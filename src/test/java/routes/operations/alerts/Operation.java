package routes.operations.alerts;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Arithmetic and comparisons of numbers, of a vector with a number, and of two vectors value by value. A comparison lets those
 * values of the vector through, of two vectors of the left one, for which it holds.
 */
record Operation(Operator operator, Matching matching, Expression left, Expression right) implements Expression {

    @Override
    public boolean isScalar() {
        return left.isScalar() && right.isScalar();
    }

    @Override
    public Value evaluate(Scrapes scrapes, Instant time) {
        Value ours = left.evaluate(scrapes, time);
        Value theirs = right.evaluate(scrapes, time);
        if (ours instanceof Value.Scalar one && theirs instanceof Value.Scalar other) {
            return new Value.Scalar(operator.calculate(one.number(), other.number()));
        } else if (ours instanceof Value.Scalar number) {
            return each(
                    (Value.Vector) theirs, sample -> result(sample, number.number(), sample.value(), sample.value()));
        } else if (theirs instanceof Value.Scalar number) {
            return each((Value.Vector) ours, sample -> result(sample, sample.value(), number.number(), sample.value()));
        }
        return pairs((Value.Vector) ours, (Value.Vector) theirs);
    }

    private interface Step {
        Optional<Sample> of(Sample sample);
    }

    private static Value.Vector each(Value.Vector vector, Step step) {
        return new Value.Vector(vector.samples().stream()
                .flatMap(sample -> step.of(sample).stream())
                .toList());
    }

    /** @param kept what a comparison that holds comes to */
    private Optional<Sample> result(Sample sample, double a, double b, double kept) {
        if (operator.isComparison()) {
            return operator.holds(a, b) ? Optional.of(new Sample(sample.labels(), kept)) : Optional.empty();
        }
        return Optional.of(new Sample(sample.labels().withoutName(), operator.calculate(a, b)));
    }

    private Value.Vector pairs(Value.Vector ours, Value.Vector theirs) {
        Map<Labels, Sample> partners = new HashMap<>();
        for (Sample sample : theirs.samples()) {
            if (partners.put(key(sample), sample) != null) {
                throw manyToOne(key(sample));
            }
        }
        Set<Labels> paired = new HashSet<>();
        return each(ours, sample -> {
            Labels key = key(sample);
            Sample partner = partners.get(key);
            if (partner == null) {
                return Optional.empty();
            }
            if (!paired.add(key)) {
                throw manyToOne(key);
            }
            return result(sample, sample.value(), partner.value(), sample.value())
                    .map(found -> new Sample(matched(found.labels()), found.value()));
        });
    }

    /** A pair by {@code on} or {@code ignoring} keeps what it has in common. */
    private Labels matched(Labels labels) {
        if (matching.equals(Matching.ALL)) {
            return labels;
        }
        return matching.key(labels);
    }

    private Labels key(Sample sample) {
        return matching.key(sample.labels());
    }

    private static IllegalStateException manyToOne(Labels key) {
        return new IllegalStateException("Several values of one side have the labels " + key);
    }
}
