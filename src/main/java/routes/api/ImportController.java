package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
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
import routes.api.http.Caller;
import routes.api.http.Cursor;
import routes.api.http.ProblemType;
import routes.ingest.ImportService;

@RestController
final class ImportController {

    private static final Logger LOG = LoggerFactory.getLogger(ImportController.class);

    private final UserStore users;
    private final ImportDirectory directory;
    private final ImportService service;
    private final ImportStore imports;

    ImportController(UserStore users, ImportDirectory directory, ImportService service, ImportStore imports) {
        this.users = users;
        this.directory = directory;
        this.service = service;
        this.imports = imports;
    }

    @JsonInclude
    record Accepted(UUID jobId, String status) {}

    @PostMapping(path = "/users/{user_id}/imports", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Accepted> start(
            Caller caller, @PathVariable("user_id") long id, @Valid @RequestBody NewImport wanted) {
        User user = users.require(caller, id);
        UUID job = submit(user, directory.resolve(wanted.path()));
        return ResponseEntity.accepted().location(URI.create("/imports/" + job)).body(new Accepted(job, "queued"));
    }

    private UUID submit(User user, Path export) {
        try {
            return service.submit(user.id(), user.tenantId(), export);
        } catch (ImportService.QueueFullException e) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(null, e.getMessage());
        } catch (IOException e) {
            LOG.info("Nothing to import at {}: {}", export, e.getMessage());
            throw ProblemType.INVALID_VALUE.exception(
                    "path",
                    "There is no export that can be read at path",
                    "Send the path of result.json or of its folder; export from Telegram Desktop as machine-readable JSON.");
        }
    }

    @GetMapping("/users/{user_id}/imports")
    Page<ImportJob> list(
            Caller caller,
            @PathVariable("user_id") long id,
            @RequestParam(name = "limit", defaultValue = "20") @Min(1) @Max(100) int limit,
            @RequestParam(name = "cursor", required = false) String cursor) {
        User user = users.require(caller, id);
        String scope = "imports " + user.id();
        Optional<Cursor> after = Optional.ofNullable(cursor).map(text -> Cursor.decode(text, scope));
        return Page.of(imports.list(user, after, limit + 1), limit, ImportJob::place, scope);
    }

    @GetMapping("/imports/{job_id}")
    ImportJob read(Caller caller, @PathVariable("job_id") UUID id) {
        return imports.find(caller, id)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("job_id", "There is no import " + id));
    }
}
