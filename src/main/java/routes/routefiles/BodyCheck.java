package routes.routefiles;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.util.StringUtils;
import routes.events.Event;
import routes.events.StreamCatalog;
import routes.routefiles.EndpointUse.Role;

/**
 * Checks steps where the type of the body is known: the fields of an entry at the start of a route that reads a stream, the event after
 * {@code events.read}. Simple expressions must use existing properties, and an event must be written before it is published. After a step
 * that may change the body, the type is unknown (null).
 */
record BodyCheck(RouteModel model, Problems problems) {
    private static final StreamCatalog PRODUCT = new StreamCatalog();
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{body\\??((?:\\.[A-Za-z_]\\w*\\??)+)([^}]*)}");

    /** Steps that do not change the body. */
    private static final String KEEPING =
            "(set|remove)(Propert(y|ies)|Headers?|Variables?)|log|validate|delay|throttle|stop";
    /** Steps whose nested steps receive the same body. */
    private static final String NESTING =
            "filter|choice|when|otherwise|doTry|idempotentConsumer|loop|circuitBreaker|transacted|step|pipeline";
    /** Blocks that run after a failure; the body may have any type. */
    private static final String AFTERWARDS = "doCatch|doFinally|onFallback";

    private static final Set<String> NO_EXPRESSIONS = Set.of("id", "description", "constant", "parameters", "steps");

    void check() {
        List<Flow> routes = model.routes()
                .filter(flow -> !problems.in(flow.file().location()))
                .toList();
        routes.forEach(flow -> model.endpoints(flow)
                .filter(use -> use.is(Role.FROM) && use.isStream())
                .filter(use -> model.environment().streams().contains(use.path()))
                .findFirst()
                .ifPresent(from -> steps(flow.steps(), entry(from), event(from.path()))));
    }

    /** Returns the type of an entry; unknown for a consumer that may deliver batches. */
    private static Class<?> entry(EndpointUse from) {
        return from.option("batchSize").filter(size -> !size.text().equals("1")).isPresent() ? null : Map.class;
    }

    /** Returns the event type that {@code events.read} creates from an entry. */
    private static Class<?> event(String stream) {
        return PRODUCT.names().contains(stream) ? PRODUCT.stream(stream).type() : Map.class;
    }

    /** @return the type of the body after the steps */
    private Class<?> steps(List<Step> steps, Class<?> before, Class<?> event) {
        Class<?> body = before;
        for (Step step : steps) {
            if (Step.isPart(step.eip())) { // a branch: each branch receives the body from before the step
                step(step, step.eip().matches(AFTERWARDS) ? null : before, event);
            } else {
                body = step(step, body, event);
            }
        }
        return body;
    }

    private Class<?> step(Step step, Class<?> body, Class<?> event) {
        if (body != null) {
            expressions(step.options(), body, event);
            published(step, body);
        }
        steps(step.children(), step.eip().matches(NESTING) ? body : null, event);
        if (step.is("bean")) {
            return result(step, event);
        }
        boolean split =
                step.is("split") && step.options().entry("aggregationStrategy").isEmpty();
        return split || keeps(step) ? body : null;
    }

    private static boolean keeps(Step step) {
        boolean contains = step.eip().matches(NESTING) || step.eip().matches(AFTERWARDS);
        return step.eip().matches(KEEPING)
                || contains && step.children().stream().allMatch(BodyCheck::keeps);
    }

    /** Returns the body type after a bean call: the event that was read, or the event that the method returns. */
    private Class<?> result(Step step, Class<?> event) {
        if (step.calls("events", "read")) {
            return event;
        }
        String method = step.options().textAt("method").orElse("").replaceFirst("\\(.*", "");
        Class<?> bean = model.environment()
                .beans()
                .getOrDefault(step.options().textAt("ref").orElse(""), Object.class);
        List<Class<?>> results = Arrays.stream(bean.getMethods())
                .filter(candidate -> candidate.getName().equals(method))
                .<Class<?>>map(Method::getReturnType)
                .toList();
        return results.size() == 1 && Event.class.isAssignableFrom(results.get(0)) ? results.get(0) : null;
    }

    private void published(Step step, Class<?> body) {
        if (Event.class.isAssignableFrom(body)) {
            model.endpoint(step)
                    .filter(use -> use.isStream() && use.is(Role.TO))
                    .ifPresent(use -> problems.add(
                            use.place(),
                            "the body is an event here (" + body.getSimpleName()
                                    + "), not a stream entry: convert it first, with bean 'events', method 'write'"));
        }
    }

    private void expressions(YamlNode node, Class<?> body, Class<?> event) {
        PROPERTY.matcher(node.text())
                .results()
                .map(match -> match.group(1).substring(1).split("\\??\\."))
                .forEach(names -> properties(node.place(), body, names, event));
        node.items().forEach(item -> expressions(item, body, event));
        node.values().stream()
                .filter(entry -> !Step.isPart(entry.key()) && !NO_EXPRESSIONS.contains(entry.key()))
                .forEach(entry -> expressions(entry.value(), body, event));
    }

    private void properties(Place place, Class<?> body, String[] names, Class<?> event) {
        Class<?> type = body;
        for (String written : names) {
            String name = written.replace("?", "");
            Optional<Method> property = property(type, name);
            if (property.isEmpty()) {
                problems.add(place, missing(type, name, event));
                return;
            }
            type = property.get().getReturnType();
            if (!type.isRecord()) {
                return;
            }
        }
    }

    private static String missing(Class<?> type, String name, Class<?> event) {
        if (type == Map.class) {
            return "the body is a map here and has no property '" + name + "': use ${body[" + name + "]}"
                    + (event != Map.class ? ", or convert the entry first, with bean 'events', method 'read'" : "");
        }
        List<String> known = type.isRecord()
                ? Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList()
                : List.of();
        return type.getSimpleName() + " has no property '" + name + "'" + Nearest.hint(name, known);
    }

    private static Optional<Method> property(Class<?> type, String name) {
        Set<String> getters = Set.of(name, "get" + StringUtils.capitalize(name), "is" + StringUtils.capitalize(name));
        return Stream.of(type.getMethods())
                .filter(method -> getters.contains(method.getName()))
                .findFirst();
    }
}
