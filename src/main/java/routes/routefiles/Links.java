package routes.routefiles;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.support.PatternHelper;

/** Determines which flows call which other flows through {@code direct:} and {@code seda:}. */
final class Links {

    private static final Pattern MENTION = Pattern.compile("\\b(direct|seda):(?://)?([\\w.-]*)(\\$\\{)?");

    private final RouteModel model;
    private final Map<String, List<Flow>> consumers;

    Links(RouteModel model) {
        this.model = model;
        this.consumers = model.consumers();
    }

    /**
     * Returns the endpoints that the steps call: {@code direct:name}, or a name prefix with a star if the exchange completes the name.
     */
    Set<String> targets(List<Step> steps) {
        Stream<String> named = steps.stream()
                .flatMap(Step::all)
                .flatMap(step -> model.endpoint(step).stream())
                .filter(use -> use.isLink() && !use.dynamic())
                .map(EndpointUse::name);
        Stream<String> mentioned = steps.stream()
                .flatMap(step -> step.options().allEntries())
                .filter(entry -> entry.key().equals("uri") || entry.key().equals("expression"))
                .flatMap(entry -> mentioned(model.resolve(entry.value().text())))
                .filter(target -> !target.endsWith(":"));
        return Stream.concat(named, mentioned).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Returns the endpoints that a text mentions, in the form of {@link #targets}. */
    static Stream<String> mentioned(String text) {
        return MENTION.matcher(text)
                .results()
                .map(mention -> mention.group(1) + ":" + mention.group(2) + (mention.group(3) == null ? "" : "*"));
    }

    /** Returns the flows that match a target. */
    Stream<Flow> called(String target) {
        return consumers.keySet().stream()
                .filter(name -> PatternHelper.matchPattern(name, target))
                .flatMap(name -> consumers.get(name).stream());
    }
}
