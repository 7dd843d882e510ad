package routes.routefiles;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.util.TimeUtils;
import org.springframework.core.NestedExceptionUtils;
import routes.events.StreamCatalog;
import routes.redisstreams.FailureKind;
import routes.redisstreams.RedisStreamsConfiguration;
import routes.redisstreams.RedisStreamsConstants;
import routes.routefiles.EndpointUse.Role;
import routes.routefiles.RouteFile.Origin;

/**
 * Checks that streams exist in the stream catalogue, and that each route that reads a stream has a separate group, because routes with the
 * same group share its entries. Also rejects what the component would reject only at start or for each entry.
 */
record StreamCheck(RouteModel model, Problems problems, CamelContext context) {
    private static final StreamCatalog PRODUCT = new StreamCatalog();
    private static final Pattern OPTION = Pattern.compile("option (\\w+) is ");

    /** A route that reads a stream in a group. */
    private record Reader(Flow flow, String stream, YamlNode group) {}

    void check() {
        List<Reader> readers = new ArrayList<>();
        for (Flow flow : model.effective()) {
            model.endpoints(flow).filter(EndpointUse::isStream).forEach(use -> {
                exists(use);
                if (use.readsStream() && !open(use.path()) && flow.is(Flow.Kind.ROUTE)) {
                    use.option("group")
                            .filter(group -> !open(group.text()))
                            .ifPresent(group -> readers.add(new Reader(flow, use.path(), group)));
                    options(flow, use);
                }
            });
            flow.allSteps().forEach(this::failureKind);
            batch(flow);
        }
        readers.stream()
                // built-in files are trusted; a file that replaces one may use the groups of its stage
                .filter(reader -> reader.flow().file().origin() != Origin.BUILT_IN)
                .forEach(reader -> group(reader, readers));
    }

    private static boolean open(String text) {
        return text.isEmpty() || text.contains("${") || Placeholders.in(text);
    }

    private void exists(EndpointUse use) {
        Set<String> known = model.environment().streams();
        if (!open(use.path()) && !known.contains(use.path())) {
            problems.add(
                    use.place(),
                    "unknown stream '" + use.path() + "'"
                            + Nearest.to(use.path(), known)
                                    .map(near -> " (did you mean '" + near + "'?)")
                                    .orElse(
                                            ": declare your own streams in streams.yml in the folder of your route files"));
        }
        if (use.is(Role.POLL)) {
            problems.add(
                    use.place(),
                    "a stream cannot be polled: the entry would be acknowledged before the route has processed it;"
                            + " consume from the stream in the 'from' of a route");
        }
        if (use.is(Role.FROM) && use.option("group").isEmpty()) {
            problems.add(use.place(), "a consumer of '" + use.path() + "' requires the parameter 'group'");
        }
    }

    private void group(Reader reader, List<Reader> readers) {
        String group = reader.group().text();
        Optional<String> owner = PRODUCT.stage(reader.stream(), group)
                .filter(stage -> !stage.equals(reader.flow().file().routeId()))
                .map(stage -> "belongs to the stage '" + stage + "' of the program");
        Optional<String> sharer = readers.stream()
                .filter(other -> other != reader && other.stream().equals(reader.stream()))
                .filter(other -> other.group().text().equals(group))
                .findFirst()
                .map(other -> "is also used by " + other.flow().label() + " ("
                        + other.group().place().file() + ":"
                        + other.group().place().line() + ")");
        owner.or(() -> sharer)
                .ifPresent(conflict -> problems.add(
                        reader.group().place(),
                        "group '" + group + "' of stream '" + reader.stream() + "' " + conflict
                                + ": each entry would be delivered to only one of them. Use a separate group for this route, such as '"
                                + reader.flow().id().orElse("my_route").replace('-', '_') + "_workers'"));
    }

    /** Validates the options with the component, as at start. */
    private void options(Flow flow, EndpointUse use) {
        if (problems.in(flow.file().location()) || use.dynamic()) {
            return; // an unreadable option was already reported
        }
        Map<String, Object> values = new HashMap<>();
        // Camel endpoints accept 2m as a number of milliseconds; the binding of plain objects does not
        use.options()
                .forEach((name, value) -> values.put(
                        name,
                        value.text().matches("\\d+ *[a-zA-Z][\\w ]*")
                                ? TimeUtils.toMilliSeconds(value.text())
                                : value.text()));
        var configuration = new RedisStreamsConfiguration();
        configuration.setName(use.path());
        try {
            PropertyBindingSupport.build().bind(context, configuration, values);
            configuration.validateForConsumer();
        } catch (RuntimeException e) {
            String message =
                    String.valueOf(NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            Matcher option = OPTION.matcher(message);
            Optional<YamlNode> wrong = option.find() ? use.option(option.group(1)) : Optional.empty();
            problems.add(wrong.map(YamlNode::place).orElse(use.place()), message);
        }
    }

    /** Checks the failure kind. At run time, the component logs an invalid value and counts the failure. */
    private void failureKind(Step step) {
        if (!step.is("setProperty")
                || !step.options().textAt("name").equals(Optional.of(RedisStreamsConstants.FAILURE))) {
            return;
        }
        List<String> kinds = Arrays.stream(FailureKind.values()).map(Enum::name).toList();
        step.options()
                .scalarAt("expression", "constant", "expression")
                .filter(value -> !open(value.text())
                        && !kinds.contains(value.text().strip().toUpperCase(Locale.ROOT)))
                .ifPresent(value -> problems.add(
                        value.place(),
                        "'" + value.text() + "' is not a failure kind" + Nearest.hint(value.text(), kinds)
                                + ": it must be one of " + String.join(", ", kinds)));
    }

    /** Checks that in a batch, the component can assign each output to its entry. */
    private void batch(Flow flow) {
        boolean batch = model.endpoints(flow)
                .filter(EndpointUse::readsStream)
                .flatMap(use -> use.option("batchSize").stream())
                .anyMatch(size -> size.text().matches("\\d{1,9}") && Integer.parseInt(size.text()) > 1);
        if (batch) {
            flow.steps().stream()
                    // from there on, each output identifies its entry
                    .takeWhile(step -> !step.calls("events", "write"))
                    .flatMap(step -> model.endpoint(step).stream())
                    .filter(EndpointUse::publishesWithEntry)
                    .forEach(use -> problems.add(
                            use.place(),
                            "the body is a batch of entries here ('batchSize'): create the outputs with bean"
                                    + " 'events', method 'write', or publish inside a 'split' of the body, so that"
                                    + " each output is assigned to its entry"));
        }
    }
}
