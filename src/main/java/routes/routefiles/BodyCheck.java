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
 * Checks steps where the type of the body is known: the fields of an entry at the start of a route that reads a stream, the event
 * after {@code events.read}. Simple expressions must use properties that it has, and an event must be written before it is
 * published. After a step that may change the body, the type is unknown: null.
 */
record BodyCheck(RouteModel model, Problems problems) {
    private static final StreamCatalog PRODUCT = new StreamCatalog();
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{body\\??((?:\\.[A-Za-z_]\\w*\\??)+)([^}]*)}");

    /** Steps that leave the body as it is. */
    private static final Set<String> KEEPING = Set.of(
            "setProperty",
            "setHeader",
            "setHeaders",
            "setVariable",
            "setVariables",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeProperties",
            "removeVariable",
            "log",
            "validate",
            "delay",
            "throttle",
            "stop");
    /** Steps whose own steps get the body. */
    private static final Set<String> NESTING = Set.of(
            "filter",
            "choice",
            "doTry",
            "idempotentConsumer",
            "loop",
            "circuitBreaker",
            "transacted",
            "step",
            "pipeline",
            "when",
            "otherwise");
    /** Blocks that run after a failure, with whatever body there is by then. */
    private static final Set<String> AFTERWARDS = Set.of("doCatch", "doFinally", "onFallback");

    private static final Set<String> NO_EXPRESSIONS = Set.of("id", "description", "constant", "parameters", "steps");

    void check() {
        List<Flow> routes = model.routes()
                .filter(flow -> !problems.in(flow.file().location()))
                .toList();
        routes.forEach(flow -> model.endpoints(flow)
                .filter(use -> use.is(Role.FROM) && use.isStream())
                .filter(use -> model.environment().streams().contains(use.path()))
                .findFirst()
                .ifPresent(from -> steps(flow.steps(), entry(from), from.path())));
    }

    /** The fields of an entry; unknown for a consumer that may deliver batches. */
    private static Class<?> entry(EndpointUse from) {
        return from.option("batchSize").filter(size -> !size.text().equals("1")).isPresent() ? null : Map.class;
    }

    /** @return the type of the body after the steps */
    private Class<?> steps(List<Step> steps, Class<?> before, String stream) {
        Class<?> body = before;
        for (Step step : steps) {
            if (Step.isPart(step.eip())) { // one of several branches, each with the body from before
                step(step, AFTERWARDS.contains(step.eip()) ? null : before, stream);
            } else {
                body = step(step, body, stream);
            }
        }
        return body;
    }

    private Class<?> step(Step step, Class<?> body, String stream) {
        if (body != null) {
            expressions(step.options(), body, stream);
            published(step, body);
        }
        steps(step.children(), NESTING.contains(step.eip()) ? body : null, stream);
        if (step.is("bean")) {
            return result(step, stream);
        }
        boolean split =
                step.is("split") && step.options().entry("aggregationStrategy").isEmpty();
        return split || keeps(step) ? body : null;
    }

    private static boolean keeps(Step step) {
        boolean contains = NESTING.contains(step.eip()) || AFTERWARDS.contains(step.eip());
        return KEEPING.contains(step.eip())
                || contains && step.children().stream().allMatch(BodyCheck::keeps);
    }

    /** The body type after a bean: the event that was read, or the event that its method returns. */
    private Class<?> result(Step step, String stream) {
        String name = step.options().textAt("ref").orElse("");
        String method = step.options().textAt("method").orElse("").replaceFirst("\\(.*", "");
        if (name.equals("events") && method.equals("read")) {
            return PRODUCT.names().contains(stream) ? PRODUCT.stream(stream).type() : Map.class;
        }
        Class<?> bean = model.environment().beans().getOrDefault(name, Object.class);
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
                                    + ") and not an entry: write it first, with bean 'events', method 'write'"));
        }
    }

    private void expressions(YamlNode node, Class<?> body, String stream) {
        PROPERTY.matcher(node.text())
                .results()
                .map(match -> match.group(1).substring(1).split("\\??\\."))
                .forEach(names -> properties(node.place(), body, names, stream));
        node.items().forEach(item -> expressions(item, body, stream));
        node.values().stream()
                .filter(entry -> !Step.isPart(entry.key()) && !NO_EXPRESSIONS.contains(entry.key()))
                .forEach(entry -> expressions(entry.value(), body, stream));
    }

    private void properties(Place place, Class<?> body, String[] names, String stream) {
        Class<?> type = body;
        for (String written : names) {
            String name = written.replace("?", "");
            Optional<Method> property = property(type, name);
            if (property.isEmpty()) {
                problems.add(place, missing(type, name, stream));
                return;
            }
            type = property.get().getReturnType();
            if (!type.isRecord()) {
                return;
            }
        }
    }

    private static String missing(Class<?> type, String name, String stream) {
        if (type == Map.class) {
            return "the body is a map here, without property '" + name + "': write ${body[" + name + "]}"
                    + (PRODUCT.names().contains(stream)
                            ? ", or read the event first, with bean 'events', method 'read'"
                            : "");
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
