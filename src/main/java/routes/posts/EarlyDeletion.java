package routes.posts;

import java.util.UUID;

/**
 * A deletion whose post is not there.
 *
 * @param tenantId null where the event does not say; then whatever tenant the post has
 * @param channelId null where the event does not say
 */
public record EarlyDeletion(UUID tenantId, UUID channelId, UUID postId, DeletionReason reason) {}
