package routes.schedule;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * The health component {@code schedule}: the last and the next run of each job, across all processes, and the jobs that fail repeatedly.
 */
@Component("schedule")
public class ScheduleHealth implements HealthIndicator {
    /** Name of the detail that contains a {@link Run} for each job, by name. */
    public static final String JOBS = "jobs";

    /** Number of failures until a job is reported: a database outage makes every job fail once. */
    private static final int TIMES = 3;

    private static final Duration RENEWED = Duration.ofSeconds(5);

    /** After a longer period without requests, the first request waits for the database instead of returning an outdated state. */
    private static final Duration OUTDATED = Duration.ofSeconds(20);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /**
     * The state of a job, across all processes.
     *
     * @param lastRunAt end of its last run; null if it has not run
     * @param lastOutcome success or failed; null if it has not run
     * @param nextRunAt null if no run is planned
     * @param isFailing whether the last three runs failed
     */
    public record Run(Instant lastRunAt, String lastOutcome, Instant nextRunAt, boolean isFailing) {}

    private final JobTable table;

    /**
     * Loaded in the background: while the database is unavailable, each health component that queries it delays the response by five
     * seconds.
     */
    private final AsyncLoadingCache<String, Health> known = Caffeine.newBuilder()
            .refreshAfterWrite(RENEWED)
            .expireAfterWrite(OUTDATED)
            .buildAsync(all -> look());

    ScheduleHealth(JobTable table) {
        this.table = table;
    }

    @Override
    public Health health() {
        return known.get("all")
                .copy()
                .completeOnTimeout(unavailable(), LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private static Health unavailable() {
        return Health.unknown()
                .withDetail("problem", "the database does not respond")
                .build();
    }

    private Health look() {
        try {
            List<JobTable.State> jobs = table.states();
            Map<String, String> failing = new TreeMap<>();
            Map<String, Run> runs = new TreeMap<>();
            jobs.forEach(job -> {
                boolean isFailing = job.failures() >= TIMES;
                if (isFailing) {
                    failing.put(job.name(), String.valueOf(job.lastError()));
                }
                runs.put(
                        job.name(),
                        new Run(instant(job.lastEndedAt()), job.lastOutcome(), instant(job.nextRunAt()), isFailing));
            });
            Health.Builder health =
                    failing.isEmpty() ? Health.up() : Health.status("DEGRADED").withDetail("problems", failing);
            return health.withDetail(JOBS, runs).build();
        } catch (DataAccessException e) {
            return unavailable();
        }
    }

    private static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
