package routes.redisstreams;

import java.util.Map;

/**
 * Receives the outcome of each entry, for metrics.
 *
 * <p>Called on the component's threads, so it must not block.
 */
@FunctionalInterface
public interface StreamListener {
    /**
     * Called for each outcome of an entry.
     *
     * @param stream name of the stream (not its key)
     * @param group consumer group
     */
    void onOutcome(String stream, String group, Outcome outcome);

    /**
     * Called when an entry ended without an exchange: it was deleted or trimmed while pending ({@link Outcome#LOST_ENTRY}), or
     * became a dead letter because it killed processes ({@link Outcome#DEAD_LETTERED}). Not called for entries found lost when
     * they are claimed from another consumer: Redis does not name those.
     *
     * @param fields its body; empty if the entry is gone
     */
    default void onUnprocessed(
            String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {}

    /** A short description of an entry for log lines; must not contain anything that must not be logged. */
    default String describe(Map<String, String> fields) {
        return "";
    }
}
