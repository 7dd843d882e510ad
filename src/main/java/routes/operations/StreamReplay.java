package routes.operations;

import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.CompositeType;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.OpenType;
import javax.management.openmbean.SimpleType;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;
import javax.management.openmbean.TabularType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;
import org.springframework.jmx.export.annotation.ManagedResource;
import routes.configuration.ConfigurationException;
import routes.crawltrigger.LinkRequests;
import routes.idempotency.RedisIdempotentRepository;
import routes.posts.TaggingRequests;
import routes.reconcile.Reconciler;
import routes.schedule.Jobs;
import routes.timeline.TimelineRecord;
import routes.timeline.TimelineTable;

/**
 * Operations on streams, entries and posts for operators. An MBean next to those of Camel, so that Hawtio shows it. Return values and
 * exceptions use JDK types only.
 */
@ManagedResource(description = "Looks into streams and posts, pauses stages, has posts tagged and published again")
public class StreamReplay {
    private static final int MAX_RECORDS = 1_000;
    private static final String STAGE = "A name of PIPELINE_ROUTES, or the id of a route of your own";
    private static final String POST = "Id (UUID) or number of the post";

    /** The beans are named after their stages. */
    private static final String REPOSITORY = "Idempotency";

    private static final Logger AUDIT = LoggerFactory.getLogger(StreamReplay.class);

    /** The table of {@link #tracePost}: all texts, except for the number of the row. */
    private static final Map<String, Function<TimelineRecord, Object>> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("started_at", TimelineRecord::startedAt);
        COLUMNS.put("stage", TimelineRecord::stage);
        COLUMNS.put("outcome", TimelineRecord::outcome);
        COLUMNS.put("reason", TimelineRecord::reason);
        COLUMNS.put("provider", TimelineRecord::provider);
        COLUMNS.put("model", TimelineRecord::model);
        COLUMNS.put("entry_id", TimelineRecord::entryId);
        COLUMNS.put("delivery", TimelineRecord::delivery);
        COLUMNS.put("content_version", TimelineRecord::contentVersion);
        COLUMNS.put("trigger", TimelineRecord::trigger);
        COLUMNS.put("duration_ms", TimelineRecord::durationMs);
        COLUMNS.put("trace_id", TimelineRecord::traceId);
    }

    private final TimelineTable timelines;
    private final StreamConsumers consumers;
    private final Jobs jobs;
    private final Reconciler reconciler;
    private final TaggingRequests tagging;
    private final LinkRequests links;
    private final List<Trial> trials;
    private final PostNumbers numbers;
    private final Map<String, RedisIdempotentRepository> repositories;

    StreamReplay(
            TimelineTable timelines,
            StreamConsumers consumers,
            Jobs jobs,
            Reconciler reconciler,
            TaggingRequests tagging,
            LinkRequests links,
            List<Trial> trials,
            PostNumbers numbers,
            Map<String, RedisIdempotentRepository> repositories) {
        this.timelines = timelines;
        this.consumers = consumers;
        this.jobs = jobs;
        this.reconciler = reconciler;
        this.tagging = tagging;
        this.links = links;
        this.trials = trials;
        this.numbers = numbers;
        this.repositories = repositories;
    }

    /**
     * Pauses a stage in all processes until {@link #resumeStage}, across restarts. Entries in progress are finished.
     *
     * @param stage a name of PIPELINE_ROUTES, or the id of one of your own routes
     */
    @ManagedOperation(description = "Pauses a stage in all processes until resumeStage; kept across restarts")
    @ManagedOperationParameter(name = "stage", description = STAGE)
    public String pauseStage(String stage) {
        return audited(
                "pauseStage(" + stage + ")",
                () -> consumers.pause(stage, "pauseStage at " + Instant.now()) + " consumer groups rest");
    }

    /** Resumes a stage paused by {@link #pauseStage}. */
    @ManagedOperation(description = "Ends what pauseStage began")
    @ManagedOperationParameter(name = "stage", description = STAGE)
    public String resumeStage(String stage) {
        return audited("resumeStage(" + stage + ")", () -> consumers.resume(stage) + " consumer groups go on");
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
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryTagging(String post) {
        return audited("tryTagging(" + post + ")", () -> Trial.show(trials, "tagging", post));
    }

    /**
     * Analyses the pictures of a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Analyses the pictures of a post without storing anything: decision of the policy, prompt, raw answers, what was"
                            + " accepted, budget. Calls of models are real and do not count for the budget")
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryVision(String post) {
        return audited("tryVision(" + post + ")", () -> Trial.show(trials, "vision", post));
    }

    /**
     * Reads the links of a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Reads the links of a post without storing anything: decision of the policy, budget, and what would be stored"
                            + " for each page. The pages are fetched; that does not count for the budget")
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryCrawl(String post) {
        return audited("tryCrawl(" + post + ")", () -> Trial.show(trials, "crawl", post));
    }

    /**
     * Fetches the pages behind the links of a post again, whatever its tags and however fresh the copies are. Budgets and robots.txt
     * apply.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Fetches the pages behind the links of a post again, however fresh the copies are; budgets and robots.txt apply."
                            + " The post and its timeline tell what came")
    @ManagedOperationParameter(name = "post", description = POST)
    public String refetchLinks(String post) {
        return audited("refetchLinks(" + post + ")", () -> {
            LinkRequests.Request request = links.fetchAgain(numbers.id(post))
                    .orElseThrow(() -> new IllegalArgumentException("There is no post " + post));
            if (request.refusal() != null) {
                throw new IllegalArgumentException(request.refusal().text());
            }
            return "The links are queued, request " + request.id();
        });
    }

    /**
     * Forgets what a stage has done, and what it is doing, so that events that are published again are processed again. Results that are
     * stored in the database still count: vision makes no second call for a picture.
     *
     * @param stage tagging, vision or retagging
     */
    @ManagedOperation(
            description =
                    "Forgets the idempotency keys of a stage in Redis, and no others; other processes may have some cached")
    @ManagedOperationParameter(name = "stage", description = "tagging, vision or retagging")
    public String clearIdempotency(String stage) {
        return audited("clearIdempotency(" + stage + ")", () -> {
            RedisIdempotentRepository repository = repositories.get(stage + REPOSITORY);
            if (repository == null) {
                String stages = repositories.keySet().stream()
                        .map(name -> name.replace(REPOSITORY, ""))
                        .sorted()
                        .collect(Collectors.joining(", "));
                throw new IllegalArgumentException(
                        "The stage '" + stage + "' has no idempotency keys; those with keys are " + stages);
            }
            return repository.forgetAll() + " keys are forgotten";
        });
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
    @ManagedOperationParameter(name = "post", description = POST)
    public TabularData tracePost(String post) throws OpenDataException {
        var records = plain(() -> timelines.read(numbers.id(post), MAX_RECORDS));
        if (records.isEmpty()) {
            throw new IllegalArgumentException("There is no post " + post);
        }
        return table(records);
    }

    private static TabularData table(List<TimelineRecord> records) throws OpenDataException {
        String[] names =
                Stream.concat(Stream.of("n"), COLUMNS.keySet().stream()).toArray(String[]::new);
        OpenType<?>[] types = new OpenType<?>[names.length];
        Arrays.fill(types, SimpleType.STRING);
        types[0] = SimpleType.INTEGER;
        var row = new CompositeType("record", "A stage of a post", names, names, types);
        var table =
                new TabularDataSupport(new TabularType("timeline", "The stages of a post", row, new String[] {"n"}));
        for (TimelineRecord record : records) {
            Map<String, Object> values = new HashMap<>();
            COLUMNS.forEach((name, value) -> values.put(name, Objects.toString(value.apply(record), null)));
            values.put("n", table.size() + 1);
            table.put(new CompositeDataSupport(row, values));
        }
        return table;
    }

    /** Logs the call and the first line of its answer: the others are texts of posts. */
    private static String audited(String call, Supplier<String> work) {
        try {
            String answer = plain(work);
            AUDIT.info("{}: {}", call, answer.lines().findFirst().orElse(""));
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
