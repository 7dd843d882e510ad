package routes.routefiles;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Collects problems. A duplicate, for example through two uses of a template, counts once. */
final class Problems {

    private final TreeSet<RouteProblem> found = new TreeSet<>();

    void add(Place place, String message) {
        found.add(new RouteProblem(place.file(), place.line(), place.column(), message));
    }

    void addAll(Collection<RouteProblem> problems) {
        found.addAll(problems);
    }

    /** Returns whether this file has a problem. */
    boolean in(String file) {
        return found.stream().anyMatch(problem -> problem.file().equals(file));
    }

    /** Returns the problems sorted by file, line and column. */
    List<RouteProblem> sorted() {
        return List.copyOf(found);
    }
}
