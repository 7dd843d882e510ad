package routes.api;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.core.MultipartInput.MalformedStreamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.ErrorResponseException;
import routes.api.http.ProblemType;
import routes.ingest.upload.UploadRefusedException;

/** Maps the exception of a failed upload to a problem. */
final class UploadProblems {

    private static final Logger LOG = LoggerFactory.getLogger(UploadProblems.class);

    private UploadProblems() {}

    /**
     * The problem to answer with.
     *
     * @throws IOException if the client has disconnected
     */
    static ErrorResponseException explain(IOException failure, UploadBody body) throws IOException {
        UploadRefusedException refused = find(failure, UploadRefusedException.class);
        if (refused != null) {
            return type(refused.reason()).exception(UploadReader.PART, refused.getMessage(), refused.remedy());
        }
        if (body.failure().isPresent()) {
            IOException lost = body.failure().get();
            if (find(lost, SocketTimeoutException.class) != null) {
                return ProblemType.TOO_SLOW.exception(null, "The body has stalled");
            }
            throw lost;
        }
        if (find(failure, FileUploadException.class) != null || find(failure, MalformedStreamException.class) != null) {
            return ProblemType.MALFORMED_REQUEST.exception(
                    null,
                    "The body is no multipart/form-data, has no boundary, or ends in the middle",
                    "Have an HTTP client make the body, as in curl -F file=@export.zip.");
        }
        LOG.warn("An upload failed", failure);
        return ProblemType.NO_ROOM.exception(UploadReader.PART, "The upload cannot be written to disk");
    }

    private static ProblemType type(UploadRefusedException.Reason reason) {
        return switch (reason) {
            case UNUSABLE -> ProblemType.INVALID_VALUE;
            case TOO_LARGE -> ProblemType.BODY_TOO_LARGE;
            case NO_ROOM -> ProblemType.NO_ROOM;
            case TOO_SLOW -> ProblemType.TOO_SLOW;
        };
    }

    private static <T extends Throwable> T find(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
