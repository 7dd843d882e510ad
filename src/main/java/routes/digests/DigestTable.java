package routes.digests;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;
import routes.digests.DigestSchedule.Slot;
import routes.events.DigestsGenerate;
import routes.events.Json;
import routes.events.StorableText;
import routes.outbox.Outbox;
import routes.posts.PostEvents;
import routes.posts.PostLock;
import routes.posts.PostTraces;

/**
 * The table {@code digests}. A digest is pending, processing, ready or failed. The event of an unfinished digest is published again when
 * its {@code next_try_at} is reached: the event may be lost, the process may have stopped, or the last attempt failed.
 */
@Repository
public class DigestTable implements PostTraces {
    static final String SCHEDULER = "scheduler";
    static final String MANUAL = "manual";
    /** Maximum duration of an attempt. Models get one minute per ten stories. */
    static final Duration LEASE = Duration.ofMinutes(15);

    /** How long a pending digest waits for its event. */
    static final Duration EVENT = Duration.ofMinutes(10);

    private static final ObjectMapper JSON = Json.newMapper();
    private static final int MAX_ERROR = 500;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Outbox outbox;

    DigestTable(JdbcClient jdbc, TransactionTemplate transaction, Outbox outbox) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.outbox = outbox;
    }

    /**
     * A digest, in the JSON form of the list of digests.
     *
     * @param digestDate in the time zone of the user
     * @param trigger scheduler or manual
     * @param status pending, processing, ready or failed
     * @param postsFrom start of the posts, exclusive
     * @param postsTo end of the posts, inclusive
     * @param error why the last attempt failed, may contain internal details; null if no attempt failed
     * @param body null unless ready
     */
    @JsonInclude
    public record Digest(
            long id,
            LocalDate digestDate,
            String trigger,
            String status,
            Instant postsFrom,
            Instant postsTo,
            Instant createdAt,
            Instant madeAt,
            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY) String error,
            @JsonProperty(access = JsonProperty.Access.WRITE_ONLY) DigestBody body) {
        Digest without(Set<UUID> posts) {
            DigestBody left = body == null ? null : body.without(posts);
            return new Digest(id, digestDate, trigger, status, postsFrom, postsTo, createdAt, madeAt, error, left);
        }
    }

    /** A digest that a worker has claimed. */
    record Claimed(
            long id,
            long userId,
            UUID tenantId,
            String trigger,
            Instant from,
            Instant to,
            Instant seen,
            int attempts) {}

    /** Returns the end of the last scheduled digest. */
    Optional<Instant> lastScheduled(long userId) {
        return jdbc.sql(
                        """
                        SELECT posts_to FROM digests
                        WHERE user_id = ? AND period IS NOT NULL AND posts_to IS NOT NULL ORDER BY posts_to DESC LIMIT 1
                        """)
                .param(userId)
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    /**
     * Stores a scheduled digest and its event, unless the period has a digest.
     *
     * @return whether it was stored
     */
    boolean schedule(long userId, UUID tenantId, Slot slot, Instant from, Instant now) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            int stored = jdbc.sql(
                            """
                            INSERT INTO digests (user_id, digest_date, period, due_at, posts_from, posts_to, status, next_try_at, created_at)
                            VALUES (:user, :date, :period, CAST(:due AS timestamptz), CAST(:from AS timestamptz), CAST(:due AS timestamptz),
                                'pending', CAST(:next AS timestamptz), CAST(:now AS timestamptz))
                            ON CONFLICT (user_id, period) WHERE period IS NOT NULL DO NOTHING
                            """)
                    .param("user", userId)
                    .param("date", slot.date())
                    .param("period", slot.period())
                    .param("due", slot.at().toString())
                    .param("from", from.toString())
                    .param("next", now.plus(EVENT).toString())
                    .param("now", now.toString())
                    .update();
            if (stored > 0) {
                outbox.append(List.of(event(
                        userId, tenantId, slot.date(), SCHEDULER, "digest:" + userId + ":" + slot.period(), now)));
            }
            return stored > 0;
        }));
    }

    /** Stores a digest requested by a user, and its event. If one is already in progress, none is stored. Returns the id. */
    long ask(long userId, UUID tenantId, LocalDate date, Instant from, Instant now) {
        return transaction.execute(status -> {
            // serialises concurrent requests of a user
            jdbc.sql("SELECT id FROM users WHERE id = ? FOR NO KEY UPDATE")
                    .param(userId)
                    .query(Long.class)
                    .single();
            Optional<Long> underWay = jdbc.sql(
                            """
                            SELECT id FROM digests WHERE user_id = ? AND period IS NULL AND status IN ('pending', 'processing')
                            ORDER BY id LIMIT 1
                            """)
                    .param(userId)
                    .query(Long.class)
                    .optional();
            return underWay.orElseGet(() -> {
                long id = jdbc.sql(
                                """
                                INSERT INTO digests (user_id, digest_date, posts_from, posts_to, status, next_try_at, created_at)
                                VALUES (:user, :date, CAST(:from AS timestamptz), CAST(:now AS timestamptz), 'pending',
                                    CAST(:next AS timestamptz), CAST(:now AS timestamptz))
                                RETURNING id
                                """)
                        .param("user", userId)
                        .param("date", date)
                        .param("from", from.toString())
                        .param("next", now.plus(EVENT).toString())
                        .param("now", now.toString())
                        .query(Long.class)
                        .single();
                outbox.append(List.of(event(userId, tenantId, date, MANUAL, "digest:" + userId + ":" + id, now)));
                return id;
            });
        });
    }

    private static DigestsGenerate event(
            long userId, UUID tenantId, LocalDate date, String trigger, String key, Instant now) {
        return new DigestsGenerate(
                "v1", PostEvents.newTraceId(), now, key, Long.toString(userId), tenantId, date, trigger);
    }

    private record Stuck(long id, long userId, UUID tenantId, LocalDate date, boolean isScheduled, int attempts) {}

    /** Publishes the events of unfinished digests whose next attempt is due. Returns the number of events. */
    int askAgain(Instant now, int most) {
        return transaction.execute(status -> {
            List<Stuck> stuck = jdbc.sql(
                            """
                            UPDATE digests d SET status = 'pending', next_try_at = CAST(:next AS timestamptz)
                            FROM users u WHERE u.id = d.user_id AND d.id IN (
                                SELECT id FROM digests WHERE status IN ('pending', 'processing') AND next_try_at <= CAST(:now AS timestamptz)
                                ORDER BY next_try_at LIMIT :most FOR UPDATE SKIP LOCKED)
                            RETURNING d.id, d.user_id, u.tenant_id, d.digest_date AS date, d.period IS NOT NULL AS is_scheduled, d.attempts
                            """)
                    .param("next", now.plus(EVENT).toString())
                    .param("now", now.toString())
                    .param("most", most)
                    .query(Stuck.class)
                    .list();
            outbox.append(stuck.stream()
                    .map(one -> event(
                            one.userId(),
                            one.tenantId(),
                            one.date(),
                            one.isScheduled() ? SCHEDULER : MANUAL,
                            "digest:" + one.userId() + ":" + one.id() + ":" + one.attempts() + ":"
                                    + now.getEpochSecond(),
                            now))
                    .toList());
            return stuck.size();
        });
    }

    /**
     * Returns a table for trials, whose changes the caller rolls back: the most recent digest is generated again. Pending digests are not
     * used, because their worker would skip rows locked by a trial.
     *
     * @param left receives the text of the digest, for display
     */
    DigestTable rehearsal(Consumer<String> left) {
        return new DigestTable(jdbc, transaction, outbox) {
            private boolean claimed;

            @Override
            Optional<Claimed> claim(long userId, Instant now) {
                if (claimed) {
                    return Optional.empty();
                }
                claimed = true;
                return DigestTable.this.claim("status IN ('ready', 'failed') ORDER BY id DESC", userId, now);
            }

            @Override
            boolean ready(Claimed digest, DigestBody made, Instant collectedAt, Instant now) {
                left.accept("digest " + digest.id() + " is not stored: " + DigestText.of(made));
                return super.ready(digest, made, collectedAt, now);
            }
        };
    }

    /** Claims the oldest pending digest of a user that is due. No other worker can claim it within the lease. */
    Optional<Claimed> claim(long userId, Instant now) {
        return claim("status = 'pending' ORDER BY id", userId, now);
    }

    private Optional<Claimed> claim(String which, long userId, Instant now) {
        return jdbc.sql(
                        """
                        UPDATE digests d SET status = 'processing', attempts = attempts + 1, next_try_at = CAST(:lease AS timestamptz)
                        FROM users u WHERE u.id = d.user_id AND d.id = (
                            SELECT id FROM digests WHERE user_id = :user AND %s LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING d.id, d.user_id, u.tenant_id, d.posts_from AS from, d.posts_to AS to, d.attempts,
                            CASE WHEN d.period IS NULL THEN 'manual' ELSE 'scheduler' END AS trigger,
                            (SELECT e.collected_at FROM digests e WHERE e.user_id = d.user_id AND e.period IS NOT NULL
                                AND e.posts_to = d.posts_from AND e.id <> d.id LIMIT 1) AS seen
                        """
                                .formatted(which))
                .param("lease", now.plus(LEASE).toString())
                .param("user", userId)
                .query(Claimed.class)
                .optional();
    }

    /**
     * Stores the result, without posts that were deleted in the meantime, unless another worker has claimed the digest. Returns whether it
     * was stored.
     */
    boolean ready(Claimed digest, DigestBody made, Instant collectedAt, Instant now) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            DigestBody body = made.without(PostLock.takeAndFindDeleted(
                    jdbc, made.sources().stream().map(DigestBody.Source::postId).toList()));
            return jdbc.sql(
                                    """
                                    UPDATE digests SET status = 'ready', body = CAST(:body AS jsonb), content = :content,
                                        posts = CAST(:posts AS jsonb), collected_at = CAST(:collected AS timestamptz),
                                        made_at = CAST(:now AS timestamptz), error = NULL, next_try_at = NULL
                                    WHERE id = :id AND status = 'processing' AND attempts = :attempts
                                    """)
                            .param("body", JSON.valueToTree(body).toString())
                            .param("content", DigestText.of(body))
                            .param("posts", posts(body))
                            .param("collected", collectedAt.toString())
                            .param("now", now.toString())
                            .param("id", digest.id())
                            .param("attempts", digest.attempts())
                            .update()
                    > 0;
        }));
    }

    /** @param next time of the next attempt; null for none */
    void failed(Claimed digest, String error, Instant next) {
        jdbc.sql(
                        """
                        UPDATE digests SET status = :status, error = :error, next_try_at = CAST(:next AS timestamptz)
                        WHERE id = :id AND status = 'processing' AND attempts = :attempts
                        """)
                // state processing, so that an event for another digest of the user does not start it early
                .param("status", next == null ? "failed" : "processing")
                .param("error", StorableText.cut(error, MAX_ERROR))
                .param("next", next == null ? null : next.toString())
                .param("id", digest.id())
                .param("attempts", digest.attempts())
                .update();
    }

    private record Told(long id, String body) {}

    /** Deletes the posts from the digests: the sentences that cite them and their sources. */
    @Override
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        Set<UUID> gone = Set.copyOf(postIds);
        List<Told> told = jdbc.sql(
                        """
                        SELECT d.id, d.body FROM digests d JOIN users u ON u.id = d.user_id AND u.tenant_id = :tenant
                        WHERE d.body IS NOT NULL AND d.id IN (
                            SELECT one.id FROM unnest(:posts) AS post JOIN digests one ON one.posts @> to_jsonb(CAST(post AS text)))
                        ORDER BY d.id FOR UPDATE OF d
                        """)
                .param("tenant", tenantId)
                .param("posts", postIds.toArray(UUID[]::new))
                .query(Told.class)
                .list();
        for (Told one : told) {
            DigestBody body = body(one.body()).without(gone);
            jdbc.sql(
                            """
                            UPDATE digests SET body = CAST(:body AS jsonb), content = :content, posts = CAST(:posts AS jsonb) WHERE id = :id
                            """)
                    .param("body", JSON.valueToTree(body).toString())
                    .param("content", DigestText.of(body))
                    .param("posts", posts(body))
                    .param("id", one.id())
                    .update();
        }
    }

    private static String posts(DigestBody body) {
        return JSON.valueToTree(
                        body.sources().stream().map(DigestBody.Source::postId).toList())
                .toString();
    }

    private static DigestBody body(String json) {
        try {
            return JSON.readValue(json, DigestBody.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read a stored digest", e);
        }
    }

    /** Deletes old digests of a user. */
    void prune(long userId, Instant olderThan) {
        jdbc.sql("DELETE FROM digests WHERE user_id = ? AND created_at < CAST(? AS timestamptz)")
                .params(userId, olderThan.toString())
                .update();
    }

    /** @param before id of the last digest of the previous page; null for the newest */
    public List<Digest> list(long userId, Long before, int limit) {
        String page = "(CAST(:before AS bigint) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit";
        return withoutDeleted(digests(userId, page)
                .param("before", before)
                .param("limit", limit)
                .query(DigestTable::digest)
                .list());
    }

    /** Selects digests of a user as JSON. */
    private JdbcClient.StatementSpec digests(long userId, String which) {
        return jdbc.sql(
                        """
                        SELECT to_jsonb(one) FROM (
                            SELECT id, digest_date, CASE WHEN period IS NULL THEN 'manual' ELSE 'scheduler' END AS trigger, status,
                                posts_from, posts_to, created_at, made_at, error, body
                            FROM digests WHERE user_id = :user AND %s) one
                        """
                                .formatted(which))
                .param("user", userId);
    }

    /** Omits content based on posts that were deleted after the digest was generated. */
    private List<Digest> withoutDeleted(List<Digest> found) {
        UUID[] posts = found.stream()
                .filter(digest -> digest.body() != null)
                .flatMap(digest -> digest.body().sources().stream())
                .map(DigestBody.Source::postId)
                .distinct()
                .toArray(UUID[]::new);
        Set<UUID> deleted = Set.copyOf(jdbc.sql("SELECT id FROM posts WHERE id = ANY (?) AND is_deleted")
                .param(posts)
                .query(UUID.class)
                .list());
        return found.stream().map(digest -> digest.without(deleted)).toList();
    }

    public Optional<Digest> read(long userId, long id) {
        return one(digests(userId, "id = :id").param("id", id));
    }

    /** Returns the newest digest that is ready. */
    public Optional<Digest> last(long userId) {
        return one(digests(userId, "status = 'ready' ORDER BY id DESC LIMIT 1"));
    }

    private Optional<Digest> one(JdbcClient.StatementSpec digest) {
        return withoutDeleted(digest.query(DigestTable::digest).list()).stream().findFirst();
    }

    private static Digest digest(ResultSet row, int n) throws SQLException {
        try {
            return JSON.readValue(row.getString(1), Digest.class);
        } catch (JsonProcessingException e) {
            throw new SQLException("Cannot read a stored digest", e);
        }
    }
}
