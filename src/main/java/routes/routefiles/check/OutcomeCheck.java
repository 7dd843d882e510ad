package routes.routefiles.check;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;
import routes.routefiles.yaml.YamlMap;

/**
 * An exception of a stream's entry may be {@code handled} or {@code continued} only together with a recorded outcome, else the
 * entry would be acknowledged as successful. After {@code handled} the exchange is complete, so the component requires an output
 * that it publishes together with the acknowledgement, or another exception. After {@code continued} the route continues, so a call
 * of a bean, a processor or a database is also accepted. A log line never is.
 */
public final class OutcomeCheck implements RouteCheck {

    private static final Set<String> THROWING = Set.of("throwException", "rollback");
    private static final Set<String> CALLING = Set.of("bean", "process");
    private static final Set<String> CALLED = Set.of("bean", "sql", "jdbc");

    @Override
    public void check(RouteModel model, Problems problems) {
        StreamFlows streams = new StreamFlows(model);
        streams.flows().forEach(flow -> flow.allSteps()
                .filter(step -> step.eip().equals("onException"))
                .forEach(step -> Stream.of("handled", "continued")
                        .filter(key -> condition(step.options(), key)
                                .filter(value -> !value.equals("false"))
                                .isPresent())
                        .filter(key ->
                                !records(step.children(), key.equals("continued"), streams, model, new HashSet<>()))
                        .forEach(key -> problems.add(
                                step.options().entry(key).orElseThrow().place(), message(key, streams.reason(flow))))));
    }

    private static String message(String key, String reason) {
        String wanted = key.equals("handled")
                ? "publish to a stream, or throw again, in the steps of this onException; a bean or SQL alone is not"
                        + " recorded, and the component would deliver the entry again"
                : "publish to a stream or call a bean in the steps of this onException";
        return "'" + key + "' acknowledges the entry without a recorded outcome: " + wanted + " " + reason;
    }

    /** The constant value of the option; a value computed from the exchange is not "false". */
    private static Optional<String> condition(YamlMap options, String key) {
        return options.map(key).map(condition -> condition
                .map("constant")
                .flatMap(constant -> constant.text("expression"))
                .orElse("decided by the exchange"));
    }

    /** @param calls whether a call of a bean or a database is accepted */
    private static boolean records(
            List<Step> steps, boolean calls, StreamFlows streams, RouteModel model, Set<Flow> seen) {
        boolean here = steps.stream()
                .flatMap(Step::all)
                .anyMatch(step -> THROWING.contains(step.eip())
                        || (calls && CALLING.contains(step.eip()))
                        || model.endpoint(step)
                                .filter(use -> use.role() == EndpointUse.Role.TO)
                                .filter(use -> use.publishesWithEntry() || (calls && CALLED.contains(use.scheme())))
                                .isPresent());
        return here
                || streams.links().targets(steps.stream()).stream()
                        .flatMap(target -> streams.links().called(target).stream())
                        .anyMatch(called -> seen.add(called) && records(called.steps(), calls, streams, model, seen));
    }
}
