package routes.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;
import routes.replay.RefusedException;

/** Converts every error of an operation to RFC 9457 problem details: what failed, why, which field, and the remedy. */
@RestControllerAdvice
final class ProblemHandler extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Set<Integer> RETRYABLE =
            Set.of(HttpStatus.TOO_MANY_REQUESTS.value(), HttpStatus.SERVICE_UNAVAILABLE.value());

    @ExceptionHandler
    ResponseEntity<Object> unknownKey(AuthenticationException exception, ServletWebRequest request) {
        if (isBrowser(request)) {
            return page(HttpStatus.UNAUTHORIZED, request);
        }
        String detail =
                exception instanceof BadCredentialsException ? exception.getMessage() : "The request has no API key";
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return answer(ProblemType.UNAUTHORIZED.problem("Authorization", detail), headers, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> notAllowed(AccessDeniedException exception, ServletWebRequest request) {
        return answer(ProblemType.FORBIDDEN.problem("Authorization", exception.getMessage()), request);
    }

    @ExceptionHandler
    ResponseEntity<Object> rejected(RequestRejectedException exception, ServletWebRequest request) {
        LOG.debug("Rejected: {}", exception.getMessage());
        ProblemDetail problem = ProblemType.MALFORMED_REQUEST.problem(
                null, "The path, a header or the name of a parameter contains invalid characters");
        // Spring would use the raw path, which may not be a valid URI
        problem.setInstance(
                ProblemReportValve.uri(request.getRequest().getRequestURI()).orElse(URI.create("")));
        return answer(problem, request);
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(RefusedException exception, ServletWebRequest request) {
        String field = exception.field();
        String reason = exception.getMessage();
        return answer(
                switch (exception.reason()) {
                    case UNKNOWN ->
                        ProblemType.NOT_FOUND.problem(
                                field, reason, "GET /admin/streams lists the streams and groups.");
                    case INVALID -> ProblemType.INVALID_VALUE.problem(field, reason);
                    case CONFLICT, NOT_HERE ->
                        ProblemType.CONFLICT.problem(
                                field, reason, "Check the current state, then repeat the request.");
                },
                request);
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception exception, ServletWebRequest request) {
        // first: a lost database connection has the same exception type as a lost client connection
        Optional<ErrorResponseException> outage = ProblemType.outage(exception);
        if (outage.isPresent()) {
            Throwable cause = NestedExceptionUtils.getMostSpecificCause(exception);
            String part = outage.get().getBody().getDetail();
            LOG.warn("{}: {}: {}: {}", name(request), part, exception.getMessage(), cause.toString());
            LOG.debug("{} failed", name(request), exception);
            return answer(outage.get().getBody(), request);
        }
        if (DisconnectedClientHelper.isClientDisconnectedException(exception)) {
            LOG.debug("{}: the client has disconnected", name(request), exception);
            return null;
        }
        LOG.error("{} failed", name(request), exception);
        return answer(
                ProblemType.INTERNAL_ERROR.problem(null, "The request failed because of an internal error"), request);
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception exception, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var servlet = (ServletWebRequest) request;
        if (servlet.getResponse().isCommitted()) {
            LOG.debug("The response to {} is already committed", name(servlet), exception);
            return null;
        }
        if (exception instanceof NoResourceFoundException && isBrowser(servlet)) {
            return page(HttpStatus.NOT_FOUND, servlet);
        }
        if (exception instanceof ErrorResponseException own && isOurs(own.getBody())) {
            // the code that created the problem has already logged it
            return answer(own.getBody(), headers, servlet);
        }
        if (status.is5xxServerError()) {
            LOG.error("{} failed", name(servlet), exception);
        }
        return answer(explain(exception, status), headers, servlet);
    }

    private static boolean isOurs(ProblemDetail problem) {
        return problem.getType() != null && !problem.getType().equals(URI.create("about:blank"));
    }

    /** Maps the exceptions of Spring MVC for invalid requests to problems. */
    private static ProblemDetail explain(Exception exception, HttpStatusCode status) {
        if (exception instanceof HttpMessageNotReadableException e) {
            return unreadable(e.getCause());
        } else if (exception instanceof MethodArgumentTypeMismatchException e) {
            return wrongType(e);
        } else if (exception instanceof MissingServletRequestParameterException e) {
            return ProblemType.INVALID_PARAMETER.problem(
                    e.getParameterName(), "The parameter " + e.getParameterName() + " is required");
        } else if (exception instanceof HandlerMethodValidationException e) {
            ParameterValidationResult first = e.getParameterValidationResults().get(0);
            if (first instanceof ParameterErrors body) {
                return invalid(body.getFieldErrors().get(0));
            }
            String name = StrictParameters.name(first.getMethodParameter());
            return ProblemType.INVALID_PARAMETER.problem(
                    name, name + " " + first.getResolvableErrors().get(0).getDefaultMessage());
        } else if (exception instanceof MethodArgumentNotValidException e) {
            return invalid(e.getFieldErrors().get(0));
        } else if (exception instanceof HttpRequestMethodNotSupportedException e) {
            return ProblemType.METHOD_NOT_ALLOWED.problem(
                    null,
                    e.getMethod() + " is not supported by this path",
                    "Use " + list(e.getSupportedHttpMethods(), ", ") + ".");
        } else if (exception instanceof HttpMediaTypeNotSupportedException e) {
            return ProblemType.UNSUPPORTED_MEDIA_TYPE.problem(
                    "Content-Type",
                    e.getContentType() == null
                            ? "The body has no Content-Type"
                            : "Content-Type " + e.getContentType() + " is not supported here",
                    "Send Content-Type: " + list(e.getSupportedMediaTypes(), " or ") + ".");
        } else if (exception instanceof NoResourceFoundException e) {
            return ProblemType.NOT_FOUND.problem(null, "Unknown path /" + e.getResourcePath());
        }
        return ProblemType.ofStatus(status, "The request cannot be processed");
    }

    private static ProblemDetail invalid(FieldError error) {
        String name = SnakeCaseStrategy.INSTANCE.translate(error.getField());
        return ProblemType.INVALID_VALUE.problem(name, name + " " + error.getDefaultMessage());
    }

    private static ProblemDetail unreadable(Throwable cause) {
        if (cause instanceof UnrecognizedPropertyException e) {
            return ProblemType.MALFORMED_REQUEST.problem(
                    path(e), "Unknown field", "The fields are " + list(e.getKnownPropertyIds(), ", ") + ".");
        } else if (cause instanceof JsonMappingException e && !e.getPath().isEmpty()) {
            return ProblemType.MALFORMED_REQUEST.problem(path(e), path(e) + " has a value of the wrong type");
        } else if (cause instanceof JsonProcessingException e && e.getLocation() != null) {
            return ProblemType.MALFORMED_REQUEST.problem(
                    null,
                    "The body is not the expected JSON, see line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        }
        return ProblemType.MALFORMED_REQUEST.problem(null, "The body is missing or cannot be parsed");
    }

    private static String path(JsonMappingException exception) {
        return exception.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : part.getFieldName())
                .collect(Collectors.joining("."));
    }

    /** Converters of this application throw problems, which do not contain the field. */
    private static ProblemDetail wrongType(MethodArgumentTypeMismatchException exception) {
        if (exception.getMostSpecificCause() instanceof ErrorResponseException own) {
            own.getBody().setProperty("field", exception.getName());
            return own.getBody();
        }
        return ProblemType.INVALID_PARAMETER.problem(
                exception.getName(), exception.getName() + " has a value in the wrong format");
    }

    private static String list(Collection<?> values, String separator) {
        return values.stream().map(Object::toString).sorted().collect(Collectors.joining(separator));
    }

    private static String name(ServletWebRequest request) {
        return request.getHttpMethod() + " " + request.getRequest().getRequestURI();
    }

    /** Returns whether a browser loads a page from a link or the address bar: HTML is then first in Accept. */
    static boolean isBrowser(ServletWebRequest request) {
        String accepted = request.getHeader(HttpHeaders.ACCEPT);
        return accepted != null && accepted.startsWith(MediaType.TEXT_HTML_VALUE);
    }

    /** Returns an HTML page for browsers instead of JSON. */
    static ResponseEntity<Object> page(HttpStatus status, ServletWebRequest request) {
        closeIfBody(request);
        return ResponseEntity.status(status)
                .contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
                .body(new ClassPathResource("static/nothere.html"));
    }

    static ResponseEntity<Object> answer(ProblemDetail problem, ServletWebRequest request) {
        return answer(problem, HttpHeaders.EMPTY, request);
    }

    private static ResponseEntity<Object> answer(ProblemDetail problem, HttpHeaders more, ServletWebRequest request) {
        closeIfBody(request);
        var headers = new HttpHeaders();
        headers.putAll(more);
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (RETRYABLE.contains(problem.getStatus())) {
            headers.addIfAbsent(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return new ResponseEntity<>(problem, headers, problem.getStatus());
    }

    /** The body of a refused request is not read, so the connection cannot be used again. */
    private static void closeIfBody(ServletWebRequest request) {
        if (SecurityHeadersFilter.hasBody(request.getRequest())) {
            request.getResponse().setHeader(HttpHeaders.CONNECTION, "close");
        }
    }
}
