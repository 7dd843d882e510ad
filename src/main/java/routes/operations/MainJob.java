package routes.operations;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import routes.configuration.ApiProperties;
import routes.configuration.ConfigurationException;
import routes.configuration.ManagementProperties;
import routes.configuration.PipelineProperties;
import routes.embedded.DataFolder;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.ingest.export.DemoExport;
import routes.reconcile.IndexRebuild;
import routes.routefiles.PipelineStages;

/** What the command line asked for, once the pipeline is open: imports, progress, the summary and the end. */
@Component
public class MainJob {
    /** The process goes on until it is stopped. */
    public static final int STAYS_UP = -1;

    private static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long DEFAULT_USER = 1;
    private static final long LOOK_MILLIS = 250;

    private final RunOptions options;
    private final ImportService imports;
    private final IdleWatch idle;
    private final PipelineBooks books;
    private final IndexRebuild rebuild;
    private final TaggingTrial trial;
    private final DataFolder data;
    private final PipelineProperties pipeline;
    private final ApiProperties api;
    private final ManagementProperties management;

    MainJob(
            ObjectProvider<RunOptions> options,
            ImportService imports,
            IdleWatch idle,
            PipelineBooks books,
            IndexRebuild rebuild,
            TaggingTrial trial,
            DataFolder data,
            PipelineProperties pipeline,
            ApiProperties api,
            ManagementProperties management) {
        this.options = options.getIfAvailable(RunOptions::none);
        this.imports = imports;
        this.idle = idle;
        this.books = books;
        this.rebuild = rebuild;
        this.trial = trial;
        this.data = data;
        this.pipeline = pipeline;
        this.api = api;
        this.management = management;
    }

    /**
     * @return exit code, or {@link #STAYS_UP}
     * @throws ConfigurationException when there is nothing to import at a path
     */
    public int run(PrintStream out) throws InterruptedException {
        if (options.tryTagging().isPresent()) {
            return trial.run(options.tryTagging().get(), out) ? 0 : 1;
        }
        Instant started = Instant.now();
        PipelineBooks.Counts before = books.counts();
        long deadBefore = idle.deadLetters();
        List<UUID> submitted = submit();
        boolean imported = awaitImports(submitted);
        if (options.hasImports() || options.reindex() || options.exitWhenIdle()) {
            awaitIdle(out);
            PipelineBooks.Counts counts = books.counts();
            long dead = idle.deadLetters();
            new Summary(counts, dead, Duration.between(started, Instant.now())).print(out);
            if (options.exitWhenIdle()) {
                boolean clean = imported && dead <= deadBefore && counts.failed() <= before.failed();
                return clean ? 0 : 1;
            }
        }
        printAddresses(out);
        if (!idle.isIdle()) {
            out.println("Goes on with what the last run left");
            awaitIdle(out);
        }
        return STAYS_UP;
    }

    private List<UUID> submit() {
        List<Path> paths = new ArrayList<>(options.imports());
        if (options.demo()) {
            paths.add(unpackDemo());
        }
        return paths.stream().map(this::submit).toList();
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
            ImportProgress progress = imports.find(id).orElseThrow();
            while (!progress.isOver()) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                progress = imports.find(id).orElseThrow();
            }
            done &= progress.status() == ImportProgress.Status.DONE;
        }
        return done;
    }

    private void awaitIdle(PrintStream out) throws InterruptedException {
        ProcessingProgress progress = new ProcessingProgress(out);
        while (!idle.isIdle()) {
            if (progress.isDue()) {
                progress.show(books.counts(), rebuild.progress());
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        progress.end(books.counts());
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
