package routes.routefiles.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.util.ObjectHelper;
import org.apache.camel.util.TimeUtils;
import routes.events.StreamCatalog;
import routes.redisstreams.FailureKind;
import routes.redisstreams.RedisStreamsConfiguration;
import routes.redisstreams.RedisStreamsConstants;
import routes.routefiles.RouteFile;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Flow;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.model.Step;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.Placeholders;
import routes.routefiles.yaml.YamlScalar;

/**
 * Streams exist in the stream catalogue. Each route that reads one has its own group, since routes that share a group share its
 * entries. Also rejects what the component would reject only at start or for each entry.
 */
final class StreamCheck implements RouteCheck {
    private static final StreamCatalog PRODUCT = new StreamCatalog();
    private static final Pattern OPTION = Pattern.compile("option (\\w+) is ");

    /** A route that reads a stream in a group. */
    private record Reader(Flow flow, EndpointUse use) {
        String group() {
            return Optional.ofNullable(use.options().get("group"))
                    .map(YamlScalar::text)
                    .orElse("");
        }

        Place place() {
            return Optional.ofNullable(use.options().get("group"))
                    .map(YamlScalar::place)
                    .orElse(use.place());
        }
    }

    private final CamelContext context;

    StreamCheck(ScratchContext scratch) {
        context = scratch.context();
    }

    @Override
    public void check(RouteModel model, Problems problems) {
        Map<String, List<Reader>> readers = new LinkedHashMap<>();
        for (Flow flow : model.effective()) {
            for (EndpointUse use : model.endpoints(flow)) {
                if (use.isStream()) {
                    boolean open = open(use.path());
                    known(use, open, model, problems);
                    if (use.readsStream() && !open && flow.kind() == Flow.Kind.ROUTE) {
                        Reader reader = new Reader(flow, use);
                        if (!open(reader.group())) {
                            readers.computeIfAbsent(use.path() + " " + reader.group(), key -> new ArrayList<>())
                                    .add(reader);
                        }
                        options(flow, use, problems);
                    }
                }
            }
            flow.allSteps().forEach(step -> failureKind(step, problems));
            batch(flow, model, problems);
        }
        readers.values().forEach(same -> same.forEach(reader -> group(reader, same, problems)));
    }

    private static boolean open(String text) {
        return text.isEmpty() || text.contains("${") || Placeholders.in(text);
    }

    private static void known(EndpointUse use, boolean open, RouteModel model, Problems problems) {
        Set<String> known = model.environment().streams();
        if (!open && !known.contains(use.path())) {
            String hint = Nearest.hint(use.path(), known);
            problems.add(
                    use.place(),
                    "there is no stream '" + use.path() + "' in the stream catalogue"
                            + (hint.isEmpty()
                                    ? ": declare a stream of your own in streams.yml beside your route files"
                                    : hint));
        }
        if (use.role() == EndpointUse.Role.POLL) {
            problems.add(
                    use.place(),
                    "a stream cannot be polled: its entry would be acknowledged before the route has worked on it; read it"
                            + " in the 'from' of a route");
        }
        if (use.role() == EndpointUse.Role.FROM && !use.options().containsKey("group")) {
            problems.add(use.place(), "a consumer of '" + use.path() + "' needs the parameter 'group'");
        }
    }

    /** Built-in files are trusted with their groups; a file that replaces one may use the groups of its stage. */
    private static void group(Reader reader, List<Reader> same, Problems problems) {
        if (reader.flow().file().origin() == RouteFile.Origin.BUILT_IN) {
            return;
        }
        String stream = reader.use().path();
        String advice = ": each entry would reach only one of them. Give this route a group of its own, such as '"
                + reader.flow().id().orElse("my_route").replace('-', '_') + "_workers'";
        Optional<String> stage = PRODUCT.stage(stream, reader.group())
                .filter(owner -> !owner.equals(reader.flow().file().routeId()));
        if (stage.isPresent()) {
            problems.add(
                    reader.place(),
                    "group '" + reader.group() + "' of stream '" + stream + "' belongs to the stage '" + stage.get()
                            + "' of the product" + advice);
            return;
        }
        same.stream()
                .filter(other -> other != reader)
                .findFirst()
                .ifPresent(other -> problems.add(
                        reader.place(),
                        "group '" + reader.group() + "' of stream '" + stream + "' is also that of "
                                + other.flow().label() + " (" + other.place().file() + ":"
                                + other.place().line() + ")"
                                + advice));
    }

    /** Lets the component validate the options, as it does at start. */
    private void options(Flow flow, EndpointUse use, Problems problems) {
        if (problems.in(flow.file().location()) || use.dynamic()) {
            return; // an option that cannot be read has been reported
        }
        Map<String, Object> values = new HashMap<>();
        // Camel's endpoints accept 2m as a number of milliseconds; the binding of plain objects does not
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
            Throwable root = ObjectHelper.createExceptionIterable(e).iterator().next();
            Matcher option = OPTION.matcher(String.valueOf(root.getMessage()));
            Place place = option.find() && use.options().containsKey(option.group(1))
                    ? use.options().get(option.group(1)).place()
                    : use.place();
            problems.add(place, String.valueOf(root.getMessage()));
        }
    }

    /** The component logs any other value and counts the failure. */
    private static void failureKind(Step step, Problems problems) {
        boolean names = step.eip().equals("setProperty")
                && step.options()
                        .text("name")
                        .filter(RedisStreamsConstants.FAILURE::equals)
                        .isPresent();
        if (!names) {
            return;
        }
        List<String> kinds = Arrays.stream(FailureKind.values()).map(Enum::name).toList();
        step.options()
                .map("expression")
                .flatMap(expression -> expression.map("constant"))
                .flatMap(constant -> constant.scalar("expression"))
                .filter(value -> !open(value.text())
                        && !kinds.contains(value.text().strip().toUpperCase(Locale.ROOT)))
                .ifPresent(value -> problems.add(
                        value.place(),
                        "'" + value.text() + "' is not a kind of failure" + Nearest.hint(value.text(), kinds)
                                + ": it must be one of " + String.join(", ", kinds)));
    }

    /** In a batch the component must know which entry an output belongs to. */
    private static void batch(Flow flow, RouteModel model, Problems problems) {
        boolean batch = model.endpoints(flow).stream()
                .filter(EndpointUse::readsStream)
                .flatMap(use -> Optional.ofNullable(use.options().get("batchSize")).stream())
                .anyMatch(size -> size.text().matches("\\d{1,9}") && Integer.parseInt(size.text()) > 1);
        if (batch) {
            flow.steps().stream()
                    .takeWhile(step -> !writesAnswers(step))
                    .flatMap(step -> model.endpoint(step).stream())
                    .filter(EndpointUse::publishesWithEntry)
                    .forEach(use -> problems.add(
                            use.place(),
                            "the body is a batch of entries here ('batchSize'): have bean 'events', method 'write', make"
                                    + " the outputs, or publish inside a 'split' of the body, so that it is known whose output"
                                    + " it is"));
        }
    }

    /** After it, each output states which entry it belongs to. */
    private static boolean writesAnswers(Step step) {
        return step.eip().equals("bean")
                && step.options().text("ref").equals(Optional.of("events"))
                && step.options().text("method").equals(Optional.of("write"));
    }
}
