package routes.routefiles.check;

import java.util.Set;
import java.util.stream.Stream;
import routes.routefiles.model.Flow;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlScalar;

/** Only the component handles redelivery and dead letters of a stream's entries. */
public final class RedeliveryCheck implements RouteCheck {

    private static final String COMPONENT =
            ": the redis-streams component delivers again and writes the dead letter (maxDeliveries) ";
    private static final Set<String> UNCHECKED =
            Set.of("redeliveryPolicyRef", "errorHandlerRef", "refErrorHandler", "retryWhile");

    @Override
    public void check(RouteModel model, Problems problems) {
        StreamFlows streams = new StreamFlows(model);
        streams.flows()
                .forEach(flow -> settings(flow).forEach(entry -> check(entry, model, streams.reason(flow), problems)));
    }

    // the blocks that can contain error handling, not the options of steps, which may have the same names
    private static Stream<YamlEntry> settings(Flow flow) {
        return Stream.concat(
                flow.route().entries().values().stream().filter(entry -> Set.of("errorHandler", "errorHandlerRef")
                        .contains(entry.key())),
                flow.steps().stream()
                        .filter(step -> step.eip().equals("onException"))
                        .flatMap(step -> step.options().entries().values().stream())
                        .filter(entry -> !entry.key().equals("steps")));
    }

    private static void check(YamlEntry entry, RouteModel model, String reason, Problems problems) {
        if (entry.key().equals("deadLetterChannel") || UNCHECKED.contains(entry.key())) {
            problems.add(
                    entry.place(),
                    "'" + entry.key() + "' is not allowed where a stream's entry is on its way" + COMPONENT + reason);
        } else if (entry.key().equals("maximumRedeliveries") && entry.value() instanceof YamlScalar number) {
            String value =
                    Placeholders.resolve(number.text(), model.environment().properties());
            if (!value.equals("0")) {
                problems.add(
                        number.place(),
                        "'maximumRedeliveries' is " + value + ", and must be 0 where a stream's entry is on its way"
                                + COMPONENT + reason);
            }
        } else if (entry.value() instanceof YamlMap block) {
            block.entries().values().forEach(inner -> check(inner, model, reason, problems));
        }
    }
}
