package routes.api.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers errors outside the operations, in a filter or the container; replaces Spring Boot's HTML page. */
@RestController
final class ProblemErrorController implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<?> error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        // a direct request for the error path: there is no error and no resource
        ProblemDetail problem = status == null
                ? ProblemType.NOT_FOUND.problem("There is nothing at " + request.getRequestURI())
                : ProblemType.ofStatus(HttpStatusCode.valueOf((int) status), detail((int) status));
        if (problem.getStatus() == HttpStatus.NOT_FOUND.value() && ProblemHandler.isBrowser(request)) {
            return ProblemHandler.page(HttpStatus.NOT_FOUND);
        }
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path) {
            ProblemReportValve.uri(path).ifPresent(problem::setInstance);
        }
        return ResponseEntity.status(problem.getStatus())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(problem);
    }

    private static String detail(int status) {
        // the container logs a stalled body on its own
        return status == HttpStatus.REQUEST_TIMEOUT.value() ? "The body has stalled" : "The request cannot be answered";
    }
}
