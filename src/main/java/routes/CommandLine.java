package routes;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.api.access.NewApiKey;
import routes.configuration.ConfigurationException;
import routes.events.StreamCatalog;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.routefiles.OwnStreamsReader;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteLoadException;
import routes.routefiles.SpringRouteEnvironment;
import routes.routefiles.ValidateCommand;

/** Turns arguments into what the process does and failures into one line and an exit code. */
class CommandLine {
    /** The process goes on until it is stopped. */
    static final int STAYS_UP = MainJob.STAYS_UP;

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int WRONG_SETTING = 2;

    private final PrintStream out;
    private final PrintStream err;

    CommandLine(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** @return exit code, or {@link #STAYS_UP} */
    int run(String... arguments) {
        try {
            RunOptions options = RunOptions.parse(arguments);
            if (options.help()) {
                out.print(RunOptions.USAGE);
                return OK;
            }
            if (options.validate().isPresent()) {
                return validate(options.validate().get());
            }
            if (options.makeKey().isPresent()) {
                return makeKey(options.makeKey().get());
            }
            return start(options);
        } catch (ConfigurationException e) {
            return stopped(e);
        } catch (UncheckedIOException e) {
            return stopped(new ConfigurationException(
                    e.getMessage() + ": " + e.getCause().getMessage(), e));
        }
    }

    private int makeKey(RunOptions.KeyRequest wanted) {
        NewApiKey key = NewApiKey.make(wanted.name(), wanted.tenant(), wanted.role());
        out.println("key (shown this once, give it to " + wanted.name() + " alone):");
        out.println("  " + key.key());
        out.println("entry to add to API_KEYS, separated from others by a comma:");
        out.println("  " + key.entry());
        return OK;
    }

    private int validate(Path folder) {
        var classPath = new PathMatchingResourcePatternResolver();
        var settings = SpringRouteEnvironment.environment(classPath.getResourceLoader());
        var own = new OwnStreamsReader(classPath, folder, settings::getProperty).read();
        var environment = SpringRouteEnvironment.of(
                TelegramAssistant.class,
                settings,
                classPath.getResourceLoader(),
                new StreamCatalog(own).names(),
                Set.of());
        return new ValidateCommand(
                        new RouteFileValidator(environment, getClass().getClassLoader()), classPath)
                .run(folder, out);
    }

    private int start(RunOptions options) {
        try {
            ConfigurableApplicationContext context = open(options);
            int result = context.getBean(MainJob.class).run(out);
            return result == STAYS_UP ? STAYS_UP : SpringApplication.exit(context, () -> result);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OK;
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    /** Starts the application; its pipeline is open when this returns. */
    static ConfigurableApplicationContext open(RunOptions options) {
        SpringApplication application = new SpringApplication(TelegramAssistant.class);
        application.addInitializers(
                context -> ((GenericApplicationContext) context).registerBean(RunOptions.class, () -> options));
        List<String> properties = new ArrayList<>(options.properties());
        if (options.tryTagging().isPresent()) {
            // beside a process that runs, and nothing of the pipeline but what is tried
            properties.addAll(List.of("--management.port=0", "--pipeline.routes=tagging"));
        }
        return application.run(properties.toArray(String[]::new));
    }

    private int failed(RuntimeException e) {
        ConfigurationException setting = cause(e, ConfigurationException.class);
        if (setting != null) {
            return stopped(setting);
        }
        RouteLoadException routes = cause(e, RouteLoadException.class);
        if (routes != null) {
            return stopped(new ConfigurationException(routes.getMessage(), routes));
        }
        PortInUseException port = cause(e, PortInUseException.class);
        if (port != null) {
            return stopped(
                    new ConfigurationException(
                            "Port " + port.getPort()
                                    + " is taken by another process; stop it, or set API_PORT (HTTP API) or MANAGEMENT_PORT (metrics)"));
        }
        LoggerFactory.getLogger(CommandLine.class).error("The start failed for a reason nobody expected", e);
        return FAILED;
    }

    private int stopped(ConfigurationException e) {
        err.println("telegram-assistant: " + e.getMessage());
        return WRONG_SETTING;
    }

    private static <T extends Throwable> T cause(Throwable e, Class<T> type) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
