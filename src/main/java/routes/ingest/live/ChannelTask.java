package routes.ingest.live;

import java.time.Instant;

/** Work on one channel. */
abstract class ChannelTask {
    final LiveChannel channel;

    /** Whose page of history was asked for. */
    LiveChannel reading;

    private final Instant end;
    private boolean open = true;

    /** @param end when other channels get their turn */
    ChannelTask(LiveChannel channel, Instant end) {
        this.channel = channel;
        this.end = end;
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
}
