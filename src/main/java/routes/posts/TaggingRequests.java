package routes.posts;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Trigger;
import routes.outbox.Outbox;

/**
 * Requests tagging of posts. The request is recorded in the post's row in the same transaction as the event, so that concurrent
 * calls request each post once. A request is open until the next attempt at the post, but at most for {@link #OPEN}.
 */
@Component
public class TaggingRequests {
    /**
     * After this time, the event was either lost or is waiting for a provider. A new request is necessary in the first case and
     * harmless in the second.
     */
    private static final Duration OPEN = Duration.ofMinutes(10);

    private static final int TRANSACTION_SECONDS = 30;

    /** True for a post with a request that no attempt has followed. */
    private static final String IS_OPEN =
            """
            (p.tagging_requested_at IS NOT NULL
              AND p.tagging_requested_at > coalesce(p.last_tagging_attempt, '-infinity')
              AND p.tagging_requested_at > now() - make_interval(secs => :open))
            """;

    /** True for a post whose last attempt is longer ago than the limit. */
    private static final String STALE =
            "greatest(p.last_tagging_attempt, p.created_at) < now() - make_interval(secs => :stale)";

    /** True for a post that has waited too long for its tags, or has failed and is forced. */
    private static final String UNTAGGED =
            """
            (p.tagging_status = 'retrying' OR p.tagging_status = 'pending' AND %s
             OR :force AND p.tagging_status = 'failed')
            """
                    .formatted(STALE);

    private final JdbcClient jdbc;
    private final PostEvents events;
    private final Outbox outbox;
    private final Duration stale;
    private final TransactionTemplate transaction;

    public TaggingRequests(
            JdbcClient jdbc,
            PostEvents events,
            Outbox outbox,
            @Value("${tagging.retry-stale}") Duration stale,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.events = events;
        this.outbox = outbox;
        this.stale = stale;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_SECONDS);
    }

    /**
     * Retries posts of the channels that a user is subscribed to: posts in status retrying, and posts that have been pending too
     * long.
     *
     * @param force whether to include failed posts; the count of passes restarts for all of them
     * @return number of queued posts
     */
    public int retry(UUID tenantId, long userId, boolean force, int limit) {
        return queue(
                """
                p.tenant_id = :tenant AND EXISTS (SELECT 1 FROM user_channel s WHERE s.channel_id = p.channel_id
                                                    AND s.user_id = :user AND s.is_active) AND\s"""
                        + UNTAGGED,
                Map.of("tenant", tenantId, "user", userId),
                force,
                limit);
    }

    /** Like {@link #retry}, for all tenants. */
    public int retryAll(boolean force, int limit) {
        return queue(UNTAGGED, Map.of(), force, limit);
    }

    /** Retries posts of all tenants that are pending or retrying and whose last attempt is longer ago than the limit. */
    public int retryStale(int limit) {
        return queue("p.tagging_status IN ('pending', 'retrying') AND " + STALE, Map.of(), false, limit);
    }

    private int queue(String condition, Map<String, ?> parameters, boolean force, int limit) {
        UUID request = UUID.randomUUID();
        return transaction.execute(status -> {
            List<UUID> due = jdbc.sql(
                            """
                            WITH due AS (
                              SELECT p.id FROM posts p
                              WHERE NOT p.is_deleted AND NOT %s AND %s
                              ORDER BY p.last_tagging_attempt NULLS FIRST, p.number LIMIT :limit FOR UPDATE OF p SKIP LOCKED)
                            UPDATE posts p SET tagging_status = 'pending',
                                tagging_attempts = CASE WHEN :force THEN 0 ELSE p.tagging_attempts END,
                                tagging_request_id = :request, tagging_requested_at = now(), updated_at = now()
                            FROM due WHERE p.id = due.id RETURNING p.id
                            """
                                    .formatted(IS_OPEN, condition))
                    .params(parameters)
                    .param("force", force)
                    .param("limit", limit)
                    .param("request", request)
                    .param("open", OPEN.toSeconds())
                    .param("stale", stale.toSeconds())
                    .query(UUID.class)
                    .list();
            publish(due, request);
            return due.size();
        });
    }

    /**
     * Requests new tags for a post, regardless of its status.
     *
     * @return id of the request, or of the open request if there is one; empty if the post does not exist
     */
    public Optional<UUID> regenerate(UUID postId) {
        UUID request = UUID.randomUUID();
        return transaction.execute(status -> {
            Optional<UUID> open = jdbc.sql(
                            """
                            UPDATE posts p SET
                                tagging_request_id = CASE WHEN %1$s THEN p.tagging_request_id ELSE :request END,
                                tagging_requested_at = CASE WHEN %1$s THEN p.tagging_requested_at ELSE now() END,
                                tagging_attempts = CASE WHEN %1$s THEN p.tagging_attempts ELSE 0 END,
                                tagging_status = 'pending', updated_at = now()
                            WHERE p.id = :id AND NOT p.is_deleted RETURNING p.tagging_request_id
                            """
                                    .formatted(IS_OPEN))
                    .param("request", request)
                    .param("id", postId)
                    .param("open", OPEN.toSeconds())
                    .query(UUID.class)
                    .optional();
            if (open.filter(request::equals).isPresent()) {
                publish(List.of(postId), request);
            }
            return open;
        });
    }

    private void publish(Collection<UUID> posts, UUID request) {
        outbox.append(events.parsed(posts, Optional.of(Trigger.MANUAL), request.toString()));
    }
}
