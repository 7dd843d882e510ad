package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * posts.crawl: a request to fetch the links of a post.
 *
 * @param notBefore minimum time of the last check of a stored page; older copies are fetched again; null to accept any fresh copy
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
