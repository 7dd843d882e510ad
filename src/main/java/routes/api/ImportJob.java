package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;
import routes.api.http.Cursor;

/**
 * The progress of an import.
 *
 * @param status queued, running, done, failed
 * @param file path relative to the import folder, the name of an uploaded file, or only the file name of an export elsewhere
 * @param postsTotal an estimate while the import runs; null before
 * @param messagesFailed messages, or larger parts of the export, that were left out because they cannot be read or stored
 * @param errors what was left out or ignored, and why: the first 100 messages, then the first 100 files, chats and fields
 * @param error why the import failed; null otherwise
 */
@JsonInclude
record ImportJob(
        UUID jobId,
        long userId,
        String file,
        String status,
        Long bytesTotal,
        long bytesDone,
        Long postsTotal,
        long postsDone,
        long postsNew,
        long postsChanged,
        long postsDeleted,
        long albumsTotal,
        long mediaTotal,
        long mediaMissing,
        long messagesSkipped,
        long messagesFailed,
        JsonNode errors,
        String error,
        Instant createdAt,
        Instant startedAt,
        Instant finishedAt) {

    static final int MAX_ERRORS = 200;

    Cursor place() {
        return new Cursor(createdAt, jobId);
    }
}
