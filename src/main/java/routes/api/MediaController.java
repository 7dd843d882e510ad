package routes.api;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Pattern;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;
import routes.api.access.ApiDatabase;
import routes.api.http.ProblemType;
import routes.objectstore.ObjectStore;

/** Serves the files of posts. The content is untrusted, so the response headers allow a browser only to display it. */
@RestController
record MediaController(ApiDatabase database, ObjectStore objects) {

    private static final Logger LOG = LoggerFactory.getLogger(MediaController.class);

    /** Media types that a browser may display. Any other type could contain a script. */
    private static final String SHOWN = "image/(jpeg|png|gif|webp)|video/(mp4|webm)|audio/(ogg|mpeg)|application/pdf";

    private static final String POLICY = "sandbox; default-src 'none'";

    /** Immutable, because the URL contains the hash of the content; private, because access needs a key. */
    private static final String CACHE = "private, max-age=86400, immutable";

    record StoredFile(String mime, long sizeBytes, String s3Key) {}

    @GetMapping("/posts/{post_id}/media/{sha256}")
    void read(
            @PathVariable("post_id") PostId post,
            @PathVariable("sha256") @Pattern(regexp = "[0-9a-f]{64}", message = "must be a SHA-256 in lower-case hex")
                    String sha256,
            ServletWebRequest request,
            HttpServletResponse response)
            throws IOException {
        StoredFile file = find(post, sha256);
        if (request.checkNotModified('"' + sha256 + '"')) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, CACHE);
            return;
        }
        try (InputStream content = open(file)) {
            String name = file.s3Key().substring(file.s3Key().lastIndexOf('/') + 1);
            describe(response, file.mime(), file.sizeBytes(), name);
            content.transferTo(response.getOutputStream());
        }
    }

    /** Returns the file if it belongs to this post and is stored. Deleted posts have no files. */
    StoredFile find(PostId post, String sha256) {
        return database.rows(
                        """
                        SELECT o.mime, o.size_bytes, o.s3_key
                        FROM posts p
                        JOIN post_media_map m ON m.post_id = p.id AND m.file_sha256 = :sha256
                        JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                        WHERE %s = :id AND NOT p.is_deleted
                          AND p.tenant_id = coalesce(CAST(:caller AS uuid), p.tenant_id)
                        """
                                .formatted(post.column()))
                .param("id", post.value())
                .param("sha256", sha256)
                .query(ApiDatabase.as(StoredFile.class))
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                        "sha256", "There is no post " + post.value() + " with a stored file " + sha256));
    }

    private InputStream open(StoredFile file) {
        try {
            return objects.get(file.s3Key())
                    .orElseThrow(() -> ProblemType.NOT_FOUND.exception(
                            "sha256",
                            "The file of this post is missing from the object store",
                            "Import the export that contains the file again."));
        } catch (IOException e) {
            LOG.warn("Cannot read {} from the object store", file.s3Key(), e);
            throw ProblemType.DEPENDENCY_DOWN.exception(null, "The object store does not respond");
        }
    }

    /**
     * Replaces the default security headers. Called only on success, because errors have their own headers.
     *
     * @param name file name of letters, digits, dots and dashes
     */
    static void describe(HttpServletResponse response, String mime, long sizeBytes, String name) {
        boolean isShown = mime.matches(SHOWN);
        response.setContentType(isShown ? mime : MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setContentLengthLong(sizeBytes);
        response.setHeader(HttpHeaders.CACHE_CONTROL, CACHE);
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION, (isShown ? "inline" : "attachment") + "; filename=\"" + name + '"');
    }
}
