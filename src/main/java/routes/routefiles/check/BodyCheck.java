package routes.routefiles.check;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import routes.events.Event;
import routes.events.StreamCatalog;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.FlowReader;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/**
 * Checks steps where the type of the body is known: the fields of an entry at the start of a route that reads a stream, the event
 * after {@code events.read}. Simple expressions must use properties that it has, and an event must be written before it is
 * published. After a step that may change the body, the type is unknown.
 */
final class BodyCheck implements RouteCheck {
    private static final StreamCatalog PRODUCT = new StreamCatalog();
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{body\\??((?:\\.[A-Za-z_]\\w*\\??)+)([^}]*)}");

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
    private static final Set<String> NESTING = Set.of(
            "filter",
            "choice",
            "when",
            "otherwise",
            "doTry",
            "idempotentConsumer",
            "loop",
            "circuitBreaker",
            "transacted",
            "step",
            "pipeline");
    /** Blocks that run after a failure, with whatever body there is by then. */
    private static final Set<String> AFTERWARDS = Set.of("doCatch", "doFinally", "onFallback");

    private static final Set<String> NO_EXPRESSIONS = Set.of("id", "description", "constant", "parameters");

    @Override
    public void check(RouteModel model, Problems problems) {
        List<Flow> routes = model.routes()
                .filter(flow -> !problems.in(flow.file().location()))
                .toList();
        routes.forEach(flow -> model.endpoints(flow).stream()
                .filter(use -> use.role() == EndpointUse.Role.FROM && use.isStream())
                .filter(use -> model.environment().streams().contains(use.path()))
                .findFirst()
                .ifPresent(use -> new Walk(use, model, problems).steps(flow.steps(), entry(use))));
    }

    /** The fields of an entry; unknown for a consumer that may deliver batches. */
    private static Class<?> entry(EndpointUse use) {
        YamlScalar size = use.options().get("batchSize");
        return size == null || size.text().equals("1") ? Map.class : null;
    }

    private record Walk(EndpointUse from, RouteModel model, Problems problems) {

        /** @return the type of the body after the steps; null if unknown */
        Class<?> steps(List<Step> steps, Class<?> type) {
            Class<?> body = type;
            for (Step step : steps) {
                body = step(step, body);
            }
            return body;
        }

        private Class<?> step(Step step, Class<?> body) {
            if (body != null) {
                expressions(step.options(), body);
                if (Event.class.isAssignableFrom(body)) {
                    published(step, body);
                }
            }
            String eip = step.eip();
            if (KEEPING.contains(eip)) {
                return body;
            }
            if (eip.equals("bean")) {
                return bean(step);
            }
            if (NESTING.contains(eip)) {
                return nested(step, body);
            }
            // split, multicast and others have their own bodies inside
            steps(step.children(), null);
            boolean originalAfterwards = eip.equals("split")
                    && step.options().entry("aggregationStrategy").isEmpty();
            return originalAfterwards ? body : null;
        }

        private Class<?> nested(Step step, Class<?> body) {
            Class<?> at = body;
            boolean same = true;
            for (Step child : step.children()) {
                boolean branch = FlowReader.part(child.eip());
                Class<?> after = step(child, AFTERWARDS.contains(child.eip()) ? null : branch ? body : at);
                same &= AFTERWARDS.contains(child.eip()) ? keeps(child) : after == body;
                at = branch ? at : after;
            }
            return same ? body : null;
        }

        private static boolean keeps(Step branch) {
            return branch.children().stream().flatMap(Step::all).allMatch(step -> KEEPING.contains(step.eip()));
        }

        /** The body type after a bean: the event that was read, the event that its method returns, or null if unknown. */
        private Class<?> bean(Step step) {
            String name = step.options().text("ref").orElse("");
            String method = step.options().text("method").orElse("").replaceFirst("\\(.*", "");
            if (name.equals("events") && method.equals("read")) {
                return event();
            }
            Class<?> type = model.environment().beans().getOrDefault(name, Object.class);
            List<Method> methods = Arrays.stream(type.getMethods())
                    .filter(candidate -> candidate.getName().equals(method))
                    .toList();
            return methods.size() == 1
                            && Event.class.isAssignableFrom(methods.get(0).getReturnType())
                    ? methods.get(0).getReturnType()
                    : null;
        }

        private Class<?> event() {
            return PRODUCT.names().contains(from.path())
                    ? PRODUCT.stream(from.path()).type()
                    : Map.class;
        }

        private void published(Step step, Class<?> body) {
            model.endpoint(step)
                    .filter(use -> use.isStream() && use.role() == EndpointUse.Role.TO)
                    .ifPresent(use -> problems.add(
                            use.place(),
                            "the body is an event here (" + body.getSimpleName()
                                    + ") and not an entry: write it first, with" + " bean 'events', method 'write'"));
        }

        private void expressions(YamlNode node, Class<?> body) {
            if (node instanceof YamlScalar text) {
                PROPERTY.matcher(text.text())
                        .results()
                        .forEach(match -> properties(
                                text, body, match.group(1).substring(1).split("\\??\\.")));
            } else if (node instanceof YamlList list) {
                list.items().forEach(item -> expressions(item, body));
            } else if (node instanceof YamlMap map) {
                map.entries().values().stream()
                        .filter(entry -> !entry.key().equals("steps")
                                && !FlowReader.part(entry.key())
                                && !NO_EXPRESSIONS.contains(entry.key()))
                        .forEach(entry -> expressions(entry.value(), body));
            }
        }

        private void properties(YamlScalar text, Class<?> body, String[] names) {
            Class<?> type = body;
            for (String written : names) {
                String name = written.replace("?", "");
                if (Map.class.isAssignableFrom(type) && property(type, name).isEmpty()) {
                    problems.add(
                            text.place(),
                            "the body is a map here, without property '" + name + "': write ${body[" + name + "]}"
                                    + (type == Map.class && PRODUCT.names().contains(from.path())
                                            ? ", or read the event first, with bean 'events', method 'read'"
                                            : ""));
                    return;
                }
                Optional<Method> property = property(type, name);
                if (property.isEmpty()) {
                    problems.add(
                            text.place(),
                            type.getSimpleName() + " has no property '" + name + "'" + Nearest.hint(name, names(type)));
                    return;
                }
                type = property.get().getReturnType();
                if (!type.isRecord()) {
                    return;
                }
            }
        }

        private static Optional<Method> property(Class<?> type, String name) {
            String capital = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
            Set<String> methods = Set.of(name, "get" + capital, "is" + capital);
            return Arrays.stream(type.getMethods())
                    .filter(method -> methods.contains(method.getName()))
                    .findFirst();
        }

        private static Set<String> names(Class<?> type) {
            Set<String> names = new HashSet<>();
            if (type.isRecord()) {
                Arrays.stream(type.getRecordComponents())
                        .map(RecordComponent::getName)
                        .forEach(names::add);
            }
            return names;
        }
    }
}
