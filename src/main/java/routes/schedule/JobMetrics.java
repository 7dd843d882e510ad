package routes.schedule;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * {@code scheduler_last_run_timestamp_seconds} and {@code scheduler_next_run_timestamp_seconds}, the same in every process: 0
 * before the first run, NaN while the database is unavailable.
 */
final class JobMetrics {
    // one scrape reads the table once
    private static final Duration KEPT = Duration.ofSeconds(2);
    private static final String ALL = "all";

    private final LoadingCache<String, List<JobState>> states;

    JobMetrics(Collection<String> jobs, JobTable table, MeterRegistry registry) {
        states = Caffeine.newBuilder().maximumSize(1).expireAfterWrite(KEPT).build(all -> table.all());
        for (String job : jobs) {
            register(registry, "scheduler.last.run.timestamp", job, JobState::lastEndedAt);
            register(registry, "scheduler.next.run.timestamp", job, JobState::nextRunAt);
        }
    }

    private void register(MeterRegistry registry, String metric, String job, Function<JobState, Instant> time) {
        TimeGauge.builder(metric, () -> millis(job, time), TimeUnit.MILLISECONDS)
                .tag("job", job)
                .register(registry);
    }

    private long millis(String job, Function<JobState, Instant> time) {
        return states.get(ALL).stream()
                .filter(state -> state.name().equals(job))
                .map(time)
                .filter(instant -> instant != null)
                .mapToLong(Instant::toEpochMilli)
                .findFirst()
                .orElse(0);
    }
}
