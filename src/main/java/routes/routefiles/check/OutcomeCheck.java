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
 * An exception of a stream's entry is {@code handled} or {@code continued} only together with a recorded outcome, else
 * the entry would be acknowledged as if it had succeeded. Recorded means: the steps of the {@code onException} publish
 * to a stream, call a bean or a processor, or throw again, themselves or through {@code direct:}. A log line is no
 * record.
 */
public final class OutcomeCheck implements RouteCheck {

    private static final Set<String> RECORDING = Set.of("bean", "process", "throwException", "rollback");
    private static final Set<String> RECORDING_ENDPOINTS = Set.of(StreamFlows.SCHEME, "bean", "sql", "jdbc");

    @Override
    public void check(RouteModel model, Problems problems) {
        StreamFlows streams = new StreamFlows(model);
        streams.flows().forEach(flow -> flow.allSteps()
                .filter(step -> step.eip().equals("onException"))
                .forEach(step -> Stream.of("handled", "continued")
                        .filter(key -> condition(step.options(), key)
                                .filter(value -> !value.equals("false"))
                                .isPresent())
                        .filter(key -> !records(step.children(), streams, model, new HashSet<>()))
                        .forEach(key -> problems.add(
                                step.options().entry(key).orElseThrow().place(),
                                "'" + key + "' acknowledges the entry without a recorded outcome: publish to a stream"
                                        + " or call a bean in the steps of this onException "
                                        + streams.reason(flow)))));
    }

    /** The constant that the option is set to; what an exchange decides is not "false". */
    private static Optional<String> condition(YamlMap options, String key) {
        return options.map(key).map(condition -> condition
                .map("constant")
                .flatMap(constant -> constant.text("expression"))
                .orElse("decided by the exchange"));
    }

    private static boolean records(List<Step> steps, StreamFlows streams, RouteModel model, Set<Flow> seen) {
        boolean here = steps.stream()
                .flatMap(Step::all)
                .anyMatch(step -> RECORDING.contains(step.eip())
                        || model.endpoint(step)
                                .filter(use -> use.role() == EndpointUse.Role.TO)
                                .filter(use -> RECORDING_ENDPOINTS.contains(use.scheme()))
                                .isPresent());
        return here
                || streams.links().targets(steps.stream()).stream()
                        .flatMap(target -> streams.links().called(target).stream())
                        .anyMatch(called -> seen.add(called) && records(called.steps(), streams, model, seen));
    }
}
