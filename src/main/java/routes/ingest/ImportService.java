package routes.ingest;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import routes.posts.ChannelStore;

/**
 * Imports exports, one after the other, and keeps account of them in {@code imports}. A run that was cut off is taken up at
 * the next start, from the file's beginning: what is saved already changes nothing and costs little. A lock that the database
 * gives up when a process dies keeps two processes from running the same import.
 */
public final class ImportService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImportService.class);
    private static final long STOP_SECONDS = 20;

    private final DataSource database;
    private final ImportTable table;
    private final ChannelStore channels;
    private final Sources sources;
    private final PostIntake intake;
    private final DeletedMessages deletions;
    private final ImportSettings settings;
    private final ProgressListener listener;
    private final ThreadPoolExecutor worker;

    public ImportService(
            DataSource database,
            Sources sources,
            PostIntake intake,
            DeletedMessages deletions,
            ImportSettings settings,
            ProgressListener listener) {
        this.database = database;
        this.sources = sources;
        this.intake = intake;
        this.deletions = deletions;
        this.settings = settings;
        this.listener = listener;
        table = new ImportTable(database);
        channels = new ChannelStore(database);
        worker = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(settings.queueSize()),
                work -> new Thread(work, "import"));
    }

    /** Takes up what an earlier process did not finish. */
    public void start() {
        List<UUID> unfinished = table.unfinished();
        for (UUID id : unfinished) {
            try {
                worker.execute(() -> run(id));
            } catch (RejectedExecutionException e) {
                LOG.warn(
                        "More than {} imports are unfinished; the rest waits for the next start", settings.queueSize());
                return;
            }
        }
    }

    /**
     * Puts an import into the queue. The user gets subscribed to the channels in it.
     *
     * @param path of a {@code result.json} or of its folder
     * @return the id under which {@link #find} tells how far it is
     * @throws IOException if there is nothing to import at that path
     * @throws IllegalArgumentException if the tenant has no such user
     * @throws ImportQueueFullException if too many wait
     */
    public UUID submit(long userId, UUID tenantId, Path path) throws IOException {
        return submit(userId, tenantId, path, null);
    }

    /**
     * {@link #submit(long, UUID, Path)} of an export that was uploaded.
     *
     * @param uploadedName what it is called to users in place of its path, or null
     */
    public UUID submit(long userId, UUID tenantId, Path path, String uploadedName) throws IOException {
        Source source = sources.open(path);
        requireRoom();
        UUID id = UUID.randomUUID();
        table.insert(
                new ImportTable.Order(
                        id, userId, tenantId, path.toAbsolutePath().normalize().toString()),
                source.size(),
                uploadedName);
        try {
            worker.execute(() -> run(id));
        } catch (RejectedExecutionException e) {
            // two came for the last place
            table.write(
                    new ImportTally(id, path, source.size())
                            .progress(ImportProgress.Status.FAILED, "too many imports wait"));
            throw new ImportQueueFullException(settings.queueSize());
        }
        return id;
    }

    /**
     * @throws ImportQueueFullException if too many wait
     */
    public void requireRoom() {
        if (worker.getQueue().remainingCapacity() == 0) {
            throw new ImportQueueFullException(settings.queueSize());
        }
    }

    /** Whether an import waits or runs whose export lies in the folder. */
    public boolean isNeeded(Path folder) {
        return table.hasUnfinishedIn(folder.toAbsolutePath().normalize() + File.separator);
    }

    public Optional<ImportProgress> find(UUID id) {
        return table.find(id);
    }

    /** Stops after the batch that is being saved; what is unfinished goes on at the next start. */
    @Override
    public void close() {
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("An import did not stop within {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(UUID id) {
        try (ImportLock lock = ImportLock.tryAcquire(database, id).orElse(null)) {
            if (lock == null) {
                LOG.info("Import {} is running in another process", id);
            } else {
                table.begin(id).ifPresent(this::run);
            }
        } catch (SQLException | DataAccessException e) {
            LOG.error(
                    "Import {} stopped, since the database is away; it goes on at the next start: {}",
                    id,
                    e.getMessage());
        }
    }

    private void run(ImportTable.Order order) {
        Path path = Path.of(order.file());
        Source source;
        try {
            source = sources.open(path);
        } catch (IOException e) {
            finish(new ImportTally(order.id(), path, 0), ImportProgress.Status.FAILED, reason(e));
            return;
        }
        var tally = new ImportTally(order.id(), path, source.size());
        try {
            new ImportRun(order, source, intake, channels, deletions, settings, tally, worker::isShutdown, this::report)
                    .run();
            finish(tally, ImportProgress.Status.DONE, null);
        } catch (InterruptedException e) {
            table.requeue(order.id());
        } catch (IOException | RuntimeException e) {
            if (worker.isShutdown()) {
                table.requeue(order.id());
                return;
            }
            if (e instanceof RuntimeException) {
                LOG.error("Import {} of {} failed", order.id(), order.file(), e);
            }
            finish(tally, ImportProgress.Status.FAILED, reason(e));
        }
    }

    private void finish(ImportTally tally, ImportProgress.Status status, String error) {
        report(tally, status, error);
        if (status == ImportProgress.Status.FAILED) {
            LOG.warn("Import failed: {}", error);
        }
    }

    private void report(ImportTally tally, ImportProgress.Status status, String error) {
        ImportProgress progress = tally.progress(status, error);
        table.write(progress);
        listener.progress(progress);
    }

    /** Some exceptions of files have nothing but the file's name for a message, those of the database the whole statement. */
    private static String reason(Exception failure) {
        if (failure instanceof NestedRuntimeException nested) {
            return nested.getMostSpecificCause().getMessage();
        }
        boolean bare = failure.getMessage() == null
                || (failure instanceof FileSystemException file && file.getReason() == null);
        return bare ? failure.toString() : failure.getMessage();
    }
}
