package routes.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.management.openmbean.TabularData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;
import org.springframework.jmx.export.annotation.ManagedResource;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import routes.backup.Backups;
import routes.configuration.ConfigurationException;
import routes.crawltrigger.LinkRequests;
import routes.posts.TaggingRequests;
import routes.redis.StreamRepair.Replayed;
import routes.replay.DeadLetter;
import routes.replay.DeadLetters;
import routes.replay.Operator;
import routes.replay.OperatorAudit;
import routes.replay.OperatorAudit.Done;
import routes.replay.PostReplay;
import routes.replay.RefusedException;
import routes.replay.StageOperations;
import routes.replay.StreamOperations;
import routes.timeline.TimelineRecord;
import routes.timeline.TimelineTable;

/**
 * Operations on streams, entries and posts for operators: an MBean next to Camel's MBeans, so that Hawtio shows it. Return values and
 * exceptions use JDK types only. The operations are implemented in {@code routes.replay}, which the HTTP API and the command line use too.
 */
@ManagedResource(description = "Inspects streams and posts, republishes entries, pauses stages")
public record StreamReplay(
        TimelineTable timelines,
        StreamOperations streams,
        DeadLetters letters,
        StageOperations stages,
        PostReplay posts,
        OperatorAudit audit,
        TaggingRequests tagging,
        LinkRequests links,
        List<Trial> trials,
        PostNumbers numbers,
        Backups backups,
        ObjectMapper json) {
    private static final int MAX_RECORDS = 1_000;
    private static final String STAGE = "Name of a stage as in PIPELINE_ROUTES, or the id of one of your own routes";
    private static final String POST = "Id (UUID) or number of the post";
    private static final String STREAM = "Logical name of the stream, such as posts.parsed, or its key in Redis";
    private static final String LETTER = "Id of the dead letter, as shown by listDeadLetters";
    private static final String MAX = "Maximum number of entries, 1 to 1000; the oldest are published first";
    private static final String EVERY_GROUP = "";

    private static final Logger LOG = LoggerFactory.getLogger(StreamReplay.class);
    private static final TypeReference<LinkedHashMap<String, String>> FIELDS = new TypeReference<>() {};

    private static final JmxTable<TimelineRecord> TIMELINE = new JmxTable<TimelineRecord>("Stages of a post")
            .column("started_at", TimelineRecord::startedAt)
            .column("stage", TimelineRecord::stage)
            .column("outcome", TimelineRecord::outcome)
            .column("reason", TimelineRecord::reason)
            .column("provider", TimelineRecord::provider)
            .column("model", TimelineRecord::model)
            .column("entry_id", TimelineRecord::entryId)
            .column("delivery", TimelineRecord::delivery)
            .column("content_version", TimelineRecord::contentVersion)
            .column("trigger", TimelineRecord::trigger)
            .column("duration_ms", TimelineRecord::durationMs)
            .column("trace_id", TimelineRecord::traceId);

    private static final JmxTable<DeadLetter> LETTERS = new JmxTable<DeadLetter>("Dead letters, newest first")
            .column("id", DeadLetter::id)
            .column("failed_at", DeadLetter::failedAt)
            .column("group", DeadLetter::group)
            .column("error_class", DeadLetter::errorClass)
            .column("error", DeadLetter::error)
            .column("cause", letter -> letter.cause().id())
            .column("deliveries", DeadLetter::deliveries)
            .column("replay_count", DeadLetter::replayCount)
            .column("post_id", DeadLetter::postId);

    private static final JmxTable<Backups.Made> BACKUPS = new JmxTable<Backups.Made>("Backups, newest first")
            .column("file", Backups.Made::file)
            .column("status", Backups.Made::status)
            .column("size_bytes", Backups.Made::sizeBytes)
            .column("ended_at", Backups.Made::endedAt)
            .column("problem", Backups.Made::problem);

    private static final JmxTable<DeadLetters.CauseCount> CAUSES = new JmxTable<DeadLetters.CauseCount>(
                    "Causes of dead letters, most frequent first")
            .column("cause", one -> one.cause().id())
            .column("count", DeadLetters.CauseCount::count)
            .column("group", one -> one.cause().group())
            .column("error_class", one -> one.cause().errorClass())
            .column("message", one -> one.cause().message())
            .column("oldest", DeadLetters.CauseCount::oldest)
            .column("newest", DeadLetters.CauseCount::newest)
            .column("example", DeadLetters.CauseCount::example);

    private static final JmxTable<OperatorAudit.Entry> AUDIT = new JmxTable<OperatorAudit.Entry>(
                    "Operations, newest first")
            .column("started_at", OperatorAudit.Entry::startedAt)
            .column("operator", OperatorAudit.Entry::operator)
            .column("via", OperatorAudit.Entry::via)
            .column("operation", OperatorAudit.Entry::operation)
            .column("arguments", OperatorAudit.Entry::arguments)
            .column("outcome", OperatorAudit.Entry::outcome)
            .column("affected", OperatorAudit.Entry::affected)
            .column("detail", OperatorAudit.Entry::detail);

    /** A group of a stream; the group is null for a stream without groups. */
    private record StreamLine(StreamOperations.StreamRow stream, StreamOperations.GroupRow group) {
        private static <T> T orNull(StreamOperations.GroupRow row, Function<StreamOperations.GroupRow, T> value) {
            return row == null ? null : value.apply(row);
        }
    }

    private static final JmxTable<StreamLine> STREAMS = new JmxTable<StreamLine>("Streams and their groups")
            .column("stream", line -> line.stream().stream())
            .column("length", line -> line.stream().length())
            .column("dead_letters", line -> line.stream().deadLetters())
            .column("group", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::group))
            .column("stage", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::stage))
            .column("lag", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::lag))
            .column("pending", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::pending))
            .column(
                    "oldest_pending_seconds",
                    line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::oldestPendingSeconds))
            .column("consumers", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::consumers))
            .column("paused", line -> StreamLine.orNull(line.group(), StreamOperations.GroupRow::pausedBecause));

    /** Returns all streams and their groups: length, dead letters, lag, pending entries, age of the oldest entry. */
    @ManagedOperation(
            description = "Lists all streams and their groups: length, dead letters, lag, pending entries,"
                    + " age of the oldest pending entry")
    public TabularData listStreams() {
        return plain(() -> STREAMS.of(streams.list().stream()
                .flatMap(row -> row.groups().isEmpty()
                        ? List.of(new StreamLine(row, null)).stream()
                        : row.groups().stream().map(group -> new StreamLine(row, group)))
                .toList()));
    }

    /** Returns the newest dead letters of a stream. */
    @ManagedOperation(description = "Lists the newest dead letters of a stream, newest first")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "max", description = "Maximum number of dead letters, 1 to 1000")
    public TabularData listDeadLetters(String stream, int max) {
        return plain(() -> LETTERS.of(letters.list(stream, null, null, limited(max))));
    }

    /** Returns a dead letter with all its fields, as text. */
    @ManagedOperation(description = "Shows a dead letter: its error, its post and the fields of the entry")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "id", description = LETTER)
    public String showDeadLetter(String stream, String id) {
        return plain(() -> {
            DeadLetters.Shown shown = letters.show(stream, id);
            DeadLetter letter = shown.letter();
            String edited = shown.replayedAs() == null
                    ? ""
                    : "edited by %s and published as %s; this is the original entry%n"
                            .formatted(shown.editedBy(), shown.replayedAs());
            return edited
                    + """
                    group         %s, route %s, consumer %s
                    failed        %s, after %d deliveries, %d previous replays
                    error         %s: %s
                    cause         %s
                    original id   %s
                    post          %s
                    fields
                    %s"""
                            .formatted(
                                    letter.group(),
                                    letter.route(),
                                    letter.consumer(),
                                    letter.failedAt(),
                                    letter.deliveries(),
                                    letter.replayCount(),
                                    letter.errorClass(),
                                    letter.error(),
                                    letter.cause().id(),
                                    letter.originalId(),
                                    letter.postId(),
                                    letter.fields().entrySet().stream()
                                            .map(field -> "  " + field.getKey() + " = " + field.getValue())
                                            .collect(Collectors.joining("\n")));
        });
    }

    /** Returns the causes of the dead letters of a stream: group, class and message of the error. */
    @ManagedOperation(
            description = "Counts the dead letters of a stream by cause: group, class and message of the error")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    public TabularData deadLetterCauses(String stream) {
        return plain(() -> CAUSES.of(letters.causes(stream)));
    }

    /** Replays a dead letter for the group in which it failed. */
    @ManagedOperation(
            description = "Publishes a dead letter again for the group that failed to process it, and removes it from"
                    + " the dead letters. If it fails again, it becomes a dead letter again")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "id", description = LETTER)
    public String replayDeadLetter(String stream, String id) {
        return plain(() -> text(letters.replay(operator(), stream, id)));
    }

    /** Replays a dead letter with other fields; the original is kept. */
    @ManagedOperation(
            description = "Publishes a dead letter again with edited fields; the original is kept in the database and"
                    + " shown by showDeadLetter")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "id", description = LETTER)
    @ManagedOperationParameter(
            name = "fields",
            description = "All fields of the entry, as a JSON object with string values")
    public String replayEdited(String stream, String id, String fields) {
        return plain(() -> text(letters.replayEdited(operator(), stream, id, fields(fields))));
    }

    private Map<String, String> fields(String object) {
        try {
            return json.readValue(Objects.requireNonNullElse(object, ""), FIELDS);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "fields must be a JSON object with string values: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Replayed copy) {
        return "Published again as " + copy.id() + ", replay " + copy.count();
    }

    /** Replays the oldest dead letters of a stream. */
    @ManagedOperation(description = "Publishes the oldest dead letters of a stream again, oldest first")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "max", description = MAX)
    public String replayDeadLetters(String stream, int max) {
        return plain(() ->
                letters.replayAll(operator(), stream, null, max, null, false).text());
    }

    /** Replays the oldest dead letters of a cause. */
    @ManagedOperation(description = "Publishes the oldest dead letters of one cause again, oldest first")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "cause", description = "Id of the cause, as shown by deadLetterCauses")
    @ManagedOperationParameter(name = "max", description = MAX)
    public String replayCause(String stream, String cause, int max) {
        return plain(() -> letters.replayAll(operator(), stream, given(cause), max, null, false)
                .text());
    }

    /** Appends copies of entries to the end of their stream. */
    @ManagedOperation(
            description = "Publishes entries of a stream again, at the end of the stream. Stages skip entries that they"
                    + " have already processed, unless clearIdempotency was called")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "fromId", description = "Id of the first entry; - for the oldest")
    @ManagedOperationParameter(name = "toId", description = "Id of the last entry; + for the newest")
    @ManagedOperationParameter(name = "group", description = "The only group that processes them; empty for all groups")
    @ManagedOperationParameter(name = "max", description = MAX)
    @ManagedOperationParameter(name = "dryRun", description = "Only count the entries")
    public String replayRange(String stream, String fromId, String toId, String group, int max, boolean dryRun) {
        return plain(() -> streams.replayRange(
                        operator(),
                        stream,
                        given(fromId),
                        given(toId),
                        Objects.requireNonNullElse(group, EVERY_GROUP).strip(),
                        max,
                        null,
                        dryRun)
                .text());
    }

    /** Requests that a post passes through a stage again. */
    @ManagedOperation(description = "Processes a post again in a stage, with an event created from the stored data")
    @ManagedOperationParameter(name = "post", description = POST)
    @ManagedOperationParameter(
            name = "stage",
            description = "Stage that reads events of posts, such as tagging or indexing")
    public String replayPost(String post, String stage) {
        return plain(() -> posts.replay(operator(), numbers.id(post), given(stage)));
    }

    /** Permanently removes all dead letters of a stream. */
    @ManagedOperation(description = "Deletes all dead letters of a stream permanently, if their number is as expected")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "expectedCount", description = "Number of dead letters, as shown by listStreams")
    public String purgeDeadLetters(String stream, long expectedCount) {
        return plain(() -> letters.purge(operator(), stream, null, expectedCount) + " dead letters were deleted");
    }

    /** Permanently removes one dead letter. */
    @ManagedOperation(description = "Deletes one dead letter permanently")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "id", description = LETTER)
    public String purgeDeadLetter(String stream, String id) {
        return plain(() -> letters.purgeOne(operator(), stream, id) + " dead letters were deleted");
    }

    /** Lets running consumers claim the pending entries of consumers that no longer run. */
    @ManagedOperation(
            description = "Lets the running consumers of a group claim the pending entries of consumers that no"
                    + " longer run, at their next scan and without waiting for claimMinIdle")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "group", description = "Consumer group")
    public String claimNow(String stream, String group) {
        return plain(() -> streams.claimNow(operator(), stream, given(group)) + " pending entries will be claimed");
    }

    /** Moves the read position of a group to an id. */
    @ManagedOperation(
            description =
                    "Moves a group to the position after an id; its pending entries stay pending. Stages skip entries"
                            + " that they have already processed")
    @ManagedOperationParameter(name = "stream", description = STREAM)
    @ManagedOperationParameter(name = "group", description = "Consumer group")
    @ManagedOperationParameter(
            name = "id",
            description = "The group reads the entries after this id; 0 for all" + " entries, $ for new entries only")
    @ManagedOperationParameter(name = "expectedLag", description = "Number of entries after the id")
    public String resetGroup(String stream, String group, String id, long expectedLag) {
        return plain(() -> "The group has "
                + streams.resetGroup(operator(), stream, given(group), given(id), expectedLag)
                + " entries to read");
    }

    /** Returns the latest operations of operators, newest first. */
    @ManagedOperation(description = "Lists the latest changes made by operators via JMX, HTTP and the command line")
    @ManagedOperationParameter(name = "max", description = "Maximum number of operations, 1 to 1000")
    public TabularData listAudit(int max) {
        return plain(() -> AUDIT.of(audit.latest(null, limited(max))));
    }

    /**
     * Pauses a stage in all processes until {@link #resumeStage}, across restarts. Entries in progress are completed.
     *
     * @param stage a name of PIPELINE_ROUTES, or the id of one of your own routes
     */
    @ManagedOperation(description = "Pauses a stage in all processes until resumeStage is called, also across restarts")
    @ManagedOperationParameter(name = "stage", description = STAGE)
    public String pauseStage(String stage) {
        return plain(() -> stages.pause(operator(), given(stage), "pauseStage at " + Instant.now())
                + " consumer groups were paused");
    }

    /** Resumes a stage paused by {@link #pauseStage}. */
    @ManagedOperation(description = "Resumes a stage paused by pauseStage")
    @ManagedOperationParameter(name = "stage", description = STAGE)
    public String resumeStage(String stage) {
        return plain(() -> stages.resume(operator(), given(stage)) + " consumer groups were resumed");
    }

    /**
     * Tags posts of all tenants again: posts in status retrying, posts pending for a long time and, with force, failed posts.
     *
     * @param limit 1 to 1000
     */
    @ManagedOperation(
            description =
                    "Tags posts again that have been in the status retrying or pending for a long time; with force"
                            + " also posts whose tagging failed. Posts with tags, and posts that are only missing"
                            + " from the index, are not changed: see reconcileNow and --reindex")
    @ManagedOperationParameter(name = "force", description = "Whether to include posts whose tagging failed")
    @ManagedOperationParameter(name = "limit", description = "Maximum number of posts, 1 to 1000")
    public String retryTagging(boolean force, int limit) {
        if (limit < 1 || limit > MAX_RECORDS) {
            throw new IllegalArgumentException("limit is " + limit + "; it must be 1 to " + MAX_RECORDS);
        }
        return plain(() -> audit.record(operator(), "retryTagging", Map.of("force", force, "limit", limit), () -> {
            int queued = tagging.retryAll(force, limit);
            String text = queued + " posts were queued";
            return new Done<>(text, queued, text);
        }));
    }

    /**
     * Tags a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Tags a post without storing anything and returns the prompt, the raw answers, the accepted tags"
                            + " and the rejected tags with reasons")
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryTagging(String post) {
        return tried("tryTagging", "tagging", post);
    }

    /**
     * Analyses the pictures of a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Analyses the pictures of a post without storing anything and returns the decision of the policy,"
                            + " the prompt, the raw answers, the accepted results and the budget. The model calls are"
                            + " real, but do not count towards the budget")
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryVision(String post) {
        return tried("tryVision", "vision", post);
    }

    /**
     * Fetches the links of a post without storing anything and shows each step.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Reads the links of a post without storing anything and returns the decision of the policy, the"
                            + " budget, and the data that would be stored for each page. The pages are fetched, but"
                            + " do not count towards the budget")
    @ManagedOperationParameter(name = "post", description = POST)
    public String tryCrawl(String post) {
        return tried("tryCrawl", "crawl", post);
    }

    /** Runs a trial. Trials change nothing but may cause model costs, so they are logged, but not recorded in the audit table. */
    private String tried(String call, String stage, String post) {
        String shown = plain(() -> Trial.show(trials, stage, post));
        // the other lines contain text of posts
        LOG.info(
                "{} via jmx: {}(post={}): {}",
                operator().name(),
                call,
                post,
                shown.lines().findFirst().orElse(""));
        return shown;
    }

    /**
     * Fetches the pages linked from a post again, regardless of the post's tags and of the age of the stored copies. Budgets and
     * robots.txt apply.
     *
     * @param post id or number
     */
    @ManagedOperation(
            description =
                    "Fetches the pages of the links of a post again, regardless of the age of the copies; budgets and"
                            + " robots.txt apply. The post and its timeline show the result")
    @ManagedOperationParameter(name = "post", description = POST)
    public String refetchLinks(String post) {
        return plain(() -> audit.record(operator(), "refetchLinks", Map.of("post", given(post)), () -> {
            LinkRequests.Request request = links.fetchAgain(numbers.id(post))
                    .orElseThrow(() -> new IllegalArgumentException("There is no post " + post));
            if (request.refusal() != null) {
                throw new IllegalArgumentException(request.refusal().text());
            }
            String text = "The links were queued, request " + request.id();
            return new Done<>(text, 1, text);
        }));
    }

    /**
     * Deletes the idempotency keys of a stage, including those of work in progress, so that replayed events are processed again. Results
     * stored in the database are still used: vision does not call a model again for the same picture.
     *
     * @param stage tagging, vision or retagging
     */
    @ManagedOperation(
            description =
                    "Deletes the idempotency keys of a stage in Redis; other processes may still have some in their caches")
    @ManagedOperationParameter(name = "stage", description = "tagging, vision or retagging")
    public String clearIdempotency(String stage) {
        return plain(() -> stages.clearIdempotency(operator(), given(stage)) + " keys were deleted");
    }

    /**
     * Runs a scheduled job now, unless it is already running.
     *
     * @param job name as in {@code scheduler_last_run_timestamp_seconds}
     */
    @ManagedOperation(
            description = "Runs a scheduled job now, unless it is already running; returns when it is complete")
    @ManagedOperationParameter(
            name = "job",
            description = "Name of the job, such as digests, trends, cleanup-sweep or storage-usage")
    public String runJob(String job) {
        return plain(() -> stages.runJob(operator(), given(job)));
    }

    /** Runs the reconciler now over all posts, including recent ones, unless it is already running. */
    @ManagedOperation(
            description =
                    "Publishes all posts again that are not in a final state and have no pending event, regardless of"
                            + " RECONCILE_AFTER; returns the numbers of posts that were found, published and skipped")
    public String reconcileNow() {
        return plain(() -> stages.reconcileNow(operator()));
    }

    /** Starts a backup of the installation in {@code BACKUP_DIR}. */
    @ManagedOperation(
            description = "Starts a backup of the running installation to BACKUP_DIR; returns the name of the file")
    public String backUp() {
        return plain(() -> backups.start(operator())
                .map(begun ->
                        backups.folder().resolve(begun.file()) + " is being written; listBackups shows its status")
                .orElse("A backup is already running; listBackups shows its status"));
    }

    /** Returns the backups in {@code BACKUP_DIR}, newest first. */
    @ManagedOperation(
            description =
                    "Lists the backups in BACKUP_DIR and the last one of this process: name, status, size, problem")
    public TabularData listBackups() {
        return plain(() -> BACKUPS.of(backups.list()));
    }

    /**
     * Returns the timeline of a post: the latest {@value #MAX_RECORDS} records.
     *
     * @param post UUID or number
     * @throws IllegalArgumentException for an invalid id or number, or an unknown post
     */
    @ManagedOperation(
            description = "Lists the stages that a post went through: outcome, reason, provider, entry id, duration")
    @ManagedOperationParameter(name = "post", description = POST)
    public TabularData tracePost(String post) {
        var records = plain(() -> timelines.read(numbers.id(post), MAX_RECORDS));
        if (records.isEmpty()) {
            throw new IllegalArgumentException("There is no post " + post);
        }
        return TIMELINE.of(records);
    }

    private static int limited(int max) {
        if (max < 1 || max > MAX_RECORDS) {
            throw new IllegalArgumentException("max is " + max + "; it must be 1 to " + MAX_RECORDS);
        }
        return max;
    }

    /** A client may omit an argument. */
    private static String given(String argument) {
        return Objects.requireNonNullElse(argument, "").strip();
    }

    /** Returns the user who has logged in to Hawtio or Jolokia. For a local JMX client, it is the user of the process. */
    private static Operator operator() {
        Authentication login = SecurityContextHolder.getContext().getAuthentication();
        return login == null || !login.isAuthenticated()
                ? Operator.local(Operator.Via.JMX)
                : new Operator(login.getName(), Operator.Via.JMX);
    }

    /** Converts exceptions to JDK types: a JMX client cannot deserialise classes of this product, not even as a cause. */
    private static <T> T plain(Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException | ConfigurationException | RefusedException e) {
            throw new IllegalArgumentException(e.getMessage());
        } catch (RuntimeException e) {
            LOG.debug("An operation of the MBean StreamReplay failed", e);
            throw new IllegalStateException(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }
}
