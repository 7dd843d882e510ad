package routes.api.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses unknown, repeated and empty query parameters: a misspelt filter would find too much. */
final class KnownParameters implements HandlerInterceptor {

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && request.getQueryString() != null) {
            check(of(method), request.getParameterMap());
        }
        return true;
    }

    private static SortedSet<String> of(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .map(parameter -> parameter.getParameterAnnotation(RequestParam.class))
                .filter(Objects::nonNull)
                .map(RequestParam::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void check(SortedSet<String> known, Map<String, String[]> given) {
        given.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw ProblemType.INVALID_PARAMETER.exception(
                        name,
                        "There is no such parameter here",
                        known.isEmpty() ? "Leave it out." : "The parameters are " + String.join(", ", known) + ".");
            }
            // Spring would use the default and so drop the filter
            if (values[0].isEmpty()) {
                throw ProblemType.INVALID_PARAMETER.exception(
                        name, name + " has no value", "Give it one or leave it out.");
            }
            if (values.length > 1) {
                throw ProblemType.INVALID_PARAMETER.exception(name, name + " is given " + values.length + " times");
            }
        });
    }
}
