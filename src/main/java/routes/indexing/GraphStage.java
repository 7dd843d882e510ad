package routes.indexing;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Sha256;
import routes.graph.Graph;
import routes.graph.GraphChange;
import routes.graph.PostGraph;

/** Brings a post into the graph, apart from the vector index: a failure here leaves what was written there. */
@Component
class GraphStage {

    /** {@code failure} is null where the graph holds the post now. */
    record Written(String hash, GraphChange change, int writeMs, RuntimeException failure) {}

    private final Graph graph;
    private final TransactionTemplate savepoint;

    GraphStage(Graph graph, PlatformTransactionManager transactions) {
        this.graph = graph;
        // where the graph is in the same database, its failure must not undo the transaction around it
        this.savepoint = new TransactionTemplate(
                transactions, new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED));
    }

    /** Empty where the graph holds the post as it is. */
    Optional<Written> write(PostContent post, List<String> tags) {
        PostGraph wanted = new PostGraph(
                post.tenantId(),
                post.postId(),
                post.channelId(),
                tags,
                post.urls(),
                post.images(),
                post.albumId(),
                post.albumPosition(),
                post.forwardedFrom(),
                post.replyTo());
        String hash = Sha256.hex(wanted.toString());
        if (hash.equals(post.state().graph())) {
            return Optional.empty();
        }
        long started = System.nanoTime();
        try {
            GraphChange change = savepoint.execute(status -> graph.apply(wanted));
            int millis = Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
            return Optional.of(new Written(hash, change, millis, null));
        } catch (RuntimeException e) {
            return Optional.of(new Written(null, null, 0, e));
        }
    }

    void remove(UUID tenantId, UUID postId) {
        graph.remove(tenantId, List.of(postId));
    }
}
