package routes.cleanup;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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
import routes.posts.PostRemoval.EarlyDeletion;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/**
 * The work of the clean-up stage: removes a deleted post from the vector index, the graph and, except for its tombstone, the
 * database. A repeated event changes nothing.
 */
@Component("cleanup")
public class Cleanup {
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
     * @return done for each event; or skipped if the post was already cleaned, was restored after the event, or is unknown: an
     *     unknown post is deleted if it arrives later
     */
    public List<StageOutcome> clean(List<PostDeleted> events) {
        List<StageOutcome> outcomes;
        try {
            outcomes = remove(events);
        } catch (VectorIndexException | DataAccessException | TransactionException e) {
            events.forEach(event -> metrics.processed("retrying")); // a dependency is unavailable
            throw e;
        } catch (RuntimeException e) {
            events.forEach(event -> metrics.processed("failed"));
            throw e;
        }
        outcomes.forEach(
                outcome -> metrics.processed(outcome.kind() == StageOutcome.Kind.DONE ? "success" : "skipped"));
        return outcomes;
    }

    /** Posts that are deleted together. */
    private record Target(UUID tenantId, UUID channelId, DeletionReason reason) {}

    private List<StageOutcome> remove(List<PostDeleted> events) {
        List<UUID> ids = events.stream().map(PostDeleted::postId).distinct().toList();
        Map<UUID, DeletedPosts.State> found = new HashMap<>(posts.find(ids));
        List<EarlyDeletion> missing = events.stream()
                .filter(event -> !found.containsKey(event.postId()))
                .map(event -> new EarlyDeletion(
                        event.tenantId(), event.channelId(), event.postId(), DeletionReason.of(event.reason())))
                .toList();
        Set<UUID> early = missing.isEmpty() ? Set.of() : removal.noteEarly(missing);
        if (early.size() < missing.size()) {
            found.putAll(posts.find(missing.stream().map(EarlyDeletion::postId).toList()));
        }
        Map<Target, List<UUID>> present = events.stream()
                .filter(event ->
                        isOf(event, found) && !found.get(event.postId()).deleted() && !isRestored(event, found))
                .collect(Collectors.groupingBy(
                        event -> target(found.get(event.postId()), event),
                        Collectors.mapping(PostDeleted::postId, Collectors.toList())));
        // events of other producers: ours delete the post in the transaction that publishes the event
        present.forEach((target, postIds) ->
                removal.deleteUnpublished(target.tenantId(), target.channelId(), postIds, target.reason()));
        Map<UUID, StageOutcome> cleaned = clean(events.stream()
                .filter(event -> isOf(event, found))
                .map(PostDeleted::postId)
                .filter(id -> !found.get(id).cleaned())
                .collect(Collectors.toSet()));
        return events.stream()
                .map(event -> early.contains(event.postId())
                        ? StageOutcome.skipped("unknown_post")
                        : !isOf(event, found)
                                ? StageOutcome.skipped("post_of_another_tenant")
                                : cleaned.getOrDefault(event.postId(), StageOutcome.skipped("already_cleaned")))
                .toList();
    }

    private static Target target(DeletedPosts.State post, PostDeleted event) {
        return new Target(post.tenantId(), post.channelId(), DeletionReason.of(event.reason()));
    }

    private static boolean isOf(PostDeleted event, Map<UUID, DeletedPosts.State> found) {
        DeletedPosts.State post = found.get(event.postId());
        return post != null && (event.tenantId() == null || event.tenantId().equals(post.tenantId()));
    }

    private static boolean isRestored(PostDeleted event, Map<UUID, DeletedPosts.State> found) {
        Instant restoredAt = found.get(event.postId()).restoredAt();
        return restoredAt != null && !event.occurredAt().isAfter(restoredAt);
    }

    /** In one transaction; a post that is not deleted has been restored since. */
    private Map<UUID, StageOutcome> clean(Set<UUID> postIds) {
        if (postIds.isEmpty()) {
            return Map.of();
        }
        return transaction.execute(status -> {
            PostLock.take(jdbc, postIds);
            Map<UUID, StageOutcome> outcomes = new HashMap<>();
            Map<UUID, List<UUID>> byTenant = new HashMap<>();
            posts.hold(postIds).forEach((id, post) -> {
                boolean due = post.deleted() && !post.cleaned();
                outcomes.put(
                        id,
                        due
                                ? StageOutcome.done(null)
                                : post.deleted()
                                        ? StageOutcome.skipped("already_cleaned")
                                        : StageOutcome.skipped("restored_since"));
                if (due) {
                    byTenant.computeIfAbsent(post.tenantId(), tenant -> new ArrayList<>())
                            .add(id);
                }
            });
            byTenant.forEach((tenantId, ids) -> {
                index.delete(tenantId, ids);
                graph.remove(tenantId, ids);
                removal.erase(tenantId, ids);
            });
            return outcomes;
        });
    }
}
