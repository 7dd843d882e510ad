package routes.schedule;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.hibernate.validator.constraints.time.DurationMin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.stereotype.Component;
import routes.configuration.InstanceProperties;

/**
 * Runs jobs: for the schedule routes, which use this bean name, and on demand. Among all processes of one Redis, only one runs a job at a
 * time: it holds the key {@code job:lock:<name>} and extends it while the job runs; after a crash, the key expires. If Redis loses the
 * key, a second runner can start, so jobs must be correct with two concurrent runs.
 *
 * <p>Publishes {@code scheduler_last_run_timestamp_seconds} and {@code scheduler_next_run_timestamp_seconds}, the same in every process: 0
 * before the first run, NaN while the database is unavailable.
 */
@Component
public class Jobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final String RUNS = "scheduler.runs";
    private static final Duration LOCK_EXPIRES = Duration.ofSeconds(60);

    /** Lets one scrape read the table only once. */
    private static final Duration TIMES_CACHED = Duration.ofSeconds(2);

    /**
     * @param startDelay delay between the start of a process and its first check for due jobs
     * @param missed     what to do with a planned run that was missed because no process ran: run (once, late) or skip
     * @param retryAfter delay before a failed planned run is retried; up to three retries, with growing delays
     */
    @ConfigurationProperties("schedule")
    record ScheduleProperties(
            @DefaultValue("30s") Duration startDelay,
            @DefaultValue("run") @Pattern(regexp = "run|skip", message = "must be run or skip") String missed,
            @DefaultValue("10m") @DurationMin(seconds = 1) Duration retryAfter) {
        boolean skipsMissed() {
            return missed.equals("skip");
        }
    }

    public enum Outcome {
        SUCCESS,
        FAILED,
        /** The job is not due, or another process is running it or has just run it. */
        SKIPPED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, Job> jobs = new TreeMap<>();
    private final JobTable table;
    private final ScheduleProperties properties;
    private final MeterRegistry metrics;
    private final String instance;
    private final ScheduledExecutorService lockExtender = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "job-lock");
        thread.setDaemon(true);
        return thread;
    });
    private final LockingTaskExecutor locking;
    private final LoadingCache<String, List<JobTable.State>> states;

    Jobs(
            Collection<Job> jobs,
            RedisConnectionFactory redis,
            JobTable table,
            ScheduleProperties properties,
            MeterRegistry metrics,
            InstanceProperties instance) {
        this.table = table;
        this.properties = properties;
        this.metrics = metrics;
        this.instance = instance.nameOrHost();
        var locks = new RedisLockProvider.Builder(redis)
                // the prefixes form job:lock:<name>
                .keyPrefix("job")
                .environment("lock")
                // a lock that another process now holds is neither extended nor released
                .safeUpdate(true)
                .build();
        locking = new DefaultLockingTaskExecutor(new KeepAliveLockProvider(locks, lockExtender));
        states = Caffeine.newBuilder().expireAfterWrite(TIMES_CACHED).build(all -> table.states());
        for (Job job : jobs) {
            this.jobs.put(job.name(), job);
            for (Outcome outcome : Outcome.values()) {
                count(job, outcome, 0);
            }
            gauge("scheduler.last.run.timestamp", job, JobTable.State::lastEndedAt);
            gauge("scheduler.next.run.timestamp", job, JobTable.State::nextRunAt);
        }
    }

    private void gauge(String metric, Job job, Function<JobTable.State, OffsetDateTime> time) {
        TimeGauge.builder(metric, () -> epochMillis(job, time), TimeUnit.MILLISECONDS)
                .tag("job", job.name())
                .register(metrics);
    }

    private long epochMillis(Job job, Function<JobTable.State, OffsetDateTime> time) {
        return states.get("all").stream()
                .filter(row -> row.name().equals(job.name()))
                .map(time)
                .filter(Objects::nonNull)
                .mapToLong(found -> found.toInstant().toEpochMilli())
                .findFirst()
                .orElse(0);
    }

    /**
     * Runs a job that is due. Every process has the schedule; the first process does the work, and calls within half a period after it do
     * nothing. A failure is logged in one line, counted, and not thrown.
     *
     * @param every period of the schedule, such as 10m
     * @throws IllegalArgumentException for a job that does not exist
     */
    public Outcome run(String name, String every) {
        Duration period = DurationStyle.detectAndParse(every);
        return run(
                job(name),
                now -> !table.startedAfter(name, now.minus(period.dividedBy(2))),
                now -> now.plus(period),
                null);
    }

    /**
     * Runs a job if one of its times has passed since it was last planned. A time missed because no process was running is made up for or
     * skipped, as configured; a failed run is retried sooner. Every process calls this method about once a minute; the first process does
     * the work. Otherwise like {@link #run(String, String)}.
     *
     * @param cron minute, hour, day of the month, month, day of the week, in UTC, such as {@code 0 4 * * *}; - for never
     * @throws IllegalArgumentException for a job that does not exist, and for invalid times
     */
    public Outcome runAt(String name, String cron) {
        Job job = job(name);
        if (cron.isBlank() || cron.strip().equals("-")) {
            return Outcome.SKIPPED;
        }
        CronExpression planned = CronExpression.parse("0 " + cron.strip());
        if (planned.next(LocalDateTime.now(ZoneOffset.UTC)) == null) {
            throw new IllegalArgumentException("'" + cron + "' specifies a date that does not exist");
        }
        return run(
                job,
                now -> table.isDue(name, planned.next(now), properties.skipsMissed()),
                planned::next,
                properties.retryAfter());
    }

    /** Returns the names of all jobs. */
    public Set<String> names() {
        return Set.copyOf(jobs.keySet());
    }

    /** Runs a job now, unless it is already running; otherwise like {@link #run(String, String)}. */
    public Outcome runNow(String name) {
        return runNow(name, job(name)::run);
    }

    /** Like {@link #runNow(String)}, with other work in place of the job. */
    public Outcome runNow(String name, Job.Work work) {
        return run(Job.of(job(name).name(), work), now -> true, now -> null, null);
    }

    private Job job(String name) {
        Job job = jobs.get(name);
        if (job == null) {
            throw new IllegalArgumentException("Unknown job '" + name + "'; the jobs are " + jobs.keySet());
        }
        return job;
    }

    /**
     * @param next the next planned time, from the database time; null to keep the plan unchanged
     * @param retryAfter pause before a failed run is repeated; null to wait for the next planned time
     */
    private Outcome run(
            Job job, Predicate<OffsetDateTime> isDue, UnaryOperator<OffsetDateTime> next, Duration retryAfter) {
        Outcome outcome;
        try {
            outcome = isDue.test(table.now()) ? runLocked(job, isDue, next, retryAfter) : Outcome.SKIPPED;
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            LOG.warn("Job {} failed and will be retried: {}", job.name(), reason(e));
            LOG.debug("Job {} failed", job.name(), e);
            outcome = Outcome.FAILED;
        }
        count(job, outcome, 1);
        return outcome;
    }

    private Outcome runLocked(
            Job job, Predicate<OffsetDateTime> isDue, UnaryOperator<OffsetDateTime> next, Duration retryAfter)
            throws Throwable {
        var lock = new LockConfiguration(Instant.now(), job.name(), LOCK_EXPIRES, Duration.ZERO);
        var result = locking.executeWithLock(
                () -> {
                    OffsetDateTime now = table.now();
                    if (!isDue.test(now)) {
                        return Outcome.SKIPPED; // another process ran it before the lock was acquired
                    }
                    table.started(job.name(), now, next.apply(now), instance);
                    work(job, retryAfter);
                    return Outcome.SUCCESS;
                },
                lock);
        return result.wasExecuted() ? result.getResult() : Outcome.SKIPPED;
    }

    private void work(Job job, Duration retryAfter) throws Exception {
        try {
            job.run();
        } catch (Exception e) {
            try {
                table.ended(job.name(), Outcome.FAILED.label(), reason(e), retryAfter);
            } catch (DataAccessException unrecorded) {
                e.addSuppressed(unrecorded); // the database may be the reason why the job failed
            }
            throw e;
        }
        table.ended(job.name(), Outcome.SUCCESS.label(), null, null);
    }

    private void count(Job job, Outcome outcome, int runs) {
        metrics.counter(RUNS, "job", job.name(), "outcome", outcome.label()).increment(runs);
    }

    private static String reason(Throwable e) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(e);
        String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        return root.getClass().getSimpleName() + ": " + message;
    }

    @Override
    public void close() {
        lockExtender.shutdownNow();
    }
}
