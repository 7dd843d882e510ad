package routes.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * @param notes what was left out or skipped and why; the first 100 of each kind
 * @param elapsed time since the start of the import
 * @param error why the import failed, or null
 */
public record ImportProgress(
        UUID id,
        Path file,
        Status status,
        Map<Count, Long> counts,
        List<ImportNote> notes,
        Duration elapsed,
        String error) {

    /** The values of {@code imports.status}, in upper case. */
    public enum Status {
        QUEUED,
        RUNNING,
        DONE,
        FAILED;

        boolean isOver() {
            return this == DONE || this == FAILED;
        }
    }

    /** The counter columns of {@code imports}, in upper case. */
    public enum Count {
        BYTES_TOTAL,
        BYTES_DONE,
        /** An estimate from the share of bytes read while the import runs; the exact number at the end. */
        POSTS_TOTAL,
        POSTS_DONE,
        POSTS_NEW,
        /** Posts with new content. */
        POSTS_CHANGED,
        /** Posts that the source reports as deleted or, if deletions are enabled, no longer contains. */
        POSTS_DELETED,
        ALBUMS_TOTAL,
        MEDIA_TOTAL,
        /** Files that could not be stored. */
        MEDIA_MISSING,
        /** Messages that are not posts, such as service messages. */
        MESSAGES_SKIPPED,
        /** Messages, and larger parts of the export, that could not be read or stored. */
        MESSAGES_FAILED
    }

    public long count(Count what) {
        return counts.getOrDefault(what, 0L);
    }

    public boolean isOver() {
        return status.isOver();
    }
}
