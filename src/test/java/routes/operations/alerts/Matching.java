package routes.operations.alerts;

import java.util.List;

/**
 * Which labels of two vectors are compared to find what belongs together; never the name.
 *
 * @param on     only these labels, {@code on (…)}, or else all but these, {@code ignoring (…)}
 */
record Matching(boolean on, List<String> labels) {
    static final Matching ALL = new Matching(false, List.of());

    Matching {
        labels = List.copyOf(labels);
    }

    Labels key(Labels of) {
        return on ? of.only(labels) : of.without(labels);
    }
}
