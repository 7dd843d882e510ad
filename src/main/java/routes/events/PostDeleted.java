package routes.events;

import java.time.Instant;
import java.util.UUID;

/** posts.deleted: a post to be removed from the index, the graph and the database. */
public record PostDeleted(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID postId,
        UUID tenantId,
        UUID channelId,
        String reason,
        Instant expiredAt)
        implements PostEvent {}
