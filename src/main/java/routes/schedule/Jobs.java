package routes.schedule;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.dao.DataAccessException;

/** Runs jobs, as bean {@code jobs}: for the routes of the schedule, and on demand. */
public class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final String RUNS = "scheduler.runs";

    /** What became of a call. */
    public enum Outcome {
        SUCCESS,
        FAILED,
        /** It runs elsewhere, or was run by another process a moment ago. */
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
     * Runs a job whose time has come. Every process has the schedule; the first one does the work, and those that come within
     * half a period after it have nothing to do. A failure is logged in one line, counted, and not thrown.
     *
     * @param every period of the schedule, such as 10m
     * @throws IllegalArgumentException for a job that does not exist
     */
    public Outcome run(String name, String every) {
        return run(job(name), DurationStyle.detectAndParse(every));
    }

    /** Runs a job now, unless it runs already; as {@link #run(String, String)} otherwise. */
    public Outcome runNow(String name) {
        return run(job(name), null);
    }

    /** All jobs that ever ran, in whatever process. */
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

    private Outcome run(Job job, Duration every) {
        Outcome outcome;
        try {
            outcome = lock.run(job.name(), () -> runLocked(job, every), Outcome.SKIPPED);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            LOG.warn("Job {} failed and is tried again at its next time: {}", job.name(), reason(e));
            LOG.debug("Job {} failed", job.name(), e);
            outcome = Outcome.FAILED;
        }
        metrics.counter(RUNS, "job", job.name(), "outcome", outcome.label()).increment();
        return outcome;
    }

    private Outcome runLocked(Job job, Duration every) throws Exception {
        if (every != null && table.startedWithin(job.name(), every.dividedBy(2))) {
            return Outcome.SKIPPED;
        }
        table.started(job.name(), every, instance);
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
            // the database may be what the job failed for
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
