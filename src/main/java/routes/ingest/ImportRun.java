package routes.ingest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.PostWriter.SavedBatch;

/**
 * One run of an import: splits the source into batches, saves them, and reports progress. A second thread saves one batch while
 * the next is read, so that neither the parser nor the database waits for the other.
 */
final class ImportRun implements Source.Sink {
    /** Large enough that a batch's fixed costs do not matter, small enough that a failed batch is quickly repeated. */
    static final int BATCH_POSTS = 500;

    /** Bounds memory use if texts are longer than Telegram's 4096 characters. */
    private static final long BATCH_CHARACTERS = 8_000_000;

    /** If all messages of a batch of at least this size are rejected, the database is at fault and the import ends. */
    private static final int ALL_REFUSED = 50;

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
    private final Map<UUID, ShownChannel> shown = new LinkedHashMap<>();
    private final ExecutorService saver = Executors.newSingleThreadExecutor(work -> new Thread(work, "import-save"));
    private Future<Runnable> saving;
    private Channel channel;
    private long batchCharacters;
    private long unreadable;
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
            // the batch is saved completely or not at all, but saving must not outlast the import's lock
            saver.shutdownNow();
            if (!saver.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The last batch of import {} is still being saved", order.id());
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
        if (settings.deletions() && source.showsDeletionsByAbsence()) {
            deleteMissing();
        }
    }

    /** Runs at the end, since a channel may occur several times in the source. */
    private void deleteMissing() throws IOException, InterruptedException {
        if (unreadable > 0) {
            tally.note(new ImportNote(
                    "deletions",
                    null,
                    null,
                    "no post is deleted, since " + unreadable + " parts of the export cannot be read"));
            return;
        }
        for (ShownChannel one : shown.values()) {
            Integer missing = patiently(() -> deletions.deleteMissing(order.tenantId(), one.channel(), one.present()));
            tally.deleted(missing);
        }
    }

    /**
     * What the source contains of a channel.
     *
     * @param present messages of any kind
     * @param posts those that became posts
     */
    private record ShownChannel(Channel channel, SeenMessages present, SeenMessages posts) {}

    @Override
    public void channel(ChannelIdentity identity) throws IOException, InterruptedException {
        flush();
        awaitSaved();
        channel = patiently(() -> {
            Channel resolved = channels.resolve(identity);
            channels.subscribe(order.tenantId(), order.userId(), resolved.id());
            return resolved;
        });
        shown.computeIfAbsent(channel.id(), id -> new ShownChannel(channel, new SeenMessages(), new SeenMessages()));
    }

    @Override
    public void messages(List<SourceMessage> together) throws IOException, InterruptedException {
        if (batch.size() + together.size() > BATCH_POSTS || batchCharacters > BATCH_CHARACTERS) {
            flush();
        }
        ShownChannel here = shown.get(channel.id());
        for (SourceMessage message : together) {
            batch.add(message);
            batchCharacters += message.text().length();
            here.present().add(message.id());
            if (!here.posts().add(message.id())) {
                tally.repeated();
            }
        }
    }

    @Override
    public void deleted(List<Long> messageIds) throws IOException, InterruptedException {
        // earlier batches may contain the same messages
        flush();
        awaitSaved();
        Integer deleted = patiently(() -> deletions.delete(order.tenantId(), channel, messageIds));
        tally.deleted(deleted);
    }

    @Override
    public void noPost(Long messageId) {
        tally.messageSkipped();
        if (messageId != null) {
            shown.get(channel.id()).present().addWithin(messageId);
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
            List<PostIntake.Prepared> prepared = prepare(messages);
            awaitSaved();
            saving = saver.submit(() -> save(prepared));
        }
        if (System.nanoTime() - progressNanos >= PROGRESS_NANOS) {
            progressNanos = System.nanoTime();
            patiently(() -> {
                progress.write(tally, ImportProgress.Status.RUNNING, null);
                return null;
            });
        }
    }

    /** A message that occurs several times is saved several times, one after the other, so that the newest edit wins. */
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

    private List<PostIntake.Prepared> prepare(List<SourceMessage> messages) throws IOException, InterruptedException {
        try {
            return List.of(patiently(
                    () -> intake.prepare(order.tenantId(), order.userId(), channel, messages, source.infersAlbums())));
        } catch (RuntimeException e) {
            if (FailureReason.mayPass(e)) {
                throw e;
            }
            if (messages.size() == 1) {
                tally.leftOut(refused(messages.get(0).id(), e));
                return List.of();
            }
            List<PostIntake.Prepared> halves = new ArrayList<>(prepare(messages.subList(0, messages.size() / 2)));
            halves.addAll(prepare(messages.subList(messages.size() / 2, messages.size())));
            return halves;
        }
    }

    /** @return the counter updates, to be run on the import's thread */
    private Runnable save(List<PostIntake.Prepared> batches) throws IOException, InterruptedException {
        List<Runnable> counts = new ArrayList<>();
        for (PostIntake.Prepared prepared : batches) {
            List<ImportNote> refused = save(prepared, counts);
            int size = prepared.batch().posts().size();
            if (refused.size() == size && size >= ALL_REFUSED) {
                throw new IOException("All of " + size + " messages were refused, so it is no fault of theirs: "
                        + refused.get(0).reason());
            }
            counts.add(() -> refused.forEach(tally::leftOut));
        }
        return () -> counts.forEach(Runnable::run);
    }

    /**
     * Saves a batch. A rejected batch is split in halves down to the single messages that are rejected.
     *
     * @return the rejected messages
     */
    private List<ImportNote> save(PostIntake.Prepared prepared, List<Runnable> counts)
            throws IOException, InterruptedException {
        try {
            SavedBatch saved = patiently(() -> intake.save(prepared));
            counts.add(() -> tally.saved(prepared, saved));
            return List.of();
        } catch (RuntimeException e) {
            if (FailureReason.mayPass(e)) {
                throw e;
            }
            if (prepared.batch().posts().size() == 1) {
                return List.of(refused(prepared.batch().posts().get(0).telegramMessageId(), e));
            }
            List<ImportNote> refused = new ArrayList<>();
            for (PostIntake.Prepared half : prepared.halves()) {
                refused.addAll(save(half, counts));
            }
            return refused;
        }
    }

    private static ImportNote refused(long messageId, RuntimeException failure) {
        return new ImportNote(
                "message " + messageId, messageId, null, "it cannot be stored: " + FailureReason.of(failure));
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
            if (cause instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException("A batch could not be saved", cause);
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Repeats the step while the database or the object store is unavailable. Such an outage does not fail the import. */
    private <T> T patiently(Step<T> step) throws IOException, InterruptedException {
        long givenUpNanos = System.nanoTime() + settings.outageTolerance().toNanos();
        Duration pause = FIRST_PAUSE;
        String said = null;
        while (true) {
            if (stopped.getAsBoolean() || Thread.interrupted()) {
                throw new InterruptedException("The import is stopped");
            }
            try {
                return step.run();
            } catch (IOException | RuntimeException e) {
                if (!FailureReason.mayPass(e) || System.nanoTime() > givenUpNanos) {
                    throw e;
                }
                String reason = FailureReason.of(e);
                if (!reason.equals(said)) {
                    LOG.warn("Import {} waits and tries again: {}", order.id(), reason);
                    said = reason;
                }
            }
            Thread.sleep(pause.toMillis());
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }
}
