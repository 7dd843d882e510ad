package routes.graph;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** A graph for trials: accepts the writes of a stage without performing them. */
public final class UnwrittenGraph extends NoGraph {
    private final Consumer<String> left;

    /** @param left receives a description of what is not written */
    public UnwrittenGraph(Consumer<String> left) {
        this.left = left;
    }

    @Override
    public GraphChange apply(List<PostGraph> posts) {
        posts.forEach(post -> left.accept("not written to the graph: " + post));
        return super.apply(posts);
    }

    @Override
    public void remove(UUID tenantId, Collection<UUID> postIds) {
        left.accept("not removed from the graph: " + postIds);
    }
}
