package routes.schedule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.support.CronExpression;

/** Runs jobs, as bean {@code jobs}: for the schedule routes, and on demand. */
public class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final String RUNS = "scheduler.runs";

    /** Result of a call. */
    public enum Outcome {
        SUCCESS,
        FAILED,
        /** Another process is running it or ran it a moment ago. */
        SKIPPED;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<String, Job> jobs = new TreeMap<>();
    private final JobLock lock;
    private final JobTable table;
    private final MeterRegistry metrics;
    private final String instance;

    Jobs(Collection<Job> jobs, JobLock lock, JobTable table, MeterRegistry metrics, String instance) {
        jobs.forEach(job -> this.jobs.put(job.name(), job));
        this.lock = lock;
        this.table = table;
        this.metrics = metrics;
        this.instance = instance;
        for (String name : this.jobs.keySet()) {
            for (Outcome outcome : Outcome.values()) {
                metrics.counter(RUNS, "job", name, "outcome", outcome.label());
            }
        }
        new JobMetrics(this.jobs.keySet(), table, metrics);
    }

    /**
     * Runs a job that is due. Every process has the schedule; the first one does the work, and calls within half a period after it
     * do nothing. A failure is logged in one line, counted, and not thrown.
     *
     * @param every period of the schedule, such as 10m
     * @throws IllegalArgumentException for a job that does not exist
     */
    public Outcome run(String name, String every) {
        Duration period = DurationStyle.detectAndParse(every);
        return run(
                job(name),
                () -> !table.startedWithin(name, period.dividedBy(2)),
                () -> table.started(name, period, instance));
    }

    /**
     * Runs a job if one of its times has come since it was last planned: a time missed because no process was running is made up.
     * Every process calls this about once a minute; the first one does the work. Otherwise like {@link #run(String, String)}.
     *
     * @param cron minute, hour, day of the month, month, day of the week, in UTC, as {@code 0 4 * * *}; - for never
     * @throws IllegalArgumentException for a job that does not exist, and for invalid times
     */
    public Outcome runAt(String name, String cron) {
        Job job = job(name);
        if (cron.isBlank() || cron.strip().equals("-")) {
            return Outcome.SKIPPED;
        }
        Instant next;
        try {
            next = next(cron);
            if (!table.isDue(name, next)) {
                return Outcome.SKIPPED;
            }
        } catch (DataAccessException e) {
            return counted(job, failed(job, e));
        }
        return run(job, () -> table.isDue(name, next), () -> table.started(name, next, instance));
    }

    /** By the database clock, like all job times. */
    private Instant next(String cron) {
        OffsetDateTime next = CronExpression.parse("0 " + cron.strip()).next(table.now());
        if (next == null) {
            throw new IllegalArgumentException("'" + cron + "' names a date that does not exist");
        }
        return next.toInstant();
    }

    /** Runs a job now, unless it is already running; otherwise like {@link #run(String, String)}. */
    public Outcome runNow(String name) {
        return runNow(name, job(name)::run);
    }

    /** Like {@link #runNow(String)}, with other work in place of the job. */
    public Outcome runNow(String name, Work work) {
        Job job = job(name);
        return run(
                new Job() {
                    @Override
                    public String name() {
                        return job.name();
                    }

                    @Override
                    public void run() throws Exception {
                        work.run();
                    }
                },
                () -> true,
                () -> table.started(name, (Duration) null, instance));
    }

    /** The work of a run. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** All jobs that ever ran, in any process. */
    public List<JobState> states() {
        return table.all();
    }

    private Job job(String name) {
        Job job = jobs.get(name);
        if (job == null) {
            throw new IllegalArgumentException("There is no job '" + name + "'; there are " + jobs.keySet());
        }
        return job;
    }

    private Outcome run(Job job, BooleanSupplier isDue, Runnable started) {
        Outcome outcome;
        try {
            outcome = lock.run(job.name(), () -> runLocked(job, isDue, started), Outcome.SKIPPED);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            outcome = failed(job, e);
        }
        return counted(job, outcome);
    }

    private static Outcome failed(Job job, Throwable e) {
        LOG.warn("Job {} failed and is tried again at its next time: {}", job.name(), reason(e));
        LOG.debug("Job {} failed", job.name(), e);
        return Outcome.FAILED;
    }

    private Outcome counted(Job job, Outcome outcome) {
        metrics.counter(RUNS, "job", job.name(), "outcome", outcome.label()).increment();
        return outcome;
    }

    private Outcome runLocked(Job job, BooleanSupplier isDue, Runnable started) throws Exception {
        if (!isDue.getAsBoolean()) {
            return Outcome.SKIPPED;
        }
        started.run();
        try {
            job.run();
        } catch (Exception e) {
            noteFailure(job, e);
            throw e;
        }
        table.ended(job.name(), Outcome.SUCCESS.label(), null);
        return Outcome.SUCCESS;
    }

    private void noteFailure(Job job, Exception cause) {
        try {
            table.ended(job.name(), Outcome.FAILED.label(), reason(cause));
        } catch (DataAccessException e) {
            // the database may be the reason why the job failed
            cause.addSuppressed(e);
        }
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).lines().findFirst().orElse("");
        return root.getClass().getSimpleName() + ": " + message;
    }
}
