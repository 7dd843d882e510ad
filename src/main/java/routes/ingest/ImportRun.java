package routes.ingest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

/** One run of an import: cuts what the source gives into batches, has them saved, and tells how far it is. */
final class ImportRun implements Source.Sink {
    /** Large enough that a batch's fixed costs do not count, small enough that a lost one is soon repeated. */
    static final int BATCH_POSTS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(ImportRun.class);
    private static final long PROGRESS_NANOS = Duration.ofMillis(500).toNanos();
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ImportTable.Order order;
    private final Source source;
    private final PostIntake intake;
    private final ChannelStore channels;
    private final Duration outageTolerance;
    private final ImportTally tally;
    private final BooleanSupplier stopped;
    private final ProgressWriter progress;
    private final List<SourceMessage> batch = new ArrayList<>();
    private Channel channel;
    private long progressNanos = System.nanoTime();

    ImportRun(
            ImportTable.Order order,
            Source source,
            PostIntake intake,
            ChannelStore channels,
            Duration outageTolerance,
            ImportTally tally,
            BooleanSupplier stopped,
            ProgressWriter progress) {
        this.order = order;
        this.source = source;
        this.intake = intake;
        this.channels = channels;
        this.outageTolerance = outageTolerance;
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
            source.read(this);
        } catch (IOException e) {
            // what came before the break is good
            flush();
            throw e;
        }
        flush();
    }

    @Override
    public void channel(ChannelIdentity identity) throws IOException, InterruptedException {
        flush();
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
    }

    @Override
    public void noPost() {
        tally.messageSkipped();
    }

    @Override
    public void passedOver(String name, String reason) {
        tally.note(name, reason);
    }

    @Override
    public void position(long position) {
        tally.read(position);
    }

    private void flush() throws IOException, InterruptedException {
        if (!batch.isEmpty()) {
            List<SourceMessage> messages = List.copyOf(batch);
            batch.clear();
            tally.taken(patiently(
                    () -> intake.take(order.tenantId(), order.userId(), channel, messages, source.infersAlbums())));
        }
        if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = System.nanoTime();
            patiently(() -> {
                progress.write(tally, ImportProgress.Status.RUNNING, null);
                return null;
            });
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /** A database or object store that is away for a moment is not the import's fault: the step is repeated until it is back. */
    private <T> T patiently(Step<T> step) throws IOException, InterruptedException {
        long givenUpNanos = System.nanoTime() + outageTolerance.toNanos();
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
