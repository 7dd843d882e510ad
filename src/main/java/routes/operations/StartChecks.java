package routes.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.Setting;
import routes.embedded.DataFolder;
import routes.routefiles.Nearest;
import routes.routefiles.PipelineStages;
import routes.routefiles.RouteFiles;

/**
 * Checks that fail before any service starts: unknown settings, missing folders, unknown stages, ports in use, a data folder that is in
 * use or full. After the start of the services, the same failures would take many times as long to appear.
 */
public record StartChecks(RunOptions options) implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    /** Free space in bytes that the first start needs to unpack the embedded services and create a database. */
    private static final long FIRST_START_BYTES = 256L << 20;

    /** Required free space in bytes. With less, the next log segment (16 MiB each) or the next index commit may fail. */
    private static final long NEEDED_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(StartChecks.class);

    /**
     * @param address address that the HTTP API listens on
     * @param port    port of the HTTP API
     */
    @ConfigurationProperties("api")
    record ApiProperties(
            @DefaultValue("127.0.0.1") String address, @DefaultValue("8010") @Min(0) @Max(65535) int port) {

        /** Returns the address at which this process serves the pages linked from posts of the demo. */
        String demoPages() {
            String host = address.matches("0\\.0\\.0\\.0|::|\\[::]") ? "127.0.0.1" : address;
            boolean isBare = host.contains(":") && !host.startsWith("[");
            return "http://" + (isBare ? "[" + host + "]" : host) + ":" + port + "/demo/";
        }
    }

    /**
     * @param address address that metrics and health are served on
     * @param port    port of metrics and health
     */
    @ConfigurationProperties("management")
    record ManagementProperties(
            @DefaultValue("127.0.0.1") String address, @DefaultValue("8001") @Min(0) @Max(65535) int port) {}

    /**
     * @param routes stages that this process runs, separated by commas; empty: all
     */
    @ConfigurationProperties("pipeline")
    record PipelineProperties(@DefaultValue("") String routes) {

        PipelineStages stages() {
            return PipelineStages.parse(routes);
        }
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        ConfigurableEnvironment environment = context.getEnvironment();
        Binder binder = Binder.get(environment);
        Path config =
                binder.bindOrCreate("config", ConfigFolderProperties.class).dir();
        checkNames(environment, config);
        warnOfVariables(environment);
        checkConfigFolder(config);
        var pipeline = binder.bindOrCreate("pipeline", PipelineProperties.class);
        PipelineStages stages = pipeline.stages();
        checkStages(stages, config);
        if (options.reindex() && !stages.includes("indexing")) {
            throw new ConfigurationException("--reindex requires the stage indexing, which PIPELINE_ROUTES="
                    + pipeline.routes() + " does not contain");
        }
        var api = binder.bindOrCreate("api", ApiProperties.class);
        if (options.demo()) {
            allowDemoPages(environment, api.demoPages());
        }
        if (stages.includes("api")) {
            checkPort(
                    "API_PORT",
                    environment.getProperty("server.address", api.address()),
                    environment.getProperty("server.port", Integer.class, api.port()));
        }
        var management = binder.bindOrCreate("management", ManagementProperties.class);
        checkPort(
                "MANAGEMENT_PORT",
                management.address(),
                environment.getProperty("management.server.port", Integer.class, management.port()));
        checkDataFolder(
                binder.bindOrCreate("data", DataFolder.DataProperties.class).dir());
    }

    /** Adds to the addresses that the operator allows. */
    private static void allowDemoPages(ConfigurableEnvironment environment, String pages) {
        String named = environment.getProperty("crawl.private-pages", "");
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "demo", Map.of("crawl.private-pages", named.isEmpty() ? pages : named + "," + pages)));
    }

    /** @param config folder with route files; placeholders in them are also valid settings */
    private void checkNames(ConfigurableEnvironment environment, Path config) {
        Map<String, String> named = new LinkedHashMap<>();
        options.properties().forEach(argument -> {
            String name = argument.substring(2, argument.indexOf('='));
            named.put(name, "--" + name);
        });
        environment.getPropertySources().stream()
                // the operator's file, not the file in the jar
                .filter(source -> source instanceof OriginTrackedMapPropertySource
                        && source.getName().contains("'file ["))
                .map(OriginTrackedMapPropertySource.class::cast)
                .forEach(source -> Stream.of(source.getPropertyNames())
                        .forEach(name -> named.putIfAbsent(name, name + " in " + source.getName())));
        List<String> ours = Setting.all().stream().map(Setting::property).toList();
        Set<String> known = ours.stream().map(StartChecks::canonical).collect(Collectors.toSet());
        named.keySet().removeIf(name -> known.contains(canonical(name)));
        if (!named.isEmpty()) {
            Set<String> libraries = libraries();
            String routes = ownRoutes(config);
            named.keySet()
                    .removeIf(name -> isOfLibrary(canonical(name), libraries)
                            || Pattern.compile("\\{\\{[?!]?" + Pattern.quote(name) + "\\b")
                                    .matcher(routes)
                                    .find());
        }
        if (!named.isEmpty()) {
            throw new ConfigurationException(named.entrySet().stream()
                            .map(wrong -> wrong.getValue() + ": unknown setting" + Nearest.hint(wrong.getKey(), ours))
                            .collect(Collectors.joining("; "))
                    + "; the table in README.md lists all settings");
        }
    }

    private static String ownRoutes(Path config) {
        Path folder = config.resolve("routes");
        if (!Files.isDirectory(folder)) {
            return "";
        }
        var text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".yaml")).toList()) {
                text.append(Files.readString(file));
            }
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Warns of environment variables that have a prefix of this product and resemble one of its settings. Only warns, because other
     * programs set variables too.
     */
    private static void warnOfVariables(ConfigurableEnvironment environment) {
        Set<String> ours = Setting.all().stream()
                .flatMap(setting -> Stream.of(setting.variable(), setting.fileVariable()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> prefixes = ours.stream()
                .map(name -> name.substring(0, name.indexOf('_') + 1))
                .collect(Collectors.toSet());
        environment.getSystemEnvironment().keySet().stream()
                .filter(name -> prefixes.stream().anyMatch(name::startsWith) && !ours.contains(name))
                .forEach(name -> Nearest.to(name, ours)
                        .ifPresent(meant ->
                                LOG.warn("{} is not a setting and is ignored; did you mean {}?", name, meant)));
    }

    /** Ignores case, dashes, underscores and list indexes, like Spring's relaxed binding. */
    private static String canonical(String name) {
        return name.replaceAll("\\[[^]]*]", "").replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    /** Returns the canonical names of library settings, from their configuration metadata. */
    private static Set<String> libraries() {
        Set<String> names = new HashSet<>();
        ClassLoader classPath = StartChecks.class.getClassLoader();
        try {
            for (String prefix : List.of("", "additional-")) {
                for (URL metadata : Collections.list(
                        classPath.getResources("META-INF/" + prefix + "spring-configuration-metadata.json"))) {
                    new ObjectMapper()
                            .readTree(metadata)
                            .path("properties")
                            .forEach(property ->
                                    names.add(canonical(property.path("name").asText())));
                }
            }
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns whether it is a setting of a library. Settings that are maps, such as {@code logging.level}, accept names below their own
     * name.
     */
    private static boolean isOfLibrary(String name, Set<String> libraries) {
        return libraries.contains(name) || libraries.stream().anyMatch(known -> name.startsWith(known + "."));
    }

    private static void checkConfigFolder(Path folder) {
        if (!Files.isDirectory(folder) && !folder.equals(Path.of("config"))) {
            throw new ConfigurationException("CONFIG_DIR=" + folder + ": "
                    + (Files.exists(folder) ? "is not a folder" : "the folder does not exist")
                    + "; create it, or leave CONFIG_DIR empty for the folder config");
        }
    }

    private static void checkStages(PipelineStages stages, Path config) {
        try {
            new RouteFiles(new PathMatchingResourcePatternResolver(), config.resolve("routes")).resolve(stages);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
    }

    private static void checkPort(String setting, String address, int port) {
        if (port <= 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (IOException e) {
            throw new ConfigurationException(
                    setting + "=" + port + ": the port is in use by another process, or " + address
                            + " is not an address of this machine (" + e.getMessage()
                            + "); stop that process, or choose another port",
                    e);
        }
    }

    private static void checkDataFolder(Path folder) {
        try (DataFolder free = new DataFolder(folder)) {
            long usable = Files.getFileStore(free.path()).getUsableSpace();
            long needed = Files.exists(free.path().resolve("index")) ? NEEDED_BYTES : FIRST_START_BYTES;
            if (usable < needed) {
                throw new ConfigurationException(
                        ("DATA_DIR=%s: the disk is full: %d MiB are free, the start requires %d MiB; free disk space,"
                                        + " or choose a folder on another disk")
                                .formatted(free.path(), usable >> 20, needed >> 20));
            }
        } catch (IOException e) {
            throw new ConfigurationException("DATA_DIR=" + folder + ": the free space cannot be read (" + e + ")", e);
        }
    }
}
