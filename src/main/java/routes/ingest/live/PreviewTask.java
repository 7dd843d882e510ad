package routes.ingest.live;

import java.time.Duration;
import java.time.Instant;

/** Work on one channel that is read from its preview. One at a time over all processes: the host is asked by one. */
final class PreviewTask extends ChannelTask {
    /** Of the lease of the host. */
    final String owner;

    /** Before the next page is fetched; null without the lease of the host. */
    Duration pause;

    PreviewTask(LiveChannel channel, String owner, Instant end) {
        super(channel, end);
        this.owner = owner;
    }
}
