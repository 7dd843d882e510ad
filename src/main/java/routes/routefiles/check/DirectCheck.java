package routes.routefiles.check;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Links;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;

/**
 * Every {@code direct:} and {@code seda:} endpoint that is sent to has one consumer route, and every consumed one is sent to. The
 * latter is checked only if all stages are present.
 */
public final class DirectCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        Links links = new Links(model);
        for (Flow flow : model.effective()) {
            model.endpoints(flow).stream()
                    .filter(use -> use.role() != EndpointUse.Role.FROM && Links.link(use))
                    .filter(use -> !use.dynamic() && !Placeholders.in(use.path()))
                    .filter(use -> !model.mayHold(use.path()))
                    .forEach(use -> consumed(use, links, problems));
        }
        links.consumers().forEach((name, flows) -> single(name, flows, problems));
        if (model.complete()) {
            unused(model, links, problems);
        }
    }

    private static void consumed(EndpointUse use, Links links, Problems problems) {
        String name = use.scheme() + ":" + use.path();
        if (!links.consumers().containsKey(name)) {
            problems.add(
                    use.place(),
                    "no route consumes from '" + name + "'"
                            + Nearest.hint(name, links.consumers().keySet()));
        }
    }

    private static void single(String name, List<Flow> flows, Problems problems) {
        List<Flow> routes =
                flows.stream().filter(flow -> flow.kind() == Flow.Kind.ROUTE).toList();
        if (name.startsWith("direct:") && !Placeholders.in(name)) {
            routes.stream()
                    .skip(1)
                    .forEach(second -> problems.add(
                            from(second),
                            "'" + name + "' is already consumed by "
                                    + routes.get(0).label()));
        }
    }

    private static void unused(RouteModel model, Links links, Problems problems) {
        if (model.effective().stream().flatMap(Flow::allSteps).anyMatch(links::open)) {
            return;
        }
        List<Flow> called = Stream.concat(
                        model.effective().stream().flatMap(flow -> links.targets(flow.steps().stream()).stream()),
                        model.environment().entryPoints().stream().map(name -> "direct:" + name))
                .flatMap(target -> links.called(target).stream())
                .toList();
        for (Map.Entry<String, List<Flow>> consumer : links.consumers().entrySet()) {
            consumer.getValue().stream()
                    .filter(flow -> flow.kind() == Flow.Kind.ROUTE && !called.contains(flow))
                    .forEach(flow -> problems.add(from(flow), "nothing sends to '" + consumer.getKey() + "'"));
        }
    }

    private static Place from(Flow flow) {
        return flow.from().flatMap(from -> from.scalar("uri")).orElseThrow().place();
    }
}
