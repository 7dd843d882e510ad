package routes.posts;

import java.util.UUID;

/**
 * A deletion whose post is not stored yet.
 *
 * @param tenantId null if the event does not contain it; then it applies to the post of any tenant
 * @param channelId null if the event does not contain it
 */
public record EarlyDeletion(UUID tenantId, UUID channelId, UUID postId, DeletionReason reason) {}
