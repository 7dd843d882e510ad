package routes.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import routes.events.StorableText;
import routes.ingest.ImportProgress.Count;
import routes.posts.Post;
import routes.posts.PostWriter.PostBatch;
import routes.posts.PostWriter.SavedBatch;

/** Counts the results of one run of an import. */
final class ImportTally {
    /** Limits the size of the row. The count of missing files is not limited. */
    private static final int MAX_NOTES = 100;

    private static final int MAX_LENGTH = 500;

    private final UUID id;
    private final Path file;
    private final long bytesTotal;
    private final long startedNanos = System.nanoTime();
    private final List<ImportNote> messages = new ArrayList<>();
    private final List<ImportNote> notes = new ArrayList<>();
    private final EnumMap<Count, Long> counts = new EnumMap<>(Count.class);

    ImportTally(UUID id, Path file, long bytesTotal) {
        this.id = id;
        this.file = file;
        this.bytesTotal = bytesTotal;
    }

    synchronized void add(Count what, long number) {
        counts.merge(what, number, Long::sum);
    }

    synchronized void read(long bytes) {
        counts.put(Count.BYTES_DONE, Math.min(bytes, bytesTotal));
    }

    synchronized void saved(PostBatch batch, SavedBatch saved) {
        add(Count.POSTS_DONE, saved.created() + saved.edited() + saved.updated() + saved.unchanged());
        add(Count.POSTS_NEW, saved.created());
        add(Count.POSTS_CHANGED, saved.edited());
        add(Count.ALBUMS_TOTAL, saved.albumsCreated() + saved.albumsChanged() + saved.albumsUnchanged());
        add(Count.MEDIA_TOTAL, batch.posts().stream().filter(Post::hasMedia).count());
        batch.posts().stream().flatMap(post -> post.skippedFiles().stream()).forEach(file -> {
            add(Count.MEDIA_MISSING, 1);
            note(new ImportNote(file.name(), null, null, file.reason()));
        });
    }

    /** Records that a message occurred before in the source. It counts as one post. */
    void repeated() {
        add(Count.POSTS_DONE, -1);
    }

    synchronized void note(ImportNote note) {
        add(notes, note);
    }

    synchronized void leftOut(ImportNote message) {
        add(Count.MESSAGES_FAILED, 1);
        add(messages, message);
    }

    private static void add(List<ImportNote> notes, ImportNote note) {
        if (notes.size() < MAX_NOTES) {
            notes.add(new ImportNote(
                    storable(note.name()), note.messageId(), storable(note.field()), storable(note.reason())));
        }
    }

    /** Text from the file may have any length and contain any characters. */
    private static String storable(String text) {
        String cut = text == null || text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
        return StorableText.of(cut);
    }

    synchronized ImportProgress progress(ImportProgress.Status status, String error) {
        var now = counts.clone();
        long posts = Math.max(0, now.getOrDefault(Count.POSTS_DONE, 0L));
        long bytes = status == ImportProgress.Status.DONE ? bytesTotal : now.getOrDefault(Count.BYTES_DONE, 0L);
        now.put(Count.BYTES_TOTAL, bytesTotal);
        now.put(Count.BYTES_DONE, bytes);
        now.put(Count.POSTS_DONE, posts);
        now.put(Count.POSTS_TOTAL, bytes == 0 ? posts : Math.round((double) posts * bytesTotal / bytes));
        // messages that were left out come first
        List<ImportNote> all = Stream.concat(messages.stream(), notes.stream()).toList();
        Duration elapsed = Duration.ofNanos(System.nanoTime() - startedNanos);
        return new ImportProgress(id, file, status, now, all, elapsed, error);
    }
}
