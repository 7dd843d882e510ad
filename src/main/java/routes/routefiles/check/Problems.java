package routes.routefiles.check;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import routes.routefiles.RouteProblem;
import routes.routefiles.yaml.Place;

/** Collects problems; a duplicate, for example through two uses of a template, counts once. */
public final class Problems {

    private final TreeSet<RouteProblem> found = new TreeSet<>();

    public void add(Place place, String message) {
        found.add(new RouteProblem(place.file(), place.line(), place.column(), message));
    }

    public void addAll(Collection<RouteProblem> problems) {
        found.addAll(problems);
    }

    /** Whether this file has a problem. */
    public boolean in(String file) {
        return found.stream().anyMatch(problem -> problem.file().equals(file));
    }

    /** By file, line and column. */
    public List<RouteProblem> sorted() {
        return List.copyOf(found);
    }
}
