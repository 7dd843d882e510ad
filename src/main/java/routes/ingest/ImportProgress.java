package routes.ingest;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Progress of an import.
 *
 * @param postsTotal an estimate from the share of bytes read while it runs; the exact number at the end
 * @param postsChanged posts that got new content
 * @param postsDeleted posts that the source reports as deleted or, if deletions are enabled, no longer contains
 * @param mediaMissing files that could not be stored
 * @param messagesSkipped messages that are not posts, such as service messages
 * @param messagesFailed messages, and larger parts of the export, that cannot be read or stored and are left out
 * @param notes what was left out or skipped and why, the first 100 of each
 * @param elapsed since it started
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

    /** As in {@code imports.status}, in upper case. */
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
