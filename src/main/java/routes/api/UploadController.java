package routes.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;
import routes.ingest.ImportService;
import routes.ingest.upload.ExportUnpacker;
import routes.ingest.upload.UploadFolders;
import routes.ingest.upload.UploadProperties;

/** Imports by upload. Refuses before the body is read where possible, so clients that wait for "100 Continue" send nothing. */
@RestController
final class UploadController {

    private final UserStore users;
    private final UploadReader reader;
    private final ExportUnpacker unpacker;
    private final UploadFolders folders;
    private final ImportService service;
    private final UploadProperties limits;
    private final Semaphore places;

    UploadController(
            UserStore users,
            UploadReader reader,
            ExportUnpacker unpacker,
            UploadFolders folders,
            ImportService service,
            UploadProperties limits) {
        this.users = users;
        this.reader = reader;
        this.unpacker = unpacker;
        this.folders = folders;
        this.service = service;
        this.limits = limits;
        this.places = new Semaphore(limits.concurrency());
    }

    @PostMapping(path = "/users/{user_id}/imports", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ResponseEntity<ImportController.Accepted> start(
            Caller caller, @PathVariable("user_id") long id, HttpServletRequest request) throws IOException {
        User user = users.require(caller, id);
        if (!places.tryAcquire()) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(
                    null, limits.concurrency() + " uploads are under way already. Try again when one of them is done.");
        }
        try {
            service.requireRoom();
            UUID job = take(user, request);
            return ResponseEntity.accepted()
                    .location(URI.create("/imports/" + job))
                    .body(new ImportController.Accepted(job, "queued"));
        } catch (ImportService.QueueFullException e) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(null, e.getMessage());
        } finally {
            places.release();
        }
    }

    private UUID take(User user, HttpServletRequest request) throws IOException {
        var body = new UploadBody(request.getInputStream(), limits);
        // deleted with its content unless the import is queued
        try (UploadFolders.Folder folder = folders.create()) {
            body.require(request.getContentLengthLong());
            unpacker.requireRoom(folder.exportFolder(), request.getContentLengthLong());
            UploadReader.Upload upload = reader.read(request, body, folder.exportFolder());
            UUID job = service.submit(user.id(), user.tenantId(), upload.export(), upload.name());
            folder.keep();
            return job;
        } catch (IOException e) {
            throw UploadProblems.explain(e, body);
        }
    }
}
