package routes.api.http;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;
import routes.vectorindex.VectorIndexException;

/** Converts every error of an operation to RFC 9457 problem details: what, why, which field, what to do. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Set<Integer> MAY_BE_TRIED_AGAIN = Set.of(
            ProblemType.TOO_MANY_REQUESTS.status().value(),
            ProblemType.DEPENDENCY_DOWN.status().value());

    @ExceptionHandler({
        NonTransientDataAccessResourceException.class,
        TransientDataAccessException.class,
        RecoverableDataAccessException.class,
        CannotCreateTransactionException.class
    })
    ResponseEntity<ProblemDetail> databaseDown(Exception exception, HttpServletRequest request) {
        LOG.warn(
                "{} {}: the database does not answer: {}",
                request.getMethod(),
                request.getRequestURI(),
                reason(exception));
        return answer(ProblemType.DEPENDENCY_DOWN.problem("The database does not answer in time"));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> indexDown(VectorIndexException exception, HttpServletRequest request) {
        LOG.warn("{} {}: {}", request.getMethod(), request.getRequestURI(), exception.getMessage(), exception);
        return answer(ProblemType.DEPENDENCY_DOWN.problem("The index does not answer"));
    }

    @ExceptionHandler
    ResponseEntity<?> unknownKey(AuthenticationException exception, HttpServletRequest request) {
        if (isBrowser(request)) {
            return page(HttpStatus.UNAUTHORIZED);
        }
        String detail = exception instanceof BadCredentialsException
                ? exception.getMessage()
                : "This needs a key, and the request has none";
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .body(ProblemType.UNAUTHORIZED.problem("Authorization", detail));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> notAllowed(AccessDeniedException exception) {
        return answer(ProblemType.FORBIDDEN.problem("Authorization", exception.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> rejected(RequestRejectedException exception, HttpServletRequest request) {
        LOG.debug("Rejected: {}", exception.getMessage());
        ProblemDetail problem = ProblemType.MALFORMED_REQUEST.problem(
                "The path, a header or the name of a parameter holds characters that are not allowed there");
        // Spring would use the raw path, which may not be a valid URI
        problem.setInstance(ProblemReportValve.uri(request.getRequestURI()).orElse(URI.create("")));
        return answer(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unexpected(Exception exception, HttpServletRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(exception)) {
            LOG.debug("{} {}: the client went away", request.getMethod(), request.getRequestURI(), exception);
            return null;
        }
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), exception);
        return answer(ProblemType.INTERNAL_ERROR.problem("The request failed for a reason that is not in it"));
    }

    @Override
    protected ResponseEntity<Object> handleNoResourceFoundException(
            NoResourceFoundException exception, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return request instanceof ServletWebRequest servlet && isBrowser(servlet.getRequest())
                ? page(HttpStatus.NOT_FOUND)
                : super.handleNoResourceFoundException(exception, headers, status, request);
    }

    /** Whether a browser loads a page from a link or the address bar: HTML is then first in Accept. */
    static boolean isBrowser(HttpServletRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return accepted != null && accepted.startsWith(MediaType.TEXT_HTML_VALUE);
    }

    /** An HTML page for people, who would otherwise see JSON. */
    static ResponseEntity<Object> page(HttpStatus status) {
        return ResponseEntity.status(status)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(new ClassPathResource("static/nothere.html"));
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception exception, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        if (request instanceof ServletWebRequest web
                && web.getResponse() != null
                && web.getResponse().isCommitted()) {
            LOG.debug("{} was answered already", request.getDescription(false), exception);
            return null;
        }
        boolean isTold = exception instanceof ErrorResponseException own && isOurs(own.getBody());
        ProblemDetail problem =
                isTold ? ((ErrorResponseException) exception).getBody() : RequestProblems.explain(exception, status);
        // the code that created the problem has already logged it
        if (status.is5xxServerError() && !isTold) {
            LOG.error("{} failed", request.getDescription(false), exception);
        }
        var withType = new HttpHeaders();
        withType.putAll(headers);
        withType.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (MAY_BE_TRIED_AGAIN.contains(problem.getStatus())) {
            withType.addIfAbsent(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return super.handleExceptionInternal(
                exception, problem, withType, HttpStatusCode.valueOf(problem.getStatus()), request);
    }

    private static boolean isOurs(ProblemDetail problem) {
        return problem.getType() != null && !problem.getType().equals(URI.create("about:blank"));
    }

    private static ResponseEntity<ProblemDetail> answer(ProblemDetail problem) {
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(problem.getStatus()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (MAY_BE_TRIED_AGAIN.contains(problem.getStatus())) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.body(problem);
    }

    private static String reason(Throwable exception) {
        Throwable root = exception;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }
}
