package routes.ingest.live;

import java.time.Instant;
import java.util.Set;

/**
 * Work on one chat, or on a channel that is not found yet. A chat has one task at a time, so that what was read from Telegram first is
 * also saved first.
 */
final class LiveTask {
    /** What updates said of a chat. The messages themselves are read again: an update can be old, and has only a part of its message. */
    record Changes(Set<Long> changed, Set<Long> deleted) {
        static final Changes NONE = new Changes(Set.of(), Set.of());

        boolean isEmpty() {
            return changed.isEmpty() && deleted.isEmpty();
        }
    }

    private final String key;
    private final LiveChannel channel;
    private final Instant end;
    private boolean open = true;

    /** Whose page of history was asked for. */
    private LiveChannel reading;

    /** Changes that are being applied. */
    private Changes applying = Changes.NONE;

    /** @param end when other chats get their turn */
    LiveTask(String key, LiveChannel channel, Instant end) {
        this.key = key;
        this.channel = channel;
        this.end = end;
    }

    String key() {
        return key;
    }

    LiveChannel channel() {
        return channel;
    }

    /** The account that the route asks. */
    public String getAccount() {
        return channel.account();
    }

    /** Whether there may be more to do. */
    public boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    boolean isOver(Instant now) {
        return now.isAfter(end);
    }

    LiveChannel reading() {
        return reading;
    }

    void reading(LiveChannel row) {
        reading = row;
    }

    Changes applying() {
        return applying;
    }

    void applying(Changes changes) {
        applying = changes;
    }
}
