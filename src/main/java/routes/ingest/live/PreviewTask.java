package routes.ingest.live;

import java.time.Duration;
import java.time.Instant;

/** Work on one channel that is read from its preview. One at a time over all processes: the host is asked by one. */
final class PreviewTask {
    private final LiveChannel channel;
    private final String owner;
    private final Instant end;
    private boolean open = true;
    private boolean held;
    private Duration pause = Duration.ZERO;
    /** Whose page was asked for. */
    private LiveChannel reading;

    /**
     * @param owner of the lease of the host
     * @param end when other channels get their turn
     */
    PreviewTask(LiveChannel channel, String owner, Instant end) {
        this.channel = channel;
        this.owner = owner;
        this.end = end;
    }

    LiveChannel channel() {
        return channel;
    }

    String owner() {
        return owner;
    }

    boolean isOver(Instant now) {
        return now.isAfter(end);
    }

    /** Whether there may be more to do. */
    public boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    /** Whether this task has the lease of the host. */
    boolean isHeld() {
        return held;
    }

    /** The host may be asked, after this pause. */
    void held(Duration rest) {
        held = true;
        pause = rest;
    }

    Duration pause() {
        return pause;
    }

    LiveChannel reading() {
        return reading;
    }

    void reading(LiveChannel row) {
        reading = row;
    }
}
