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
     * Called when an entry ended without an exchange: it was deleted or trimmed while pending ({@link Outcome#LOST_ENTRY}), or became a
     * dead letter because it killed processes ({@link Outcome#DEAD_LETTERED}). Not called for entries found lost when they are claimed
     * from another consumer: Redis does not return their ids.
     *
     * @param fields body of the entry; empty if the entry no longer exists
     */
    default void onUnprocessed(
            String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {}

    /** Returns a short description of an entry for log lines. Must not contain data that must not be logged. */
    default String describe(Map<String, String> fields) {
        return "";
    }
}
