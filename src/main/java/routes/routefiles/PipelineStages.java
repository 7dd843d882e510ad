package routes.routefiles;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.util.StringUtils;

/**
 * The value of {@code PIPELINE_ROUTES}: the stages that a process runs.
 *
 * @param names empty means all
 */
public record PipelineStages(Set<String> names) {

    /** The stages of the product. {@code api} has no route file, because it is the HTTP interface. */
    public static final List<String> KNOWN = List.of(
            "ingest",
            "telegram",
            "preview",
            "post-persistence",
            "tagging",
            "tag-persistence",
            "vision",
            "retagging",
            "album-assembler",
            "crawl-trigger",
            "crawl",
            "enrichment",
            "indexing",
            "trends",
            "digest",
            "delivery",
            "cleanup",
            "schedule",
            "api");

    public PipelineStages {
        names = Set.copyOf(names);
    }

    public static PipelineStages all() {
        return new PipelineStages(Set.of());
    }

    /** Parses comma-separated names; spaces around names are ignored. Null, blank and {@code all} mean all stages. */
    public static PipelineStages parse(String value) {
        Set<String> names = new HashSet<>(List.of(StringUtils.tokenizeToStringArray(value, ",")));
        return names.equals(Set.of("all")) ? all() : new PipelineStages(names);
    }

    public boolean includes(String stage) {
        return names.isEmpty() || names.contains(stage);
    }

    /**
     * Rejects names of stages that do not exist.
     *
     * @param added stages that the override folder adds
     * @throws IllegalArgumentException with every such name and the existing stages
     */
    public void check(Collection<String> added) {
        Set<String> known = new LinkedHashSet<>(KNOWN);
        known.addAll(new TreeSet<>(added));
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("PIPELINE_ROUTES: unknown stage " + String.join(", ", unknown)
                    + "; the stages are " + String.join(", ", known) + "; leave it empty for all stages");
        }
    }
}
