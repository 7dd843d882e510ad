package routes.graph;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.stereotype.Component;

/** Stores no graph ({@code GRAPH_STORE=none}). Search uses words and vectors only. */
@Component
@ConditionalOnProperty(prefix = "graph", name = "store", havingValue = "none")
public class NoGraph implements Graph {
    @Override
    public GraphChange apply(List<PostGraph> posts) {
        return new GraphChange(0, 0);
    }

    @Override
    public void remove(UUID tenantId, Collection<UUID> postIds) {
        // nothing is stored
    }

    @Override
    public void applyInterests(List<UserInterests> users) {
        // nothing is stored
    }

    @Override
    public Orphans removeOrphans(String place, int limit) {
        return new Orphans(0, null);
    }

    @Override
    public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
        return List.of();
    }
}
