package routes.ingest;

import java.util.List;
import java.util.UUID;
import routes.posts.ChannelStore.Channel;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.posts.PostRemoval.Message;

/** Deletes the posts of messages that are no longer in their channel. */
public final class DeletedMessages {
    private static final int BATCH = 500;

    private final PostRemoval posts;

    public DeletedMessages(PostRemoval posts) {
        this.posts = posts;
    }

    /**
     * Deletes the posts of messages that the source reports as deleted.
     *
     * @return how many posts were deleted
     */
    int delete(UUID tenantId, Channel channel, List<Long> messageIds) {
        int deleted = 0;
        for (int i = 0; i < messageIds.size(); i += BATCH) {
            List<Long> ids = messageIds.subList(i, Math.min(messageIds.size(), i + BATCH));
            deleted += deletePosts(tenantId, channel, posts.ids(tenantId, channel.id(), ids));
        }
        return deleted;
    }

    /**
     * Deletes the posts of stored messages that are missing from a complete source, between the first and the last message in it.
     * A source that ends before the last stored message is older than the stored data and proves nothing.
     *
     * @return how many posts were deleted
     */
    int deleteMissing(UUID tenantId, Channel channel, SeenMessages seen) {
        if (seen.isEmpty() || posts.lastMessageId(tenantId, channel.id()) > seen.last()) {
            return 0;
        }
        int deleted = 0;
        long place = seen.first() - 1;
        List<Message> stored;
        do {
            stored = posts.messages(tenantId, channel.id(), place, seen.last(), BATCH);
            List<UUID> missing = stored.stream()
                    .filter(message -> !seen.contains(message.messageId()))
                    .map(Message::postId)
                    .toList();
            deleted += deletePosts(tenantId, channel, missing);
            place = stored.isEmpty() ? place : stored.get(stored.size() - 1).messageId();
        } while (stored.size() == BATCH);
        return deleted;
    }

    private int deletePosts(UUID tenantId, Channel channel, List<UUID> postIds) {
        return postIds.isEmpty() ? 0 : posts.delete(tenantId, channel.id(), postIds, DeletionReason.TELEGRAM);
    }
}
