package routes.ingest.live;

import java.time.Instant;
import java.util.Set;

/**
 * Work on one chat, or on a channel that is not found yet. A chat has one task at a time, so that what was read from Telegram first is
 * also saved first.
 */
final class LiveTask extends ChannelTask {
    /** What updates said of a chat. The messages themselves are read again: an update can be old, and has only a part of its message. */
    record Changes(Set<Long> changed, Set<Long> deleted) {
        static final Changes NONE = new Changes(Set.of(), Set.of());

        boolean isEmpty() {
            return changed.isEmpty() && deleted.isEmpty();
        }
    }

    final String key;

    /** Changes that are being applied. */
    Changes applying = Changes.NONE;

    /** @param end when other chats get their turn */
    LiveTask(String key, LiveChannel channel, Instant end) {
        super(channel, end);
        this.key = key;
    }

    /** The account that the route asks. */
    public String getAccount() {
        return channel.account();
    }
}
