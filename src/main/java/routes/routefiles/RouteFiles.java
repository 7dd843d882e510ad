package routes.routefiles;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import routes.events.Sha256;
import routes.routefiles.RouteFile.Origin;

/**
 * Merges the built-in route files of the class path and those of the override folder into the list that a process runs. A file in
 * the override folder replaces the built-in one of the same name, with or without its numeric prefix; other files are added.
 */
public final class RouteFiles {

    private static final String BUILT_IN = "routes/";
    private static final int HASH_LENGTH = 12;
    private static final Pattern BASED_ON = Pattern.compile("(?m)^#\\s*based on ([0-9a-f]{12,64})\\s*$");
    // order: error handling and templates, providers, stages
    private static final Comparator<RouteFile> LOADING_ORDER = Comparator.comparing(RouteFile::isStage)
            .thenComparing(RouteFile::isProvider)
            .thenComparing(RouteFile::position)
            .thenComparing(RouteFile::routeId);

    private final ResourcePatternResolver classPath;
    private final Path overrides;
    private Map<String, RouteFile> builtIn;

    /** @param overrides the override folder, {@code config/routes}; it may be missing */
    public RouteFiles(ResourcePatternResolver classPath, Path overrides) {
        this.classPath = classPath;
        this.overrides = overrides;
    }

    /**
     * The routes that a process runs.
     *
     * @param files in loading order: error handling, templates, providers, stages by numeric prefix
     * @param problems files that cannot be loaded
     */
    public record RouteSet(List<RouteFile> files, List<RouteProblem> problems) {}

    /** Reads the route files of the override folder. */
    OwnFiles own() {
        return OwnFiles.read(overrides);
    }

    /**
     * Returns the files to load.
     *
     * @throws IllegalArgumentException if {@code stages} contains a stage that does not exist
     * @throws UncheckedIOException if a file cannot be read
     */
    public RouteSet resolve(PipelineStages stages) {
        OwnFiles own = own();
        stages.check(added(own, builtIn()).stream()
                .filter(RouteFile::isStage)
                .map(RouteFile::routeId)
                .toList());
        return resolve(own, stages);
    }

    private static List<RouteFile> added(OwnFiles own, Map<String, RouteFile> builtIn) {
        return own(own, builtIn, new Problems()).stream()
                .filter(file -> file.origin() == Origin.ADDED)
                .toList();
    }

    /**
     * Returns the files to load, with the given files in the override folder. Does not check the names of stages, because a file may have
     * been removed since the start.
     */
    RouteSet resolve(OwnFiles ownFiles, PipelineStages stages) {
        Problems problems = new Problems();
        ownFiles.refused().forEach((path, reason) -> problems.add(Place.whole(ownFiles.location(path)), reason));
        OwnStreamsReader.declared(ownFiles, problems);
        Map<String, RouteFile> files = builtIn();
        Map<String, RouteFile> own = new LinkedHashMap<>();
        for (RouteFile file : own(ownFiles, files, problems)) {
            own.put(file.routeId(), file);
        }
        files.putAll(own);
        List<RouteFile> selected = files.values().stream()
                .filter(file -> !file.isStage() || stages.includes(file.routeId()))
                .sorted(LOADING_ORDER)
                .toList();
        return new RouteSet(selected, problems.sorted());
    }

    /**
     * Returns the files of the override folder that were copied from another version of a built-in file than the current one. The comment
     * {@code # based on <hash>} in a file identifies the version that it was copied from, by the first 12 hex digits of its SHA-256.
     *
     * @param unmarked whether to include files without the comment
     */
    public List<RouteProblem> outdated(boolean unmarked) {
        Problems outdated = new Problems();
        Map<String, RouteFile> builtIn = builtIn();
        for (RouteFile file : own(own(), builtIn, new Problems())) {
            RouteFile replaced = builtIn.get(file.routeId());
            if (replaced == null) {
                continue;
            }
            String hash = Sha256.hex(replaced.text()).substring(0, HASH_LENGTH);
            Matcher base = BASED_ON.matcher(file.text());
            boolean marked = base.find();
            if (marked ? !base.group(1).startsWith(hash) : unmarked) {
                outdated.add(
                        Place.whole(file.location()),
                        marked
                                ? "replaces another version of " + replaced.location() + " (" + base.group(1)
                                        + "): compare the two files, then set '# based on " + hash + "'"
                                : "does not specify which version of " + replaced.location() + " it replaces: if it was"
                                        + " copied from the current version, add the line '# based on " + hash + "'");
            }
        }
        return outdated.sorted();
    }

    boolean isBuiltIn(String routeId) {
        return builtIn().containsKey(routeId);
    }

    /** Cached, because the class path does not change. */
    private synchronized Map<String, RouteFile> builtIn() {
        if (builtIn == null) {
            builtIn = readBuiltIn();
        }
        return new LinkedHashMap<>(builtIn);
    }

    private Map<String, RouteFile> readBuiltIn() {
        Map<String, RouteFile> files = new LinkedHashMap<>();
        try {
            for (String folder : OwnFiles.FOLDERS) {
                // search all roots: "classpath:" would search only the first root that has a folder "routes"
                for (Resource resource :
                        classPath.getResources("classpath*:" + BUILT_IN + folder + "*" + RouteFile.SUFFIX)) {
                    String path = folder + resource.getFilename();
                    String text = resource.getContentAsString(StandardCharsets.UTF_8);
                    RouteFile file = new RouteFile(path, Origin.BUILT_IN, BUILT_IN + path, text);
                    files.put(file.routeId(), file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the built-in route files from the class path", e);
        }
        return files;
    }

    private static List<RouteFile> own(OwnFiles own, Map<String, RouteFile> builtIn, Problems problems) {
        Map<String, RouteFile> files = new LinkedHashMap<>();
        for (String path : own.routeFiles()) {
            // a replacement keeps the position of the built-in file and ignores its own prefix
            RouteFile replaced = builtIn.get(RouteFile.routeId(path));
            String text = own.texts().get(path);
            RouteFile file = replaced == null
                    ? new RouteFile(path, Origin.ADDED, own.location(path), text)
                    : new RouteFile(replaced.path(), Origin.OVERRIDE, own.location(path), text);
            RouteFile other = files.putIfAbsent(file.routeId(), file);
            if (other != null) {
                problems.add(Place.whole(file.location()), "has the same name as " + other.location() + ": remove one");
            }
        }
        return List.copyOf(files.values());
    }
}
