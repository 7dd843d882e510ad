package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.api.http.Cursor;

/** A post as lists show it. */
@JsonInclude
record Post(
        UUID id,
        long number,
        UUID channelId,
        long telegramMessageId,
        String content,
        List<String> tags,
        String taggingStatus,
        int taggingAttempts,
        String taggingError,
        String indexingStatus,
        Instant postedAt,
        Instant editedAt,
        String telegramPostUrl,
        Long groupedId,
        Long albumId,
        List<Media> media,
        List<String> urls) {

    /**
     * A file of the post.
     *
     * @param mimeType null where the file itself is not in the object store, as are the two beside it
     */
    @JsonInclude
    record Media(String sha256, String mimeType, Long sizeBytes, String s3Key) {}

    Cursor place() {
        return Cursor.of(postedAt, number);
    }
}
