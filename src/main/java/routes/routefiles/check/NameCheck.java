package routes.routefiles.check;

import java.util.List;
import java.util.Set;
import routes.routefiles.RouteFile;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlNode;

/**
 * File name and route id match, and every element has a description. A file may contain further routes, whose ids begin with the
 * file's: {@code post-persistence-albums}.
 */
public final class NameCheck implements RouteCheck {

    private static final Set<Flow.Kind> NAMED_BY_FILE = Set.of(Flow.Kind.ROUTE, Flow.Kind.TEMPLATED_ROUTE);
    private static final String TEMPLATE = ".template";

    @Override
    public void check(RouteModel model, Problems problems) {
        model.documents().forEach((file, document) -> {
            List<Flow> flows = model.flows().stream()
                    .filter(flow -> flow.file().equals(file))
                    .toList();
            flows.forEach(flow -> description(flow, problems));
            name(file, document, flows, problems);
        });
    }

    // a templated route has no description in the DSL; its template has one
    private static void description(Flow flow, Problems problems) {
        if (flow.kind() != Flow.Kind.TEMPLATED_ROUTE
                && flow.body().text("description").isEmpty()) {
            problems.add(flow.place(), flow.label() + " needs 'description': what it does, and why");
        }
    }

    private static void name(RouteFile file, YamlNode document, List<Flow> flows, Problems problems) {
        String name = file.routeId();
        List<Flow> routes = flows.stream()
                .filter(flow -> NAMED_BY_FILE.contains(flow.kind()))
                .toList();
        for (Flow route : routes) {
            String id = route.id().orElse(name);
            if (!id.equals(name) && !id.startsWith(name + "-")) {
                problems.add(
                        idPlace(route),
                        "id '" + id + "' does not match the file name: it must be '" + name + "', or begin with '"
                                + name + "-'");
            }
        }
        // instances of a template are of one kind, and none of them is the file's own route
        boolean written = routes.stream().anyMatch(route -> route.kind() == Flow.Kind.ROUTE);
        if (written
                && routes.stream().noneMatch(route -> route.id().orElse(name).equals(name))) {
            problems.add(document.place(), "no route of this file has the id '" + name + "', the name of the file");
        }
        if (name.endsWith(TEMPLATE)) {
            template(name.substring(0, name.length() - TEMPLATE.length()), document, flows, problems);
        }
    }

    private static void template(String name, YamlNode document, List<Flow> flows, Problems problems) {
        boolean found = flows.stream()
                .filter(flow -> flow.kind() == Flow.Kind.ROUTE_TEMPLATE)
                .anyMatch(flow -> flow.id().orElse("").equals(name));
        if (!found) {
            problems.add(
                    document.place(), "no routeTemplate of this file has the id '" + name + "', the name of the file");
        }
    }

    private static Place idPlace(Flow flow) {
        String key = flow.kind() == Flow.Kind.TEMPLATED_ROUTE ? "routeId" : "id";
        return flow.body().scalar(key).orElseThrow().place();
    }
}
