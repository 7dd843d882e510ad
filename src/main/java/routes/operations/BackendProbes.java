package routes.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.crawl4ai.Crawl4ai;
import routes.graph.Graph;
import routes.objectstore.ObjectStore;
import routes.redis.RedisLink;
import routes.vectorindex.VectorIndex;

/**
 * Probes each service that the process needs every five seconds, for {@code metrics_backend_up}. A service that hangs delays neither a
 * scrape nor the other probes; its value becomes 0 after {@link #LATE}.
 */
@Component
class BackendProbes {
    private static final Logger LOG = LoggerFactory.getLogger(BackendProbes.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LATE = Duration.ofSeconds(20);
    private static final int DATABASE_SECONDS = 5;

    /** Returns normally if the service answers. */
    @FunctionalInterface
    interface Probe {
        void run() throws Exception;
    }

    private final Map<String, Long> answered = new ConcurrentHashMap<>();
    private final ScheduledExecutorService threads;

    BackendProbes(
            DataSource database,
            RedisLink redis,
            ObjectStore objects,
            VectorIndex index,
            Graph graph,
            Crawl4ai crawler,
            MeterRegistry registry) {
        Map<String, Probe> probes = new LinkedHashMap<>();
        probes.put("database", () -> check(database));
        probes.put("redis", () -> redis.call(commands -> commands.ping()));
        probes.put("object_store", objects::check);
        probes.put("vector_index", index::count);
        probes.put("graph", () -> graph.problem().ifPresent(BackendProbes::fail));
        if (crawler.isConfigured()) {
            probes.put("crawl4ai", () -> crawler.problem().ifPresent(BackendProbes::fail));
        }
        threads = Executors.newScheduledThreadPool(probes.size(), work -> {
            Thread thread = new Thread(work, "backend-probe");
            thread.setDaemon(true);
            return thread;
        });
        probes.forEach((target, probe) -> {
            Gauge.builder("metrics.backend.up", () -> isUp(target) ? 1 : 0)
                    .tag("target", target)
                    .register(registry);
            threads.scheduleWithFixedDelay(() -> run(target, probe), 0, PAUSE.toSeconds(), TimeUnit.SECONDS);
        });
    }

    private static void check(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            if (!connection.isValid(DATABASE_SECONDS)) {
                throw new SQLException("The connection is not valid");
            }
        }
    }

    private static void fail(String problem) {
        throw new IllegalStateException(problem);
    }

    private void run(String target, Probe probe) {
        try {
            probe.run();
            answered.put(target, System.nanoTime());
        } catch (Exception e) { // an unexpected error of a service must not prevent the next probe
            if (answered.remove(target) != null) {
                LOG.debug("{} does not respond", target, e);
            }
        }
    }

    private boolean isUp(String target) {
        Long last = answered.get(target);
        return last != null && System.nanoTime() - last < LATE.toNanos();
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }
}
