package routes.replay;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.idempotency.RedisIdempotentRepository;
import routes.reconcile.Reconciler;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.replay.OperatorAudit.Done;
import routes.schedule.Jobs;
import routes.stages.StreamKeys;

/** Operations on stages: pause and resume in all processes, across restarts; delete idempotency keys; run the reconciler. */
@Component
public record StageOperations(
        StreamCatalog catalog,
        StreamKeys keys,
        StreamAdmin admin,
        OperatorAudit audit,
        ObjectProvider<StageGroups> own,
        Map<String, RedisIdempotentRepository> repositories,
        ObjectProvider<Jobs> jobs,
        ObjectProvider<Reconciler> reconciler) {
    /** Suffix of the bean names of the repositories, after the stage name. */
    private static final String REPOSITORY = "Idempotency";

    /**
     * A stage of the product.
     *
     * @param groups consumer groups of the stage, as stream and group
     * @param pausedBecause null if it is not paused
     */
    public record Stage(String stage, List<String> groups, String pausedBecause) {}

    /** Returns the stages of the product that read streams, in pipeline order. */
    public List<Stage> list() {
        List<Stage> stages = new ArrayList<>();
        byStage().forEach((stage, groups) -> {
            String reason = null;
            for (StreamGroup group : groups) {
                String paused = admin.pausedBecause(group);
                reason = reason == null ? paused : reason;
            }
            stages.add(new Stage(
                    stage,
                    groups.stream()
                            .map(group -> group.stream() + " " + group.group())
                            .distinct()
                            .toList(),
                    reason));
        });
        return stages;
    }

    private Map<String, List<StreamGroup>> byStage() {
        Map<String, List<StreamGroup>> stages = new LinkedHashMap<>();
        for (EventStream stream : catalog.streams()) {
            for (String group : catalog.servedGroups(stream)) {
                catalog.stage(stream.name(), group).ifPresent(stage -> keys.of(stream)
                        .forEach(key -> stages.computeIfAbsent(stage, name -> new ArrayList<>())
                                .add(new StreamGroup(stream.name(), key, group))));
            }
        }
        return stages;
    }

    /**
     * Pauses a stage in all processes until it is resumed, across restarts. Entries in progress are completed.
     *
     * @param stage a name of PIPELINE_ROUTES, or the id of a route of an integrator that runs in this process
     * @param reason shown while it is paused; if blank, the operator and the time are shown
     * @return the number of consumer groups
     */
    public int pause(Operator who, String stage, String reason) {
        return audit.record(who, "pauseStage", Map.of("stage", stage, "reason", reason), () -> {
            List<StreamGroup> groups = groups(stage);
            String shown = reason.isBlank()
                    ? "paused by " + who.name() + " at " + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                    : reason.strip();
            groups.forEach(group -> admin.pause(group, shown));
            return new Done<>(groups.size(), groups.size(), groups.size() + " consumer groups were paused");
        });
    }

    /** @return the number of consumer groups that were paused before */
    public int resume(Operator who, String stage) {
        return audit.record(who, "resumeStage", Map.of("stage", stage), () -> {
            int resumed = (int) groups(stage).stream().filter(admin::resume).count();
            return new Done<>(resumed, resumed, resumed + " consumer groups were resumed");
        });
    }

    private List<StreamGroup> groups(String stage) {
        Map<String, List<StreamGroup>> known = byStage();
        List<StreamGroup> groups = known.getOrDefault(
                stage, own.stream().flatMap(all -> all.of(stage).stream()).toList());
        if (groups.isEmpty()) {
            throw RefusedException.unknown(
                    "stage",
                    "No stage '" + stage + "' reads a stream; the stages are " + String.join(", ", known.keySet())
                            + ", and your own routes that run in this process");
        }
        return groups;
    }

    /**
     * Deletes the idempotency keys of a stage, including those of work in progress, so that replayed events are processed again. Results
     * stored in the database are still used: vision does not call a model again for the same picture.
     *
     * @param stage tagging, vision or retagging
     * @return number of deleted keys
     */
    public long clearIdempotency(Operator who, String stage) {
        return audit.record(who, "clearIdempotency", Map.of("stage", stage), () -> {
            RedisIdempotentRepository repository = repositories.get(stage + REPOSITORY);
            if (repository == null) {
                String stages = repositories.keySet().stream()
                        .map(name -> name.replace(REPOSITORY, ""))
                        .sorted()
                        .collect(Collectors.joining(", "));
                throw RefusedException.unknown(
                        "stage",
                        "The stage '" + stage + "' has no idempotency keys; the stages with keys are " + stages);
            }
            long forgotten = repository.forgetAll();
            return new Done<>(forgotten, forgotten, forgotten + " keys were deleted");
        });
    }

    /**
     * Publishes again, immediately and regardless of RECONCILE_AFTER, all posts that are in no final state and have no event in flight.
     *
     * @return description of the result, as a sentence
     */
    public String reconcileNow(Operator who) {
        return audit.record(who, "reconcileNow", Map.of(), () -> {
            Reconciler one = reconciler.getIfAvailable();
            if (one == null) {
                throw RefusedException.noPipeline();
            }
            var counts = new AtomicReference<Reconciler.Counts>();
            Jobs.Outcome outcome = jobs.getObject().runNow("reconcile", () -> counts.set(one.runNow()));
            requireRun(outcome, "The reconciler");
            String done = describe(counts.get());
            return new Done<>(done, counts.get().published(), done);
        });
    }

    /**
     * Runs a job of the schedule now, unless it is already running. The schedule is not affected.
     *
     * @return description of the result, as a sentence
     */
    public String runJob(Operator who, String name) {
        return audit.record(who, "runJob", Map.of("job", name), () -> {
            Jobs all = jobs.getIfAvailable();
            if (all == null) {
                throw RefusedException.noPipeline();
            }
            if (!all.names().contains(name)) {
                throw RefusedException.unknown(
                        "job",
                        "Unknown job '" + name + "'; the jobs are "
                                + all.names().stream().sorted().collect(Collectors.joining(", ")));
            }
            requireRun(all.runNow(name), "The job");
            return new Done<>("The job " + name + " has run", 1L, "has run");
        });
    }

    private static void requireRun(Jobs.Outcome outcome, String what) {
        switch (outcome) {
            case SKIPPED ->
                throw RefusedException.conflict(null, what + " is already running; call again when it is complete");
            case FAILED -> throw new IllegalStateException(what + " failed; see the log and the table jobs");
            case SUCCESS -> {} // the expected result
        }
    }

    private static String describe(Reconciler.Counts counts) {
        return counts.tooMuch()
                ? "Nothing was checked: too many events are pending"
                : ("%d posts are not in a final state: %d were published again, %d were skipped because an event is"
                                + " pending, %d because of a dead letter")
                        .formatted(counts.open(), counts.published(), counts.underWay(), counts.dead());
    }
}
