package routes.redisstreams;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the outcomes of entries since the consumer was started, and notifies the listener. */
final class OutcomeCounter {
    private static final Logger LOG = LoggerFactory.getLogger(OutcomeCounter.class);

    private final StreamGroup group;
    private final StreamListener listener;
    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

    OutcomeCounter(StreamGroup group, StreamListener listener) {
        this.group = group;
        this.listener = listener;
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    void count(Outcome outcome) {
        counts.get(outcome).increment();
        try {
            listener.onOutcome(group.stream(), group.group(), outcome);
        } catch (RuntimeException e) {
            LOG.error("The stream listener {} failed on {} of {}", listener, outcome, group, e);
        }
    }

    /** Notifies the listener of an entry that ended without an exchange; the outcome is counted separately. */
    void unprocessed(String entryId, Map<String, String> fields, Outcome outcome) {
        try {
            listener.onUnprocessed(group.stream(), group.group(), entryId, fields, outcome);
        } catch (RuntimeException e) {
            LOG.error("The stream listener {} failed on {} of {}", listener, outcome, group, e);
        }
    }

    /** A short description of an entry, for log lines. */
    String describe(Map<String, String> fields) {
        try {
            String about = listener.describe(fields);
            return about.isEmpty() ? "" : " (" + about + ")";
        } catch (RuntimeException e) {
            return "";
        }
    }

    void count(Outcome outcome, long times) {
        for (long i = 0; i < times; i++) {
            count(outcome);
        }
    }

    long of(Outcome outcome) {
        return counts.get(outcome).sum();
    }
}
