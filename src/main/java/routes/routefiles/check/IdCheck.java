package routes.routefiles.check;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import routes.routefiles.model.Flow;
import routes.routefiles.model.FlowReader;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;

/** Every element and every step has an id, and no id is used twice: JMX, coverage and replay find steps by id. */
public final class IdCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        model.flows().forEach(flow -> missing(flow, problems));
        Map<String, Place> used = new HashMap<>();
        model.effective().forEach(flow -> duplicate(flow, used, problems));
    }

    private static void missing(Flow flow, Problems problems) {
        if (flow.id().isEmpty()) {
            String key = flow.kind() == Flow.Kind.TEMPLATED_ROUTE ? "routeId" : "id";
            problems.add(flow.place(), flow.label() + " needs '" + key + "'");
        }
        flow.allSteps()
                .filter(step -> step.id().isEmpty() && !FlowReader.part(step.eip()))
                .forEach(step -> problems.add(step.place(), "step '" + step.eip() + "' needs 'id'"));
    }

    private static void duplicate(Flow flow, Map<String, Place> used, Problems problems) {
        Stream.concat(Stream.of(flow.route()), flow.allSteps().map(Step::options))
                .flatMap(options -> options.scalar("id").stream())
                .filter(id -> !Placeholders.in(id.text()))
                .forEach(id -> {
                    Place first = used.putIfAbsent(id.text(), id.place());
                    if (first != null) {
                        problems.add(id.place(), message(id.text(), first, id.place()));
                    }
                });
    }

    private static String message(String id, Place first, Place second) {
        return first.equals(second)
                ? "id '" + id + "' is the same in every route of this template: put a parameter of the template in it"
                : "id '" + id + "' is already used in " + first.file() + ":" + first.line()
                        + "; ids are unique over all files";
    }
}
