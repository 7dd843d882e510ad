package routes.routefiles.check;

import java.util.Optional;
import org.apache.camel.spi.RecoverableAggregationRepository;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;

/**
 * Rejects steps that complete an exchange before its work is done, because the entry would be acknowledged and lost with the
 * process: {@code aggregate} and {@code resequence} in memory, {@code wireTap}. Also rejects publishing when it is too late.
 * {@code seda} and {@code threads} are allowed: the exchange completes after their work.
 */
public final class EarlyCompletionCheck implements RouteCheck {

    @Override
    public void check(RouteModel model, Problems problems) {
        StreamFlows streams = new StreamFlows(model);
        streams.flows().forEach(flow -> flow.allSteps().forEach(step -> refusal(step, model)
                .ifPresent(reason -> problems.add(step.place(), reason + " " + streams.reason(flow)))));
    }

    private static Optional<String> refusal(Step step, RouteModel model) {
        return switch (step.eip()) {
            case "wireTap" ->
                Optional.of("'wireTap' is not allowed where a stream's entry is on its way: what it starts is lost"
                        + " when the process ends; publish to a stream instead");
            case "resequence" ->
                Optional.of("'resequence' is not allowed where a stream's entry is on its way: it keeps exchanges in"
                        + " memory after their entries were acknowledged");
            case "aggregate" -> aggregate(step, model);
            case "idempotentConsumer" ->
                step.options()
                        .text("completionEager")
                        .filter(eager -> !eager.equals("false"))
                        .map(eager ->
                                "'completionEager' is not allowed where a stream's entry is on its way: the key would be"
                                        + " confirmed before the exchange has succeeded");
            case "onCompletion" ->
                publishes(step, model)
                        ? Optional.of(
                                "'onCompletion' runs after the entry was settled, so nothing can be published with it:"
                                        + " publish in the route, or with publish=immediate")
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean publishes(Step step, RouteModel model) {
        return step.all().flatMap(inner -> model.endpoint(inner).stream()).anyMatch(EndpointUse::publishesWithEntry);
    }

    private static Optional<String> aggregate(Step step, RouteModel model) {
        String what = "'aggregate' on a stream's entries needs a persistent 'aggregationRepository'";
        Optional<String> repository =
                step.options().text("aggregationRepository").flatMap(text -> BeanReferences.name(text, model));
        if (repository.isEmpty()) {
            return Optional.of(what + "; for batches use 'batchSize' of the consumer");
        }
        Class<?> type = model.environment().beans().get(repository.get());
        boolean unknown = type == null || type == Object.class;
        return unknown || RecoverableAggregationRepository.class.isAssignableFrom(type)
                ? Optional.empty()
                : Optional.of(what + ": bean '" + repository.get() + "' is a " + type.getSimpleName()
                        + ", which is not recoverable");
    }
}
