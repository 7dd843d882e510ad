package routes.operations;

import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.outbox.OutboxRelay;
import routes.schedule.Job;

/** Removes old published events from the outbox in small transactions. */
@Component
class OutboxPruneJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxPruneJob.class);
    private static final int BATCH = 1_000;
    /** Limit per run: rows keep expiring, so a run might never end. */
    private static final int MAX_BATCHES = 1_000;

    private final OutboxRelay outbox;
    private final OutboxProperties properties;
    private final Clock clock;

    OutboxPruneJob(OutboxRelay outbox, OutboxProperties properties, Clock clock) {
        this.outbox = outbox;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "outbox-prune";
    }

    @Override
    public void run() {
        Instant olderThan = clock.instant().minus(properties.keep());
        long removed = 0;
        int last = BATCH;
        for (int batch = 0; batch < MAX_BATCHES && last == BATCH; batch++) {
            last = outbox.prune(olderThan, BATCH);
            removed += last;
        }
        LOG.debug("{} published events removed from the outbox", removed);
    }
}
