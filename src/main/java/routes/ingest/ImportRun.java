package routes.ingest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.transaction.TransactionException;
import routes.posts.Channel;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.SavedBatch;

/**
 * One run of an import: cuts what the source gives into batches, has them saved, and tells how far it is. A second thread saves
 * one batch while the next is read, so that neither the parser nor the database waits for the other.
 */
final class ImportRun implements Source.Sink {
    /** Large enough that a batch's fixed costs do not count, small enough that a lost one is soon repeated. */
    static final int BATCH_POSTS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(ImportRun.class);
    private static final long PROGRESS_NANOS = Duration.ofMillis(500).toNanos();
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final long STOP_SECONDS = 15;

    private final ImportTable.Order order;
    private final Source source;
    private final PostIntake intake;
    private final ChannelStore channels;
    private final DeletedMessages deletions;
    private final ImportSettings settings;
    private final ImportTally tally;
    private final BooleanSupplier stopped;
    private final ProgressWriter progress;
    private final List<SourceMessage> batch = new ArrayList<>();
    private final ExecutorService saver = Executors.newSingleThreadExecutor(work -> new Thread(work, "import-save"));
    private Future<Runnable> saving;
    private Channel channel;
    private SeenMessages seen = new SeenMessages();
    private long progressNanos = System.nanoTime();

    ImportRun(
            ImportTable.Order order,
            Source source,
            PostIntake intake,
            ChannelStore channels,
            DeletedMessages deletions,
            ImportSettings settings,
            ImportTally tally,
            BooleanSupplier stopped,
            ProgressWriter progress) {
        this.order = order;
        this.source = source;
        this.intake = intake;
        this.channels = channels;
        this.deletions = deletions;
        this.settings = settings;
        this.tally = tally;
        this.stopped = stopped;
        this.progress = progress;
    }

    @FunctionalInterface
    interface ProgressWriter {
        void write(ImportTally tally, ImportProgress.Status status, String error);
    }

    void run() throws IOException, InterruptedException {
        try {
            readAndSave();
        } finally {
            // the batch that is being saved is whole or not there, but it must not outlive the import's lock
            saver.shutdownNow();
            if (!saver.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The last batch of import {} is still being saved", order.id());
            }
        }
    }

    private void readAndSave() throws IOException, InterruptedException {
        try {
            source.read(this);
        } catch (IOException e) {
            // what came before the break is good
            flush();
            awaitSaved();
            throw e;
        }
        channelEnd();
    }

    /** All messages of the channel are through, if there was one before. */
    private void channelEnd() throws IOException, InterruptedException {
        flush();
        awaitSaved();
        if (settings.deletions() && source.showsDeletionsByAbsence()) {
            SeenMessages shown = seen;
            Integer missing = patiently(() -> deletions.deleteMissing(order.tenantId(), channel, shown));
            tally.deleted(missing);
        }
        seen = new SeenMessages();
    }

    @Override
    public void channel(ChannelIdentity identity) throws IOException, InterruptedException {
        channelEnd();
        channel = patiently(() -> {
            Channel resolved = channels.resolve(identity);
            channels.subscribe(order.tenantId(), order.userId(), resolved.id());
            return resolved;
        });
    }

    @Override
    public void messages(List<SourceMessage> together) throws IOException, InterruptedException {
        if (batch.size() + together.size() > BATCH_POSTS) {
            flush();
        }
        batch.addAll(together);
        together.forEach(message -> seen.add(message.id()));
    }

    @Override
    public void deleted(List<Long> messageIds) throws IOException, InterruptedException {
        // what was handed over before may be of the same messages
        flush();
        awaitSaved();
        Integer deleted = patiently(() -> deletions.delete(order.tenantId(), channel, messageIds));
        tally.deleted(deleted);
    }

    @Override
    public void noPost(Long messageId) {
        tally.messageSkipped();
        if (messageId != null) {
            seen.add(messageId);
        }
    }

    @Override
    public void leftOut(ImportNote what) {
        tally.leftOut(what);
        if (what.messageId() != null) {
            seen.add(what.messageId());
        }
    }

    @Override
    public void noted(ImportNote what) {
        tally.note(what);
    }

    @Override
    public void position(long position) {
        tally.read(position);
    }

    /** Makes the batch ready while the one before it is being saved, and has it saved next. */
    private void flush() throws IOException, InterruptedException {
        if (!batch.isEmpty()) {
            List<SourceMessage> messages = List.copyOf(batch);
            batch.clear();
            PostIntake.Prepared prepared = patiently(
                    () -> intake.prepare(order.tenantId(), order.userId(), channel, messages, source.infersAlbums()));
            awaitSaved();
            saving = saver.submit(() -> {
                SavedBatch saved = patiently(() -> intake.save(prepared));
                return () -> tally.saved(prepared, saved);
            });
        }
        if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = System.nanoTime();
            patiently(() -> {
                progress.write(tally, ImportProgress.Status.RUNNING, null);
                return null;
            });
        }
    }

    private void awaitSaved() throws IOException, InterruptedException {
        if (saving == null) {
            return;
        }
        Future<Runnable> last = saving;
        saving = null;
        try {
            last.get().run();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof InterruptedException stop) {
                throw stop;
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IOException("A batch could not be saved: " + cause.getMessage(), cause);
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /** A database or object store that is away for a moment is not the import's fault: the step is repeated until it is back. */
    private <T> T patiently(Step<T> step) throws IOException, InterruptedException {
        long givenUpNanos = System.nanoTime() + settings.outageTolerance().toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            if (stopped.getAsBoolean() || Thread.interrupted()) {
                throw new InterruptedException("The import is stopped");
            }
            try {
                return step.run();
            } catch (IOException | RuntimeException e) {
                if (!mayPass(e) || System.nanoTime() > givenUpNanos) {
                    throw e;
                }
                LOG.warn("Import {} of {} waits and tries again: {}", order.id(), order.file(), e.getMessage());
            }
            Thread.sleep(pause.toMillis());
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private static boolean mayPass(Exception failure) {
        return failure instanceof IOException
                || failure instanceof TransactionException
                || (failure instanceof DataAccessException
                        && (!(failure instanceof NonTransientDataAccessException)
                                || failure instanceof NonTransientDataAccessResourceException));
    }
}
