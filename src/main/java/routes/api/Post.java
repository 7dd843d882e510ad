package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.api.http.Cursor;

/**
 * @param attachmentText text of the attachments, one line each; null if there are no attachments
 * @param entities formatting of the content, as in the event posts.parsed
 * @param media stored and missing files; fields that apply to only one of the two are absent from the other
 * @param enrichments null in lists
 * @param links state of each link, see {@link PostLinks}; null in lists
 * @param samePictures other posts with the same pictures; null in lists
 */
@JsonInclude
record Post(
        UUID id,
        long number,
        UUID channelId,
        long telegramMessageId,
        String content,
        String attachmentText,
        JsonNode entities,
        List<String> tags,
        String taggingStatus,
        int taggingAttempts,
        String taggingError,
        String indexingStatus,
        Instant postedAt,
        Instant editedAt,
        boolean isEdited,
        String telegramPostUrl,
        String authorName,
        Long groupedId,
        Long albumId,
        JsonNode media,
        List<String> urls,
        int viewsCount,
        int forwardsCount,
        int repliesCount,
        int reactionsCount,
        JsonNode reactions,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode forwardedFrom,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode replyTo,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode poll,
        @JsonInclude(JsonInclude.Include.NON_NULL) String viaBot,
        @JsonInclude(JsonInclude.Include.NON_NULL) String topic,
        @JsonInclude(JsonInclude.Include.NON_NULL) String quote,
        @JsonInclude(JsonInclude.Include.NON_NULL) Enrichments enrichments,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode links,
        @JsonInclude(JsonInclude.Include.NON_NULL) JsonNode samePictures) {

    /** The results of all stages by kind; null until the stage has stored a result. */
    @JsonInclude
    record Enrichments(JsonNode tags, JsonNode vision, JsonNode ocr, JsonNode crawl) {}

    Cursor place() {
        return Cursor.of(postedAt, number);
    }
}
