package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.UUID;

/**
 * How far an import is.
 *
 * @param status queued, running, done, failed
 * @param bytesTotal null until the file was opened
 * @param postsTotal null until the end of the file was seen
 * @param errors messages that could not be read, the first {@value #MAX_ERRORS}
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
        long albumsTotal,
        long mediaTotal,
        long mediaMissing,
        long messagesSkipped,
        JsonNode errors,
        String error,
        Instant createdAt,
        Instant startedAt,
        Instant finishedAt) {

    static final int MAX_ERRORS = 100;
}
