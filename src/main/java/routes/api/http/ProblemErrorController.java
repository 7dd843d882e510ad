package routes.api.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.web.servlet.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;

/** Responds to errors outside the operations, in a filter or the container. Replaces Spring Boot's HTML page. */
@RestController
final class ProblemErrorController implements ErrorController {

    @RequestMapping("${server.error.path:/error}")
    ResponseEntity<Object> error(ServletWebRequest web) {
        HttpServletRequest request = web.getRequest();
        ProblemDetail problem = problem(request);
        if (problem.getStatus() == HttpStatus.NOT_FOUND.value() && ProblemHandler.isBrowser(web)) {
            return ProblemHandler.page(HttpStatus.NOT_FOUND, web);
        }
        if (request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String path) {
            ProblemReportValve.uri(path).ifPresent(problem::setInstance);
        }
        return ProblemHandler.answer(problem, web);
    }

    private static ProblemDetail problem(HttpServletRequest request) {
        if (request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status) {
            // the container itself logs a stalled body
            boolean isStalled = status == HttpStatus.REQUEST_TIMEOUT.value();
            return ProblemType.ofStatus(
                    HttpStatusCode.valueOf(status),
                    isStalled ? "No data was received for too long" : "The request cannot be processed");
        }
        // a direct request for the error path: there is no error and no resource
        return ProblemType.NOT_FOUND.problem(null, "Unknown path " + request.getRequestURI());
    }
}
