package routes.posts;

/**
 * A channel or supergroup as its source names it.
 *
 * @param tgChannelId the bare positive id; {@code -100…} of the Bot API is not bare
 * @param username without {@code @}, or null if it has none or the source does not tell
 */
public record ChannelIdentity(long tgChannelId, String username, String title) {
    public ChannelIdentity {
        if (tgChannelId <= 0) {
            throw new IllegalArgumentException("A channel's bare id is positive, not " + tgChannelId);
        }
        username = StorableText.of(username);
        title = title == null ? "" : StorableText.of(title);
    }
}
