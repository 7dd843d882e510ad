package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Posts that Telegram shows as one album.
 *
 * @param inferred whether the members were grouped by time, since exports do not mark albums
 * @param members in message order, without deleted posts
 * @param summary vision result for all pictures together; null until the album is assembled
 */
@JsonInclude
record Album(
        long id,
        UUID channelId,
        long groupedId,
        String albumKind,
        int itemsCount,
        String captionText,
        String coverMediaId,
        Instant postedAt,
        int revision,
        boolean inferred,
        List<Member> members,
        JsonNode summary) {

    @JsonInclude
    record Member(
            int position,
            UUID postId,
            long number,
            long telegramMessageId,
            String telegramPostUrl,
            String mediaKind,
            String mediaSha256) {}
}
