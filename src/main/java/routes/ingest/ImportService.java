package routes.ingest;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import routes.ingest.export.ExportFormatException;
import routes.posts.ChannelStore;

/**
 * Imports exports one after the other and records them in {@code imports}. An interrupted run starts over at the next start of the
 * process, from the beginning of the file: what is already saved changes nothing and costs little. A lock that the database
 * releases when a process dies keeps two processes from running the same import.
 */
public final class ImportService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ImportService.class);
    private static final long STOP_SECONDS = 20;
    private static final long PAUSE_SECONDS = 2;

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
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> new Thread(work, "import"));
    }

    /** Resumes all imports that an earlier process did not finish. This ignores the queue's limit. */
    public void start() {
        table.unfinished().forEach(id -> worker.execute(() -> run(id)));
    }

    /**
     * Queues an import. The user gets subscribed to its channels.
     *
     * @param path of a {@code result.json} or of its folder
     * @return the id for {@link #find}
     * @throws IOException if there is nothing to import at that path
     * @throws IllegalArgumentException if the tenant has no such user
     * @throws ImportQueueFullException if too many imports are queued
     */
    public UUID submit(long userId, UUID tenantId, Path path) throws IOException {
        return submit(userId, tenantId, path, null);
    }

    /**
     * Like {@link #submit(long, UUID, Path)}, for an uploaded export.
     *
     * @param uploadedName the name that users see instead of the path, or null
     */
    public UUID submit(long userId, UUID tenantId, Path path, String uploadedName) throws IOException {
        Source source = sources.open(path);
        UUID id = UUID.randomUUID();
        synchronized (worker) {
            requireRoom();
            table.insert(
                    new ImportTable.Order(
                            id,
                            userId,
                            tenantId,
                            path.toAbsolutePath().normalize().toString()),
                    source.size(),
                    uploadedName);
            worker.execute(() -> run(id));
        }
        return id;
    }

    /**
     * @throws ImportQueueFullException if too many imports are queued
     */
    public void requireRoom() {
        int waiting = worker.getQueue().size();
        if (waiting >= settings.queueSize()) {
            throw new ImportQueueFullException(waiting);
        }
    }

    /** Whether the export of a queued or running import is in the folder. */
    public boolean isNeeded(Path folder) {
        return table.hasUnfinishedIn(folder.toAbsolutePath().normalize() + File.separator);
    }

    public Optional<ImportProgress> find(UUID id) {
        return table.find(id);
    }

    /** Stops after the batch that is being saved. Unfinished imports continue at the next start. */
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

    /** Repeats the run while the database is unreachable, including for status updates. */
    private void run(UUID id) {
        String said = null;
        while (!worker.isShutdown()) {
            try (ImportLock lock = ImportLock.tryAcquire(database, id).orElse(null)) {
                if (lock == null) {
                    LOG.info("Import {} is running in another process", id);
                } else {
                    table.begin(id).ifPresent(this::run);
                }
                return;
            } catch (SQLException | DataAccessException e) {
                String reason = FailureReason.of(e);
                if (e instanceof DataAccessException && !FailureReason.mayPass(e)) {
                    LOG.error("Import {} stops, since the database refuses its report: {}", id, reason);
                    return;
                }
                if (!reason.equals(said)) {
                    LOG.warn("Import {} waits for the database and begins again: {}", id, reason);
                    said = reason;
                }
            }
            try {
                TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void run(ImportTable.Order order) {
        Path path = Path.of(order.file());
        Source source;
        try {
            source = sources.open(path);
        } catch (IOException e) {
            report(new ImportTally(order.id(), path, 0), ImportProgress.Status.FAILED, reason(e));
            return;
        }
        var tally = new ImportTally(order.id(), path, source.size());
        try {
            new ImportRun(order, source, intake, channels, deletions, settings, tally, worker::isShutdown, this::report)
                    .run();
            report(tally, ImportProgress.Status.DONE, null);
        } catch (InterruptedException e) {
            table.requeue(order.id());
        } catch (IOException | RuntimeException e) {
            if (worker.isShutdown()) {
                table.requeue(order.id());
                return;
            }
            report(tally, ImportProgress.Status.FAILED, reason(e));
        }
    }

    private void report(ImportTally tally, ImportProgress.Status status, String error) {
        ImportProgress progress = tally.progress(status, error);
        table.write(progress);
        listener.progress(progress);
    }

    /** The message of an export's failure is used in full: it says where the fault is and what to do. */
    private static String reason(Exception failure) {
        return failure instanceof ExportFormatException
                        || (failure instanceof FileSystemException file && file.getReason() != null)
                ? failure.getMessage()
                : FailureReason.of(failure);
    }
}
