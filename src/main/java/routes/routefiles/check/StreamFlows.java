package routes.routefiles.check;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Links;
import routes.routefiles.model.RouteModel;

/**
 * The flows that process an entry of a stream: they consume from a stream, are called from a flow that does, or are the route
 * configuration of one. What the delivery contract forbids is forbidden in all of them.
 */
final class StreamFlows {

    private final Map<Flow, String> reasons = new LinkedHashMap<>();
    private final Links links;

    StreamFlows(RouteModel model) {
        links = new Links(model);
        Deque<Flow> open = new ArrayDeque<>();
        model.effective().stream().filter(flow -> consumesStream(model, flow)).forEach(flow -> {
            reasons.put(flow, flow.label() + " consumes from a stream");
            open.add(flow);
        });
        while (!open.isEmpty()) {
            Flow caller = open.remove();
            links.targets(caller.steps().stream()).forEach(target -> links.called(target).stream()
                    .filter(called -> !reasons.containsKey(called))
                    .forEach(called -> {
                        reasons.put(called, reasons.get(caller) + " and calls " + target);
                        open.add(called);
                    }));
        }
        List<Flow> routes = List.copyOf(reasons.keySet());
        model.flows(Flow.Kind.ROUTE_CONFIGURATION).forEach(configuration -> routes.stream()
                .filter(route -> ConfigurationCheck.applies(configuration, route, model))
                .findFirst()
                .ifPresent(route -> reasons.put(configuration, reasons.get(route) + " and uses it")));
    }

    Links links() {
        return links;
    }

    Stream<Flow> flows() {
        return reasons.keySet().stream();
    }

    /** For messages: how a stream's entry gets there. */
    String reason(Flow flow) {
        return "(" + reasons.get(flow) + ")";
    }

    private static boolean consumesStream(RouteModel model, Flow flow) {
        return model.endpoints(flow).stream().anyMatch(EndpointUse::readsStream);
    }
}
