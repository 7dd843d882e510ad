package routes.operations.alerts;

import java.time.Instant;
import java.util.List;

/**
 * An expression of an alert, with the part of PromQL that the alerts use: selectors, {@code rate} and {@code increase} of a range,
 * {@code time()}, sum, max, min and count by labels, arithmetic, comparisons, {@code and}, {@code or} and {@code unless}.
 */
public final class PromQl {
    private final Expression root;

    private PromQl(Expression root) {
        this.root = root;
    }

    /**
     * Reads an expression.
     *
     * @throws PromQlException for what is wrong or not known, with its position
     */
    public static PromQl parse(String text) {
        Expression root = Parser.parse(text);
        if (root.isScalar()) {
            throw new PromQlException(text, 0, "an alert is a vector, and this is a number");
        }
        return new PromQl(root);
    }

    /**
     * What the expression comes to at a time.
     *
     * @throws IllegalStateException where Prometheus fails too: several values that belong to one, or have the same labels
     */
    public List<Sample> evaluate(Scrapes scrapes, Instant time) {
        return root.vector(scrapes, time).samples();
    }
}
