package routes.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * How far an import is.
 *
 * @param postsTotal while it runs an estimate from the share of bytes, at the end the number
 * @param postsChanged posts that got new content
 * @param postsDeleted posts that the source names as deleted, or, where that is asked for, does not show any more
 * @param mediaMissing files that could not be taken
 * @param messagesSkipped service messages and others that are no posts
 * @param messagesFailed messages, and larger parts of the export, that cannot be read or stored and are left out
 * @param notes what was left out or passed over and why, the first 100 of each
 * @param elapsed since it began to run
 * @param error why it failed, or null
 */
public record ImportProgress(
        UUID id,
        Path file,
        Status status,
        long bytesTotal,
        long bytesDone,
        long postsTotal,
        long postsDone,
        long postsNew,
        long postsChanged,
        long postsDeleted,
        long albums,
        long media,
        long mediaMissing,
        long messagesSkipped,
        long messagesFailed,
        List<ImportNote> notes,
        Duration elapsed,
        String error) {

    /** As in {@code imports.status}, in capitals. */
    public enum Status {
        QUEUED,
        RUNNING,
        DONE,
        FAILED
    }

    public boolean isOver() {
        return status == Status.DONE || status == Status.FAILED;
    }
}
