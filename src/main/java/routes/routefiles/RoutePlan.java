package routes.routefiles;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PatternHelper;
import routes.routefiles.EndpointUse.Role;

/**
 * The contents that a set of route files gives a Camel context, in parts that can be replaced individually.
 *
 * @param parts by {@link Part#key}, in loading order
 * @param calls ids of the routes that a route may call through {@code direct:} or {@code seda:}
 */
record RoutePlan(Map<String, Part> parts, Map<String, Set<String>> calls) {

    static final RoutePlan EMPTY = new RoutePlan(Map.of(), Map.of());

    private static final Pattern ITEM = Pattern.compile("\\s*-(\\s.*)?");

    /**
     * A route, a template or a route configuration.
     *
     * @param firstLine first line of the part in the file, starting at 1
     * @param endLine first line of the next part, or the line after the end of the file
     * @param signature everything from which Camel creates the part; if it is equal, the part need not be reloaded
     * @param from endpoint that a route consumes, {@code direct:llm}; empty for others
     */
    record Part(Flow.Kind kind, String id, RouteFile file, int firstLine, int endLine, String signature, String from) {

        String key() {
            return isRoute() ? routeKey(id) : kind + " " + id;
        }

        boolean isRoute() {
            return kind == Flow.Kind.ROUTE || kind == Flow.Kind.TEMPLATED_ROUTE;
        }

        /** Returns whether other routes call it. */
        boolean isLink() {
            return from.startsWith("direct:") || from.startsWith("seda:");
        }
    }

    static String routeKey(String id) {
        return Flow.Kind.ROUTE + " " + id;
    }

    /** Returns the plan of a valid set. */
    static RoutePlan of(RouteModel model) {
        Map<String, Part> parts = new LinkedHashMap<>();
        Map<String, Flow> routes = new LinkedHashMap<>();
        model.documents().forEach((file, document) -> {
            List<Integer> starts = starts(file, document);
            for (Flow flow : model.flows()) {
                if (!flow.file().equals(file) || flow.id().isEmpty()) {
                    continue;
                }
                Part part = part(model, flow, starts);
                parts.put(part.key(), part);
                if (part.isRoute()) {
                    model.effective(flow).ifPresent(route -> routes.put(part.id(), route));
                }
            }
        });
        Map<String, Set<String>> calls = new LinkedHashMap<>();
        routes.forEach((id, route) -> calls.put(id, called(model, route, parts.values())));
        return new RoutePlan(parts, calls);
    }

    /** Returns the first line of each element; empty if the elements do not begin on separate lines. */
    private static List<Integer> starts(RouteFile file, YamlNode document) {
        List<String> lines = file.text().lines().toList();
        List<Integer> starts = new ArrayList<>();
        int last = 0;
        for (YamlNode item : document.items()) {
            int line = item.place().line();
            boolean alone = line > last
                    && line <= lines.size()
                    && ITEM.matcher(lines.get(line - 1)).matches();
            if (!alone || item.values().size() != 1) {
                return List.of();
            }
            starts.add(line);
            last = line;
        }
        return starts;
    }

    private static Part part(RouteModel model, Flow flow, List<Integer> starts) {
        int line = flow.place().line();
        int first = starts.stream()
                .filter(start -> start <= line)
                .reduce((a, b) -> b)
                .orElse(1);
        int end = starts.stream().filter(start -> start > line).findFirst().orElse(Integer.MAX_VALUE);
        var signature = new StringBuilder();
        if (starts.isEmpty()) {
            // the element cannot be extracted from its file, so any change of the file changes it
            signature.append(flow.file().text());
        }
        Optional<Flow> route = model.effective(flow);
        write(route.orElse(flow).body(), signature);
        route.filter(made -> made.is(Flow.Kind.ROUTE)).ifPresent(made -> model.flows(Flow.Kind.ROUTE_CONFIGURATION)
                .filter(configuration -> model.applies(configuration, made))
                .forEach(configuration -> write(configuration.body(), signature)));
        String from = route.stream()
                .filter(made -> made.is(Flow.Kind.ROUTE))
                .flatMap(model::endpoints)
                .filter(use -> use.is(Role.FROM))
                .map(EndpointUse::name)
                .findFirst()
                .orElse("");
        return new Part(flow.kind(), flow.id().orElseThrow(), flow.file(), first, end, signature.toString(), from);
    }

    private static void write(YamlNode node, StringBuilder out) {
        if (node.isScalar()) {
            out.append(node.kind()).append(node.text().length()).append(':').append(node.text());
        } else if (node.isList()) {
            out.append('[');
            node.items().forEach(item -> write(item, out));
            out.append(']');
        } else {
            out.append('{');
            node.values().forEach(entry -> {
                out.append(entry.key()).append('=');
                write(entry.value(), out);
            });
            out.append('}');
        }
    }

    /**
     * Returns the routes that a route may call: those whose endpoint it mentions, also in an argument of a bean. A false match only
     * suspends a route unnecessarily.
     */
    private static Set<String> called(RouteModel model, Flow route, Collection<Part> parts) {
        Set<String> patterns = route.steps().stream()
                .flatMap(Step::all)
                .flatMap(step -> step.options().allEntries())
                .filter(entry ->
                        !entry.key().equals("description") && entry.value().isScalar())
                .flatMap(entry -> Links.mentioned(model.resolve(entry.value().text())))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return parts.stream()
                .filter(part -> part.isLink()
                        && patterns.stream().anyMatch(pattern -> PatternHelper.matchPattern(part.from(), pattern)))
                .map(Part::id)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the parts that are missing from the other plan or differ there. */
    List<Part> without(RoutePlan other) {
        return parts.values().stream()
                .filter(part -> {
                    Part same = other.parts.get(part.key());
                    return same == null || !same.signature().equals(part.signature());
                })
                .toList();
    }

    /** Returns the part of the plan that still exists in a context that has lost some of its routes. */
    RoutePlan only(CamelContext context) {
        Map<String, Part> left = new LinkedHashMap<>(parts);
        left.values().removeIf(part -> part.isRoute() && context.getRoute(part.id()) == null);
        return new RoutePlan(left, calls);
    }

    Stream<Part> routes() {
        return parts.values().stream().filter(Part::isRoute);
    }

    /** Returns the ids of the routes from which an exchange may reach one of these routes, directly or through others. */
    Set<String> callersOf(Collection<String> ids) {
        Set<String> callers = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(ids);
        while (!open.isEmpty()) {
            String id = open.pop();
            calls.forEach((caller, called) -> {
                if (called.contains(id) && callers.add(caller)) {
                    open.add(caller);
                }
            });
        }
        return callers;
    }

    /** Returns the ids in an order in which callers precede the routes that they call, as far as there are no cycles. */
    List<String> callersFirst(Collection<String> ids) {
        Deque<String> order = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        ids.forEach(id -> visit(id, seen, order));
        return order.stream().filter(ids::contains).toList();
    }

    private void visit(String id, Set<String> seen, Deque<String> order) {
        if (seen.add(id)) {
            calls.getOrDefault(id, Set.of()).forEach(called -> visit(called, seen, order));
            order.addFirst(id);
        }
    }

    /** Returns the files that contain these parts. All other lines are blank, so that line numbers stay correct. */
    static List<RouteFile> files(List<Part> wanted) {
        Map<RouteFile, List<Part>> byFile =
                wanted.stream().collect(Collectors.groupingBy(Part::file, LinkedHashMap::new, Collectors.toList()));
        return byFile.entrySet().stream()
                .map(entry -> cut(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static RouteFile cut(RouteFile file, List<Part> parts) {
        List<String> lines = file.text().lines().toList();
        var text = new StringBuilder();
        for (int line = 1; line <= lines.size(); line++) {
            int number = line;
            if (parts.stream().anyMatch(part -> part.firstLine() <= number && number < part.endLine())) {
                text.append(lines.get(line - 1));
            }
            text.append('\n');
        }
        return new RouteFile(file.path(), file.origin(), file.location(), text.toString());
    }
}
