package routes.operations;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.TabularData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;
import org.springframework.jmx.export.annotation.ManagedResource;
import routes.configuration.ConfigurationException;
import routes.posts.TaggingRequests;
import routes.reconcile.Reconciler;
import routes.schedule.Jobs;
import routes.timeline.TimelineTable;

/**
 * Operations on streams, entries and posts for operators. An MBean next to those of Camel, so that Hawtio shows it. Return values and
 * exceptions use JDK types only.
 */
@ManagedResource(description = "Looks into streams and posts, pauses stages, has posts tagged and published again")
public class StreamReplay {
    private static final int MAX_RECORDS = 1_000;

    private static final Logger AUDIT = LoggerFactory.getLogger(StreamReplay.class);

    private final TimelineTable timelines;
    private final StagePauses pauses;
    private final Jobs jobs;
    private final Reconciler reconciler;
    private final TaggingRequests tagging;
    private final TaggingTrial trial;
    private final JdbcClient jdbc;

    StreamReplay(
            TimelineTable timelines,
            StagePauses pauses,
            Jobs jobs,
            Reconciler reconciler,
            TaggingRequests tagging,
            TaggingTrial trial,
            JdbcClient jdbc) {
        this.timelines = timelines;
        this.pauses = pauses;
        this.jobs = jobs;
        this.reconciler = reconciler;
        this.tagging = tagging;
        this.trial = trial;
        this.jdbc = jdbc;
    }

    /**
     * Pauses a stage in all processes until {@link #resumeStage}, across restarts. Entries in progress are finished.
     *
     * @param stage a name of PIPELINE_ROUTES, or the id of one of your own routes
     */
    @ManagedOperation(description = "Pauses a stage in all processes until resumeStage; kept across restarts")
    @ManagedOperationParameter(
            name = "stage",
            description = "A name of PIPELINE_ROUTES, or the id of a route of your own")
    public String pauseStage(String stage) {
        return audited(
                "pauseStage(" + stage + ")",
                () -> pauses.pause(stage, "pauseStage at " + Instant.now()) + " consumer groups rest");
    }

    /** Resumes a stage paused by {@link #pauseStage}. */
    @ManagedOperation(description = "Ends what pauseStage began")
    @ManagedOperationParameter(
            name = "stage",
            description = "A name of PIPELINE_ROUTES, or the id of a route of your own")
    public String resumeStage(String stage) {
        return audited("resumeStage(" + stage + ")", () -> pauses.resume(stage) + " consumer groups go on");
    }

    /**
     * Tags posts of all tenants again: those in status retrying, those pending for long and, with force, those that failed.
     *
     * @param limit 1 to 1000
     */
    @ManagedOperation(
            description =
                    "Tags posts again that are retrying or pending for long; by force also those whose tagging failed."
                            + " Posts with tags, and posts that only the index lacks, are not touched: see reconcileNow and --reindex")
    @ManagedOperationParameter(name = "force", description = "Also posts whose tagging failed")
    @ManagedOperationParameter(name = "limit", description = "Most posts, 1 to 1000")
    public String retryTagging(boolean force, int limit) {
        if (limit < 1 || limit > MAX_RECORDS) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be 1 to " + MAX_RECORDS);
        }
        return audited(
                "retryTagging(" + force + ", " + limit + ")",
                () -> tagging.retryAll(force, limit) + " posts are queued");
    }

    /**
     * Tags a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Tags a post without storing anything: prompt, raw answers, what was accepted and why not the rest")
    @ManagedOperationParameter(name = "post", description = "Id (UUID) or number of the post")
    public String tryTagging(String post) {
        return audited("tryTagging(" + post + ")", () -> trial.show(post), shown -> "shown");
    }

    /** Runs the reconciler now over all posts, including recent ones, unless it is already running. */
    @ManagedOperation(
            description =
                    "Publishes every post again that is in no final state and has no event under way, at once and whatever"
                            + " RECONCILE_AFTER is; returns how many were found, published and left alone")
    public String reconcileNow() {
        return audited("reconcileNow()", () -> {
            var counts = new AtomicReference<Reconciler.Counts>();
            Jobs.Outcome outcome = jobs.runNow("reconcile", () -> counts.set(reconciler.runNow()));
            return switch (outcome) {
                case SKIPPED -> "The reconciler runs already; call again when it has ended";
                case FAILED -> "The reconciler failed; the log and the table jobs say why";
                case SUCCESS -> describe(counts.get());
            };
        });
    }

    private static String describe(Reconciler.Counts counts) {
        return counts.tooMuch()
                ? "Nothing was looked at: too many events are under way"
                : "%d posts are not in a final state: %d published again, %d left alone because an event is under way, %d because it is a dead letter"
                        .formatted(counts.open(), counts.published(), counts.underWay(), counts.dead());
    }

    /**
     * The stages that the post went through: the latest {@value #MAX_RECORDS} records.
     *
     * @param post UUID or number
     * @throws IllegalArgumentException for an invalid id or number, or an unknown post
     */
    @ManagedOperation(description = "Every stage a post went through: outcome, reason, provider, entry id, duration")
    @ManagedOperationParameter(name = "post", description = "Id (UUID) or number of the post")
    public TabularData tracePost(String post) throws OpenDataException {
        var records = plain(() -> timelines.read(id(post), MAX_RECORDS));
        if (records.isEmpty()) {
            throw new IllegalArgumentException("There is no post " + post);
        }
        return TimelineData.of(records);
    }

    private UUID id(String post) {
        String text = post == null ? "" : post.strip();
        if (text.matches("\\d{1,18}")) {
            return jdbc.sql("SELECT id FROM posts WHERE number = ?")
                    .param(Long.valueOf(text))
                    .query(UUID.class)
                    .optional()
                    .orElseThrow(() -> new IllegalArgumentException("There is no post " + text));
        }
        if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            throw new IllegalArgumentException("'" + text + "' must be the id (a UUID) or the number of a post");
        }
        return UUID.fromString(text);
    }

    private static String audited(String call, Supplier<String> work) {
        return audited(call, work, answer -> answer);
    }

    private static String audited(String call, Supplier<String> work, UnaryOperator<String> logged) {
        try {
            String answer = plain(work);
            AUDIT.info("{}: {}", call, logged.apply(answer));
            return answer;
        } catch (RuntimeException e) {
            AUDIT.info("{}: refused, {}", call, e.getMessage());
            throw e;
        }
    }

    /** Converts exceptions to JDK types: a JMX client cannot deserialise our classes, not even as a cause. */
    private static <T> T plain(Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException | ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage());
        } catch (RuntimeException e) {
            AUDIT.debug("An operation failed", e);
            throw new IllegalStateException(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
