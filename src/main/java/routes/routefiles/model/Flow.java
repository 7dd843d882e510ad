package routes.routefiles.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import routes.routefiles.RouteFile;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlMap;

/**
 * A top-level element of a route file, or the result of expanding a route template with the values of a {@code templatedRoute}.
 *
 * @param id as written; empty if missing
 * @param place of the element's name
 * @param body everything below the element's name
 * @param route the block with {@code from} and the route's settings: the body, or a template's {@code route} block
 * @param steps of the route, or the {@code onException} and similar blocks of a route configuration
 */
public record Flow(
        Kind kind, RouteFile file, Optional<String> id, Place place, YamlMap body, YamlMap route, List<Step> steps) {

    /** The elements that route files may contain. */
    public enum Kind {
        ROUTE("route"),
        ROUTE_CONFIGURATION("routeConfiguration"),
        ROUTE_TEMPLATE("routeTemplate"),
        TEMPLATED_ROUTE("templatedRoute");

        private final String key;

        Kind(String key) {
            this.key = key;
        }

        public String key() {
            return key;
        }
    }

    public Optional<YamlMap> from() {
        return route.map("from");
    }

    public Stream<Step> allSteps() {
        return steps.stream().flatMap(Step::all);
    }

    /** For messages: {@code route 'tagging'}. */
    public String label() {
        return kind.key() + id.map(text -> " '" + text + "'").orElse("");
    }
}
