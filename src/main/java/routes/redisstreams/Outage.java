package routes.redisstreams;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.support.LRUCacheFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.StreamGroup;

/**
 * Tracks whether a service that the exchanges of a consumer need is unavailable. During an outage, one entry at a time is a probe, with
 * backoff. Logs one line per change. Guarded by the lock of {@link HeldEntries}.
 */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private static final int MAX_BLAMED = 1_000;

    private final StreamGroup group;
    private final Backoff backoff;
    private final int maxBegun;
    /**
     * By entry id: number of outages that the entry began and other entries ended since it last succeeded. Kept only for the latest such
     * entries.
     */
    private final Map<String, Integer> begun = LRUCacheFactory.newLRUCache(MAX_BLAMED);

    private String problem;
    private String probe;
    private String lastProbe;
    private int failures;
    private long sinceNanos;
    private long dueNanos;

    /**
     * @param backoff delays between probes
     * @param maxBegun maximum number of outages that an entry may begin and others end before the entry itself is considered at fault
     */
    Outage(StreamGroup group, Backoff backoff, int maxBegun) {
        this.group = group;
        this.backoff = backoff;
        this.maxBegun = maxBegun;
    }

    boolean isOn() {
        return problem != null;
    }

    /** Returns the message of the last failure; null if there is no outage. */
    String problem() {
        return problem;
    }

    /** Returns the time until the next probe; {@link Long#MAX_VALUE} while a probe is in flight. */
    long nanosUntilProbe() {
        return probe != null ? Long.MAX_VALUE : dueNanos - System.nanoTime();
    }

    void probing(String id) {
        probe = id;
        lastProbe = id;
    }

    boolean wasLastProbe(String id) {
        return id.equals(lastProbe);
    }

    /** @return false if the entry itself is at fault: no other entry reports outages */
    boolean failed(String id, Throwable cause) {
        if (problem == null) {
            if (begun.merge(id, 1, Integer::sum) > maxBegun) {
                return false;
            }
            failures = 0;
            lastProbe = id;
            sinceNanos = System.nanoTime();
            LOG.warn(
                    "{} pauses: a dependency is unavailable ({}). No entry is lost and no failure is counted. One entry at"
                            + " a time is retried until it succeeds",
                    group,
                    ServerState.reason(cause));
        } else if (!id.equals(probe)) {
            // the exchange began before the outage
            return true;
        }
        problem = ServerState.reason(cause);
        probe = null;
        failures++;
        dueNanos = System.nanoTime() + backoff.delay(failures).toNanos();
        return true;
    }

    void inconclusive(String id) {
        if (id.equals(probe)) {
            probe = null;
        }
    }

    /** @return whether this ends the outage */
    boolean succeeded(String id) {
        begun.remove(id);
        if (!id.equals(probe)) {
            return false;
        }
        LOG.info(
                "{} resumes after {} ms",
                group,
                Duration.ofNanos(System.nanoTime() - sinceNanos).toMillis());
        problem = null;
        probe = null;
        return true;
    }
}
