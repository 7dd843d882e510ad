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
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import routes.configuration.ApiProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.ManagementProperties;
import routes.configuration.PipelineProperties;
import routes.embedded.DataFolder;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.ingest.export.DemoExport;
import routes.ingest.export.ExportSource;
import routes.reconcile.IndexRebuild;
import routes.routefiles.PipelineStages;

/** Runs what the command line asks for once the pipeline has started: imports, progress, summary, exit. */
@Component
public class MainJob {
    /** The process runs until it is stopped. */
    public static final int STAYS_UP = -1;

    private static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long DEFAULT_USER = 1;
    private static final long LOOK_MILLIS = 250;
    private static final long OUTAGE_MILLIS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(MainJob.class);

    private final RunOptions options;
    private final ImportService imports;
    private final IdleWatch idle;
    private final PipelineCounts stored;
    private final IndexRebuild rebuild;
    private final TaggingTrial trial;
    private final DependencyOutages outages;
    private final DataFolder data;
    private final PipelineProperties pipeline;
    private final ApiProperties api;
    private final ManagementProperties management;
    private volatile boolean stopping;

    MainJob(
            ObjectProvider<RunOptions> options,
            ImportService imports,
            IdleWatch idle,
            PipelineCounts stored,
            IndexRebuild rebuild,
            TaggingTrial trial,
            DependencyOutages outages,
            DataFolder data,
            PipelineProperties pipeline,
            ApiProperties api,
            ManagementProperties management) {
        this.options = options.getIfAvailable(RunOptions::none);
        this.imports = imports;
        this.idle = idle;
        this.stored = stored;
        this.rebuild = rebuild;
        this.trial = trial;
        this.outages = outages;
        this.data = data;
        this.pipeline = pipeline;
        this.api = api;
        this.management = management;
    }

    /**
     * @return exit code, or {@link #STAYS_UP}
     * @throws ConfigurationException if a path has nothing to import
     */
    public int run(PrintStream out) throws InterruptedException {
        if (options.tryTagging().isPresent()) {
            return trial.run(options.tryTagging().get(), out) ? 0 : 1;
        }
        Instant started = Instant.now();
        PipelineCounts.Counts before = patiently(stored::counts);
        long deadBefore = patiently(idle::deadLetters);
        List<UUID> submitted = submit();
        boolean imported = awaitImports(submitted);
        if (options.hasImports() || options.reindex() || options.exitWhenIdle()) {
            awaitIdle(out);
            PipelineCounts.Counts counts = patiently(stored::counts);
            long dead = patiently(idle::deadLetters);
            new Summary(counts, dead, Duration.between(started, Instant.now())).print(out);
            if (options.exitWhenIdle()) {
                boolean clean = imported && dead <= deadBefore && counts.failed() <= before.failed();
                return clean ? 0 : 1;
            }
        }
        printAddresses(out);
        if (!patiently(idle::isIdle)) {
            out.println("Goes on with what the last run left");
            awaitIdle(out);
        }
        return STAYS_UP;
    }

    /**
     * Checks the paths of {@code --import} before the slow part of the start.
     *
     * @throws ConfigurationException with one line for each path without an export
     */
    public static void requireExports(RunOptions options) {
        String missing = options.imports().stream()
                .flatMap(path -> missing(path).stream())
                .collect(Collectors.joining("\n"));
        if (!missing.isEmpty()) {
            throw new ConfigurationException(missing);
        }
    }

    private static Optional<String> missing(Path path) {
        try {
            ExportSource.open(path, ZoneOffset.UTC);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("--import=" + path + ": " + e.getMessage());
        }
    }

    private List<UUID> submit() throws InterruptedException {
        List<Path> paths = new ArrayList<>(options.imports());
        if (options.demo()) {
            paths.add(unpackDemo());
        }
        List<UUID> submitted = new ArrayList<>();
        for (Path path : paths) {
            submitted.add(patiently(() -> submit(path)));
        }
        return submitted;
    }

    private Path unpackDemo() {
        try {
            return new DemoExport("/demo").unpack(data.path());
        } catch (IOException e) {
            throw new ConfigurationException("--demo: " + data.path() + " cannot be written (" + e + ")", e);
        }
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
            ImportService.State state = patiently(() -> imports.find(id).orElseThrow());
            while (!state.isOver()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                state = patiently(() -> imports.find(id).orElseThrow());
            }
            done &= state.status() == ImportProgress.Status.DONE && state.messagesFailed() == 0;
        }
        return done;
    }

    private void awaitIdle(PrintStream out) throws InterruptedException {
        ProcessingProgress progress = new ProcessingProgress(out);
        while (!patiently(idle::isIdle)) {
            if (progress.isDue()) {
                progress.show(patiently(stored::counts), rebuild.progress());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        progress.end(patiently(stored::counts));
    }

    /** Retries while PostgreSQL or Redis is unreachable, as the pipeline does. */
    private <T> T patiently(Supplier<T> look) throws InterruptedException {
        boolean said = false;
        while (!stopping) {
            try {
                return look.get();
            } catch (DataAccessException | TransactionException | RedisException e) {
                if (!outages.isAway(e)
                        && !(e instanceof RedisException)
                        && !(e instanceof TransientDataAccessException)) {
                    throw e;
                }
                if (!said) {
                    LOG.warn("PostgreSQL or Redis cannot be reached; waiting until it can");
                    said = true;
                }
            }
            TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLIS);
        }
        throw new InterruptedException("The process stops");
    }

    @PreDestroy
    void stop() {
        stopping = true;
    }

    private void printAddresses(PrintStream out) {
        String operations = "http://" + management.address() + ":" + management.port();
        if (PipelineStages.parse(pipeline.routes()).includes("api")) {
            String http = "http://" + api.address() + ":" + api.port();
            out.println("Page       " + http + "/");
            out.println("Search     " + http + "/users/1/search?q=…");
            out.println("API        " + http + "/docs");
            out.println("Health     " + http + "/health");
        } else {
            out.println("Health     " + operations + "/health");
        }
        out.println("Metrics    " + operations + "/metrics");
        out.println("Stop it with Ctrl-C; everything is kept in " + data.path());
    }
}
