package routes.cleanup;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
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
import routes.graph.UnwrittenGraph;
import routes.posts.DeletionReason;
import routes.posts.PostLock;
import routes.posts.PostRemoval;
import routes.posts.PostRemoval.EarlyDeletion;
import routes.posts.PostTraces;
import routes.vectorindex.ReadOnlyIndex;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/**
 * The clean-up stage: removes a deleted post from the vector index, the graph, the tables of other packages and, except for its tombstone,
 * the database. A repeated event changes nothing.
 */
@Component("cleanup")
public class Cleanup {
    private static final String PROCESSED = "cleanup.processed";
    private static final int TIMEOUT_SECONDS = 60;

    private final PostRemoval removal;
    private final VectorIndex index;
    private final Graph graph;
    private final Collection<PostTraces> traces;
    private final JdbcClient jdbc;
    private final MeterRegistry metrics;
    private final TransactionTemplate transaction;

    Cleanup(
            PostRemoval removal,
            VectorIndex index,
            Graph graph,
            Collection<PostTraces> traces,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            MeterRegistry metrics) {
        this.removal = removal;
        this.index = index;
        this.graph = graph;
        this.traces = List.copyOf(traces);
        this.jdbc = jdbc;
        this.metrics = metrics;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
        // every series exists from the start
        List.of("success", "skipped", "retrying", "failed").forEach(status -> count(status, 0));
    }

    /**
     * Returns the stage for trials: it writes neither to the vector index nor to the graph. The caller rolls back what it writes to the
     * database.
     *
     * @param left receives a description of what would be removed
     */
    public Cleanup rehearsal(Consumer<String> left) {
        return new Cleanup(
                removal,
                ReadOnlyIndex.of(index, left),
                new UnwrittenGraph(left),
                traces,
                jdbc,
                Objects.requireNonNull(transaction.getTransactionManager()),
                new SimpleMeterRegistry());
    }

    /**
     * @return done for each event; or skipped if the post was already removed, was restored after the event, or is unknown: an unknown
     *     post is deleted when it arrives
     */
    public List<StageOutcome> clean(List<PostDeleted> events) {
        try {
            List<StageOutcome> outcomes = remove(events);
            outcomes.forEach(outcome -> count(outcome.kind() == StageOutcome.Kind.DONE ? "success" : "skipped", 1));
            return outcomes;
        } catch (VectorIndexException | DataAccessException | TransactionException e) {
            count("retrying", events.size()); // a dependency is unavailable
            throw e;
        } catch (RuntimeException e) {
            count("failed", events.size());
            throw e;
        }
    }

    private void count(String status, int events) {
        metrics.counter(PROCESSED, "status", status).increment(events);
    }

    /**
     * A post to be removed, or already removed.
     *
     * @param restoredAt time when an import last restored it; null if it was never restored
     */
    private record State(
            UUID id, UUID tenantId, UUID channelId, boolean deleted, boolean cleaned, OffsetDateTime restoredAt) {

        boolean belongsTo(UUID tenant) {
            return tenant == null || tenant.equals(tenantId);
        }

        boolean isRestoredAfter(PostDeleted event) {
            return restoredAt != null && !event.occurredAt().isAfter(restoredAt.toInstant());
        }
    }

    /** Posts that are deleted together. */
    private record Target(UUID tenantId, UUID channelId, DeletionReason reason) {}

    private List<StageOutcome> remove(List<PostDeleted> events) {
        Map<UUID, State> found =
                new HashMap<>(find(events.stream().map(PostDeleted::postId).toList(), ""));
        List<EarlyDeletion> missing = events.stream()
                .filter(event -> !found.containsKey(event.postId()))
                .map(event -> new EarlyDeletion(
                        event.tenantId(), event.channelId(), event.postId(), DeletionReason.of(event.reason())))
                .toList();
        Set<UUID> early = missing.isEmpty() ? Set.of() : removal.noteEarly(missing);
        if (early.size() < missing.size()) {
            found.putAll(find(missing.stream().map(EarlyDeletion::postId).toList(), ""));
        }
        Map<Target, List<UUID>> present = events.stream()
                .filter(event -> isOfTenant(event, found))
                .filter(event -> !found.get(event.postId()).deleted()
                        && !found.get(event.postId()).isRestoredAfter(event))
                .collect(Collectors.groupingBy(
                        event -> target(event, found.get(event.postId())),
                        Collectors.mapping(PostDeleted::postId, Collectors.toList())));
        // for events of other producers; this product deletes the post in the transaction that publishes the event
        present.forEach((target, postIds) ->
                removal.deleteUnpublished(target.tenantId(), target.channelId(), postIds, target.reason()));
        Map<UUID, StageOutcome> cleaned = clean(events.stream()
                .filter(event -> isOfTenant(event, found))
                .map(PostDeleted::postId)
                .filter(id -> !found.get(id).cleaned())
                .collect(Collectors.toSet()));
        return events.stream()
                .map(event -> {
                    if (early.contains(event.postId())) {
                        return StageOutcome.skipped("unknown_post");
                    }
                    return isOfTenant(event, found)
                            ? cleaned.getOrDefault(event.postId(), StageOutcome.skipped("already_cleaned"))
                            : StageOutcome.skipped("post_of_another_tenant");
                })
                .toList();
    }

    private static Target target(PostDeleted event, State post) {
        return new Target(post.tenantId(), post.channelId(), DeletionReason.of(event.reason()));
    }

    private static boolean isOfTenant(PostDeleted event, Map<UUID, State> found) {
        State post = found.get(event.postId());
        return post != null && post.belongsTo(event.tenantId());
    }

    /** Cleans up in one transaction. A post that is not marked as deleted has been restored since. */
    private Map<UUID, StageOutcome> clean(Set<UUID> postIds) {
        if (postIds.isEmpty()) {
            return Map.of();
        }
        return transaction.execute(status -> {
            PostLock.take(jdbc, postIds);
            // locked in id order until the end of the transaction, so that no import can restore the posts
            Map<UUID, State> posts = find(postIds, "ORDER BY id FOR NO KEY UPDATE");
            posts.values().stream()
                    .filter(post -> post.deleted() && !post.cleaned())
                    .collect(Collectors.groupingBy(State::tenantId, Collectors.mapping(State::id, Collectors.toList())))
                    .forEach((tenantId, ids) -> {
                        index.delete(tenantId, ids);
                        graph.remove(tenantId, ids);
                        traces.forEach(one -> one.erase(tenantId, ids));
                        removal.erase(tenantId, ids);
                    });
            return posts.values().stream().collect(Collectors.toMap(State::id, Cleanup::outcome));
        });
    }

    private static StageOutcome outcome(State post) {
        if (!post.deleted()) {
            return StageOutcome.skipped("restored_since");
        }
        return post.cleaned() ? StageOutcome.skipped("already_cleaned") : StageOutcome.done(null);
    }

    /** Returns the state of the stored posts. */
    private Map<UUID, State> find(Collection<UUID> postIds, String lock) {
        return jdbc
                .sql(
                        """
                        SELECT id, tenant_id, channel_id, is_deleted AS deleted, cleaned_at IS NOT NULL AS cleaned, restored_at
                        FROM posts WHERE id = ANY (?)
                        """
                                + lock)
                .param(postIds.toArray(UUID[]::new))
                .query(State.class)
                .list()
                .stream()
                .collect(Collectors.toMap(State::id, state -> state));
    }
}
