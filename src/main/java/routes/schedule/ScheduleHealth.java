package routes.schedule;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Whether jobs fail again and again: the part {@code schedule} of the health. When they ran, and run next, is in the metrics and in GET /admin/jobs. */
@Component("schedule")
class ScheduleHealth implements HealthIndicator {
    /** An outage of the database makes every job fail once. */
    private static final int TIMES = 3;

    private static final Duration RENEWED = Duration.ofSeconds(5);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private final JobTable table;

    /** Loaded in the background: while the database is down, each health part that queries it delays the response by five seconds. */
    private final AsyncLoadingCache<String, Health> known =
            Caffeine.newBuilder().refreshAfterWrite(RENEWED).buildAsync(all -> look());

    ScheduleHealth(JobTable table) {
        this.table = table;
    }

    @Override
    public Health health() {
        return known.get("all")
                .copy()
                .completeOnTimeout(away(), LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private static Health away() {
        return Health.unknown()
                .withDetail("problem", "the database does not answer")
                .build();
    }

    private Health look() {
        try {
            Map<String, String> failing = table.failing(TIMES);
            return failing.isEmpty()
                    ? Health.up().build()
                    : Health.status("DEGRADED").withDetail("problems", failing).build();
        } catch (DataAccessException e) {
            return away();
        }
    }
}
