package routes;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.InstantiationAwareBeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import routes.api.access.NewApiKey;
import routes.backup.BackupException;
import routes.configuration.ConfigurationCheck;
import routes.configuration.ConfigurationException;
import routes.embedded.DataFolder;
import routes.events.StreamCatalog;
import routes.operations.MainJob;
import routes.operations.RunOptions;
import routes.operations.StartChecks;
import routes.routefiles.OwnStreamsReader;
import routes.routefiles.RouteEnvironment;
import routes.routefiles.RouteFileValidator;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteLoadException;
import routes.routefiles.ValidateCommand;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibLibrary;
import routes.telegram.TdlibProperties;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramConfiguration;
import routes.telegram.TelegramLogin;
import routes.telegram.TelegramProperties;

/** Executes the command line arguments. Converts failures to one line and an exit code. */
record CommandLine(PrintStream out, PrintStream err) {
    /** Return value: the process runs until it is stopped. */
    static final int STAYS_UP = MainJob.STAYS_UP;

    /** Same format as in logging.pattern.console. */
    private static final DateTimeFormatter LOG_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    /** Time to wait for a cancelled start to stop; the embedded PostgreSQL has 60 s to stop. */
    private static final long CANCEL_SECONDS = 90;

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int WRONG_SETTING = 2;

    /** @return exit code, or {@link #STAYS_UP} */
    int run(String... arguments) {
        try {
            RunOptions options = RunOptions.parse(arguments);
            if (options.help()) {
                out.print(RunOptions.USAGE);
                return OK;
            }
            if (options.version()) {
                out.println("telegram-assistant " + version());
                return OK;
            }
            if (options.validate().isPresent()) {
                return validate(options.validate().get());
            }
            if (options.makeKey().isPresent()) {
                return makeKey(options.makeKey().get());
            }
            if (options.backup().isPresent() || options.restore().isPresent()) {
                new BackupCommand(settings(options.properties()), out).run(options);
                return OK;
            }
            if (options.fetchTdlib()) {
                return fetchTdlib(options);
            }
            if (options.telegramLogin().isPresent()) {
                return onTelegramAccount(options, options.telegramLogin().get(), TelegramLogin::signIn);
            }
            if (options.telegramLogout().isPresent()) {
                return onTelegramAccount(options, options.telegramLogout().get(), TelegramLogin::signOut);
            }
            return start(options);
        } catch (ConfigurationException e) {
            return stopped(e.getMessage());
        } catch (BackupException e) {
            stopped(e.getMessage());
            return FAILED;
        } catch (UncheckedIOException e) {
            return stopped(e.getMessage() + ": " + e.getCause().getMessage());
        }
    }

    private int makeKey(RunOptions.KeyRequest wanted) {
        NewApiKey key = NewApiKey.make(wanted.name(), wanted.tenant(), wanted.role());
        out.println("key (shown only once; pass it only to " + wanted.name() + "):");
        out.println("  " + key.key());
        out.println("entry for API_KEYS, which is a comma-separated list:");
        out.println("  " + key.entry());
        return OK;
    }

    private int fetchTdlib(RunOptions options) {
        Binder settings = settings(options.properties());
        Path data =
                settings.bindOrCreate("data", DataFolder.DataProperties.class).dir();
        URI registry = settings.bindOrCreate("tdlib", TdlibProperties.class).registry();
        if (Files.notExists(data)) {
            new DataFolder(data).close(); // readable by this user only
        }
        out.println("Downloading TDLib from " + registry);
        try {
            Path library = TdlibLibrary.fetch(registry, TdlibProperties.folder(data));
            Tdlib.load(library, Duration.ZERO);
            out.println("TDLib is in " + library);
            return OK;
        } catch (IOException e) {
            return stopped(e.getMessage());
        }
    }

    /** A sign-in or sign-out dialogue; returns whether it succeeded. */
    @FunctionalInterface
    private interface LoginStep {
        boolean run(TelegramLogin login) throws InterruptedException;
    }

    private int onTelegramAccount(RunOptions options, String name, LoginStep step) {
        Binder settings = settings(options.properties());
        var telegram = settings.bindOrCreate("telegram", TelegramProperties.class);
        var tdlib = settings.bindOrCreate("tdlib", TdlibProperties.class);
        Path folder =
                settings.bindOrCreate("data", DataFolder.DataProperties.class).dir();
        try (DataFolder data = new DataFolder(folder);
                TelegramAccounts accounts = TelegramConfiguration.accounts(telegram, tdlib, data, Duration.ZERO)) {
            var login = new TelegramLogin(accounts.open(name), TelegramLogin.terminal(out), out);
            return step.run(login) ? OK : FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** Returns the validated settings, as at a start. Log output is dropped, because it would disturb the dialogue. */
    private static Binder settings(List<String> properties) {
        LoggingSystem.get(CommandLine.class.getClassLoader()).beforeInitialize();
        var environment = RouteEnvironment.settings(new DefaultResourceLoader());
        environment
                .getPropertySources()
                .addFirst(new SimpleCommandLinePropertySource(properties.toArray(String[]::new)));
        new ConfigurationCheck().postProcessEnvironment(environment, null);
        return Binder.get(environment);
    }

    /** Validates route files. Only the results are written to the output. */
    private int validate(Path folder) {
        if (!ValidateCommand.isFolder(folder, out)) {
            return FAILED;
        }
        LoggingSystem.get(getClass().getClassLoader())
                .beforeInitialize(); // drops all log output until it is initialized
        var classPath = new PathMatchingResourcePatternResolver();
        var settings = RouteEnvironment.settings(classPath.getResourceLoader());
        var own = OwnStreamsReader.read(new RouteFiles(classPath, folder), settings::getProperty);
        var environment = RouteEnvironment.of(
                TelegramAssistant.class, settings, classPath.getResourceLoader(), new StreamCatalog(own).names());
        return ValidateCommand.run(
                new RouteFileValidator(environment, getClass().getClassLoader()), classPath, folder, out);
    }

    private int start(RunOptions options) {
        MainJob.requireExports(options);
        try {
            if (options.trial().isEmpty() && options.replay().isEmpty()) {
                out.printf(
                        "%s INFO  [] TelegramAssistant: Telegram Assistant %s is starting. This takes up to half a"
                                + " minute; the first start takes longer, because it unpacks PostgreSQL and creates the database%n",
                        OffsetDateTime.now().format(LOG_TIME), version());
                out.flush();
            }
            ConfigurableApplicationContext context = open(options);
            int result;
            try {
                result = context.getBean(MainJob.class).run(out);
            } catch (RuntimeException e) {
                context.close(); // stops its servers and releases the data folder
                throw e;
            }
            return result == STAYS_UP ? STAYS_UP : SpringApplication.exit(context, () -> result);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OK;
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    /** Starts the application. Its pipeline is running when this method returns. */
    static ConfigurableApplicationContext open(RunOptions options) {
        SpringApplication application = new SpringApplication(TelegramAssistant.class);
        application.addInitializers(
                new StartChecks(options),
                context -> context.getBeanFactory().addBeanPostProcessor(new CancelledStart()),
                context -> ((GenericApplicationContext) context).registerBean(RunOptions.class, () -> options));
        List<String> properties = new ArrayList<>(options.properties());
        // runs next to another process, and starts only the part of the pipeline that is tried
        options.trial()
                .ifPresent(trial ->
                        properties.addAll(List.of("--management.port=0", "--pipeline.routes=" + trial.routes())));
        if (options.replay().isPresent() && !options.exitWhenIdle()) {
            // any stage without API and index, which another process may use
            properties.addAll(List.of("--management.port=0", "--pipeline.routes=enrichment"));
        }
        return run(application, properties);
    }

    /**
     * Runs the application with a separate shutdown hook. Spring's shutdown hook would wait for the whole start and interrupt it while it
     * waits for a service; this hook lets a cancelled start stop its servers. Spring's hook is registered after the application has
     * started.
     */
    private static ConfigurableApplicationContext run(SpringApplication application, List<String> properties) {
        var settled = new CountDownLatch(1);
        Thread hook = new Thread(() -> await(settled), "cancelled-start");
        Runtime.getRuntime().addShutdownHook(hook);
        application.setRegisterShutdownHook(false);
        application.addListeners((ApplicationListener<ApplicationStartedEvent>) started -> {
            started.getApplicationContext()
                    .registerShutdownHook(); // rejected during JVM shutdown; the start then fails
            settled.countDown();
        });
        try {
            return application.run(properties.toArray(String[]::new));
        } finally {
            settled.countDown();
            if (!isShuttingDown()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private static void await(CountDownLatch settled) {
        try {
            if (!settled.await(CANCEL_SECONDS, TimeUnit.SECONDS)) {
                LoggerFactory.getLogger(CommandLine.class)
                        .warn(
                                "The application is still starting {} s after the"
                                        + " shutdown request; the process exits now",
                                CANCEL_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int failed(RuntimeException e) {
        if (isShuttingDown()) {
            out.println("Stopped; the next start resumes the unfinished work");
            return OK;
        }
        var setting = ObjectHelper.getException(ConfigurationException.class, e);
        if (setting != null) {
            return stopped(setting.getMessage());
        }
        var routes = ObjectHelper.getException(RouteLoadException.class, e);
        if (routes != null) {
            return stopped(routes.getMessage());
        }
        for (Throwable cause : ObjectHelper.createExceptionIterable(e)) {
            if (String.valueOf(cause.getMessage()).contains("No space left on device")) {
                err.println(
                        "telegram-assistant: The disk is full; free disk space and start again. No stored data is lost ("
                                + cause.getMessage().lines().findFirst().orElse("") + ")");
                return FAILED;
            }
        }
        var port = ObjectHelper.getException(PortInUseException.class, e);
        if (port != null) {
            return stopped(
                    "Port " + port.getPort()
                            + " is in use by another process; stop that process, or set API_PORT (HTTP API) or MANAGEMENT_PORT (metrics)");
        }
        LoggerFactory.getLogger(CommandLine.class).error("The start failed unexpectedly", e);
        return FAILED;
    }

    /** Suppresses Spring Boot's report of a failed start: {@link #failed} reports it, in one line where possible. */
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static final class StartFailures implements SpringBootExceptionReporter {

        // Spring Boot creates reporters with the context
        StartFailures(ConfigurableApplicationContext context) {}

        @Override
        public boolean reportException(Throwable failure) {
            return true;
        }
    }

    /**
     * Ends the start before the next bean is created if the JVM is shutting down. Spring closes completed beans, but would never close a
     * bean that is rejected after its constructor, such as a server that is already running.
     */
    private static final class CancelledStart implements InstantiationAwareBeanPostProcessor {
        @Override
        public Object postProcessBeforeInstantiation(Class<?> type, String name) {
            if (isShuttingDown()) {
                throw new IllegalStateException("The start was cancelled");
            }
            return null;
        }
    }

    /** Returns whether the JVM is shutting down after Ctrl-C or SIGTERM. A failure during shutdown is only a consequence. */
    private static boolean isShuttingDown() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            return !Runtime.getRuntime().removeShutdownHook(probe);
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static String version() {
        return Objects.requireNonNullElse(
                TelegramAssistant.class.getPackage().getImplementationVersion(), "(not from a jar)");
    }

    private int stopped(String message) {
        err.println("telegram-assistant: " + message);
        return WRONG_SETTING;
    }
}
