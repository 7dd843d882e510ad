package routes.posts;

import routes.events.StorableText;

/**
 * A channel or supergroup according to its source.
 *
 * @param tgChannelId the positive id without the Bot API's prefix {@code -100}
 * @param username without {@code @}; null if the channel has none or the source does not contain it
 */
public record ChannelIdentity(long tgChannelId, String username, String title) {
    /** Telegram's ids have at most 52 bits. A source whose channels have no ids assigns larger numbers. */
    public static final long LAST_TELEGRAM_ID = (1L << 52) - 1;

    public ChannelIdentity {
        if (tgChannelId <= 0) {
            throw new IllegalArgumentException("The bare id of a channel must be positive, not " + tgChannelId);
        }
        username = StorableText.of(username);
        title = title == null ? "" : StorableText.of(title);
    }
}
