package routes.trends;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Json;
import routes.events.TrendsEmerging;
import routes.outbox.Outbox;
import routes.posts.PostEvents;
import routes.posts.PostTraces;
import routes.text.SearchWords;
import routes.trends.TrendDetector.Baseline;
import routes.trends.TrendDetector.Found;
import routes.trends.TrendDetector.Post;

/**
 * Detects trends of each tenant, stores them, and publishes an event for each new trend in the transaction that stores it. A trend is new
 * if no trend of the last {@link #REMEMBERED}, in any window, has its keyword or most of its posts.
 */
@Component
public class Trends implements PostTraces {
    private static final Logger LOG = LoggerFactory.getLogger(Trends.class);
    private static final Duration REMEMBERED = Duration.ofDays(7);
    private static final Duration BASELINE = Duration.ofDays(28);
    private static final Duration WEEK = Duration.ofDays(7);
    private static final int MOST_WINDOW_POSTS = 10_000;
    private static final int MOST_BASELINE_POSTS = 20_000;
    private static final int PAGE = 1_000;
    private static final int MOST_TEXT = 1_000;
    private static final int MOST_POSTS = 50;
    private static final int EXAMPLES = 5;
    private static final int TIMEOUT_SECONDS = 60;
    private static final ObjectMapper JSON = Json.newMapper();

    /** The period that is compared with the {@link #BASELINE} before it. */
    public enum Window {
        DAY("24h", Duration.ofHours(24)),
        WEEK("7d", Duration.ofDays(7));

        private final String code;
        private final Duration length;

        Window(String code, Duration length) {
            this.code = code;
            this.length = length;
        }

        public String code() {
            return code;
        }

        public static Optional<Window> of(String code) {
            return Arrays.stream(values())
                    .filter(window -> window.code.equals(code.toLowerCase(Locale.ROOT)))
                    .findFirst();
        }
    }

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Outbox outbox;
    private final TrendTerms terms;
    private final TrendDetector detector;
    private final MeterRegistry metrics;
    private final Clock clock;

    Trends(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            Outbox outbox,
            SearchWords words,
            TrendsProperties properties,
            MeterRegistry metrics,
            Clock clock) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.outbox = outbox;
        this.terms = new TrendTerms(words);
        this.detector = new TrendDetector(properties);
        this.metrics = metrics;
        this.clock = clock;
        for (Window window : Window.values()) {
            count(window, 0);
        }
    }

    private void count(Window window, int trends) {
        metrics.counter("trends.announced", "window", window.code()).increment(trends);
    }

    /**
     * Detects the trends of every tenant. The failure of one tenant does not affect the others.
     *
     * @throws IllegalStateException at the end, if a tenant failed
     */
    public void detect(Window window) {
        int failed = 0;
        for (UUID tenant :
                jdbc.sql("SELECT id FROM tenants ORDER BY id").query(UUID.class).list()) {
            try {
                detect(tenant, window);
            } catch (RuntimeException e) {
                failed++;
                LOG.warn("Cannot update the trends of a tenant: {}", e.toString());
                LOG.debug("The trends of tenant {} are unchanged", tenant, e);
            }
        }
        if (failed > 0) {
            throw new IllegalStateException("The trends of " + failed + " tenants could not be computed");
        }
    }

    private void detect(UUID tenant, Window window) {
        Instant to = clock.instant();
        Instant from = to.minus(window.length);
        List<Post> posts = new ArrayList<>();
        each(tenant, from, to, MOST_WINDOW_POSTS, posts::add);
        Set<String> candidates = detector.candidates(posts);
        List<Found> found = candidates.isEmpty()
                ? List.of()
                : detector.find(posts, before(tenant, window, from, candidates), from, to);
        transaction.executeWithoutResult(status -> store(tenant, window, found, from, to));
    }

    private record Row(long number, UUID id, UUID channelId, OffsetDateTime at, String text, String[] tags) {
        Post post(TrendTerms terms) {
            return new Post(id, channelId, at.toInstant(), terms.of(text, List.of(tags)));
        }
    }

    /** Reads page by page, so that thousands of texts are not in memory at the same time. */
    private List<Row> page(UUID tenant, Instant from, Instant to, Long before, int limit) {
        return jdbc.sql(
                        """
                        SELECT p.number, p.id, p.channel_id, p.posted_at, left(p.content, :text) AS text,
                            ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') AS tag
                                  WHERE e.post_id = p.id AND e.kind = 'tags') AS tags
                        FROM posts p
                        WHERE p.tenant_id = :tenant AND NOT p.is_deleted AND p.posted_at > CAST(:from AS timestamptz)
                            AND p.posted_at <= CAST(:to AS timestamptz) AND (CAST(:before AS bigint) IS NULL OR p.number < :before)
                            AND EXISTS (SELECT FROM user_channel s JOIN users u ON u.id = s.user_id
                                WHERE s.channel_id = p.channel_id AND s.is_active AND u.tenant_id = p.tenant_id)
                        ORDER BY p.number DESC LIMIT :limit
                        """)
                .param("text", MOST_TEXT)
                .param("tenant", tenant)
                .param("from", from.toString())
                .param("to", to.toString())
                .param("before", before)
                .param("limit", limit)
                .query((row, n) -> new Row(
                        row.getLong("number"),
                        row.getObject("id", UUID.class),
                        row.getObject("channel_id", UUID.class),
                        row.getObject("posted_at", OffsetDateTime.class),
                        row.getString("text"),
                        (String[]) row.getArray("tags").getArray()))
                .list();
    }

    private int each(UUID tenant, Instant from, Instant to, int most, Consumer<Post> work) {
        int read = 0;
        Long last = null;
        while (read < most) {
            List<Row> page = page(tenant, from, to, last, Math.min(PAGE, most - read));
            page.forEach(row -> work.accept(row.post(terms)));
            read += page.size();
            if (page.size() < PAGE) {
                break;
            }
            last = page.get(page.size() - 1).number();
        }
        return read;
    }

    private Baseline before(UUID tenant, Window window, Instant end, Set<String> candidates) {
        Map<String, Integer> counts = new HashMap<>();
        Map<String, Integer> sameDays = new HashMap<>();
        Set<UUID> channels = new HashSet<>();
        int[] posts = new int[2];
        each(tenant, end.minus(BASELINE), end, MOST_BASELINE_POSTS, post -> {
            // the window begins at the end of the preceding posts
            long age = Duration.between(post.at(), end.plus(window.length)).toMillis();
            boolean isSameDay = window.length.compareTo(WEEK) < 0 && age % WEEK.toMillis() < window.length.toMillis();
            posts[0]++;
            posts[1] += isSameDay ? 1 : 0;
            channels.add(post.channelId());
            post.terms().keySet().stream().filter(candidates::contains).forEach(term -> {
                counts.merge(term, 1, Integer::sum);
                if (isSameDay) {
                    sameDays.merge(term, 1, Integer::sum);
                }
            });
        });
        return new Baseline(counts, posts[0], sameDays, posts[1], channels);
    }

    private record Known(UUID id, String key, String window, UUID[] posts) {
        boolean isLike(Found found) {
            return found.key().equals(key) || posts.length > 0 && TrendDetector.isSame(List.of(posts), found.posts());
        }
    }

    private void store(UUID tenant, Window window, List<Found> trends, Instant from, Instant to) {
        // serialises runs: two concurrent runs would publish a trend twice
        jdbc.sql("SELECT id FROM tenants WHERE id = ? FOR NO KEY UPDATE")
                .param(tenant)
                .query(UUID.class)
                .single();
        List<Known> known = jdbc.sql(
                        """
                        SELECT id, key, time_window, ARRAY(SELECT post_id FROM trend_posts WHERE trend_id = id) AS posts FROM trends
                        WHERE tenant_id = :tenant AND last_seen_at > CAST(:since AS timestamptz) ORDER BY last_seen_at DESC, id
                        """)
                .param("tenant", tenant)
                .param("since", to.minus(REMEMBERED).toString())
                .query((row, n) -> new Known(
                        row.getObject("id", UUID.class), row.getString("key"), row.getString("time_window"), (UUID[])
                                row.getArray("posts").getArray()))
                .list();
        jdbc.sql(
                        """
                        UPDATE trends SET status = 'past'
                        WHERE tenant_id = :tenant AND time_window = :window AND status = 'emerging'
                        """)
                .param("tenant", tenant)
                .param("window", window.code())
                .update();
        List<TrendsEmerging> events = new ArrayList<>();
        for (Found trend : trends) {
            Optional<Known> same = known.stream()
                    .filter(one -> one.window().equals(window.code()) && one.isLike(trend))
                    .findFirst();
            UUID id = same.map(Known::id).orElseGet(UUID::randomUUID);
            write(id, tenant, window, trend, from, to);
            if (known.stream().noneMatch(one -> one.isLike(trend))) {
                events.add(event(id, trend, to));
            }
        }
        outbox.append(events);
        count(window, events.size());
        forgetErased(tenant);
    }

    private void write(UUID id, UUID tenant, Window window, Found trend, Instant from, Instant to) {
        jdbc.sql(
                        """
                        INSERT INTO trends (id, tenant_id, keyword, key, topics, time_window, window_start, window_end, frequency, baseline,
                            burst_score, significance, source_diversity, series, status, detected_at, last_seen_at)
                        VALUES (:id, :tenant, :keyword, :key, CAST(:topics AS jsonb), :window, CAST(:from AS timestamptz),
                            CAST(:to AS timestamptz), :frequency, :baseline, :burst, :significance, :channels, CAST(:series AS jsonb),
                            'emerging', CAST(:to AS timestamptz), CAST(:to AS timestamptz))
                        ON CONFLICT (id) DO UPDATE SET topics = excluded.topics, window_start = excluded.window_start,
                            window_end = excluded.window_end, frequency = excluded.frequency, baseline = excluded.baseline,
                            burst_score = excluded.burst_score, significance = excluded.significance,
                            source_diversity = excluded.source_diversity, series = excluded.series, status = excluded.status,
                            last_seen_at = excluded.last_seen_at
                        """)
                .param("id", id)
                .param("tenant", tenant)
                .param("keyword", trend.keyword())
                .param("key", trend.key())
                .param("topics", JSON.valueToTree(trend.topics()).toString())
                .param("window", window.code())
                .param("from", from.toString())
                .param("to", to.toString())
                .param("frequency", trend.posts().size())
                .param("baseline", trend.expected())
                .param("burst", trend.burst())
                .param("significance", trend.significance())
                .param("channels", trend.channels())
                .param("series", JSON.valueToTree(trend.series()).toString())
                .update();
        UUID[] posts = trend.posts().stream().limit(MOST_POSTS).toArray(UUID[]::new);
        jdbc.sql("DELETE FROM trend_posts WHERE trend_id = ? AND post_id <> ALL (?)")
                .params(id, posts)
                .update();
        jdbc.sql("INSERT INTO trend_posts (trend_id, post_id) SELECT ?, unnest(?) ON CONFLICT DO NOTHING")
                .params(id, posts)
                .update();
    }

    /** Removes posts that were deleted after the run had read them. */
    private void forgetErased(UUID tenant) {
        List<UUID> told = jdbc.sql(
                        """
                        DELETE FROM trend_posts tp USING trends t, posts p
                        WHERE t.id = tp.trend_id AND t.tenant_id = ? AND p.id = tp.post_id AND p.cleaned_at IS NOT NULL
                        RETURNING tp.trend_id
                        """)
                .param(tenant)
                .query(UUID.class)
                .list();
        forget(told);
    }

    private static TrendsEmerging event(UUID id, Found trend, Instant now) {
        return new TrendsEmerging(
                "v1",
                PostEvents.newTraceId(),
                now,
                id + ":emerging",
                id.toString(),
                trend.keyword(),
                trend.topics(),
                trend.posts().size(),
                trend.expected(),
                trend.channels(),
                trend.burst(),
                trend.posts().stream().limit(EXAMPLES).toList(),
                now);
    }

    /**
     * A trend as shown to a user.
     *
     * @param baseline expected number of posts in the window
     * @param series posts in twelve equal parts of the window, the oldest part first
     * @param examples posts of channels that the user reads; never empty
     */
    public record Trend(
            UUID id,
            String keyword,
            List<String> topics,
            String window,
            int frequency,
            double baseline,
            double burstScore,
            int channels,
            Instant detectedAt,
            Instant lastSeenAt,
            List<Integer> series,
            List<Example> examples) {}

    public record Example(UUID postId, long number, String channel, String link, Instant postedAt) {}

    /** Returns the current trends with posts that the user may see, the most significant first. */
    public List<Trend> list(UUID tenantId, long userId, Window window) {
        return jdbc.sql(
                        """
                        SELECT to_jsonb(t) || jsonb_build_object('window', t.time_window, 'channels', t.source_diversity, 'examples', examples.list)
                        FROM trends t CROSS JOIN LATERAL (
                            SELECT jsonb_agg(one) AS list FROM (
                                SELECT p.id AS post_id, p.number, coalesce(nullif(c.title, ''), c.username, '') AS channel,
                                    p.telegram_post_url AS link, p.posted_at
                                FROM trend_posts tp JOIN posts p ON p.id = tp.post_id AND NOT p.is_deleted AND p.tenant_id = t.tenant_id
                                JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                                JOIN channels c ON c.id = p.channel_id
                                WHERE tp.trend_id = t.id
                                ORDER BY row_number() OVER (PARTITION BY p.channel_id ORDER BY p.views_count DESC, p.number), p.views_count DESC
                                LIMIT :examples) one) examples
                        WHERE t.tenant_id = :tenant AND t.time_window = :window AND t.status = 'emerging' AND examples.list IS NOT NULL
                        ORDER BY t.significance DESC, t.id
                        """)
                .param("user", userId)
                .param("tenant", tenantId)
                .param("window", window.code())
                .param("examples", EXAMPLES)
                .query(Trends::trend)
                .list();
    }

    /** Removes terms that occur only in these posts, and trends whose keyword occurs only in them. */
    @Override
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        List<UUID> told = jdbc.sql("DELETE FROM trend_posts WHERE post_id = ANY (?) RETURNING trend_id")
                .param(postIds.toArray(UUID[]::new))
                .query(UUID.class)
                .list();
        forget(told);
    }

    /**
     * Removes trends and topics that occur in no remaining post, and the published events of the trends. A term is a part of a post, as
     * written there, or one of its tags.
     */
    private void forget(Collection<UUID> trends) {
        if (trends.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        WITH living AS MATERIALIZED (
                            SELECT tp.trend_id, lower(concat_ws(E'\\n', p.content, (SELECT string_agg(tag #>> '{}', E'\\n')
                                FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') AS tag
                                WHERE e.post_id = p.id AND e.kind = 'tags'))) AS text
                            FROM trend_posts tp JOIN posts p ON p.id = tp.post_id AND NOT p.is_deleted
                            WHERE tp.trend_id = ANY (:trends)),
                        gone AS (
                            DELETE FROM trends t WHERE t.id = ANY (:trends) AND NOT EXISTS (
                                SELECT FROM living l WHERE l.trend_id = t.id AND position(lower(t.keyword) IN l.text) > 0)
                            RETURNING t.id)
                        UPDATE trends t SET topics = coalesce((
                                SELECT jsonb_agg(one.topic ORDER BY one.n)
                                FROM jsonb_array_elements_text(t.topics) WITH ORDINALITY AS one (topic, n)
                                WHERE EXISTS (SELECT FROM living l WHERE l.trend_id = t.id AND position(lower(one.topic) IN l.text) > 0)), '[]')
                        WHERE t.id = ANY (:trends) AND t.id NOT IN (SELECT id FROM gone)
                        """)
                .param("trends", trends.stream().distinct().toArray(UUID[]::new))
                .update();
        outbox.forgetTrends(trends);
    }

    private static Trend trend(ResultSet row, int n) throws SQLException {
        try {
            return JSON.readValue(row.getString(1), Trend.class);
        } catch (JsonProcessingException e) {
            throw new SQLException("Cannot read a stored trend", e);
        }
    }
}
