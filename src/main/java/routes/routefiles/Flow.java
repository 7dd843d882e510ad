package routes.routefiles;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import routes.routefiles.YamlNode.Entry;

/**
 * A top-level element of a route file, or the result of expanding a route template with the values of a {@code templatedRoute}.
 *
 * @param id as written; empty if missing
 * @param place position of the element's name
 * @param body everything below the element's name
 * @param route the block with {@code from} and the route's settings: the body, or a template's {@code route} block
 * @param steps steps of the route, or the {@code onException} and similar blocks of a route configuration
 */
record Flow(
        Kind kind, RouteFile file, Optional<String> id, Place place, YamlNode body, YamlNode route, List<Step> steps) {

    /** The elements that route files may contain. */
    enum Kind {
        ROUTE("route", "id"),
        ROUTE_CONFIGURATION("routeConfiguration", "id"),
        ROUTE_TEMPLATE("routeTemplate", "id"),
        TEMPLATED_ROUTE("templatedRoute", "routeId");

        final String key;
        final String idKey;

        Kind(String key, String idKey) {
            this.key = key;
            this.idKey = idKey;
        }
    }

    /** Returns the flows of a document. Skips elements of an unexpected shape, which the schema check reports. */
    static List<Flow> read(RouteFile file, YamlNode document) {
        List<Flow> flows = new ArrayList<>();
        document.maps().flatMap(element -> element.values().stream()).forEach(entry -> Stream.of(Kind.values())
                .filter(kind -> kind.key.equals(entry.key()) && entry.value().isMap())
                .forEach(kind -> flows.add(flow(kind, file, entry.place(), entry.value()))));
        return flows;
    }

    private static Flow flow(Kind kind, RouteFile file, Place place, YamlNode body) {
        YamlNode route = kind == Kind.ROUTE_TEMPLATE ? body.at("route").orElse(body) : body;
        List<Step> steps = kind == Kind.ROUTE_CONFIGURATION
                ? Step.CONFIGURATION.stream()
                        .flatMap(key -> body.at(key).stream())
                        .flatMap(list -> Step.list(list).stream())
                        .toList()
                : route.at("from").map(Step::in).orElse(List.of());
        return new Flow(kind, file, body.textAt(kind.idKey), place, body, route, steps);
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    Stream<Step> allSteps() {
        return steps.stream().flatMap(Step::all);
    }

    /** Returns the named parameters that a template declares or that a templated route sets. */
    Stream<YamlNode> parameters() {
        return body.at("parameters").stream()
                .flatMap(YamlNode::maps)
                .filter(parameter -> parameter.textAt("name").isPresent());
    }

    /** Returns the label for messages, such as {@code route 'tagging'}. */
    String label() {
        return kind.key + id.map(text -> " '" + text + "'").orElse("");
    }

    /**
     * Returns the route that this template creates with the values of an instance. Replaced text has the place of its value, so that a
     * problem is reported in the file that must be fixed.
     */
    Flow expand(Flow instance) {
        Map<String, YamlNode> values = new HashMap<>();
        Stream.of(this, instance).forEach(flow -> flow.parameters().forEach(parameter -> parameter
                .scalarAt(flow == this ? "defaultValue" : "value")
                .ifPresent(value -> values.put(parameter.textAt("name").orElseThrow(), value))));
        YamlNode expanded =
                expand(route, values, instance.body.textAt("prefixId").orElse(""));
        Map<String, Entry> entries = new LinkedHashMap<>(expanded.entries());
        entries.remove("parameters");
        entries.remove("id");
        instance.body.entry("routeId").ifPresent(id -> entries.put("id", new Entry(id.place(), "id", id.value())));
        return flow(Kind.ROUTE, instance.file, instance.place, YamlNode.map(expanded.place(), entries));
    }

    private static YamlNode expand(YamlNode node, Map<String, YamlNode> values, String idPrefix) {
        if (node.isMap()) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            node.values().forEach(entry -> {
                YamlNode value = expand(entry.value(), values, idPrefix);
                if (entry.key().equals("id") && value.isScalar()) { // Camel prepends the prefix too
                    value = value.withText(idPrefix + value.text());
                }
                String key = substitute(entry.key(), values);
                entries.put(key, new Entry(entry.place(), key, value));
            });
            return YamlNode.map(node.place(), entries);
        }
        if (node.isList()) {
            return YamlNode.list(
                    node.place(),
                    node.items().stream()
                            .map(item -> expand(item, values, idPrefix))
                            .toList());
        }
        String text = substitute(node.text(), values);
        if (text.equals(node.text())) {
            return node;
        }
        Place place = Placeholders.of(node.text()).stream()
                .filter(values::containsKey)
                .map(name -> values.get(name).place())
                .findFirst()
                .orElse(node.place());
        return YamlNode.scalar(place, node.kind(), text);
    }

    private static String substitute(String text, Map<String, YamlNode> values) {
        return Placeholders.substitute(
                text, name -> values.containsKey(name) ? values.get(name).text() : null);
    }
}
