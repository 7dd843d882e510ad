package routes.operations;

import io.lettuce.core.RedisException;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import routes.albums.AlbumStates;
import routes.configuration.ConfigurationException;
import routes.console.ConsoleLogin;
import routes.embedded.DataFolder;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.ingest.ProgressListener;
import routes.ingest.TerminalProgress;
import routes.ingest.export.DemoExport;
import routes.ingest.export.ExportSource;
import routes.outbox.OutboxRelay;
import routes.reconcile.IndexRebuild;

/** Runs the command line options after the pipeline has started: imports, progress, summary, exit. */
@Component
public class MainJob {
    /** Return value: the process runs until it is stopped. */
    public static final int STAYS_UP = -1;

    private static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long DEFAULT_USER = 1;
    private static final long POLL_MILLIS = 250;
    private static final long RETRY_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(MainJob.class);

    private final RunOptions options;
    private final ImportService imports;
    private final OutboxRelay outbox;
    private final StreamStates streams;
    private final AlbumStates albums;
    private final PipelineCounts stored;
    private final IndexRebuild rebuild;
    private final List<Trial> trials;
    private final DependencyOutages outages;
    private final DataFolder data;
    private final StartChecks.PipelineProperties pipeline;
    private final StartChecks.ApiProperties api;
    private final StartChecks.ManagementProperties management;
    private final ConsoleLogin console;
    private final ReplayCommand replay;
    private volatile boolean stopping;

    MainJob(
            RunOptions options,
            ImportService imports,
            OutboxRelay outbox,
            StreamStates streams,
            AlbumStates albums,
            PipelineCounts stored,
            IndexRebuild rebuild,
            List<Trial> trials,
            DependencyOutages outages,
            DataFolder data,
            StartChecks.PipelineProperties pipeline,
            StartChecks.ApiProperties api,
            StartChecks.ManagementProperties management,
            ConsoleLogin console,
            ReplayCommand replay) {
        this.options = options;
        this.imports = imports;
        this.outbox = outbox;
        this.streams = streams;
        this.albums = albums;
        this.stored = stored;
        this.rebuild = rebuild;
        this.trials = trials;
        this.outages = outages;
        this.data = data;
        this.pipeline = pipeline;
        this.api = api;
        this.management = management;
        this.console = console;
        this.replay = replay;
    }

    /** Returns a listener that prints the progress of imports. */
    @Bean
    static ProgressListener importProgress() {
        return new TerminalProgress(System.out, System.console() != null);
    }

    /**
     * @return exit code, or {@link #STAYS_UP}
     * @throws ConfigurationException if a path has nothing to import
     */
    public int run(PrintStream out) throws InterruptedException {
        if (options.trial().isPresent()) {
            RunOptions.Trial trial = options.trial().get();
            return Trial.of(trials, trial.stage()).run(trial.post(), out) ? 0 : 1;
        }
        if (options.replay().isPresent()) {
            replay.run(options.replay().get(), out);
            if (!options.exitWhenIdle()) {
                return 0;
            }
        }
        var output = new MainJobOutput(out);
        Instant started = Instant.now();
        PipelineCounts.Counts before = retrying(stored::counts);
        long deadBefore = retrying(streams::deadLettersNow);
        boolean imported = awaitImports(submit());
        if (options.hasImports() || options.reindex() || options.exitWhenIdle()) {
            awaitIdle(output);
            PipelineCounts.Counts counts = retrying(stored::counts);
            long dead = retrying(streams::deadLettersNow);
            output.summary(counts, dead, Duration.between(started, Instant.now()));
            if (options.exitWhenIdle()) {
                boolean clean = imported && dead <= deadBefore && counts.failed() <= before.failed();
                return clean ? 0 : 1;
            }
        }
        addresses().forEach(output::line);
        if (!retrying(this::isIdle)) {
            output.line("Resuming the work that the last run left unfinished");
            awaitIdle(output);
        }
        return STAYS_UP;
    }

    /**
     * Returns whether the stages of this process have no work left. Checks twice: a rebuild has its last step when the streams become empty,
     * and an album that times out is published to a stream.
     */
    private boolean isIdle() {
        boolean before = hasNoWork();
        return before && hasNoWork();
    }

    /** Checks the outbox first, then the streams. */
    private boolean hasNoWork() {
        return !rebuild.hasWork() && outbox.unpublished() == 0 && streams.isIdleNow() && albums.open() == 0;
    }

    /**
     * Checks the paths of {@code --import} before the slow part of the start.
     *
     * @throws ConfigurationException with one line for each path without an export
     */
    public static void requireExports(RunOptions options) {
        List<String> missing = new ArrayList<>();
        for (Path path : options.imports()) {
            try {
                ExportSource.open(path, ZoneOffset.UTC);
            } catch (IOException e) {
                missing.add("--import=" + path + ": " + e.getMessage());
            }
        }
        if (!missing.isEmpty()) {
            throw new ConfigurationException(String.join("\n", missing));
        }
    }

    private List<UUID> submit() throws InterruptedException {
        List<Path> paths = new ArrayList<>(options.imports());
        if (options.demo()) {
            try {
                paths.add(new DemoExport("/demo").unpack(data.path(), api.demoPages()));
            } catch (IOException e) {
                throw new ConfigurationException("--demo: " + data.path() + " cannot be written (" + e + ")", e);
            }
        }
        List<UUID> submitted = new ArrayList<>();
        for (Path path : paths) {
            submitted.add(retrying(() -> submit(path)));
        }
        return submitted;
    }

    private UUID submit(Path path) {
        try {
            return imports.submit(DEFAULT_USER, DEFAULT_TENANT, path);
        } catch (IOException e) {
            throw new ConfigurationException("--import=" + path + ": " + e.getMessage(), e);
        }
    }

    private boolean awaitImports(List<UUID> ids) throws InterruptedException {
        boolean done = true;
        for (UUID id : ids) {
            ImportService.State state = retrying(() -> imports.find(id).orElseThrow());
            while (!state.isOver()) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                state = retrying(() -> imports.find(id).orElseThrow());
            }
            done &= state.status() == ImportProgress.Status.DONE && state.messagesFailed() == 0;
        }
        return done;
    }

    private void awaitIdle(MainJobOutput output) throws InterruptedException {
        while (!retrying(this::isIdle)) {
            if (output.isProgressDue()) {
                output.progress(retrying(stored::counts), rebuild.progress());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        output.progressEnds(retrying(stored::counts));
    }

    /** Retries while PostgreSQL or Redis is unreachable, as the pipeline does. */
    private <T> T retrying(Supplier<T> work) throws InterruptedException {
        boolean logged = false;
        while (!stopping) {
            try {
                return work.get();
            } catch (DataAccessException | TransactionException | RedisException e) {
                if (!outages.isAway(e)
                        && !(e instanceof RedisException)
                        && !(e instanceof TransientDataAccessException)) {
                    throw e;
                }
                if (!logged) {
                    LOG.warn("PostgreSQL or Redis is unavailable; retrying until it is available");
                    logged = true;
                }
            }
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
        throw new InterruptedException("The process is shutting down");
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }

    private List<String> addresses() {
        String operations = "http://" + management.address() + ":" + management.port();
        String http = "http://" + api.address() + ":" + api.port();
        List<String> lines = new ArrayList<>();
        if (pipeline.stages().includes("api")) {
            lines.addAll(List.of(
                    "Page       " + http + "/",
                    "Search     " + http + "/users/1/search?q=…",
                    "API        " + http + "/docs",
                    "Health     " + http + "/health"));
        } else {
            lines.add("Health     " + operations + "/health");
        }
        lines.add("Metrics    " + operations + "/metrics");
        lines.add("Console    " + operations + "/actuator/hawtio/");
        // print the key, do not log it
        console.takeGenerated()
                .ifPresent(password -> lines.add("           login " + console.user() + ", password " + password
                        + ", valid until the next start; set HAWTIO_PASSWORD for a permanent password"));
        lines.add("Stop with Ctrl-C; the data is kept in " + data.path());
        return lines;
    }
}
