package routes.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Objects;
import java.util.stream.Collectors;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.validation.FieldError;
import org.springframework.validation.method.ParameterValidationResult;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import routes.api.http.BodyLimitFilter.BodyTooLargeException;

/** Maps the exceptions of Spring MVC for invalid requests to problems. */
final class RequestProblems {

    private RequestProblems() {}

    static ProblemDetail explain(Exception exception, HttpStatusCode status) {
        if (exception instanceof HttpMessageNotReadableException e) {
            return unreadable(e);
        } else if (exception instanceof MethodArgumentTypeMismatchException e) {
            return wrongType(e);
        } else if (exception instanceof MissingServletRequestParameterException e) {
            return ProblemType.INVALID_PARAMETER.problem(
                    e.getParameterName(), "The parameter " + e.getParameterName() + " is required");
        } else if (exception instanceof HandlerMethodValidationException e) {
            return notAllowed(e);
        } else if (exception instanceof MethodArgumentNotValidException e) {
            return notAllowed(e.getFieldErrors().get(0));
        } else if (exception instanceof HttpRequestMethodNotSupportedException e) {
            return ProblemType.METHOD_NOT_ALLOWED.problem(
                    null, e.getMethod() + " is not possible here", "Use " + methods(e) + ".");
        } else if (exception instanceof HttpMediaTypeNotSupportedException e) {
            return ProblemType.UNSUPPORTED_MEDIA_TYPE.problem(
                    "Content-Type",
                    e.getContentType() == null
                            ? "The body has no Content-Type"
                            : "Content-Type " + e.getContentType() + " is not supported here",
                    "Send Content-Type: "
                            + e.getSupportedMediaTypes().stream()
                                    .map(MediaType::toString)
                                    .sorted()
                                    .collect(Collectors.joining(" or "))
                            + ".");
        } else if (exception instanceof NoResourceFoundException e) {
            return ProblemType.NOT_FOUND.problem("There is nothing at /" + e.getResourcePath());
        }
        return ProblemType.ofStatus(status, "The request cannot be answered");
    }

    private static ProblemDetail unreadable(HttpMessageNotReadableException exception) {
        Throwable cause = exception.getMostSpecificCause();
        if (cause instanceof BodyTooLargeException) {
            return ProblemType.BODY_TOO_LARGE.problem(cause.getMessage());
        } else if (exception.getCause() instanceof UnrecognizedPropertyException e) {
            return ProblemType.MALFORMED_REQUEST.problem(
                    path(e),
                    "There is no such field here",
                    "The fields are "
                            + e.getKnownPropertyIds().stream()
                                    .map(Object::toString)
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ".");
        } else if (exception.getCause() instanceof JsonMappingException e
                && !e.getPath().isEmpty()) {
            return ProblemType.MALFORMED_REQUEST.problem(path(e), path(e) + " has a value of the wrong type");
        } else if (exception.getCause() instanceof JsonProcessingException e && e.getLocation() != null) {
            return ProblemType.MALFORMED_REQUEST.problem("The body is not the JSON expected here, see line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        }
        return ProblemType.MALFORMED_REQUEST.problem("The body is missing or cannot be read");
    }

    private static String path(JsonMappingException exception) {
        return exception.getPath().stream()
                .map(part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : part.getFieldName())
                .collect(Collectors.joining("."));
    }

    private static ProblemDetail wrongType(MethodArgumentTypeMismatchException exception) {
        return ProblemType.INVALID_PARAMETER.problem(
                exception.getName(), exception.getName() + " has a value of the wrong form");
    }

    private static ProblemDetail notAllowed(HandlerMethodValidationException exception) {
        ParameterValidationResult first =
                exception.getParameterValidationResults().get(0);
        String name = name(first.getMethodParameter());
        return ProblemType.INVALID_PARAMETER.problem(
                name, name + " " + first.getResolvableErrors().get(0).getDefaultMessage());
    }

    private static ProblemDetail notAllowed(FieldError error) {
        String name = PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(error.getField());
        return ProblemType.INVALID_VALUE.problem(name, name + " " + error.getDefaultMessage());
    }

    /** The name in the request, which may differ from that of the Java parameter. */
    private static String name(MethodParameter parameter) {
        RequestParam query = parameter.getParameterAnnotation(RequestParam.class);
        return query == null ? parameter.getParameterName() : query.name();
    }

    private static String methods(HttpRequestMethodNotSupportedException exception) {
        return Objects.requireNonNull(exception.getSupportedHttpMethods()).stream()
                .map(HttpMethod::name)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
