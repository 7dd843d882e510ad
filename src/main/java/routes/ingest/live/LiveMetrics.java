package routes.ingest.live;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import routes.posts.PostWriter.SavedBatch;

/**
 * Metrics of the channels that are read live. All series are registered at startup. A gauge is NaN while the database is
 * unavailable, so that no alert condition matches; all processes report the same values.
 */
@Component
class LiveMetrics {
    static final List<String> SOURCES = List.of("telegram", "preview");
    /**
     * The states of the API, except that a failed channel that was never found has the state not_found, because waiting does not
     * help.
     */
    private static final List<String> STATES =
            List.of("finding", "not_found", "history", "live", "waiting", "paused", "failed");

    private static final Set<String> NOT_READ = Set.of("paused", "not_found");
    private static final List<String> POSTS =
            List.of("created", "edited", "updated", "unchanged", "deleted", "refused");

    private static final Logger LOG = LoggerFactory.getLogger(LiveMetrics.class);
    private static final Duration KEPT = Duration.ofSeconds(10);

    /**
     * The channels of one source in one state.
     *
     * @param age seconds since the last read of the channel that was read longest ago
     * @param flood seconds until the end of the last flood wait
     */
    private record Row(String source, String state, long channels, double age, double flood) {
        String key() {
            return source + "/" + state;
        }
    }

    private final MeterRegistry registry;
    private final JdbcClient jdbc;
    /** A cache with one entry, so that a scrape runs one query. */
    private final LoadingCache<String, Optional<Map<String, Row>>> rows =
            Caffeine.newBuilder().expireAfterWrite(KEPT).build(key -> load());

    LiveMetrics(MeterRegistry registry, JdbcClient jdbc) {
        this.registry = registry;
        this.jdbc = jdbc;
        for (String source : SOURCES) {
            STATES.forEach(state ->
                    gauge("live.channels", source, state, Row::channels).register(registry));
            gauge("live.update.age.seconds", source, Row::age);
            gauge("live.flood.wait.seconds", source, Row::flood);
            POSTS.forEach(kind -> posts(source, kind));
            pages(source);
            floods(source);
        }
        registry.counter("preview.unknown.blocks");
    }

    private Optional<Map<String, Row>> load() {
        try {
            return Optional.of(jdbc
                    .sql(
                            """
                                    SELECT source, CASE WHEN live_state(l) = 'failed' AND chat_id IS NULL THEN 'not_found'
                                            ELSE live_state(l) END AS state, count(*) AS channels,
                                        coalesce(extract(epoch FROM max(now() - coalesce(
                                            greatest(passed_at, last_update_at), source_since))), 0)::float AS age,
                                        coalesce(extract(epoch FROM max(flood_until - now())), 0)::float AS flood
                                    FROM live_channels l GROUP BY 1, 2""")
                    .query(Row.class)
                    .list()
                    .stream()
                    .collect(Collectors.toMap(Row::key, row -> row)));
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("Cannot read the states of the live channels: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Gauge.Builder<?> gauge(String name, String source, String state, ToDoubleFunction<Row> value) {
        return Gauge.builder(name, () -> rows.get("")
                        .map(all -> all.get(source + "/" + state))
                        .map(row -> row == null ? 0 : value.applyAsDouble(row))
                        .orElseGet(() -> rows.get("").isPresent() ? 0 : Double.NaN))
                .tags("source", source, "state", state);
    }

    /** Registers the highest value of the channels of one source. */
    private void gauge(String name, String source, ToDoubleFunction<Row> value) {
        Gauge.builder(name, () -> rows.get("")
                        .map(all -> all.values().stream()
                                .filter(row -> row.source().equals(source) && !NOT_READ.contains(row.state()))
                                .mapToDouble(value)
                                .map(number -> Math.max(0, number))
                                .max()
                                .orElse(0))
                        .orElse(Double.NaN))
                .tags("source", source)
                .register(registry);
    }

    void saved(String source, SavedBatch batch) {
        posts(source, "created").increment(batch.created());
        posts(source, "edited").increment(batch.edited());
        posts(source, "updated").increment(batch.updated());
        posts(source, "unchanged").increment(batch.unchanged());
    }

    void deleted(String source, int posts) {
        posts(source, "deleted").increment(posts);
    }

    void refused(String source) {
        posts(source, "refused").increment();
    }

    void page(String source) {
        pages(source).increment();
    }

    /** Counts a flood wait. */
    void flood(String source) {
        floods(source).increment();
    }

    /** Counts unknown parts of preview pages. */
    void unknown(int blocks) {
        registry.counter("preview.unknown.blocks").increment(blocks);
    }

    private Counter posts(String source, String kind) {
        return registry.counter("live.posts", "source", source, "kind", kind);
    }

    private Counter pages(String source) {
        return registry.counter("live.history.pages", "source", source);
    }

    private Counter floods(String source) {
        return registry.counter("live.floods", "source", source);
    }
}
