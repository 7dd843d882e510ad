package routes.routefiles;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.spi.RecoverableAggregationRepository;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.Flow.Kind;
import routes.routefiles.YamlNode.Entry;

/**
 * Checks the delivery contract in flows that process an entry of a stream: flows that consume from a stream, flows called from them
 * through {@code direct:} or {@code seda:}, and their route configurations. {@code seda} and {@code threads} are allowed: the exchange
 * completes only after their work.
 */
final class DeliveryCheck {

    private static final String ON_ITS_WAY = " is not allowed in a route that processes stream entries: ";
    private static final String COMPONENT =
            "the redis-streams component redelivers failed entries and writes dead letters (maxDeliveries)";
    private static final Set<String> REDELIVERY =
            Set.of("deadLetterChannel", "redeliveryPolicyRef", "errorHandlerRef", "refErrorHandler", "retryWhile");

    /** Aggregation strategies that keep the exception of every part. */
    private static final Pattern KEEPS_FAILURES = Pattern.compile(
            "#class:org\\.apache\\.camel\\.processor\\.aggregate\\.Use(Latest|Original)AggregationStrategy");

    private static final Set<String> GENERAL =
            Set.of("java.lang.Exception", "java.lang.Throwable", "java.lang.RuntimeException");

    private record Losing(String value, String text) {}

    /** Endpoint options, by scheme, with which a message may be lost although the exchange succeeds. */
    private static final Map<String, Map<String, Losing>> LOSING_OPTIONS = Map.of(
            "direct",
            Map.of(
                    "failIfNoConsumers",
                    new Losing(
                            "false",
                            "the entry would be acknowledged if the other route does not run; remove this option")),
            "seda",
            Map.of(
                    "discardWhenFull",
                    new Losing("true", "entries are dropped when the queue is full; use blockWhenFull"),
                    "discardIfNoConsumers",
                    new Losing(
                            "true", "the entry would be dropped if the other route does not run; remove this option")),
            "kafka",
            Map.of(
                    "requestRequiredAcks",
                    new Losing(
                            "0",
                            "the broker does not confirm the message, so the entry may be acknowledged and lost; remove this option")));

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
                lost(step).forEach((place, refusal) -> problems.add(place, refusal + suffix));
                if (step.is("onException")) {
                    outcome(step, "handled", suffix);
                    outcome(step, "continued", suffix);
                    step.options().values().forEach(entry -> redelivery(entry, suffix));
                }
            });
            if (model.endpoints(flow).anyMatch(EndpointUse::readsStream)) {
                // failures that a called route swallows may still be handled by its caller
                swallowed(flow.steps())
                        .ifPresent(part -> problems.add(
                                part.place(),
                                "'" + part.eip()
                                        + "' discards the failure: no step follows, so the entry would be"
                                        + " acknowledged. Rethrow the exception, publish to a stream, call a"
                                        + " bean, or set skipReason"
                                        + suffix));
                unseenResponse(flow)
                        .forEach(use -> problems.add(
                                use.place(),
                                "'throwExceptionOnFailure' is false and no later step checks CamelHttpResponseCode:"
                                        + " the entry of a rejected message would be acknowledged" + suffix));
            }
            // excludes the options of other steps, which may have the same names
            flow.route().values().stream()
                    .filter(entry -> entry.key().startsWith("errorHandler"))
                    .forEach(entry -> redelivery(entry, suffix));
        });
        model.effective().stream()
                .flatMap(Flow::allSteps)
                .filter(step -> step.is("circuitBreaker"))
                .forEach(breaker -> breaker(breaker, breaker.children(), "", new HashSet<>()));
    }

    /**
     * Returns why the step is refused: it completes an exchange before its work is done, so the entry would be acknowledged and lost if
     * the process stops.
     */
    private Optional<String> refusal(Step step) {
        return switch (step.eip()) {
            case "wireTap" ->
                Optional.of("'wireTap'" + ON_ITS_WAY
                        + "the copied exchange is lost when the process stops; publish to a stream instead");
            case "resequence" ->
                Optional.of("'resequence'" + ON_ITS_WAY
                        + "it keeps exchanges in memory after their entries have been acknowledged");
            case "sample" ->
                Optional.of("'sample'" + ON_ITS_WAY
                        + "entries that are not sampled would be acknowledged; use 'filter' or 'throttle'");
            case "aggregate" -> aggregate(step);
            case "idempotentConsumer" ->
                step.options()
                        .textAt("completionEager")
                        .filter(eager -> !eager.equals("false"))
                        .map(eager -> "'completionEager'" + ON_ITS_WAY
                                + "the key would be confirmed before the exchange has completed");
            case "onCompletion" ->
                step.all()
                        .flatMap(inner -> model.endpoint(inner).stream())
                        .filter(EndpointUse::publishesWithEntry)
                        .findFirst()
                        .map(
                                use ->
                                        "'onCompletion' runs after the entry has been acknowledged, so its outputs cannot"
                                                + " be published together with the acknowledgement: publish in the route, or with publish=immediate");
            default -> Optional.empty();
        };
    }

    /**
     * Options with which Camel completes an exchange successfully although part of it failed or was skipped. Verified with Camel 4.18.0.
     */
    private Map<Place, String> lost(Step step) {
        Map<Place, String> lost = new LinkedHashMap<>();
        if (step.is("split", "multicast", "recipientList")) {
            option(step, "timeout", value -> !value.equals("0"))
                    .ifPresent(found -> lost.put(
                            found,
                            "'timeout'" + ON_ITS_WAY + "the exchange continues without the parts that are not"
                                    + " complete, and succeeds; set timeouts on the endpoints instead"));
            boolean stops = step.options().textAt("stopOnException").equals(Optional.of("true"));
            option(
                            step,
                            "aggregationStrategy",
                            value -> !stops && !KEEPS_FAILURES.matcher(value).matches())
                    .ifPresent(found -> lost.put(
                            found,
                            "'aggregationStrategy' may discard the failure of a part, and the entry would be"
                                    + " acknowledged: set stopOnException: \"true\""));
        }
        for (String ignore : List.of("ignoreInvalidEndpoints", "ignoreInvalidEndpoint")) {
            option(step, ignore, value -> !value.equals("false"))
                    .ifPresent(found -> lost.put(
                            found,
                            "'" + ignore + "'" + ON_ITS_WAY
                                    + "an endpoint that does not exist would be skipped, and the entry acknowledged;"
                                    + " remove this option"));
        }
        if (step.is("idempotentConsumer")) {
            option(step, "removeOnFailure", value -> !value.equals("true"))
                    .ifPresent(
                            found -> lost.put(
                                    found,
                                    "'removeOnFailure'" + ON_ITS_WAY
                                            + "the key of a failed exchange would be kept, so the"
                                            + " redelivered entry would be treated as a duplicate and acknowledged; remove this option"));
        }
        if (step.is("circuitBreaker")) {
            lost.putAll(breaker(step));
        }
        model.endpoint(step).filter(use -> use.is(Role.TO)).ifPresent(use -> LOSING_OPTIONS
                .getOrDefault(use.scheme(), Map.of())
                .forEach((name, remedy) -> use.option(name)
                        .filter(value -> value.text().equals(remedy.value()))
                        .ifPresent(value -> lost.put(
                                value.place(), "'" + name + "' of " + use.scheme() + ON_ITS_WAY + remedy.text()))));
        return lost;
    }

    private static Map<Place, String> breaker(Step step) {
        Map<Place, String> lost = new LinkedHashMap<>();
        step.options()
                .at("resilience4jConfiguration")
                .flatMap(block -> block.entry("ignoreException"))
                .ifPresent(entry -> lost.put(
                        entry.place(),
                        "'ignoreException'" + ON_ITS_WAY
                                + "Camel discards these exceptions, and the exchange succeeds; remove this option, or"
                                + " throw the exceptions after the circuit breaker"));
        boolean throwsWhenOpen = step.options()
                .textAt("resilience4jConfiguration", "throwExceptionWhenHalfOpenOrOpenState")
                .equals(Optional.of("true"));
        if (!throwsWhenOpen && step.children().stream().noneMatch(child -> child.is("onFallback"))) {
            lost.put(
                    step.place(),
                    "'circuitBreaker' without onFallback: while it is open, its steps are skipped and the exchange"
                            + " succeeds; set throwExceptionWhenHalfOpenOrOpenState: true in resilience4jConfiguration");
        }
        return lost;
    }

    /** Returns the place of an option whose value is refused or known only at run time. */
    private Optional<Place> option(Step step, String key, Predicate<String> refused) {
        return step.options()
                .scalarAt(key)
                .filter(value -> refused.test(model.resolve(value.text())))
                .map(YamlNode::place);
    }

    /**
     * Finds a {@code doCatch} or {@code onFallback} at the end of a route that does nothing except logging: it turns every failure into a
     * success.
     */
    private Optional<Step> swallowed(List<Step> steps) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            Optional<Step> part = step.children().stream()
                    .filter(child -> child.is("doCatch", "onFallback"))
                    .filter(child -> !child.is("doCatch") || isGeneral(child))
                    .filter(child -> child.children().stream().allMatch(DeliveryCheck::isWithoutOutcome))
                    .findFirst();
            if (part.isPresent()) {
                return part;
            }
            Optional<Step> inner = step.children().stream()
                    .filter(child -> Step.isPart(child.eip()))
                    .flatMap(child -> swallowed(child.children()).stream())
                    .findFirst()
                    .or(() -> step.is("filter", "loop", "transacted", "pipeline", "step")
                            ? swallowed(step.children())
                            : Optional.empty());
            if (inner.isPresent()) {
                return inner;
            }
            if (!isWithoutOutcome(step)) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Returns whether the step catches failures of any kind: a timeout as well as an error in the route. */
    private static boolean isGeneral(Step doCatch) {
        return doCatch.options().at("exception").stream()
                .flatMap(list -> list.items().stream())
                .anyMatch(name -> name.isScalar() && GENERAL.contains(name.text()));
    }

    private static boolean isWithoutOutcome(Step step) {
        boolean isSkip = step.is("setProperty", "setVariable")
                && step.options().textAt("name").equals(Optional.of("skipReason"));
        return !isSkip
                && step.is("log", "setBody", "setHeader", "setProperty", "removeHeader", "removeHeaders", "stop");
    }

    /** Returns the HTTP calls that do not fail for error responses and are not followed by a step that checks the response. */
    private Stream<EndpointUse> unseenResponse(Flow flow) {
        List<Step> all = flow.allSteps().toList();
        return IntStream.range(0, all.size()).boxed().flatMap(i -> model.endpoint(all.get(i)).stream()
                .filter(use -> use.is(Role.TO) && use.scheme().matches("https?"))
                .filter(use -> use.option("throwExceptionOnFailure")
                        .filter(value -> value.text().equals("false"))
                        .isPresent())
                .filter(use -> all.subList(i + 1, all.size()).stream()
                        .noneMatch(later -> later.is("bean", "process")
                                || later.options().scalars().anyMatch(text -> text.text()
                                        .contains("CamelHttpResponseCode")))));
    }

    private Optional<String> aggregate(Step step) {
        String what = "'aggregate' of stream entries requires a persistent 'aggregationRepository'";
        Optional<String> repository =
                step.options().textAt("aggregationRepository").flatMap(text -> BeanCheck.name(text, model));
        if (repository.isEmpty()) {
            return Optional.of(what + "; to process batches, use the consumer option 'batchSize'");
        }
        Class<?> type = model.environment().beans().getOrDefault(repository.get(), Object.class);
        return type == Object.class || RecoverableAggregationRepository.class.isAssignableFrom(type)
                ? Optional.empty()
                : Optional.of(what + ": bean '" + repository.get() + "' is a " + type.getSimpleName()
                        + ", which is not recoverable");
    }

    /** Refuses error handlers with redelivery or dead letters: for entries of a stream, only the component provides them. */
    private void redelivery(Entry entry, String suffix) {
        if (REDELIVERY.contains(entry.key())) {
            problems.add(entry.place(), "'" + entry.key() + "'" + ON_ITS_WAY + COMPONENT + suffix);
        } else if (entry.key().equals("maximumRedeliveries")) {
            String value = model.resolve(entry.value().text());
            if (!value.equals("0")) {
                problems.add(
                        entry.value().place(),
                        "'maximumRedeliveries' is " + value
                                + ", but must be 0 in a route that processes stream entries: " + COMPONENT + suffix);
            }
        } else if (!entry.key().equals("steps")) {
            entry.value().values().forEach(inner -> redelivery(inner, suffix));
        }
    }

    /**
     * An exception may be {@code handled} or {@code continued} only together with a recorded outcome; otherwise the entry would be
     * acknowledged as successful. After {@code handled} the exchange is complete, so the component requires an output that it publishes
     * together with the acknowledgement, or another exception. After {@code continued} the route continues, so a call of a bean, a
     * processor or a database is also accepted. A log line is not accepted.
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
                                    ? "publish to a stream or rethrow the exception in the steps of this onException;"
                                            + " a call of a bean or SQL is not sufficient, and the component would redeliver the entry"
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
     * Refuses an {@code idempotentConsumer} inside a {@code circuitBreaker}, directly or through {@code direct:}: it would confirm its key
     * at the end of the breaker, before the exchange has succeeded.
     */
    private void breaker(Step breaker, List<Step> steps, String way, Set<Flow> seen) {
        steps.stream()
                .flatMap(Step::all)
                .filter(step -> step.is("idempotentConsumer"))
                .forEach(
                        step -> problems.add(
                                step.place(),
                                "'idempotentConsumer' is inside the circuitBreaker"
                                        + breaker.id()
                                                .map(id -> " '" + id + "'")
                                                .orElse("") + way
                                        + ": it would confirm its key before the exchange has completed; put it around the circuit breaker"));
        links.targets(steps).forEach(target -> links.called(target)
                .filter(seen::add)
                .forEach(called -> breaker(breaker, called.steps(), way + " through " + target, seen)));
    }
}
