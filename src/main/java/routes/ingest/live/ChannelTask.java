package routes.ingest.live;

import java.time.Instant;

/** Work on one channel. */
abstract class ChannelTask {
    final LiveChannel channel;

    /** The channel whose history page was requested. */
    LiveChannel reading;

    private final Instant end;
    private boolean open = true;

    /** @param end time at which other channels get their turn */
    ChannelTask(LiveChannel channel, Instant end) {
        this.channel = channel;
        this.end = end;
    }

    /** Whether the task may have further steps. */
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
