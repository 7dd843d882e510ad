package routes.routefiles;

import java.util.Comparator;

/**
 * A problem in a route file.
 *
 * @param file as an integrator knows it: {@code routes/30-tagging.camel.yaml} for a built-in file, else its path
 * @param line from 1; 0 for the file as a whole
 * @param column from 1; 0 for the file as a whole
 * @param message what is wrong and what to do
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
        // no place for the file as a whole: editors would look for a line 0
        return file + (line == 0 ? "" : ":" + line + ":" + column) + ": " + message;
    }
}
