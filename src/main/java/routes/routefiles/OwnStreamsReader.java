package routes.routefiles;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import routes.events.OwnStreams;
import routes.events.StreamCatalog;

/**
 * Reads an integrator's additions to the streams: the streams declared in the file {@value #FILE} of the override folder, and the consumer
 * groups of the route files, including stages that this process does not run.
 */
public final class OwnStreamsReader {
    static final String FILE = "streams.yml";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+)*");
    private static final Pattern GROUP = Pattern.compile("[\\w.-]+");
    private static final int LONGEST_NAME = 100;
    private static final Set<String> KEYS = Set.of("name", "description", "groups");

    private OwnStreamsReader() {}

    /**
     * Reads all valid declarations; validation reports the others.
     *
     * @param properties value of a property; null if there is none
     */
    public static OwnStreams read(RouteFiles files, Function<String, String> properties) {
        return read(files, files.own(), properties, new ComponentCatalog(OwnStreamsReader.class.getClassLoader()));
    }

    /** Like {@link #read(RouteFiles, Function)}, with the given files of the override folder. */
    static OwnStreams read(
            RouteFiles files, OwnFiles own, Function<String, String> properties, ComponentCatalog catalog) {
        Problems ignored = new Problems();
        Map<String, Set<String>> groups = declared(own, ignored);
        Map<RouteFile, YamlNode> documents = new LinkedHashMap<>();
        for (RouteFile file : files.resolve(own, PipelineStages.all()).files()) {
            YamlReader.read(file.location(), file.text(), ignored).ifPresent(root -> documents.put(file, root));
        }
        var model = new RouteModel(documents, List.of(), new RouteEnvironment(Map.of(), properties, Set.of()), catalog);
        Set<String> known = new StreamCatalog().names();
        model.routes()
                .flatMap(model::endpoints)
                .filter(EndpointUse::readsStream)
                .filter(use -> known.contains(use.path()) || groups.containsKey(use.path()))
                .forEach(use -> use.option("group")
                        .map(YamlNode::text)
                        .filter(GROUP.asMatchPredicate())
                        .ifPresent(group -> groups.computeIfAbsent(use.path(), name -> new LinkedHashSet<>())
                                .add(group)));
        return new OwnStreams(groups);
    }

    /** Returns the groups that the file declares, by stream; empty if there is no file. */
    static Map<String, Set<String>> declared(OwnFiles own, Problems problems) {
        Map<String, Set<String>> streams = new LinkedHashMap<>();
        String text = own.streams();
        if (text.lines().map(String::strip).allMatch(line -> line.isEmpty() || line.startsWith("#"))) {
            return streams;
        }
        YamlReader.read(own.location(FILE), text, problems).ifPresent(root -> {
            if (root.isList()) {
                root.items().forEach(item -> stream(item, streams, problems));
            } else {
                problems.add(root.place(), "the file must contain a list of streams, such as - name: alerts.raised");
            }
        });
        return streams;
    }

    private static void stream(YamlNode item, Map<String, Set<String>> streams, Problems problems) {
        if (item.textAt("name").isEmpty()) {
            problems.add(item.place(), "a stream requires a name, such as - name: alerts.raised");
            return;
        }
        item.values().stream()
                .filter(entry -> !KEYS.contains(entry.key()))
                .forEach(entry -> problems.add(
                        entry.place(),
                        "unknown key '" + entry.key() + "'" + Nearest.hint(entry.key(), KEYS)
                                + ": the keys of a stream are name, description, groups"));
        YamlNode name = item.at("name").orElseThrow();
        String text = name.text();
        if (!NAME.matcher(text).matches() || text.length() > LONGEST_NAME) {
            problems.add(
                    name.place(),
                    "'" + text + "' is not a valid stream name: use lower-case letters and digits, separated by '.',"
                            + " '-' or '_', such as alerts.raised, at most " + LONGEST_NAME + " characters");
        } else if (text.endsWith(".dlq")) {
            problems.add(name.place(), "'" + text + "' is reserved for dead letters: choose a name without .dlq");
        } else if (streams.putIfAbsent(text, groups(item, problems)) != null) {
            problems.add(name.place(), "stream '" + text + "' is declared twice");
        }
    }

    private static Set<String> groups(YamlNode stream, Problems problems) {
        Set<String> groups = new LinkedHashSet<>();
        stream.entry("groups").ifPresent(entry -> {
            if (!entry.value().isList()) {
                problems.add(entry.place(), "'groups' must be a list, such as groups: [alert_mailers]");
            }
            for (YamlNode group : entry.value().items()) {
                if (GROUP.matcher(group.text()).matches()) {
                    groups.add(group.text());
                } else {
                    problems.add(
                            group.place(),
                            "the name of a consumer group must consist of letters, digits, '.', '-' and '_'");
                }
            }
        });
        return groups;
    }
}
