package routes.redisstreams;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.StreamGroup;

/** Counts the outcomes of entries since the consumer was started, and notifies the listener. */
final class OutcomeCounter {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeCounter.class);

    private final StreamGroup group;
    private final StreamListener listener;
    private final AtomicLongArray counts = new AtomicLongArray(Outcome.values().length);

    OutcomeCounter(StreamGroup group, StreamListener listener) {
        this.group = group;
        this.listener = listener;
    }

    void count(Outcome outcome) {
        count(outcome, 1);
    }

    void count(Outcome outcome, long times) {
        counts.addAndGet(outcome.ordinal(), times);
        for (long i = 0; i < times; i++) {
            notify(outcome, () -> listener.onOutcome(group.stream(), group.group(), outcome));
        }
    }

    /** Notifies the listener of an entry that ended without an exchange. The outcome is counted separately. */
    void unprocessed(String entryId, Map<String, String> fields, Outcome outcome) {
        notify(outcome, () -> listener.onUnprocessed(group.stream(), group.group(), entryId, fields, outcome));
    }

    private void notify(Outcome outcome, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("The stream listener {} failed on {} of {}", listener, outcome, group, e);
        }
    }

    /** Returns a short description of an entry for log lines. */
    String describe(Map<String, String> fields) {
        try {
            String about = listener.describe(fields);
            return about.isEmpty() ? "" : " (" + about + ")";
        } catch (RuntimeException e) {
            return "";
        }
    }

    long of(Outcome outcome) {
        return counts.get(outcome.ordinal());
    }
}
