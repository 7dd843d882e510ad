package routes.api.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Has refusals of filters told as the errors of operations are: as problem details. */
@Component
final class Refusals {

    private final HandlerExceptionResolver problems;

    Refusals(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    /** Whether the exception is one that the errors of operations know, and was told. */
    boolean tell(HttpServletRequest request, HttpServletResponse response, Exception refusal) {
        return problems.resolveException(request, response, null, refusal) != null;
    }

    /** @param status for the case that telling fails: a refusal must not end as an empty 200 */
    void tell(HttpServletRequest request, HttpServletResponse response, Exception refusal, HttpStatus status)
            throws IOException {
        if (!tell(request, response, refusal)) {
            response.sendError(status.value());
        }
    }
}
