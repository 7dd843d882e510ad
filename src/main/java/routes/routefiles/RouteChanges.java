package routes.routefiles;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import routes.routefiles.RoutePlan.Part;

/**
 * Ids of the routes that a reload changed.
 *
 * @param changed replaced by another version
 * @param added new routes
 * @param removed removed routes
 */
public record RouteChanges(Set<String> changed, Set<String> added, Set<String> removed) {
    static final RouteChanges NONE = new RouteChanges(Set.of(), Set.of(), Set.of());

    static RouteChanges of(Collection<Part> old, Collection<Part> fresh) {
        Set<String> gone = ids(old);
        Set<String> there = ids(fresh);
        Set<String> changed = new TreeSet<>(gone);
        changed.retainAll(there);
        gone.removeAll(changed);
        there.removeAll(changed);
        return new RouteChanges(changed, there, gone);
    }

    private static Set<String> ids(Collection<Part> parts) {
        return parts.stream().filter(Part::isRoute).map(Part::id).collect(Collectors.toCollection(TreeSet::new));
    }

    public boolean isEmpty() {
        return changed.isEmpty() && added.isEmpty() && removed.isEmpty();
    }

    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        Map.of("changed", changed, "added", added, "removed", removed).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .filter(entry -> !entry.getValue().isEmpty())
                .forEach(entry -> words.add(entry.getKey() + " " + String.join(", ", entry.getValue())));
        return words.isEmpty() ? "no route changed" : String.join("; ", words);
    }
}
