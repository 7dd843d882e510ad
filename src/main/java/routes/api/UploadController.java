package routes.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletFileUpload;
import org.apache.commons.fileupload2.jakarta.servlet6.JakartaServletRequestContext;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.Role;
import routes.api.http.ProblemType;
import routes.ingest.ImportService;
import routes.ingest.upload.ExportUnpacker;
import routes.ingest.upload.UploadFolders;
import routes.ingest.upload.UploadProperties;
import routes.ingest.upload.UploadRefusedException;
import routes.posts.StorageQuota;

/**
 * Imports uploaded exports. Refuses a request before its body is read where possible, so that clients that wait for "100 Continue" send
 * nothing.
 */
@RestController
final class UploadController {

    private static final Logger LOG = LoggerFactory.getLogger(UploadController.class);

    /** Name of the only part of the body, which contains the export. */
    private static final String PART = "file";

    private static final Pattern FOLDERS = Pattern.compile(".*[/\\\\]", Pattern.DOTALL);
    private static final Pattern UNSHOWABLE = Pattern.compile("[\\p{Cntrl}\\p{Cs}]");
    private static final int MAX_NAME = 200;

    private final UserStore users;
    private final ExportUnpacker unpacker;
    private final UploadFolders folders;
    private final ImportService service;
    private final UploadProperties limits;
    private final StorageQuota quota;
    private final Semaphore permits;

    UploadController(
            UserStore users,
            ExportUnpacker unpacker,
            UploadFolders folders,
            ImportService service,
            UploadProperties limits,
            StorageQuota quota) {
        this.users = users;
        this.unpacker = unpacker;
        this.folders = folders;
        this.service = service;
        this.limits = limits;
        this.quota = quota;
        this.permits = new Semaphore(limits.concurrency());
    }

    @PostMapping(path = "/users/{user_id}/imports", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @Role.Needed(Role.OPERATOR)
    ResponseEntity<ImportController.Accepted> start(@PathVariable("user_id") long id, HttpServletRequest request) {
        User user = users.require(id);
        if (!permits.tryAcquire()) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(
                    null,
                    limits.concurrency() + " uploads are already running. Try again when one of them is complete.");
        }
        try {
            service.requireRoom();
            return ImportController.Accepted.of(store(user, request));
        } catch (ImportService.QueueFullException e) {
            throw ProblemType.TOO_MANY_REQUESTS.exception(null, e.getMessage());
        } finally {
            permits.release();
        }
    }

    private UUID store(User user, HttpServletRequest request) {
        // deleted with its content unless the import is queued
        try (UploadFolders.Folder folder = folders.create()) {
            var body = new UploadBody(request.getInputStream(), limits);
            body.require(request.getContentLengthLong());
            unpacker.requireRoom(folder.exportFolder(), request.getContentLengthLong());
            Upload upload = read(user, request, body, folder.exportFolder());
            UUID job = service.submit(user.id(), user.tenantId(), upload.export(), upload.name());
            folder.keep();
            return job;
        } catch (IOException e) {
            throw explain(e);
        }
    }

    /**
     * @param name file name sent by the client
     * @param export path of the export to import
     */
    private record Upload(String name, Path export) {}

    /** Reads the whole body as a stream, and unpacks the export into the folder. */
    private Upload read(User user, HttpServletRequest request, InputStream body, Path folder) throws IOException {
        var multipart = new JakartaServletFileUpload<>();
        multipart.setHeaderCharset(StandardCharsets.UTF_8);
        FileItemInputIterator parts = multipart.getItemIterator(new JakartaServletRequestContext(request) {
            @Override
            public InputStream getInputStream() {
                return body;
            }
        });
        Upload upload = null;
        while (parts.hasNext()) {
            FileItemInput part = parts.next();
            if (!PART.equals(part.getFieldName())) {
                throw refused(part.getFieldName(), "Unknown part");
            }
            if (upload != null) {
                throw refused(PART, "The request contains more than one file");
            }
            upload = new Upload(name(part), unpacker.unpack(part.getInputStream(), folder, () -> requireQuota(user)));
        }
        if (upload == null) {
            throw refused(PART, "The part " + PART + " is missing");
        }
        return upload;
    }

    /** Refuses an export with files if the quota leaves no space for any of them. */
    private void requireQuota(User user) {
        quota.left(user.tenantId()).ifPresent(left -> {
            if (left == 0) {
                throw ProblemType.QUOTA_EXCEEDED.exception(
                        PART,
                        "The storage quota of the tenant is used up; the files of the export could not be stored");
            }
        });
    }

    private static ErrorResponseException refused(String part, String why) {
        return ProblemType.INVALID_VALUE.exception(
                part,
                why,
                "Send multipart/form-data with one part, which contains the export and is named " + PART + ".");
    }

    /** Returns the file name without folders, safe to store and display. */
    private static String name(FileItemInput part) {
        String name;
        try {
            name = Objects.requireNonNullElse(part.getName(), "");
        } catch (InvalidPathException e) {
            // a name that is not a valid path is harmless here
            name = e.getInput();
        }
        String shown = UNSHOWABLE
                .matcher(FOLDERS.matcher(name).replaceFirst(""))
                .replaceAll("")
                .strip();
        return shown.isEmpty() ? "upload" : shown.substring(0, Math.min(shown.length(), MAX_NAME));
    }

    private static ErrorResponseException explain(IOException failure) {
        UploadRefusedException refused = ExceptionUtils.throwableOfType(failure, UploadRefusedException.class);
        if (refused != null) {
            ProblemType type =
                    switch (refused.reason()) {
                        case UNUSABLE -> ProblemType.INVALID_VALUE;
                        case TOO_LARGE -> ProblemType.BODY_TOO_LARGE;
                        case NO_ROOM -> ProblemType.NO_ROOM;
                        case TOO_SLOW -> ProblemType.TOO_SLOW;
                    };
            return type.exception(PART, refused.getMessage(), refused.remedy());
        }
        if (ExceptionUtils.indexOfType(failure, FileUploadException.class) >= 0) {
            return ProblemType.MALFORMED_REQUEST.exception(
                    null,
                    "The body is not multipart/form-data, has no boundary, or is truncated",
                    "Use an HTTP client that creates the body, for example curl -F file=@export.zip.");
        }
        LOG.warn("An upload failed", failure);
        return ProblemType.NO_ROOM.exception(PART, "The upload could not be written to disk");
    }
}
