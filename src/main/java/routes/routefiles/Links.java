package routes.routefiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.routefiles.EndpointUse.Role;

/**
 * Which flows call which through {@code direct:} and {@code seda:}. A route after {@code seda:} belongs to the same exchange here,
 * since it takes over the caller's completion.
 */
final class Links {

    private static final Pattern MENTION = Pattern.compile("\\b(direct|seda):(?://)?([\\w.-]*)(\\$\\{)?");

    private final RouteModel model;
    private final Map<String, List<Flow>> consumers = new LinkedHashMap<>();

    Links(RouteModel model) {
        this.model = model;
        model.effective().forEach(flow -> model.endpoints(flow)
                .filter(use -> use.is(Role.FROM) && use.isLink())
                .forEach(use -> consumers
                        .computeIfAbsent(use.name(), name -> new ArrayList<>())
                        .add(flow)));
    }

    /** The flows that consume from each {@code direct:name} and {@code seda:name}. */
    Map<String, List<Flow>> consumers() {
        return consumers;
    }

    /** What the steps call: {@code direct:name}, or a name prefix with a star if the exchange completes the name. */
    Set<String> targets(List<Step> steps) {
        Stream<String> named = steps.stream()
                .flatMap(Step::all)
                .flatMap(step -> model.endpoint(step).stream())
                .filter(use -> use.isLink() && !use.dynamic())
                .map(EndpointUse::name);
        Stream<String> mentioned = steps.stream()
                .flatMap(this::uris)
                .flatMap(text -> MENTION.matcher(text).results())
                .map(mention -> mention.group(1) + ":" + mention.group(2) + (mention.group(3) == null ? "" : "*"))
                .filter(target -> !target.endsWith(":"));
        return Stream.concat(named, mentioned).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The flows that match a target. */
    List<Flow> called(String target) {
        if (!target.endsWith("*")) {
            return consumers.getOrDefault(target, List.of());
        }
        String prefix = target.substring(0, target.length() - 1);
        return consumers.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .flatMap(name -> consumers.get(name).stream())
                .toList();
    }

    /** The flows that the steps call. */
    Stream<Flow> called(List<Step> steps) {
        return targets(steps).stream().flatMap(target -> called(target).stream());
    }

    /** Whether the step sends to endpoints that only the exchange determines. */
    boolean open(Step step) {
        return switch (step.eip()) {
            case "recipientList", "routingSlip", "dynamicRouter" ->
                uris(step).noneMatch(text -> MENTION.matcher(text).find());
            case "toD" -> step.options().textAt("uri").orElse("").startsWith("${");
            default -> false;
        };
    }

    /** The texts in and below the step that may contain URIs, with the values of properties. */
    private Stream<String> uris(Step step) {
        return step.options()
                .allEntries()
                .filter(entry -> entry.key().equals("uri") || entry.key().equals("expression"))
                .map(entry -> model.resolve(entry.value().text()));
    }
}
