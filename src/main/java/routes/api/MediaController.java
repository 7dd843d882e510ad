package routes.api;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import routes.api.http.Caller;
import routes.api.http.ProblemType;
import routes.objectstore.ObjectStore;

/** Serves the files of posts. The content is untrusted, so the headers allow a browser only to display it. */
@RestController
final class MediaController {

    private static final Logger LOG = LoggerFactory.getLogger(MediaController.class);
    private static final String POLICY = "sandbox; default-src 'none'";

    /** Immutable, since the URL contains the hash of the content; private, since it needs a key. */
    private static final String CACHE = "private, max-age=86400, immutable";

    private final MediaFileStore files;
    private final ObjectStore objects;

    MediaController(MediaFileStore files, ObjectStore objects) {
        this.files = files;
        this.objects = objects;
    }

    @GetMapping("/posts/{post_id}/media/{sha256}")
    void read(
            Caller caller,
            @PathVariable("post_id") String id,
            @PathVariable("sha256") @Pattern(regexp = "[0-9a-f]{64}", message = "must be a SHA-256 in lower-case hex")
                    String sha256,
            ServletWebRequest request,
            HttpServletResponse response)
            throws IOException {
        StoredFile file = files.find(caller, PostId.parse(id), sha256)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "sha256", "There is no post " + id + " with a stored file " + sha256));
        if (isKnown(file, request, response)) {
            return;
        }
        try (InputStream content = open(file)) {
            describe(file, response);
            content.transferTo(response.getOutputStream());
        }
    }

    private static boolean isKnown(StoredFile file, ServletWebRequest request, HttpServletResponse response) {
        boolean known = request.checkNotModified('"' + file.sha256() + '"');
        if (known) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, CACHE);
        }
        return known;
    }

    private InputStream open(StoredFile file) {
        try {
            return objects.get(file.s3Key())
                    .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                            "sha256",
                            "The file is noted for this post but is missing in the object store",
                            "Import the export again that holds the file."));
        } catch (IOException e) {
            LOG.warn("{} cannot be read from the object store", file.s3Key(), e);
            throw ProblemType.DEPENDENCY_DOWN.exception(null, "The object store does not answer");
        }
    }

    /** Called only on success, since errors have their own headers. Replaces the default security headers. */
    private static void describe(StoredFile file, HttpServletResponse response) {
        response.setContentType(file.contentType());
        response.setContentLengthLong(file.sizeBytes());
        response.setHeader(HttpHeaders.CACHE_CONTROL, CACHE);
        response.setHeader("Content-Security-Policy", POLICY);
        String disposition = file.isShown() ? "inline" : "attachment";
        response.setHeader(HttpHeaders.CONTENT_DISPOSITION, disposition + "; filename=\"" + file.name() + '"');
    }
}
