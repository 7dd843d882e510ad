package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.access.Role;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.ingest.ImportService;

/** Imports files from the import folder, and reports the progress of all imports. */
@RestController
record ImportController(UserStore users, ImportDirectory directory, ImportService service, ApiDatabase database) {

    private static final Logger LOG = LoggerFactory.getLogger(ImportController.class);

    static final int MAX_ERRORS = 200;

    private static final String IMPORTS =
            """
            SELECT i.id AS job_id, i.user_id, i.file, i.uploaded_name, i.status, i.bytes_total, i.bytes_done, i.posts_total,
                   i.posts_done, i.posts_new, i.posts_changed, i.posts_deleted, i.albums_total, i.media_total, i.media_missing,
                   i.messages_skipped, i.messages_failed, jsonb_path_query_array(i.errors, '$[0 to %d]') AS errors, i.error,
                   i.created_at, i.started_at, i.finished_at
            FROM imports i WHERE i.tenant_id = coalesce(CAST(:caller AS uuid), i.tenant_id)
            """
                    .formatted(MAX_ERRORS - 1);

    /** @param path relative to the import folder */
    record NewImport(@NotNull @Size(min = 1, max = 1000) String path) {}

    @JsonInclude
    record Accepted(UUID jobId, String status) {

        static ResponseEntity<Accepted> of(UUID job) {
            return ResponseEntity.accepted()
                    .location(URI.create("/imports/" + job))
                    .body(new Accepted(job, "queued"));
        }
    }

    /**
     * The progress of an import.
     *
     * @param status queued, running, done, failed
     * @param file path relative to the import folder, the name of an uploaded file, or only the file name of an export elsewhere
     * @param postsTotal an estimate while the import runs; null before it starts
     * @param messagesFailed messages, or larger parts of the export, that were skipped because they cannot be read or stored
     * @param errors what was skipped or ignored, and why: the first 100 messages, then the first 100 files, chats and fields
     * @param error why the import failed; null otherwise
     */
    @JsonInclude
    record ImportJob(
            UUID jobId,
            long userId,
            String file,
            String status,
            Long bytesTotal,
            long bytesDone,
            Long postsTotal,
            long postsDone,
            long postsNew,
            long postsChanged,
            long postsDeleted,
            long albumsTotal,
            long mediaTotal,
            long mediaMissing,
            long messagesSkipped,
            long messagesFailed,
            JsonNode errors,
            String error,
            Instant createdAt,
            Instant startedAt,
            Instant finishedAt) {

        Cursor place() {
            return new Cursor(createdAt, jobId);
        }
    }

    @PostMapping(path = "/users/{user_id}/imports", consumes = MediaType.APPLICATION_JSON_VALUE)
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<Accepted> start(@PathVariable("user_id") long id, @Valid @RequestBody NewImport wanted) {
        User user = users.require(id);
        Path export = directory.resolve(wanted.path());
        try {
            return Accepted.of(service.submit(user.id(), user.tenantId(), export));
        } catch (ImportService.QueueFullException e) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(null, e.getMessage());
        } catch (IOException e) {
            LOG.info("Cannot import {}: {}", export, e.getMessage());
            throw ProblemType.INVALID_VALUE.exception(
                    "path",
                    "path does not contain a readable export",
                    "Send the path of result.json or of its folder. Export from Telegram Desktop in the format"
                            + " \"Machine-readable JSON\".");
        }
    }

    /** Lists the newest imports first. */
    @GetMapping("/users/{user_id}/imports")
    Page<ImportJob> list(
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        User user = users.require(id);
        return Page.read(
                "imports " + user.id(), cursor, limit, (after, count) -> list(user, after, count), ImportJob::place);
    }

    private List<ImportJob> list(User user, Optional<Cursor> after, int limit) {
        return database.rows(IMPORTS + " AND i.user_id = :user"
                        + (after.isPresent() ? " AND (i.created_at, i.id) < (CAST(:time AS timestamptz), :id)" : "")
                        + " ORDER BY i.created_at DESC, i.id DESC LIMIT :limit")
                .param("user", user.id())
                .params(Cursor.parameters(after))
                .param("limit", limit)
                .query(ApiDatabase.as(ImportJob.class, this::hidePath))
                .list();
    }

    @GetMapping("/imports/{job_id}")
    ImportJob read(@PathVariable("job_id") UUID id) {
        return database.rows(IMPORTS + " AND i.id = :id")
                .param("id", id)
                .query(ApiDatabase.as(ImportJob.class, this::hidePath))
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("job_id", "There is no import " + id));
    }

    /** Replaces the server path of the file, which must not be disclosed. The error may contain the path too. */
    private void hidePath(ObjectNode row) {
        String file = row.path("file").asText();
        String name = row.has("uploaded_name") ? row.path("uploaded_name").asText() : directory.name(Path.of(file));
        row.put("file", name);
        if (row.has("error")) {
            row.put("error", row.path("error").asText().replace(file, name));
        }
    }
}
