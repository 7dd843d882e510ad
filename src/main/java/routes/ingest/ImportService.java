package routes.ingest;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;
import routes.ingest.ImportProgress.Count;
import routes.ingest.export.ExportSource;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.posts.PostWriter.PostBatch;

/**
 * Runs imports one after the other and records them in {@code imports}. After a restart of the process, an interrupted import runs
 * again from the beginning of the file; messages that are already saved are not written again. A lock that the database releases
 * when the process dies prevents two processes from running the same import.
 */
public final class ImportService implements AutoCloseable {
    /** Large enough to make the fixed costs of a batch negligible, small enough to repeat a failed batch quickly. */
    static final int BATCH_POSTS = 500;

    /** Bounds memory use if texts are longer than Telegram's 4096 characters. */
    private static final long BATCH_CHARACTERS = 8_000_000;

    /** If all messages of a batch of at least this size are rejected, the cause is the database, and the import fails. */
    private static final int ALL_REFUSED = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ImportService.class);
    private static final Duration UNLIMITED = Duration.ofDays(3650);
    private static final long PROGRESS_NANOS = Duration.ofMillis(500).toNanos();
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long STOP_SECONDS = 20;
    private static final long SAVER_STOP_SECONDS = 15;

    private final JdbcTemplate jdbc;
    private final ImportTable table;
    private final ChannelStore channels;
    private final Source.Opener sources;
    private final PostIntake intake;
    private final PostRemoval removal;
    private final ImportProperties settings;
    private final ProgressListener listener;
    private final ThreadPoolExecutor worker = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> new Thread(work, "import"));

    public ImportService(
            DataSource database,
            Source.Opener sources,
            PostIntake intake,
            PostRemoval removal,
            ImportProperties settings,
            ProgressListener listener) {
        jdbc = new JdbcTemplate(database);
        table = new ImportTable(database);
        channels = new ChannelStore(database);
        this.sources = sources;
        this.intake = intake;
        this.removal = removal;
        this.settings = settings;
        this.listener = listener;
    }

    /** Too many imports are queued. */
    public static final class QueueFullException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        QueueFullException(int waiting) {
            super(waiting + " imports are already queued. Try again when one of them is complete.");
        }
    }

    /** Resumes all imports that an earlier process did not finish, regardless of the queue's limit. */
    public void start() {
        table.unfinished().forEach(id -> worker.execute(() -> run(id)));
    }

    /**
     * Queues an import and subscribes the user to its channels.
     *
     * @param path of a {@code result.json} or of its folder
     * @return the id for {@link #find}
     * @throws IOException if there is nothing to import at that path
     * @throws IllegalArgumentException if the tenant has no such user
     * @throws QueueFullException if too many imports are queued
     */
    public UUID submit(long userId, UUID tenantId, Path path) throws IOException {
        return submit(userId, tenantId, path, null);
    }

    /**
     * Like {@link #submit(long, UUID, Path)}, for an uploaded export.
     *
     * @param uploadedName the file name to show to users instead of the path, or null
     */
    public UUID submit(long userId, UUID tenantId, Path path, String uploadedName) throws IOException {
        Source source = sources.open(path);
        String file = path.toAbsolutePath().normalize().toString();
        var order = new ImportTable.Order(UUID.randomUUID(), userId, tenantId, file);
        synchronized (worker) {
            requireRoom();
            table.insert(order, source.size(), uploadedName);
            worker.execute(() -> run(order.id()));
        }
        return order.id();
    }

    /**
     * @throws QueueFullException if too many imports are queued
     */
    public void requireRoom() {
        int waiting = worker.getQueue().size();
        if (waiting >= settings.queueSize()) {
            throw new QueueFullException(waiting);
        }
    }

    /** Whether the folder contains the export of a queued or running import. */
    public boolean isNeeded(Path folder) {
        return table.hasUnfinishedIn(folder.toAbsolutePath().normalize() + File.separator);
    }

    /** The stored state of an import. */
    public record State(ImportProgress.Status status, long messagesFailed) {
        public boolean isOver() {
            return status.isOver();
        }
    }

    public Optional<State> find(UUID id) {
        return table.find(id);
    }

    /** Stops after the batch that is being saved. Unfinished imports continue at the next start of the process. */
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

    /** Repeats the run, including status updates, while the database is unreachable. */
    private void run(UUID id) {
        try {
            retry(id, UNLIMITED, () -> jdbc.execute((Connection session) -> runLocked(session, id)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.error("Import {} stops because the database rejects its progress report: {}", id, FailureReason.of(e));
        }
    }

    /**
     * @param session holds the lock; the lock is released when the session ends
     */
    private Void runLocked(Connection session, UUID id) {
        JdbcClient locks = JdbcClient.create(new SingleConnectionDataSource(session, true));
        if (!lock(locks, "pg_try_advisory_lock", id)) {
            LOG.info("Import {} is already running in another process", id);
            return null;
        }
        try {
            table.begin(id).ifPresent(this::run);
        } finally {
            lock(locks, "pg_advisory_unlock", id);
        }
        return null;
    }

    private static boolean lock(JdbcClient session, String function, UUID id) {
        return session.sql("SELECT " + function + "(hashtextextended(?, 0))")
                .param("import:" + id)
                .query(Boolean.class)
                .single();
    }

    private void run(ImportTable.Order order) {
        Path path = Path.of(order.file());
        var tally = new ImportTally(order.id(), path, 0);
        try {
            Source source = sources.open(path);
            tally = new ImportTally(order.id(), path, source.size());
            new Run(order, source, tally).run();
            report(tally, ImportProgress.Status.DONE, null);
        } catch (InterruptedException e) {
            table.requeue(order.id());
        } catch (IOException | RuntimeException e) {
            if (worker.isShutdown()) {
                table.requeue(order.id());
            } else {
                report(tally, ImportProgress.Status.FAILED, reason(e));
            }
        }
    }

    private void report(ImportTally tally, ImportProgress.Status status, String error) {
        ImportProgress progress = tally.progress(status, error);
        table.write(progress);
        listener.progress(progress);
    }

    /** Returns the whole message of an export error, because it states the position and the remedy. */
    private static String reason(Exception failure) {
        return failure instanceof ExportSource.FormatException
                        || (failure instanceof FileSystemException file && file.getReason() != null)
                ? failure.getMessage()
                : FailureReason.of(failure);
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Repeats the step while the database or the object store is unavailable. */
    private <T> T retry(UUID id, Duration tolerance, Step<T> step) throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + tolerance.toNanos();
        var backOff = new ExponentialBackOff(FIRST_PAUSE_MILLIS, 2);
        backOff.setMaxInterval(LONGEST_PAUSE_MILLIS);
        BackOffExecution pauses = backOff.start();
        String logged = null;
        while (true) {
            if (worker.isShutdown() || Thread.interrupted()) {
                throw new InterruptedException("The import was stopped");
            }
            try {
                return step.run();
            } catch (IOException | RuntimeException e) {
                if (!FailureReason.mayPass(e) || System.nanoTime() > giveUpNanos) {
                    throw e;
                }
                String reason = FailureReason.of(e);
                if (!reason.equals(logged)) {
                    LOG.warn("Import {} is paused and retries: {}", id, reason);
                    logged = reason;
                }
            }
            Thread.sleep(pauses.nextBackOff());
        }
    }

    /**
     * One run of an import: splits the source into batches, saves them, and reports progress. One thread saves a batch while
     * another reads the next one.
     */
    private final class Run implements Source.Sink {
        private final ImportTable.Order order;
        private final Source source;
        private final ImportTally tally;
        private final List<SourceMessage> batch = new ArrayList<>();
        /** Ids of all messages in the source, by channel. */
        private final Map<UUID, SeenMessages> present = new LinkedHashMap<>();
        /** Ids of the messages that became posts, by channel. */
        private final Map<UUID, SeenMessages> posts = new HashMap<>();

        private final ExecutorService saver =
                Executors.newSingleThreadExecutor(work -> new Thread(work, "import-save"));
        private Future<Void> saving;
        private Channel channel;
        private long batchCharacters;
        private long unreadable;
        private long progressNanos = System.nanoTime();

        Run(ImportTable.Order order, Source source, ImportTally tally) {
            this.order = order;
            this.source = source;
            this.tally = tally;
        }

        void run() throws IOException, InterruptedException {
            try {
                readAndSave();
                deleteMissing();
            } finally {
                // a batch is saved in one transaction; saving must not continue after the lock is released
                saver.shutdownNow();
                if (!saver.awaitTermination(SAVER_STOP_SECONDS, TimeUnit.SECONDS)) {
                    LOG.warn("The last batch of import {} is still being saved at the shutdown", order.id());
                }
            }
        }

        private void readAndSave() throws IOException, InterruptedException {
            try {
                source.read(this);
            } finally {
                // everything read before the failure is valid
                if (!Thread.currentThread().isInterrupted()) {
                    flush();
                    awaitSaved();
                }
            }
        }

        /** Runs at the end, because a channel can occur several times in the source. */
        private void deleteMissing() throws IOException, InterruptedException {
            if (!settings.deletions() || !source.showsDeletionsByAbsence()) {
                return;
            }
            if (unreadable > 0) {
                String reason = "no post is deleted, because " + unreadable + " parts of the export cannot be read";
                tally.note(new ImportNote("deletions", null, null, reason));
                return;
            }
            for (Map.Entry<UUID, SeenMessages> one : present.entrySet()) {
                tally.add(Count.POSTS_DELETED, retry(() -> deleteMissing(one.getKey(), one.getValue())));
            }
        }

        /**
         * Deletes the posts of stored messages that a complete source lacks, between the first and the last message that the source
         * contains. A source that ends before the last stored message is older than the stored data and does not show deletions.
         *
         * @return number of deleted posts
         */
        private int deleteMissing(UUID channelId, SeenMessages seen) {
            if (seen.isEmpty() || removal.lastMessageId(order.tenantId(), channelId) > seen.last()) {
                return 0;
            }
            int deleted = 0;
            long after = seen.first() - 1;
            List<PostRemoval.Message> stored;
            do {
                stored = removal.messages(order.tenantId(), channelId, after, seen.last(), BATCH_POSTS);
                List<UUID> missing = stored.stream()
                        .filter(message -> !seen.contains(message.messageId()))
                        .map(PostRemoval.Message::postId)
                        .toList();
                deleted += delete(channelId, missing);
                after = stored.isEmpty() ? after : stored.get(stored.size() - 1).messageId();
            } while (stored.size() == BATCH_POSTS);
            return deleted;
        }

        private int delete(UUID channelId, List<UUID> postIds) {
            return postIds.isEmpty()
                    ? 0
                    : removal.delete(order.tenantId(), channelId, postIds, DeletionReason.TELEGRAM);
        }

        @Override
        public void channel(ChannelIdentity identity) throws IOException, InterruptedException {
            flush();
            awaitSaved();
            channel = retry(() -> {
                Channel resolved = channels.resolve(identity);
                channels.subscribe(order.tenantId(), order.userId(), resolved.id());
                return resolved;
            });
            present.computeIfAbsent(channel.id(), id -> new SeenMessages());
            posts.computeIfAbsent(channel.id(), id -> new SeenMessages());
        }

        @Override
        public void messages(List<SourceMessage> together) throws IOException, InterruptedException {
            if (batch.size() + together.size() > BATCH_POSTS || batchCharacters > BATCH_CHARACTERS) {
                flush();
            }
            for (SourceMessage message : together) {
                batch.add(message);
                batchCharacters += message.text().length();
                present.get(channel.id()).add(message.id());
                if (!posts.get(channel.id()).add(message.id())) {
                    tally.repeated();
                }
            }
        }

        @Override
        public void deleted(List<Long> messageIds) throws IOException, InterruptedException {
            // earlier batches may contain the same messages
            flush();
            awaitSaved();
            tally.add(
                    Count.POSTS_DELETED,
                    retry(() -> delete(channel.id(), removal.ids(order.tenantId(), channel.id(), messageIds))));
        }

        @Override
        public void noPost(Long messageId) {
            tally.add(Count.MESSAGES_SKIPPED, 1);
            if (messageId != null) {
                present.get(channel.id()).addWithin(messageId);
            }
        }

        @Override
        public void leftOut(ImportNote what) {
            unreadable++;
            tally.leftOut(what);
        }

        @Override
        public void noted(ImportNote what) {
            tally.note(what);
        }

        @Override
        public void position(long position) {
            tally.read(position);
        }

        /** Prepares the batch while the previous one is being saved, then submits it for saving. */
        private void flush() throws IOException, InterruptedException {
            List<List<SourceMessage>> rounds = rounds(batch);
            batch.clear();
            batchCharacters = 0;
            for (List<SourceMessage> messages : rounds) {
                PostBatch prepared = retry(() -> intake.prepare(
                        order.tenantId(),
                        order.userId(),
                        channel,
                        messages,
                        source.infersAlbums(),
                        (message, failure) -> tally.leftOut(refused(message.id(), failure))));
                awaitSaved();
                saving = saver.submit(() -> saveUnlessAllRefused(prepared));
            }
            if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
                progressNanos = System.nanoTime();
                retry(() -> {
                    report(tally, ImportProgress.Status.RUNNING, null);
                    return null;
                });
            }
        }

        /** If a message occurs several times, its versions are saved one after the other, so that the newest edit wins. */
        private static List<List<SourceMessage>> rounds(List<SourceMessage> messages) {
            List<List<SourceMessage>> rounds = new ArrayList<>();
            Map<Long, Integer> times = new HashMap<>();
            for (SourceMessage message : messages) {
                int round = times.merge(message.id(), 1, Integer::sum) - 1;
                if (round == rounds.size()) {
                    rounds.add(new ArrayList<>());
                }
                rounds.get(round).add(message);
            }
            return rounds;
        }

        private void awaitSaved() throws IOException, InterruptedException {
            Future<Void> last = saving;
            saving = null;
            if (last != null) {
                MediaStore.result(last);
            }
        }

        private Void saveUnlessAllRefused(PostBatch prepared) throws IOException, InterruptedException {
            List<ImportNote> refused = save(prepared);
            int size = prepared.posts().size();
            if (refused.size() == size && size >= ALL_REFUSED) {
                throw new IOException("The database rejects all " + size + " messages of a batch: "
                        + refused.get(0).reason());
            }
            refused.forEach(tally::leftOut);
            return null;
        }

        /**
         * Saves a batch. A rejected batch is split in halves until only single messages are rejected.
         *
         * @return the rejected messages
         */
        private List<ImportNote> save(PostBatch prepared) throws IOException, InterruptedException {
            if (prepared.posts().isEmpty()) {
                return List.of();
            }
            try {
                tally.saved(prepared, retry(() -> intake.save(prepared)));
                return List.of();
            } catch (RuntimeException e) {
                if (FailureReason.mayPass(e)) {
                    throw e;
                }
                if (prepared.posts().size() == 1) {
                    return List.of(refused(prepared.posts().get(0).telegramMessageId(), e));
                }
                List<ImportNote> refused = new ArrayList<>();
                for (PostBatch half : PostIntake.halves(prepared)) {
                    refused.addAll(save(half));
                }
                return refused;
            }
        }

        private static ImportNote refused(long messageId, RuntimeException failure) {
            return new ImportNote(
                    "message " + messageId, messageId, null, "it cannot be stored: " + FailureReason.of(failure));
        }

        private <T> T retry(Step<T> step) throws IOException, InterruptedException {
            return ImportService.this.retry(order.id(), settings.outageTolerance(), step);
        }
    }
}
