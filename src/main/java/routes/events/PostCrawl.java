package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * posts.crawl: A request to fetch the links of a post.
 *
 * @param notBefore copies of the pages that were checked earlier do not count; null if any copy that is fresh will do
 */
public record PostCrawl(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID postId,
        UUID tenantId,
        String userId,
        UUID channelId,
        List<String> urls,
        List<String> tags,
        String triggerReason,
        List<String> triggerTags,
        Boolean isRetagging,
        Instant notBefore)
        implements PostEvent {}
