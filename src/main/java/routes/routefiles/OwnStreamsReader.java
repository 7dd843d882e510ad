package routes.routefiles;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.core.io.support.ResourcePatternResolver;
import routes.events.OwnStreams;
import routes.events.StreamCatalog;
import routes.routefiles.model.ComponentCatalog;
import routes.routefiles.model.EndpointUse;
import routes.routefiles.model.Nearest;
import routes.routefiles.model.RouteModel;
import routes.routefiles.yaml.Place;
import routes.routefiles.yaml.YamlList;
import routes.routefiles.yaml.YamlMap;
import routes.routefiles.yaml.YamlNode;
import routes.routefiles.yaml.YamlReader;
import routes.routefiles.yaml.YamlScalar;

/**
 * Reads an integrator's additions to the streams: those declared in the file {@value #FILE} of the override folder, and the
 * consumer groups of the route files, including those of stages that this process does not run.
 */
public final class OwnStreamsReader {
    static final String FILE = "streams.yml";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+)*");
    private static final Pattern GROUP = Pattern.compile("[\\w.-]+");
    private static final int LONGEST_NAME = 100;
    private static final Set<String> KEYS = Set.of("name", "description", "groups");

    private final ResourcePatternResolver classPath;
    private final Path folder;
    private final Function<String, String> properties;

    /** @param folder the override folder, {@code config/routes}; it may be missing */
    public OwnStreamsReader(ResourcePatternResolver classPath, Path folder, Function<String, String> properties) {
        this.classPath = classPath;
        this.folder = folder;
        this.properties = properties;
    }

    /** Reads what is readable; validation reports the rest. */
    public OwnStreams read() {
        Map<String, Set<String>> groups = new LinkedHashMap<>(declared(folder, new ArrayList<>()));
        Map<RouteFile, YamlNode> documents = new LinkedHashMap<>();
        for (RouteFile file :
                new RouteFiles(classPath, folder).resolve(PipelineStages.all()).files()) {
            YamlReader.read(file.location(), file.text()).root().ifPresent(root -> documents.put(file, root));
        }
        var environment = new RouteEnvironment(Map.of(), properties, Set.of(), Set.of());
        var model = new RouteModel(
                documents,
                List.of(),
                true,
                environment,
                new ComponentCatalog(getClass().getClassLoader()));
        Set<String> known = new StreamCatalog().names();
        model.routes()
                .flatMap(route -> model.endpoints(route).stream())
                .filter(EndpointUse::readsStream)
                .filter(use -> known.contains(use.path()) || groups.containsKey(use.path()))
                .forEach(use -> Optional.ofNullable(use.options().get("group"))
                        .map(YamlScalar::text)
                        .filter(group -> GROUP.matcher(group).matches())
                        .ifPresent(group -> groups.computeIfAbsent(use.path(), name -> new LinkedHashSet<>())
                                .add(group)));
        return new OwnStreams(groups);
    }

    /** The groups by stream that the file declares; empty if there is no file. */
    static Map<String, Set<String>> declared(Path folder, List<RouteProblem> problems) {
        Path file = folder.resolve(FILE);
        Map<String, Set<String>> streams = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            return streams;
        }
        String text = text(file);
        if (text.lines().map(String::strip).allMatch(line -> line.isEmpty() || line.startsWith("#"))) {
            return streams;
        }
        YamlReader.Document document = YamlReader.read(file.toString(), text);
        problems.addAll(document.problems());
        document.root().ifPresent(root -> {
            if (root instanceof YamlList list) {
                list.items().forEach(item -> stream(item, streams, problems));
            } else {
                problem(problems, root.place(), "write a list of streams: - name: alerts.raised");
            }
        });
        return streams;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read as UTF-8", e);
        }
    }

    private static void stream(YamlNode item, Map<String, Set<String>> streams, List<RouteProblem> problems) {
        if (!(item instanceof YamlMap map) || map.text("name").isEmpty()) {
            problem(problems, item.place(), "a stream needs a name: - name: alerts.raised");
            return;
        }
        map.entries().values().stream()
                .filter(entry -> !KEYS.contains(entry.key()))
                .forEach(entry -> problem(
                        problems,
                        entry.place(),
                        "unknown key '" + entry.key() + "'" + Nearest.hint(entry.key(), KEYS)
                                + ": a stream has name, description, groups"));
        YamlScalar name = map.scalar("name").orElseThrow();
        if (!NAME.matcher(name.text()).matches() || name.text().length() > LONGEST_NAME) {
            problem(
                    problems,
                    name.place(),
                    "'" + name.text() + "' cannot be the name of a stream: use lower-case letters and"
                            + " digits, separated by '.', '-' or '_', as in alerts.raised, at most " + LONGEST_NAME
                            + " characters");
        } else if (name.text().endsWith(".dlq")) {
            problem(
                    problems,
                    name.place(),
                    "'" + name.text() + "' is where dead letters go: choose a name without .dlq");
        } else if (streams.putIfAbsent(name.text(), groups(map, problems)) != null) {
            problem(problems, name.place(), "stream '" + name.text() + "' is declared twice");
        }
    }

    private static Set<String> groups(YamlMap stream, List<RouteProblem> problems) {
        Set<String> groups = new LinkedHashSet<>();
        stream.entry("groups").ifPresent(entry -> {
            if (entry.value() instanceof YamlList list) {
                for (YamlNode item : list.items()) {
                    if (item instanceof YamlScalar group
                            && GROUP.matcher(group.text()).matches()) {
                        groups.add(group.text());
                    } else {
                        problem(
                                problems,
                                item.place(),
                                "the name of a consumer group consists of letters, digits, '.', '-', '_'");
                    }
                }
            } else {
                problem(problems, entry.place(), "'groups' is a list: groups: [alert_mailers]");
            }
        });
        return groups;
    }

    private static void problem(List<RouteProblem> problems, Place place, String message) {
        problems.add(new RouteProblem(place.file(), place.line(), place.column(), message));
    }
}
