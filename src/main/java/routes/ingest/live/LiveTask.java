package routes.ingest.live;

import java.time.Instant;
import java.util.Set;

/**
 * Work on one chat, or on a channel that is not found yet. A chat has one task at a time, so that messages are saved in the order
 * in which they were read from Telegram.
 */
final class LiveTask extends ChannelTask {
    /**
     * Changes reported by updates. The messages are read again, because an update may be outdated and contains only a part of the
     * message.
     */
    record Changes(Set<Long> changed, Set<Long> deleted) {
        static final Changes NONE = new Changes(Set.of(), Set.of());

        boolean isEmpty() {
            return changed.isEmpty() && deleted.isEmpty();
        }
    }

    final String key;

    /** Changes that are being applied. */
    Changes applying = Changes.NONE;

    /** @param end time at which other chats get their turn */
    LiveTask(String key, LiveChannel channel, Instant end) {
        super(channel, end);
        this.key = key;
    }

    /** The account that the route uses. */
    public String getAccount() {
        return channel.account();
    }
}
