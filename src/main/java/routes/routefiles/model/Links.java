package routes.routefiles.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlEntry;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlScalar;

/**
 * Which flows call which through {@code direct:} and {@code seda:}. A route after {@code seda:} belongs to the same exchange here,
 * since it takes over the caller's completion.
 */
public final class Links {

    private static final Set<String> SCHEMES = Set.of("direct", "seda");
    private static final Set<String> LISTS = Set.of("recipientList", "routingSlip", "dynamicRouter");
    private static final Pattern MENTION = Pattern.compile("\\b(direct|seda):(?://)?([\\w.-]*)(\\$\\{)?");

    private final RouteModel model;
    private final Map<String, List<Flow>> consumers = new LinkedHashMap<>();

    public Links(RouteModel model) {
        this.model = model;
        model.effective().forEach(flow -> model.endpoints(flow).stream()
                .filter(use -> use.role() == EndpointUse.Role.FROM && link(use))
                .forEach(use -> consumers
                        .computeIfAbsent(use.scheme() + ":" + use.path(), name -> new ArrayList<>())
                        .add(flow)));
    }

    public static boolean link(EndpointUse use) {
        return SCHEMES.contains(use.scheme());
    }

    /** The flows that consume from each {@code direct:name} and {@code seda:name}. */
    public Map<String, List<Flow>> consumers() {
        return consumers;
    }

    /** What the steps call: {@code direct:name}, or a name prefix with a star if the exchange completes the name. */
    public Set<String> targets(Stream<Step> steps) {
        Set<String> targets = new LinkedHashSet<>();
        steps.flatMap(Step::all).forEach(step -> {
            model.endpoint(step)
                    .filter(use -> link(use) && !use.dynamic())
                    .ifPresent(use -> targets.add(use.scheme() + ":" + use.path()));
            expressions(step.options()).forEach(text -> MENTION.matcher(text)
                    .results()
                    .filter(mention ->
                            mention.group(3) != null || !mention.group(2).isEmpty())
                    .forEach(mention -> targets.add(
                            mention.group(1) + ":" + mention.group(2) + (mention.group(3) == null ? "" : "*"))));
        });
        return targets;
    }

    /** The flows that match a target. */
    public List<Flow> called(String target) {
        if (!target.endsWith("*")) {
            return consumers.getOrDefault(target, List.of());
        }
        String prefix = target.substring(0, target.length() - 1);
        return consumers.entrySet().stream()
                .filter(consumer -> consumer.getKey().startsWith(prefix))
                .flatMap(consumer -> consumer.getValue().stream())
                .toList();
    }

    /** Whether the step sends to endpoints that only the exchange determines. */
    public boolean open(Step step) {
        boolean list = LISTS.contains(step.eip())
                && expressions(step.options())
                        .noneMatch(text -> MENTION.matcher(text).find());
        boolean dynamic = step.eip().equals("toD")
                && step.options()
                        .text("uri")
                        .filter(uri -> uri.startsWith("${"))
                        .isPresent();
        return list || dynamic;
    }

    // of the step itself; nested steps are queried separately
    private Stream<String> expressions(YamlMap options) {
        return options.entries().values().stream().flatMap(this::expressions);
    }

    private Stream<String> expressions(YamlEntry entry) {
        YamlNode value = entry.value();
        if (value instanceof YamlScalar scalar) {
            return entry.key().equals("expression") || entry.key().equals("uri")
                    ? Stream.of(Placeholders.resolve(
                            scalar.text(), model.environment().properties()))
                    : Stream.empty();
        }
        if (entry.key().equals("steps") || FlowReader.part(entry.key())) {
            return Stream.empty();
        }
        return value instanceof YamlMap map
                ? expressions(map)
                : ((YamlList) value).maps().flatMap(this::expressions);
    }
}
