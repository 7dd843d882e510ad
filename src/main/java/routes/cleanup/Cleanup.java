package routes.cleanup;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.PostDeleted;
import routes.events.StageOutcome;
import routes.graph.Graph;
import routes.posts.DeletionReason;
import routes.posts.PostLock;
import routes.posts.PostRemoval;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/**
 * The work of the clean-up stage: a deleted post leaves the vector index, the graph and, but for its tombstone, the database.
 * The same event again changes nothing.
 */
@Component("cleanup")
public class Cleanup {
    private static final Logger LOG = LoggerFactory.getLogger(Cleanup.class);
    private static final int TIMEOUT_SECONDS = 60;

    private final DeletedPosts posts;
    private final PostRemoval removal;
    private final VectorIndex index;
    private final Graph graph;
    private final CleanupMetrics metrics;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    Cleanup(
            DeletedPosts posts,
            PostRemoval removal,
            VectorIndex index,
            Graph graph,
            CleanupMetrics metrics,
            JdbcClient jdbc,
            PlatformTransactionManager transactions) {
        this.posts = posts;
        this.removal = removal;
        this.index = index;
        this.graph = graph;
        this.metrics = metrics;
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
    }

    /**
     * @return done; or skipped where the post was cleaned before, was restored after the event, or is not there: then it will
     *     be deleted should it still come
     */
    public StageOutcome clean(@Body PostDeleted event) {
        StageOutcome outcome;
        try {
            outcome = remove(event);
        } catch (VectorIndexException | DataAccessException | TransactionException e) {
            metrics.processed("retrying"); // what it depends on is away
            throw e;
        } catch (RuntimeException e) {
            metrics.processed("failed");
            throw e;
        }
        metrics.processed(outcome.kind() == StageOutcome.Kind.DONE ? "success" : "skipped");
        LOG.debug("Post {} deleted ({}): {}", event.postId(), event.reason(), outcome);
        return outcome;
    }

    private StageOutcome remove(PostDeleted event) {
        DeletionReason reason = DeletionReason.of(event.reason());
        Optional<DeletedPosts.State> found = posts.find(event.tenantId(), event.postId());
        if (found.isEmpty()) {
            if (removal.noteEarly(event.tenantId(), event.channelId(), event.postId(), reason)) {
                return StageOutcome.skipped("unknown_post");
            }
            found = posts.find(event.tenantId(), event.postId());
        }
        if (found.isEmpty()) {
            return StageOutcome.skipped("post_of_another_tenant");
        }
        DeletedPosts.State post = found.get();
        if (!post.deleted()) {
            if (post.restoredAt() != null && !event.occurredAt().isAfter(post.restoredAt())) {
                return StageOutcome.skipped("restored_since");
            }
            // of another producer: ours delete the post in the transaction that publishes this
            removal.deleteUnpublished(post.tenantId(), post.channelId(), post.id(), reason);
        }
        return post.cleaned() ? StageOutcome.skipped("already_cleaned") : clean(post.tenantId(), post.id());
    }

    private StageOutcome clean(UUID tenantId, UUID postId) {
        return transaction.execute(status -> {
            PostLock.take(jdbc, postId);
            DeletedPosts.State post = posts.hold(tenantId, postId).orElseThrow();
            if (!post.deleted() || post.cleaned()) {
                return StageOutcome.skipped(post.deleted() ? "already_cleaned" : "restored_since");
            }
            index.delete(tenantId, List.of(postId));
            graph.remove(tenantId, List.of(postId));
            removal.erase(tenantId, postId);
            return StageOutcome.done(null);
        });
    }
}
