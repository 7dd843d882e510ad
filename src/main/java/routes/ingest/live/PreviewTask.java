package routes.ingest.live;

import java.time.Duration;
import java.time.Instant;

/**
 * Work on one channel that is read from its preview. Only one task runs at a time across all processes, because of the lease of the
 * host.
 */
final class PreviewTask extends ChannelTask {
    /** Owner of the lease of the host. */
    final String owner;

    /** Pause before the next page is fetched; null without the lease of the host. */
    Duration pause;

    PreviewTask(LiveChannel channel, String owner, Instant end) {
        super(channel, end);
        this.owner = owner;
    }
}
