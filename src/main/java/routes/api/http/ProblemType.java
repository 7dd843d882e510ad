package routes.api.http;

import io.lettuce.core.RedisException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponseException;
import routes.vectorindex.VectorIndexException;

/** The problem types of the API (RFC 9457). */
public enum ProblemType {
    MALFORMED_REQUEST(HttpStatus.BAD_REQUEST, "Malformed request", "See /docs for the format of the request."),
    INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "Invalid parameter", "See /docs for the parameters and their values."),
    UNAUTHORIZED(
            HttpStatus.UNAUTHORIZED,
            "Unauthorized",
            "Send the header Authorization: Bearer <key>. The operator creates keys with --make-key."),
    FORBIDDEN(HttpStatus.FORBIDDEN, "Forbidden", "Use a key with another role; see /docs for the roles."),
    NOT_FOUND(HttpStatus.NOT_FOUND, "Not found", "Check the id; see /docs for the paths."),
    METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "Method not allowed", "Use a method listed in the header Allow."),
    NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "Not acceptable", "Accept application/json in the header Accept."),
    TOO_SLOW(HttpStatus.REQUEST_TIMEOUT, "Request timeout", "Send the body without pauses."),
    CONFLICT(HttpStatus.CONFLICT, "Conflict", "Use the existing resource."),
    BODY_TOO_LARGE(HttpStatus.PAYLOAD_TOO_LARGE, "Body too large", "Send a smaller body."),
    QUOTA_EXCEEDED(
            HttpStatus.PAYLOAD_TOO_LARGE,
            "Storage quota exceeded",
            "Upload only result.json, which does not count towards the quota, delete posts with files, or increase the quota."),
    UNSUPPORTED_MEDIA_TYPE(
            HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", "Send Content-Type: application/json."),
    INVALID_VALUE(HttpStatus.UNPROCESSABLE_ENTITY, "Invalid value", "See /docs for the fields and their values."),
    TOO_MANY_REQUESTS(
            HttpStatus.TOO_MANY_REQUESTS,
            "Too many requests",
            "Try again after the number of seconds in" + " the header Retry-After."),
    NO_ROOM(HttpStatus.INSUFFICIENT_STORAGE, "Insufficient disk space", "Free disk space on the server."),
    DEPENDENCY_DOWN(
            HttpStatus.SERVICE_UNAVAILABLE,
            "Dependency unavailable",
            "Try again after the number of seconds in the header Retry-After; /health shows the unavailable component."),
    NOT_READY(
            HttpStatus.SERVICE_UNAVAILABLE,
            "Not ready",
            "Try again after the number of seconds in the header Retry-After; /health/live shows whether the process runs."),
    INTERNAL_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "Internal error", "See the log entry with this time and path.");

    private final HttpStatus status;
    private final String title;
    private final String remedy;

    ProblemType(HttpStatus status, String title, String remedy) {
        this.status = status;
        this.title = title;
        this.remedy = remedy;
    }

    private static final String DATABASE = "The database does not respond in time";

    private static final Map<Class<? extends Exception>, String> OUTAGES = Map.of(
            NonTransientDataAccessResourceException.class, DATABASE,
            TransientDataAccessException.class, DATABASE,
            RecoverableDataAccessException.class, DATABASE,
            CannotCreateTransactionException.class, DATABASE,
            RedisException.class, "Redis does not respond",
            VectorIndexException.class, "The index does not respond");

    /** Returns the problem of an unavailable part, if that caused the failure. */
    public static Optional<ErrorResponseException> outage(Exception failure) {
        return OUTAGES.entrySet().stream()
                .filter(part -> part.getKey().isInstance(failure))
                .findFirst()
                .map(part -> DEPENDENCY_DOWN.exception(null, part.getValue()));
    }

    /** Returns the problem for a bare HTTP status; "about:blank" if no type has this status, as RFC 9457 specifies. */
    static ProblemDetail ofStatus(HttpStatusCode status, String detail) {
        for (ProblemType type : values()) {
            if (type.status.isSameCodeAs(status)) {
                return type.problem(null, detail);
            }
        }
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("remedy", MALFORMED_REQUEST.remedy);
        return problem;
    }

    /**
     * Creates a problem with all its fields.
     *
     * @param field the invalid parameter, or the path of the invalid body field; null for none
     * @param detail what is wrong and why
     * @param remedy what the caller can do
     */
    ProblemDetail problem(String field, String detail, String remedy) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        // identifies the type; not a resolvable URL
        problem.setType(URI.create("urn:telegram-assistant:problem:"
                + name().toLowerCase(Locale.ROOT).replace('_', '-')));
        problem.setTitle(title);
        if (field != null) {
            problem.setProperty("field", field);
        }
        problem.setProperty("remedy", remedy);
        return problem;
    }

    /** Like {@link #problem(String, String, String)}, with the default remedy of the type. */
    ProblemDetail problem(String field, String detail) {
        return problem(field, detail, remedy);
    }

    /** Like {@link #problem(String, String, String)}, as an exception. */
    public ErrorResponseException exception(String field, String detail, String remedy) {
        return new ErrorResponseException(status, problem(field, detail, remedy), null);
    }

    public ErrorResponseException exception(String field, String detail) {
        return exception(field, detail, remedy);
    }
}
