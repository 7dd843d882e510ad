package routes.indexing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.events.TagSetVersion;

/**
 * Everything stored about a post that index and graph contain.
 *
 * @param attachmentText null if the attachments contain no text
 * @param tags stored tags, empty if there are none
 * @param tagsVersion version of the stored tags, lower than any other if there are none
 * @param vision {@code post_enrichment.data} of kind vision, a missing node if there is none
 * @param ocr of kind ocr
 * @param crawl of kind crawl
 * @param albumId null for a post without album
 * @param albumMeta {@code media_groups.meta}
 * @param forwardedFrom our id of the origin channel, else {@code tg:<id>} or its name; null if the post is not a forward
 * @param replyTo null if the post is not a reply or the other post is not stored
 */
record PostContent(
        UUID postId,
        UUID tenantId,
        UUID channelId,
        long number,
        String content,
        String attachmentText,
        Instant postedAt,
        Instant expiresAt,
        boolean deleted,
        long revision,
        IndexState state,
        List<String> tags,
        TagSetVersion tagsVersion,
        JsonNode vision,
        JsonNode ocr,
        JsonNode crawl,
        Long albumId,
        int albumPosition,
        JsonNode albumMeta,
        List<String> urls,
        List<String> images,
        String forwardedFrom,
        UUID replyTo) {}
