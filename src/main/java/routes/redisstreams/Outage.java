package routes.redisstreams;

import java.time.Duration;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether something that the exchanges of a consumer need is away. While it is, one entry at a time probes, with back-off.
 * Writes one line to the log for each change. Guarded by the lock of {@link HeldEntries}.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final StreamGroup group;
    private final Backoff backoff;
    private String problem;
    private String probe;
    private int failures;
    private long sinceNanos;
    private long dueNanos;

    /** @param backoff delays between probes */
    Outage(StreamGroup group, Backoff backoff) {
        this.group = group;
        this.backoff = backoff;
    }

    boolean isOn() {
        return problem != null;
    }

    /** What is away, in the words of the last failure; null if nothing is. */
    String problem() {
        return problem;
    }

    /** How long to wait for the next probe; for ever while one is under way. */
    long nanosUntilProbe() {
        return probe != null ? Long.MAX_VALUE : dueNanos - System.nanoTime();
    }

    void probing(String id) {
        probe = id;
    }

    void failed(String id, Throwable cause) {
        if (problem == null) {
            failures = 0;
            sinceNanos = System.nanoTime();
            LOG.warn(
                    "{} pauses: what it needs is unavailable ({}). Nothing is lost or counted; one entry at a time is tried"
                            + " until it is back",
                    group,
                    reason(cause));
        } else if (!id.equals(probe)) {
            // it began before
            return;
        }
        problem = reason(cause);
        probe = null;
        failures++;
        dueNanos = System.nanoTime() + backoff.delay(failures).toNanos();
    }

    void inconclusive(String id) {
        if (id.equals(probe)) {
            probe = null;
        }
    }

    /** @return whether the outage is over by that */
    boolean succeeded(String id) {
        if (!id.equals(probe)) {
            return false;
        }
        LOG.info(
                "{} goes on after {} ms",
                group,
                Duration.ofNanos(System.nanoTime() - sinceNanos).toMillis());
        problem = null;
        probe = null;
        return true;
    }

    private static String reason(Throwable cause) {
        Throwable root = ObjectHelper.createExceptionIterable(cause).iterator().next();
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return message.lines().findFirst().orElse(message);
    }
}
