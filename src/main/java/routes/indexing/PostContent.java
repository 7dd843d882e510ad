package routes.indexing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.events.TagSetVersion;

/**
 * Everything stored about a post that index and graph show.
 *
 * @param attachmentText null where attachments say nothing
 * @param tags        stored tags, empty while there are none
 * @param tagsVersion version of the stored tags, lower than any other while there are none
 * @param vision      {@code post_enrichment.data} of kind vision, a missing node without
 * @param ocr         of kind ocr
 * @param crawl       of kind crawl
 * @param albumId     null for a post without album
 * @param albumMeta   {@code media_groups.meta}
 * @param forwardedFrom our id of the origin channel, else {@code tg:<id>} or its name; null where the post is no forward
 * @param replyTo     null where the post is no reply or the other post is not stored
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
