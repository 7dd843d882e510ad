package routes.operations.alerts;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What an expression comes to. */
sealed interface Value {

    record Scalar(double number) implements Value {}

    /** At most one value for a set of labels, as in Prometheus. */
    record Vector(List<Sample> samples) implements Value {
        public Vector {
            samples = List.copyOf(samples);
            Set<Labels> seen = new HashSet<>();
            for (Sample sample : samples) {
                if (!seen.add(sample.labels())) {
                    throw new IllegalStateException("Two values have the same labels " + sample.labels());
                }
            }
        }
    }
}
