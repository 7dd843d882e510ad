package routes.indexing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Sha256;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.PostGraph;

/** Writes posts to the graph, separately from the vector index: a failure here does not undo what was written there. */
@Component
class GraphStage {

    /**
     * @param hashes by post, of everything that the graph stores about it; null if the write failed
     * @param changed the posts that were written
     * @param failure null if the graph is up to date
     */
    record Batch(
            Map<UUID, String> hashes, List<UUID> changed, GraphChange change, int writeMs, RuntimeException failure) {}

    private final Graph graph;
    private final TransactionTemplate savepoint;

    GraphStage(Graph graph, PlatformTransactionManager transactions) {
        this.graph = graph;
        // if the graph is in the same database, its failure must not roll back the surrounding transaction
        this.savepoint = new TransactionTemplate(
                transactions, new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED));
    }

    /** Writes the posts that differ from the graph. */
    Batch write(Collection<VectorStage.Wanted> posts) {
        Map<UUID, String> hashes = new HashMap<>();
        List<PostGraph> changed = new ArrayList<>();
        posts.forEach(tagged -> {
            PostContent post = tagged.post();
            PostGraph wanted = new PostGraph(
                    post.tenantId(),
                    post.postId(),
                    post.channelId(),
                    tagged.tags(),
                    post.urls(),
                    post.images(),
                    post.albumId(),
                    post.albumPosition(),
                    post.forwardedFrom(),
                    post.replyTo());
            String hash = Sha256.hex(wanted.toString());
            hashes.put(post.postId(), hash);
            if (!hash.equals(post.state().graph())) {
                changed.add(wanted);
            }
        });
        List<UUID> ids = changed.stream().map(PostGraph::postId).toList();
        if (changed.isEmpty()) {
            return new Batch(hashes, ids, new GraphChange(0, 0), 0, null);
        }
        long started = System.nanoTime();
        try {
            GraphChange change = savepoint.execute(status -> graph.apply(changed));
            return new Batch(hashes, ids, change, VectorStage.millisSince(started), null);
        } catch (RuntimeException e) {
            ids.forEach(id -> hashes.put(id, null));
            return new Batch(hashes, ids, new GraphChange(0, 0), 0, e);
        }
    }

    void remove(UUID tenantId, List<UUID> postIds) {
        graph.remove(tenantId, postIds);
    }
}
