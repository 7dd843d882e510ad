package routes.interests;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.graph.Graph;
import routes.graph.Graph.UserInterests;
import routes.interests.InterestWeights.Act;
import routes.interests.InterestWeights.Kind;
import routes.interests.InterestWeights.Weighed;
import routes.schedule.Job;
import routes.text.TagKey;

/**
 * The interests of users, in the table {@code user_interests}. The job recomputes them from the questions, opened posts and digest topics
 * of the last {@link #DAYS} days, so that they decay, and a repeated run changes nothing. Weights set by a user are kept; a deleted
 * interest is not recreated from earlier actions. Each run updates the graph from the table.
 */
@Component
public class Interests implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(Interests.class);
    private static final int DAYS = 90;
    /** Maximum number of actions of one user that are read, the newest first. */
    private static final int MOST_ACTS = 5_000;

    private static final int PAGE = 500;
    private static final int TIMEOUT_SECONDS = 30;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Graph graph;
    private final MeterRegistry metrics;
    private final Clock clock;

    Interests(
            JdbcClient jdbc, PlatformTransactionManager transactions, Graph graph, MeterRegistry metrics, Clock clock) {
        this.graph = graph;
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.metrics = metrics;
        this.clock = clock;
        count("success", 0);
        count("failed", 0);
    }

    private void count(String status, int users) {
        metrics.counter("interests.refreshed", "status", status).increment(users);
    }

    /**
     * @param weight 0 to 1
     * @param isOwn whether the user has set the weight
     */
    public record Interest(
            String topic,
            double weight,
            int queryCount,
            int viewCount,
            int digestCount,
            boolean isOwn,
            OffsetDateTime lastUpdated) {}

    /** Returns the strongest first. */
    public List<Interest> list(long userId) {
        return jdbc.sql(
                        """
                        SELECT topic, weight, query_count, view_count, digest_count, is_own, last_updated FROM user_interests
                        WHERE user_id = ? AND weight > 0 ORDER BY weight DESC, topic LIMIT ?
                        """)
                .params(userId, InterestWeights.MOST)
                .query(Interest.class)
                .list();
    }

    /** Returns weights by {@link TagKey}. */
    public Map<String, Double> weights(long userId) {
        return list(userId).stream()
                .collect(Collectors.toMap(interest -> TagKey.of(interest.topic()), Interest::weight, Math::max));
    }

    /** Sets the weight of a topic; the job no longer changes it. */
    public void set(long userId, String topic, double weight) {
        transaction.executeWithoutResult(status -> {
            forms(userId, topic).forEach(form -> erase(userId, form, false));
            jdbc.sql(
                            """
                            INSERT INTO user_interests (user_id, topic, weight, is_own, last_updated)
                            VALUES (:user, :topic, :weight, true, CAST(:now AS timestamptz))
                            ON CONFLICT (user_id, topic) DO UPDATE
                                SET weight = excluded.weight, is_own = true, last_updated = excluded.last_updated
                            """)
                    .param("user", userId)
                    .param("topic", topic)
                    .param("weight", weight)
                    .param("now", clock.instant().toString())
                    .update();
        });
    }

    /** Returns whether the user had this interest. */
    public boolean erase(long userId, String topic) {
        return Boolean.TRUE.equals(transaction.execute(status -> forms(userId, topic).stream()
                .map(form -> erase(userId, form, true))
                .reduce(false, Boolean::logicalOr)));
    }

    private boolean erase(long userId, String form, boolean isMarked) {
        return jdbc.sql(
                                """
                                UPDATE user_interests SET weight = 0, is_own = false, query_count = 0, view_count = 0, digest_count = 0,
                                    erased_at = CASE WHEN :marked THEN CAST(:now AS timestamptz) ELSE erased_at END,
                                    last_updated = CAST(:now AS timestamptz)
                                WHERE user_id = :user AND topic = :topic AND weight > 0
                                """)
                        .param("marked", isMarked)
                        .param("now", clock.instant().toString())
                        .param("user", userId)
                        .param("topic", form)
                        .update()
                > 0;
    }

    /** Returns the stored forms of a topic. */
    private List<String> forms(long userId, String topic) {
        String key = TagKey.of(topic);
        return jdbc
                .sql("SELECT topic FROM user_interests WHERE user_id = ? FOR UPDATE")
                .param(userId)
                .query(String.class)
                .list()
                .stream()
                .filter(form -> TagKey.of(form).equals(key))
                .toList();
    }

    /** Deletes all interests of a user, and the record of opened posts. */
    public void eraseAll(long userId) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql("DELETE FROM post_opens WHERE user_id = ?").param(userId).update();
            jdbc.sql("DELETE FROM user_interests WHERE user_id = ?")
                    .param(userId)
                    .update();
            jdbc.sql(
                            """
                            INSERT INTO interest_erasures (user_id, erased_at) VALUES (:user, CAST(:now AS timestamptz))
                            ON CONFLICT (user_id) DO UPDATE SET erased_at = excluded.erased_at
                            """)
                    .param("user", userId)
                    .param("now", clock.instant().toString())
                    .update();
        });
    }

    /** Records that a user has opened a post, if the post belongs to a channel that the user reads. */
    public void opened(long userId, UUID postId) {
        jdbc.sql(
                        """
                                INSERT INTO post_opens (user_id, post_id, opened_at)
                                SELECT u.id, p.id, CAST(:now AS timestamptz) FROM posts p
                                JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                                JOIN users u ON u.id = s.user_id AND u.tenant_id = p.tenant_id
                                WHERE p.id = :post AND NOT p.is_deleted
                                ON CONFLICT (user_id, post_id) DO UPDATE SET opened_at = excluded.opened_at
                                """)
                .param("user", userId)
                .param("post", postId)
                .param("now", clock.instant().toString())
                .update();
    }

    @Override
    public String name() {
        return "interests";
    }

    /** Computes the interests of every user who has interests or recent actions. The failure of one user does not affect the others. */
    @Override
    public void run() {
        Instant since = clock.instant().minus(Duration.ofDays(DAYS));
        jdbc.sql("DELETE FROM post_opens WHERE opened_at < CAST(? AS timestamptz)")
                .param(since.toString())
                .update();
        long last = 0;
        int failed = 0;
        RuntimeException graphFailure = null;
        for (List<Long> page = page(last, since); !page.isEmpty(); page = page(last, since)) {
            for (long user : page) {
                last = user;
                try {
                    transaction.executeWithoutResult(status -> refresh(user, since));
                    count("success", 1);
                } catch (RuntimeException e) {
                    failed++;
                    count("failed", 1);
                    LOG.warn("Cannot update the interests of user {}: {}", user, e.toString());
                    LOG.debug("The interests of user {} are unchanged", user, e);
                }
            }
            try {
                graph.applyInterests(stored(page));
            } catch (RuntimeException e) {
                graphFailure = e;
            }
        }
        if (graphFailure != null) {
            throw new IllegalStateException(
                    "The graph did not store the interests of all users; the next run repeats this: "
                            + graphFailure.getMessage(),
                    graphFailure);
        }
        if (failed > 0) {
            throw new IllegalStateException("The interests of " + failed + " users could not be computed");
        }
    }

    private record Stored(UUID tenantId, long userId, String topic, Double weight) {}

    /** Returns the stored interests of these users; empty for a user without interests. */
    private List<UserInterests> stored(List<Long> users) {
        Map<Long, List<Stored>> rows = jdbc
                .sql(
                        """
                        SELECT u.tenant_id, u.id AS user_id, i.topic, i.weight FROM users u
                        LEFT JOIN LATERAL (SELECT topic, weight FROM user_interests WHERE user_id = u.id AND weight > 0
                            ORDER BY weight DESC, topic LIMIT :most) i ON true
                        WHERE u.id = ANY (:users) ORDER BY u.id
                        """)
                .param("users", users.toArray(Long[]::new))
                .param("most", InterestWeights.MOST)
                .query(Stored.class)
                .list()
                .stream()
                .collect(Collectors.groupingBy(Stored::userId, TreeMap::new, Collectors.toList()));
        return rows.values().stream()
                .map(user -> new UserInterests(
                        user.get(0).tenantId(),
                        user.get(0).userId(),
                        user.stream()
                                .filter(row -> row.topic() != null)
                                .collect(Collectors.toMap(Stored::topic, Stored::weight))))
                .toList();
    }

    private List<Long> page(long after, Instant since) {
        return jdbc.sql(
                        """
                        SELECT id FROM users u WHERE id > :after AND (
                            EXISTS (SELECT FROM rag_queries q WHERE q.user_id = u.id AND q.created_at > CAST(:since AS timestamptz))
                            OR EXISTS (SELECT FROM post_opens o WHERE o.user_id = u.id)
                            OR EXISTS (SELECT FROM digest_settings d WHERE d.user_id = u.id AND d.topics <> '[]')
                            OR EXISTS (SELECT FROM user_interests i WHERE i.user_id = u.id)
                            OR EXISTS (SELECT FROM interest_erasures e WHERE e.user_id = u.id))
                        ORDER BY id LIMIT :page
                        """)
                .param("after", after)
                .param("since", since.toString())
                .param("page", PAGE)
                .query(Long.class)
                .list();
    }

    private record Row(String kind, String topic, OffsetDateTime at) {
        Act act() {
            return new Act(Kind.valueOf(kind), topic, at.toInstant());
        }
    }

    private record Known(String topic, double weight, boolean isOwn, OffsetDateTime erasedAt) {}

    private void refresh(long userId, Instant since) {
        Map<String, Known> known = known(userId, "FOR UPDATE");
        Instant now = clock.instant();
        store(userId, weighed(userId, since, known, now), known, now);
    }

    private Map<String, Known> known(long userId, String lock) {
        return jdbc
                .sql("SELECT topic, weight, is_own, erased_at FROM user_interests WHERE user_id = ? " + lock)
                .param(userId)
                .query(Known.class)
                .list()
                .stream()
                .collect(Collectors.toMap(
                        row -> TagKey.of(row.topic()), row -> row, (one, other) -> one.isOwn() ? one : other));
    }

    /** Computes interests from the user's actions, except deleted interests and weights that the user has set. */
    private List<Weighed> weighed(long userId, Instant since, Map<String, Known> known, Instant now) {
        List<Act> acts = acts(userId, since).stream()
                .filter(act -> {
                    Known interest = known.get(TagKey.of(act.topic()));
                    return interest == null
                            || !interest.isOwn()
                                    && (interest.erasedAt() == null
                                            || act.at()
                                                    .isAfter(interest.erasedAt().toInstant()));
                })
                .toList();
        return InterestWeights.of(acts, now);
    }

    /** Computes the current strongest interests, without waiting for the next run of the job. */
    public List<String> topics(long userId, int most) {
        Instant now = clock.instant();
        Map<String, Known> known = known(userId, "");
        Map<String, Double> weights = new LinkedHashMap<>();
        known.values().stream()
                .filter(interest -> interest.isOwn() && interest.weight() > 0)
                .forEach(interest -> weights.put(interest.topic(), interest.weight()));
        weighed(userId, now.minus(Duration.ofDays(DAYS)), known, now)
                .forEach(interest -> weights.put(interest.topic(), interest.weight()));
        return weights.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
    }

    private List<Act> acts(long userId, Instant since) {
        return jdbc
                .sql(
                        """
                        WITH since AS (SELECT greatest(CAST(:since AS timestamptz), max(erased_at)) AS at
                            FROM interest_erasures WHERE user_id = :user)
                        (SELECT 'QUESTION' AS kind, topic, q.created_at AS at
                            FROM since, rag_queries q, jsonb_array_elements_text(q.topics) AS topic
                            WHERE q.user_id = :user AND q.created_at > since.at ORDER BY q.created_at DESC LIMIT :most)
                        UNION ALL
                        (SELECT 'OPENED', tag #>> '{}', o.opened_at
                            FROM since, post_opens o JOIN post_enrichment e ON e.post_id = o.post_id AND e.kind = 'tags',
                                jsonb_path_query(e.data, '$.tags[*]') AS tag
                            WHERE o.user_id = :user AND o.opened_at > since.at ORDER BY o.opened_at DESC LIMIT :most)
                        UNION ALL
                        SELECT 'DIGEST', topic, d.updated_at FROM since, digest_settings d, jsonb_array_elements_text(d.topics) AS topic
                            WHERE d.user_id = :user AND d.updated_at > (SELECT coalesce(max(erased_at), '-infinity')
                                FROM interest_erasures WHERE user_id = :user)
                        """)
                .param("since", since.toString())
                .param("user", userId)
                .param("most", MOST_ACTS)
                .query(Row.class)
                .list()
                .stream()
                .map(Row::act)
                .toList();
    }

    private void store(long userId, List<Weighed> interests, Map<String, Known> known, Instant now) {
        // only one form of a topic has a row: use the stored form
        String[] topics = interests.stream()
                .map(one -> known.containsKey(one.key()) ? known.get(one.key()).topic() : one.topic())
                .toArray(String[]::new);
        jdbc.sql(
                        """
                        DELETE FROM user_interests WHERE user_id = :user AND NOT is_own AND topic <> ALL (:topics)
                            AND (erased_at IS NULL OR erased_at < CAST(:forgotten AS timestamptz))
                        """)
                .param("user", userId)
                .param("topics", topics)
                .param("forgotten", now.minus(Duration.ofDays(DAYS)).toString())
                .update();
        jdbc.sql(
                        """
                        INSERT INTO user_interests (user_id, topic, weight, query_count, view_count, digest_count, last_updated)
                        SELECT :user, new.*, CAST(:now AS timestamptz)
                        FROM unnest(CAST(:topics AS text[]), CAST(:weights AS float8[]), CAST(:questions AS int[]),
                            CAST(:opened AS int[]), CAST(:digests AS int[])) AS new (topic, weight, questions, opened, digests)
                        ON CONFLICT (user_id, topic) DO UPDATE SET weight = excluded.weight, query_count = excluded.query_count,
                            view_count = excluded.view_count, digest_count = excluded.digest_count,
                            last_updated = excluded.last_updated
                        WHERE NOT user_interests.is_own
                        """)
                .param("user", userId)
                .param("now", now.toString())
                .param("topics", topics)
                .param("weights", interests.stream().map(Weighed::weight).toArray(Double[]::new))
                .param("questions", interests.stream().map(Weighed::questions).toArray(Integer[]::new))
                .param("opened", interests.stream().map(Weighed::opened).toArray(Integer[]::new))
                .param("digests", interests.stream().map(Weighed::digests).toArray(Integer[]::new))
                .update();
    }
}
