package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;

@RestController
final class ImportController {

    private final UserStore users;
    private final ImportDirectory directory;
    private final ImportQueue queue;
    private final ImportStore imports;

    ImportController(UserStore users, ImportDirectory directory, ImportQueue queue, ImportStore imports) {
        this.users = users;
        this.directory = directory;
        this.queue = queue;
        this.imports = imports;
    }

    @JsonInclude
    record Accepted(UUID jobId, String status) {}

    @PostMapping(path = "/users/{user_id}/imports", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Accepted> start(
            Caller caller, @PathVariable("user_id") long id, @Valid @RequestBody NewImport wanted) {
        User user = users.require(caller, id);
        Path export = directory.resolve(wanted.path());
        UUID job = queue.queue(user.tenantId(), user.id(), export);
        return ResponseEntity.accepted().location(URI.create("/imports/" + job)).body(new Accepted(job, "queued"));
    }

    @GetMapping("/imports/{job_id}")
    ImportJob read(Caller caller, @PathVariable("job_id") UUID id) {
        return imports.find(caller, id)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("job_id", "There is no import " + id));
    }
}
