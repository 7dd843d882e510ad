package routes.operations;

import java.time.Instant;
import java.util.UUID;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.TabularData;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.posts.TaggingRequests;
import routes.schedule.Jobs;
import routes.timeline.TimelineTable;

/** What an operator does with streams, their entries and posts; an MBean beside those of Camel, so that Hawtio shows it. */
@ManagedResource(description = "Looks into streams and replays what they hold")
public class StreamReplay {
    private static final int MAX_RECORDS = 1_000;

    private static final Logger AUDIT = LoggerFactory.getLogger(StreamReplay.class);

    private final TimelineTable timelines;
    private final StagePauses pauses;
    private final Jobs jobs;
    private final TaggingRequests tagging;
    private final TaggingTrial trial;

    StreamReplay(TimelineTable timelines, StagePauses pauses, Jobs jobs, TaggingRequests tagging, TaggingTrial trial) {
        this.timelines = timelines;
        this.pauses = pauses;
        this.jobs = jobs;
        this.tagging = tagging;
        this.trial = trial;
    }

    /**
     * Has a stage rest in all processes until {@link #resumeStage}, also after a restart. What runs is finished.
     *
     * @param stage a name of PIPELINE_ROUTES, or the id of a route of your own
     */
    @ManagedOperation(description = "Has a stage rest in all processes until resumeStage; kept across restarts")
    public String pauseStage(String stage) {
        int groups = pauses.pause(stage, "pauseStage at " + Instant.now());
        AUDIT.info("pauseStage({}): {} consumer groups rest", stage, groups);
        return groups + " consumer groups rest";
    }

    /** Ends what {@link #pauseStage} began. */
    @ManagedOperation(description = "Ends what pauseStage began")
    public String resumeStage(String stage) {
        int groups = pauses.resume(stage);
        AUDIT.info("resumeStage({}): {} consumer groups go on", stage, groups);
        return groups + " consumer groups go on";
    }

    /**
     * Has posts tagged again, of all tenants: those in retrying, those pending for long, and by force those that failed.
     *
     * @param limit 1 to 1000
     */
    @ManagedOperation(
            description = "Tags posts again that are retrying or pending for long; by force also those that failed")
    public String retryTagging(boolean force, int limit) {
        if (limit < 1 || limit > MAX_RECORDS) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be 1 to " + MAX_RECORDS);
        }
        int queued = tagging.retryAll(force, limit);
        AUDIT.info("retryTagging({}, {}): {} posts are queued", force, limit, queued);
        return queued + " posts are queued";
    }

    /**
     * Tags a post without storing anything, and tells how.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Tags a post without storing anything: prompt, raw answers, what was accepted and why not the rest")
    public String tryTagging(String post) {
        AUDIT.info("tryTagging({})", post);
        return trial.show(post);
    }

    /** Runs the reconciler now, unless it runs already; the count is in {@code posts_reconciled_total} and the log. */
    @ManagedOperation(description = "Publishes posts again that are stuck with nothing under way")
    public String reconcileNow() {
        Jobs.Outcome outcome = jobs.runNow("reconcile");
        AUDIT.info("reconcileNow(): {}", outcome);
        return outcome.toString();
    }

    /**
     * Every stage the post went through, the latest {@value #MAX_RECORDS} records.
     *
     * @param postId UUID
     * @throws IllegalArgumentException for another text, or an unknown post
     */
    @ManagedOperation(description = "Every stage a post went through: outcome, reason, provider, entry id, duration")
    public TabularData tracePost(String postId) throws OpenDataException {
        var records = timelines.read(UUID.fromString(postId), MAX_RECORDS);
        if (records.isEmpty()) {
            throw new IllegalArgumentException("There is no post " + postId);
        }
        return TimelineData.of(records);
    }
}
