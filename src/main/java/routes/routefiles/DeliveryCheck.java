package routes.routefiles;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.spi.RecoverableAggregationRepository;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.Flow.Kind;
import routes.routefiles.YamlNode.Entry;

/**
 * What the delivery contract forbids in the flows that process an entry of a stream: those that consume from a stream, are called
 * from a flow that does through {@code direct:} or {@code seda:}, or are the route configuration of one. {@code seda} and
 * {@code threads} are allowed: the exchange completes after their work.
 */
final class DeliveryCheck {

    private static final String ON_ITS_WAY = " is not allowed where a stream's entry is on its way: ";
    private static final String COMPONENT =
            "the redis-streams component delivers again and writes the dead letter (maxDeliveries)";
    private static final Set<String> REDELIVERY =
            Set.of("deadLetterChannel", "redeliveryPolicyRef", "errorHandlerRef", "refErrorHandler", "retryWhile");

    private final RouteModel model;
    private final Problems problems;
    private final Links links;
    private final Map<Flow, String> reasons = new LinkedHashMap<>();

    DeliveryCheck(RouteModel model, Problems problems) {
        this.model = model;
        this.problems = problems;
        this.links = new Links(model);
        model.effective().stream()
                .filter(flow -> model.endpoints(flow).anyMatch(EndpointUse::readsStream))
                .forEach(flow -> reach(flow, flow.label() + " consumes from a stream"));
        List<Flow> routes = List.copyOf(reasons.keySet());
        model.flows(Kind.ROUTE_CONFIGURATION).forEach(configuration -> routes.stream()
                .filter(route -> model.applies(configuration, route))
                .findFirst()
                .ifPresent(route -> reasons.put(configuration, reasons.get(route) + " and uses it")));
    }

    private void reach(Flow flow, String reason) {
        if (reasons.putIfAbsent(flow, reason) == null) {
            links.targets(flow.steps()).forEach(target -> links.called(target)
                    .forEach(called -> reach(called, reason + " and calls " + target)));
        }
    }

    void check() {
        reasons.forEach((flow, reason) -> {
            String suffix = " (" + reason + ")";
            flow.allSteps().forEach(step -> {
                refusal(step).ifPresent(refusal -> problems.add(step.place(), refusal + suffix));
                if (step.is("onException")) {
                    outcome(step, "handled", suffix);
                    outcome(step, "continued", suffix);
                    step.options().values().forEach(entry -> redelivery(entry, suffix));
                }
            });
            // not the options of other steps, which may have the same names
            flow.route().values().stream()
                    .filter(entry -> entry.key().startsWith("errorHandler"))
                    .forEach(entry -> redelivery(entry, suffix));
        });
        model.effective().stream()
                .flatMap(Flow::allSteps)
                .filter(step -> step.is("circuitBreaker"))
                .forEach(breaker -> breaker(breaker, breaker.children(), "", new HashSet<>()));
    }

    /** Steps that complete an exchange before its work is done: its entry would be acknowledged and lost with the process. */
    private Optional<String> refusal(Step step) {
        return switch (step.eip()) {
            case "wireTap" ->
                Optional.of("'wireTap'" + ON_ITS_WAY
                        + "what it starts is lost when the process ends; publish to a stream instead");
            case "resequence" ->
                Optional.of("'resequence'" + ON_ITS_WAY
                        + "it keeps exchanges in memory after their entries were acknowledged");
            case "aggregate" -> aggregate(step);
            case "idempotentConsumer" ->
                step.options()
                        .textAt("completionEager")
                        .filter(eager -> !eager.equals("false"))
                        .map(eager -> "'completionEager'" + ON_ITS_WAY
                                + "the key would be confirmed before the exchange has succeeded");
            case "onCompletion" ->
                step.all()
                        .flatMap(inner -> model.endpoint(inner).stream())
                        .filter(EndpointUse::publishesWithEntry)
                        .findFirst()
                        .map(use -> "'onCompletion' runs after the entry was settled, so nothing can be published with"
                                + " it: publish in the route, or with publish=immediate");
            default -> Optional.empty();
        };
    }

    private Optional<String> aggregate(Step step) {
        String what = "'aggregate' on a stream's entries needs a persistent 'aggregationRepository'";
        Optional<String> repository =
                step.options().textAt("aggregationRepository").flatMap(text -> BeanCheck.name(text, model));
        if (repository.isEmpty()) {
            return Optional.of(what + "; for batches use 'batchSize' of the consumer");
        }
        Class<?> type = model.environment().beans().getOrDefault(repository.get(), Object.class);
        return type == Object.class || RecoverableAggregationRepository.class.isAssignableFrom(type)
                ? Optional.empty()
                : Optional.of(what + ": bean '" + repository.get() + "' is a " + type.getSimpleName()
                        + ", which is not recoverable");
    }

    /** Only the component handles redelivery and dead letters of a stream's entries. */
    private void redelivery(Entry entry, String suffix) {
        if (REDELIVERY.contains(entry.key())) {
            problems.add(entry.place(), "'" + entry.key() + "'" + ON_ITS_WAY + COMPONENT + suffix);
        } else if (entry.key().equals("maximumRedeliveries")) {
            String value = model.resolve(entry.value().text());
            if (!value.equals("0")) {
                problems.add(
                        entry.value().place(),
                        "'maximumRedeliveries' is " + value + ", and must be 0 where a stream's entry is on its way: "
                                + COMPONENT + suffix);
            }
        } else if (!entry.key().equals("steps")) {
            entry.value().values().forEach(inner -> redelivery(inner, suffix));
        }
    }

    /**
     * An exception may be {@code handled} or {@code continued} only together with a recorded outcome, else the entry would be
     * acknowledged as successful. After {@code handled} the exchange is complete, so the component requires an output that it publishes
     * together with the acknowledgement, or another exception. After {@code continued} the route continues, so a call of a bean, a
     * processor or a database is also accepted. A log line never is.
     */
    private void outcome(Step onException, String key, String suffix) {
        Optional<Entry> option = onException.options().entry(key);
        boolean active = option.isPresent() // a value computed from the exchange may be true
                && !onException.options().textAt(key, "constant", "expression").equals(Optional.of("false"));
        if (active && !records(onException.children(), key.equals("continued"), new HashSet<>())) {
            problems.add(
                    option.get().place(),
                    "'" + key + "' acknowledges the entry without a recorded outcome: "
                            + (key.equals("handled")
                                    ? "publish to a stream, or throw again, in the steps of this onException; a bean or SQL"
                                            + " alone is not recorded, and the component would deliver the entry again"
                                    : "publish to a stream or call a bean in the steps of this onException")
                            + suffix);
        }
    }

    /** @param calls whether a call of a bean or a database is accepted */
    private boolean records(List<Step> steps, boolean calls, Set<Flow> seen) {
        return steps.stream().flatMap(Step::all).anyMatch(step -> records(step, calls))
                || links.targets(steps).stream()
                        .flatMap(links::called)
                        .anyMatch(flow -> seen.add(flow) && records(flow.steps(), calls, seen));
    }

    private boolean records(Step step, boolean calls) {
        Set<String> databases = Set.of("bean", "sql", "jdbc");
        return step.is("throwException", "rollback")
                || calls && step.is("bean", "process")
                || model.endpoint(step)
                        .filter(use -> use.is(Role.TO))
                        .filter(use -> use.publishesWithEntry() || calls && databases.contains(use.scheme()))
                        .isPresent();
    }

    /**
     * No {@code idempotentConsumer} inside a {@code circuitBreaker}, directly or through {@code direct:}: it would confirm its key at
     * the end of the breaker, before the exchange has succeeded.
     */
    private void breaker(Step breaker, List<Step> steps, String way, Set<Flow> seen) {
        steps.stream()
                .flatMap(Step::all)
                .filter(step -> step.is("idempotentConsumer"))
                .forEach(step -> problems.add(
                        step.place(),
                        "'idempotentConsumer' is inside the circuitBreaker"
                                + breaker.id().map(id -> " '" + id + "'").orElse("") + way
                                + ": it would confirm its key before the exchange has succeeded; put it around the"
                                + " breaker"));
        links.targets(steps).forEach(target -> links.called(target)
                .filter(seen::add)
                .forEach(called -> breaker(breaker, called.steps(), way + " through " + target, seen)));
    }
}
