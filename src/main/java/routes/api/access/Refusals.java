package routes.api.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers refusals of filters with problem details, like errors of operations. */
@Component
final class Refusals {

    private final HandlerExceptionResolver problems;

    Refusals(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    /** Returns whether the exception has a handler and was answered. */
    boolean tell(HttpServletRequest request, HttpServletResponse response, Exception refusal) {
        return problems.resolveException(request, response, null, refusal) != null;
    }

    /** @param status sent if no handler answers: a refusal must not end as an empty 200 */
    void tell(HttpServletRequest request, HttpServletResponse response, Exception refusal, HttpStatus status)
            throws IOException {
        if (!tell(request, response, refusal)) {
            response.sendError(status.value());
        }
    }
}
