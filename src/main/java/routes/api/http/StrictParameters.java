package routes.api.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.beans.PropertyEditorSupport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses parameters that the API document does not describe. Spring is more lenient. */
@ControllerAdvice
final class StrictParameters implements HandlerInterceptor {

    /**
     * Parses numbers, ids and booleans strictly; Spring accepts 0x10, " 1", non-ASCII digits, 1-1-1-1-1 and on. Converters are not
     * sufficient: if a converter fails, Spring falls back to its own editors.
     */
    @InitBinder
    void strict(WebDataBinder binder) {
        strict(binder, "-?(0|[1-9][0-9]*)", Integer::valueOf, int.class, Integer.class);
        strict(binder, "-?(0|[1-9][0-9]*)", Long::valueOf, long.class, Long.class);
        strict(binder, "true|false", Boolean::valueOf, boolean.class, Boolean.class);
        strict(binder, "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", UUID::fromString, UUID.class);
        binder.registerCustomEditor(List.class, new ValuesAsGiven());
    }

    /** Keeps each value of a text list as one element; Spring would split at commas and trim. */
    private static final class ValuesAsGiven extends PropertyEditorSupport {
        @Override
        public void setAsText(String text) {
            setValue(List.of(text));
        }

        @Override
        public void setValue(Object value) {
            super.setValue(value instanceof String[] texts ? List.of(texts) : value);
        }
    }

    private static void strict(WebDataBinder binder, String form, Function<String, ?> parser, Class<?>... types) {
        var editor = new PropertyEditorSupport() {
            @Override
            public void setAsText(String text) {
                if (!text.matches(form)) {
                    throw new IllegalArgumentException("The value must have the form " + form);
                }
                setValue(parser.apply(text));
            }
        };
        Stream.of(types).forEach(type -> binder.registerCustomEditor(type, editor));
    }

    /** Refuses unknown, empty and, except for lists, repeated query parameters: a misspelt filter would return too many results. */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method && request.getQueryString() != null) {
            Map<String, Boolean> known = Stream.of(method.getMethodParameters())
                    .filter(parameter -> parameter.hasParameterAnnotation(RequestParam.class))
                    .collect(Collectors.toMap(
                            StrictParameters::name,
                            parameter -> Collection.class.isAssignableFrom(parameter.getParameterType()),
                            (one, same) -> one,
                            TreeMap::new));
            request.getParameterMap().forEach((name, values) -> check(name, values, known));
        }
        return true;
    }

    /** @param known names of the parameters, and whether they are lists */
    private static void check(String name, String[] values, Map<String, Boolean> known) {
        if (!known.containsKey(name)) {
            throw ProblemType.INVALID_PARAMETER.exception(
                    name,
                    "Unknown parameter",
                    known.isEmpty() ? "Omit it." : "The parameters are " + String.join(", ", known.keySet()) + ".");
        }
        // Spring would use the default value and so drop the filter
        if (List.of(values).contains("")) {
            throw ProblemType.INVALID_PARAMETER.exception(
                    name, name + " is empty", "Set a value or omit the parameter.");
        }
        if (values.length > 1 && !known.get(name)) {
            throw ProblemType.INVALID_PARAMETER.exception(name, name + " is set " + values.length + " times");
        }
    }

    /** Returns the name of a parameter in the request. */
    static String name(MethodParameter parameter) {
        RequestParam query = parameter.getParameterAnnotation(RequestParam.class);
        return query == null ? parameter.getParameterName() : query.name();
    }
}
