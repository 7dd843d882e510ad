package routes.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import routes.events.StorableText;
import routes.posts.PostWriter.SavedBatch;

/** Counts what one run of an import did. Used by a single thread. */
final class ImportTally {
    /** More would only make the row larger. The count of missing files is complete regardless. */
    private static final int MAX_NOTES = 100;

    private static final int MAX_LENGTH = 500;

    private final UUID id;
    private final Path file;
    private final long bytesTotal;
    private final long startedNanos = System.nanoTime();
    private final List<ImportNote> messages = new ArrayList<>();
    private final List<ImportNote> notes = new ArrayList<>();
    private long bytesDone;
    private long saved;
    private long repeated;
    private long created;
    private long changed;
    private long deleted;
    private long albums;
    private long media;
    private long mediaMissing;
    private long skipped;
    private long failed;

    ImportTally(UUID id, Path file, long bytesTotal) {
        this.id = id;
        this.file = file;
        this.bytesTotal = bytesTotal;
    }

    void read(long bytes) {
        bytesDone = Math.min(bytes, bytesTotal);
    }

    void messageSkipped() {
        skipped++;
    }

    void saved(PostIntake.Prepared prepared, SavedBatch saved) {
        this.saved += saved.created() + saved.edited() + saved.updated() + saved.unchanged();
        created += saved.created();
        changed += saved.edited();
        albums += saved.albumsCreated() + saved.albumsChanged() + saved.albumsUnchanged();
        media += prepared.files();
        mediaMissing += prepared.skipped().size();
        prepared.skipped().forEach(file -> note(new ImportNote(file.name(), null, null, file.reason())));
    }

    /** A message occurred before in the source. It counts as one post. */
    void repeated() {
        repeated++;
    }

    void deleted(int posts) {
        deleted += posts;
    }

    void note(ImportNote note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(storable(note));
        }
    }

    void leftOut(ImportNote message) {
        failed++;
        if (messages.size() < MAX_NOTES) {
            messages.add(storable(message));
        }
    }

    private static ImportNote storable(ImportNote note) {
        return new ImportNote(storable(note.name()), note.messageId(), storable(note.field()), storable(note.reason()));
    }

    /** Text from the file may have any length and contain any characters. */
    private static String storable(String text) {
        String cut = text == null || text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
        return StorableText.of(cut);
    }

    /** Messages that were left out come first. */
    List<ImportNote> notes() {
        return Stream.concat(messages.stream(), notes.stream()).toList();
    }

    ImportProgress progress(ImportProgress.Status status, String error) {
        long posts = Math.max(0, saved - repeated);
        boolean done = status == ImportProgress.Status.DONE;
        long estimate = bytesDone == 0 ? posts : (long) ((double) posts * bytesTotal / bytesDone);
        return new ImportProgress(
                id,
                file,
                status,
                bytesTotal,
                done ? bytesTotal : bytesDone,
                done ? posts : Math.max(posts, estimate),
                posts,
                created,
                changed,
                deleted,
                albums,
                media,
                mediaMissing,
                skipped,
                failed,
                notes(),
                Duration.ofNanos(System.nanoTime() - startedNanos),
                error);
    }
}
