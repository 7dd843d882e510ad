package routes.routefiles.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import routes.routefiles.RouteFile;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;

/** Finds flows and steps in a YAML document. Skips what does not have the expected shape: the schema check reports it. */
public final class FlowReader {

    /** Parts of an EIP that contain steps of their own. */
    private static final Set<String> BRANCHES = Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

    private static final List<String> CONFIGURATION_STEPS =
            List.of("onException", "onCompletion", "intercept", "interceptFrom", "interceptSendToEndpoint");

    private FlowReader() {}

    /** Whether this is a part of an EIP or of a route configuration, rather than a step of its own. */
    public static boolean part(String eip) {
        return BRANCHES.contains(eip) || CONFIGURATION_STEPS.contains(eip);
    }

    public static List<Flow> read(RouteFile file, YamlNode document) {
        List<Flow> flows = new ArrayList<>();
        if (document instanceof YamlList elements) {
            elements.maps().forEach(element -> {
                for (Flow.Kind kind : Flow.Kind.values()) {
                    element.entry(kind.key()).ifPresent(entry -> {
                        if (entry.value() instanceof YamlMap body) {
                            flows.add(flow(kind, file, entry.place(), body));
                        }
                    });
                }
            });
        }
        return flows;
    }

    static Flow flow(Flow.Kind kind, RouteFile file, Place place, YamlMap body) {
        YamlMap route = kind == Flow.Kind.ROUTE_TEMPLATE ? body.map("route").orElse(body) : body;
        Optional<String> id = body.text(kind == Flow.Kind.TEMPLATED_ROUTE ? "routeId" : "id");
        return new Flow(kind, file, id, place, body, route, steps(kind, body, route));
    }

    private static List<Step> steps(Flow.Kind kind, YamlMap body, YamlMap route) {
        if (kind != Flow.Kind.ROUTE_CONFIGURATION) {
            return route.map("from").map(FlowReader::children).orElse(List.of());
        }
        List<Step> steps = new ArrayList<>();
        for (String key : CONFIGURATION_STEPS) {
            body.list(key).ifPresent(list -> steps.addAll(steps(list)));
        }
        return steps;
    }

    private static List<Step> children(YamlMap options) {
        List<Step> children = new ArrayList<>();
        for (YamlEntry entry : options.entries().values()) {
            if (entry.key().equals("steps") && entry.value() instanceof YamlList list) {
                children.addAll(steps(list));
            } else if (BRANCHES.contains(entry.key())) {
                if (entry.value() instanceof YamlMap branch) {
                    children.add(step(entry.key(), entry.place(), branch));
                } else if (entry.value() instanceof YamlList branches) {
                    branches.maps().forEach(branch -> children.add(step(entry.key(), branch.place(), branch)));
                }
            }
        }
        return children;
    }

    private static List<Step> steps(YamlList list) {
        List<Step> steps = new ArrayList<>();
        list.maps().flatMap(map -> map.entries().values().stream()).forEach(entry -> {
            if (entry.value() instanceof YamlMap options) {
                steps.add(step(entry.key(), entry.place(), options));
            }
        });
        return steps;
    }

    private static Step step(String eip, Place place, YamlMap options) {
        return new Step(eip, place, options, children(options));
    }
}
