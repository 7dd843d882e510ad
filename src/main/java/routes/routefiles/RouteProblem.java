package routes.routefiles;

import java.util.Comparator;

/**
 * A problem in a route file.
 *
 * @param file location as shown to integrators: {@code routes/30-tagging.camel.yaml} for a built-in file, otherwise its path
 * @param line starting at 1; 0 for the whole file
 * @param column starting at 1; 0 for the whole file
 * @param message the problem and its remedy
 */
public record RouteProblem(String file, int line, int column, String message) implements Comparable<RouteProblem> {

    private static final Comparator<RouteProblem> ORDER = Comparator.comparing(RouteProblem::file)
            .thenComparingInt(RouteProblem::line)
            .thenComparingInt(RouteProblem::column)
            .thenComparing(RouteProblem::message);

    @Override
    public int compareTo(RouteProblem other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        // omit the position of a whole file: editors would jump to line 0
        return file + (line == 0 ? "" : ":" + line + ":" + column) + ": " + message;
    }
}
