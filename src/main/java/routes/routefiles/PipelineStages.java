package routes.routefiles;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The value of {@code PIPELINE_ROUTES}: which stages a process runs.
 *
 * @param names empty means all
 */
public record PipelineStages(Set<String> names) {

    /** The stages of the product. {@code api} has no route file: it is the HTTP interface. */
    public static final List<String> KNOWN = List.of(
            "ingest",
            "post-persistence",
            "tagging",
            "tag-persistence",
            "crawl-trigger",
            "enrichment",
            "indexing",
            "cleanup",
            "schedule",
            "api");

    /** Planned stages that have no routes yet. */
    static final List<String> PLANNED = List.of("vision", "retagging", "album-assembler", "crawl", "trends", "digest");

    public PipelineStages {
        names = Set.copyOf(names);
    }

    public static PipelineStages all() {
        return new PipelineStages(Set.of());
    }

    /** Comma-separated, spaces around names ignored; null, blank and {@code all} mean all. */
    public static PipelineStages parse(String value) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : (value == null ? "" : value).split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.trim());
            }
        }
        return names.equals(Set.of("all")) ? all() : new PipelineStages(names);
    }

    public boolean complete() {
        return names.isEmpty();
    }

    public boolean includes(String stage) {
        return names.isEmpty() || names.contains(stage);
    }

    /**
     * Rejects names of stages that do not exist, or are not built yet.
     *
     * @param added stages that the override folder adds
     * @throws IllegalArgumentException with every such stage and those that exist
     */
    public void check(Collection<String> added) {
        Set<String> known = new LinkedHashSet<>(KNOWN);
        known.addAll(new TreeSet<>(added));
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(known);
        Set<String> planned = new TreeSet<>(unknown);
        planned.retainAll(PLANNED);
        unknown.removeAll(PLANNED);
        List<String> problems = new ArrayList<>();
        if (!unknown.isEmpty()) {
            problems.add("unknown stage " + String.join(", ", unknown));
        }
        if (!planned.isEmpty()) {
            problems.add("not built yet: " + String.join(", ", planned));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("PIPELINE_ROUTES: " + String.join("; ", problems) + "; known are "
                    + String.join(", ", known) + "; leave it empty for all");
        }
    }
}
