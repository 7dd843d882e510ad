package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.access.Caller;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.backup.BackupException;
import routes.backup.Backups;
import routes.llm.ProviderStates;
import routes.replay.Operator;
import routes.replay.OperatorAudit;
import routes.replay.PostReplay;
import routes.replay.StageOperations;

/**
 * Stages, jobs, providers and the audit, for the operators of the installation.
 *
 * @param providers absent in a process without the pipeline
 */
@RestController
@Role.Needed(value = Role.ADMIN, ofInstallation = true)
record AdminController(
        StageOperations stages,
        PostReplay posts,
        OperatorAudit audit,
        ApiDatabase database,
        ObjectProvider<ProviderStates> providers,
        Backups backups) {

    record Pause(@Size(max = 200, message = "must have at most 200 characters") String reason) {}

    record PostReplayRequest(
            @NotNull(message = "is required") @Size(min = 1, max = 100, message = "must have 1 to 100 characters")
                    String stage) {}

    /** @param done description of the result, as a sentence */
    record Done(String done) {}

    record Affected(long affected) {}

    /** Returns the caller as recorded in the audit. */
    static Operator operator() {
        return new Operator(Caller.current().name(), Operator.Via.HTTP);
    }

    /** A job of the schedule, summarised over all processes. */
    @JsonInclude
    record Job(
            String name,
            Instant lastStartedAt,
            Instant lastEndedAt,
            String lastOutcome,
            String lastError,
            Instant nextRunAt,
            String instance) {}

    @GetMapping("/admin/stages")
    Page<StageOperations.Stage> listStages() {
        return new Page<>(stages.list());
    }

    @PostMapping(path = "/admin/stages/{stage}/pause", consumes = MediaType.APPLICATION_JSON_VALUE)
    Affected pause(@PathVariable("stage") String stage, @Valid @RequestBody Pause wanted) {
        String reason = Objects.requireNonNullElse(wanted.reason(), "");
        return new Affected(stages.pause(operator(), stage, reason));
    }

    @PostMapping("/admin/stages/{stage}/resume")
    Affected resume(@PathVariable("stage") String stage) {
        return new Affected(stages.resume(operator(), stage));
    }

    @PostMapping("/admin/stages/{stage}/forget")
    Affected forget(@PathVariable("stage") String stage) {
        return new Affected(stages.clearIdempotency(operator(), stage));
    }

    @PostMapping("/admin/reconcile")
    Done reconcile() {
        return new Done(stages.reconcileNow(operator()));
    }

    @PostMapping(path = "/admin/posts/{post_id}/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    Done replayPost(@PathVariable("post_id") PostId id, @Valid @RequestBody PostReplayRequest wanted) {
        // of any tenant: the caller operates the installation
        UUID post = database.sql("SELECT p.id FROM posts p WHERE %s = :id AND NOT p.is_deleted".formatted(id.column()))
                .param("id", id.value())
                .query(UUID.class)
                .optional()
                .orElseThrow(id::unknown);
        return new Done(posts.replay(operator(), post, wanted.stage()));
    }

    @GetMapping("/admin/backups")
    Page<Backups.Made> listBackups() {
        return new Page<>(backups.list());
    }

    @PostMapping("/admin/backups")
    ResponseEntity<Backups.Made> backUp() {
        try {
            Backups.Made begun = backups.start(operator())
                    .orElseThrow(() -> ProblemType.CONFLICT.exception(
                            null,
                            "A backup is already running",
                            "Wait until it is complete; GET /admin/backups shows its status."));
            return ResponseEntity.accepted()
                    .location(URI.create("/admin/backups"))
                    .body(begun);
        } catch (BackupException e) {
            throw ProblemType.NO_ROOM.exception(null, e.getMessage(), "Set BACKUP_DIR to a writable directory.");
        }
    }

    @GetMapping("/admin/jobs")
    Page<Job> jobs() {
        return new Page<>(database.rows(
                        """
                                SELECT name, last_started_at, last_ended_at, last_outcome, last_error, next_run_at, instance
                                FROM jobs ORDER BY name""")
                .query(ApiDatabase.as(Job.class))
                .list());
    }

    @PostMapping("/admin/jobs/{job}/run")
    Done runJob(@PathVariable("job") String job) {
        return new Done(stages.runJob(operator(), job));
    }

    @GetMapping("/admin/audit")
    Page<OperatorAudit.Entry> audit(
            @RequestParam(name = "limit", defaultValue = "50") @Min(1) @Max(200) int limit,
            @RequestParam(name = "cursor", required = false) UUID cursor) {
        return Page.of(
                audit.latest(cursor, limit + 1), limit, entry -> entry.id().toString());
    }

    @GetMapping("/admin/providers")
    Page<ProviderStates.ProviderState> listProviders() {
        return new Page<>(providers.stream().flatMap(all -> all.list().stream()).toList());
    }
}
