package routes.routefiles;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import routes.events.Sha256;

/**
 * Merges the built-in route files of the class path and those of the override folder into the list that a process runs. A file in
 * the override folder replaces the built-in one of the same name, with or without its numeric prefix; other files are added.
 */
public final class RouteFiles {

    /** Larger files are rejected: routes are written by hand. */
    static final int MAX_BYTES = 1 << 20;

    private static final String BUILT_IN = "routes/";
    private static final int HASH_LENGTH = 12;
    private static final Pattern BASED_ON = Pattern.compile("(?m)^#\\s*based on ([0-9a-f]{12,64})\\s*$");
    private static final Comparator<RouteFile> LOADING_ORDER = Comparator.comparingInt(RouteFiles::group)
            .thenComparingInt(file -> file.name().position().orElse(Integer.MAX_VALUE))
            .thenComparing(RouteFile::routeId);

    private final ResourcePatternResolver classPath;
    private final Path overrides;

    /** @param overrides the override folder, {@code config/routes}; it may be missing */
    public RouteFiles(ResourcePatternResolver classPath, Path overrides) {
        this.classPath = classPath;
        this.overrides = overrides;
    }

    /**
     * The files to load.
     *
     * @throws IllegalArgumentException if {@code stages} names one that does not exist
     * @throws UncheckedIOException if a file cannot be read
     */
    public RouteSet resolve(PipelineStages stages) {
        List<RouteProblem> problems = new ArrayList<>();
        Map<String, RouteFile> files = new LinkedHashMap<>();
        for (RouteFile file : builtIn()) {
            files.put(file.routeId(), file);
        }
        List<String> added = new ArrayList<>();
        Map<String, RouteFile> own = new LinkedHashMap<>();
        for (RouteFile file : overriding(files, problems)) {
            RouteFile other = own.putIfAbsent(file.routeId(), file);
            if (other != null) {
                problems.add(whole(file.location(), "has the same name as " + other.location() + ": remove one"));
            } else if (file.origin() == RouteFile.Origin.ADDED && !file.name().shared()) {
                added.add(file.routeId());
            }
        }
        files.putAll(own);
        stages.check(added);
        List<RouteFile> selected = files.values().stream()
                .filter(file -> file.name().shared() || stages.includes(file.routeId()))
                .sorted(LOADING_ORDER)
                .toList();
        return new RouteSet(selected, stages.complete(), problems);
    }

    /**
     * Files of the override folder that replace a different version of a built-in file than the one in this program. The comment
     * {@code # based on <hash>} in a file names the version that it was copied from, by the first 12 hex digits of its SHA-256.
     *
     * @param unmarked whether to include files without the comment
     */
    public List<RouteProblem> outdated(boolean unmarked) {
        Map<String, RouteFile> builtIn = new LinkedHashMap<>();
        builtIn().forEach(file -> builtIn.put(file.routeId(), file));
        List<RouteProblem> outdated = new ArrayList<>();
        for (RouteFile file : overriding(builtIn, new ArrayList<>())) {
            if (file.origin() == RouteFile.Origin.OVERRIDE) {
                RouteFile replaced = builtIn.get(file.routeId());
                String hash = Sha256.hex(replaced.text()).substring(0, HASH_LENGTH);
                Matcher base = BASED_ON.matcher(file.text());
                if (!base.find()) {
                    if (unmarked) {
                        outdated.add(whole(
                                file.location(),
                                "does not say which version of " + replaced.location()
                                        + " it replaces: if it was copied from" + " this one, add the line '# based on "
                                        + hash + "'"));
                    }
                } else if (!base.group(1).startsWith(hash)) {
                    outdated.add(whole(
                            file.location(),
                            "replaces another version of " + replaced.location() + " (" + base.group(1)
                                    + "): compare the two, then write '# based on " + hash + "'"));
                }
            }
        }
        return outdated;
    }

    private List<RouteFile> builtIn() {
        List<RouteFile> files = new ArrayList<>();
        try {
            for (String folder : List.of("", RouteFileName.PROVIDERS)) {
                // all roots: "classpath:" would search only the first one that has a folder "routes"
                for (Resource resource :
                        classPath.getResources("classpath*:" + BUILT_IN + folder + "*" + RouteFileName.SUFFIX)) {
                    String path = folder + resource.getFilename();
                    RouteFileName name = RouteFileName.parse(path).orElseThrow();
                    try (InputStream in = resource.getInputStream()) {
                        files.add(new RouteFile(name, RouteFile.Origin.BUILT_IN, BUILT_IN + path, text(path, in)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Built-in route files cannot be read from the class path", e);
        }
        return files;
    }

    private List<RouteFile> overriding(Map<String, RouteFile> builtIn, List<RouteProblem> problems) {
        List<RouteFile> files = new ArrayList<>();
        for (String path : paths()) {
            Path file = overrides.resolve(path);
            Optional<RouteFileName> parsed = RouteFileName.parse(path);
            if (path.equals(OwnStreamsReader.FILE)) {
                OwnStreamsReader.declared(overrides, problems);
                continue;
            }
            if (parsed.isEmpty()) {
                if (path.endsWith(".yaml") || path.endsWith(".yml")) {
                    problems.add(whole(
                            file.toString(),
                            "is not loaded: the name of a route file ends with " + RouteFileName.SUFFIX));
                }
                continue;
            }
            RouteFile replaced = builtIn.get(parsed.get().routeId());
            // a replacement keeps the position of the built-in file, whatever its own prefix says
            RouteFileName name = replaced == null ? parsed.get() : replaced.name();
            RouteFile.Origin origin = replaced == null ? RouteFile.Origin.ADDED : RouteFile.Origin.OVERRIDE;
            try (InputStream in = Files.newInputStream(file)) {
                files.add(new RouteFile(name, origin, file.toString(), text(path, in)));
            } catch (IOException e) {
                throw new UncheckedIOException("Route file " + file + " cannot be read", e);
            }
        }
        return files;
    }

    /** Paths of the regular files in the folder and its providers, relative to it, with slashes; sorted. */
    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        for (String folder : List.of("", RouteFileName.PROVIDERS)) {
            Path directory = overrides.resolve(folder);
            if (!Files.isDirectory(directory)) {
                continue;
            }
            try (Stream<Path> entries = Files.list(directory)) {
                entries.filter(Files::isRegularFile)
                        .map(file -> folder + file.getFileName())
                        .sorted()
                        .forEach(paths::add);
            } catch (IOException e) {
                throw new UncheckedIOException("Folder of route files " + directory + " cannot be read", e);
            }
        }
        return paths;
    }

    private static String text(String path, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw new IOException("Route file " + path + " is larger than " + MAX_BYTES + " bytes");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static RouteProblem whole(String file, String message) {
        return new RouteProblem(file, 0, 0, message);
    }

    private static int group(RouteFile file) {
        if (file.name().provider()) {
            return 1;
        }
        return file.name().shared() ? 0 : 2;
    }
}
