package routes.redisstreams;

import java.util.Map;

/**
 * Hears what becomes of entries, to count it.
 *
 * <p>Called on the component's threads: it must return at once.
 */
@FunctionalInterface
public interface StreamListener {
    /**
     * Something became of an entry.
     *
     * @param stream name of the stream (not its key)
     * @param group consumer group
     */
    void onOutcome(String stream, String group, Outcome outcome);

    /**
     * An entry ended without an exchange: it was deleted or trimmed while it was pending ({@link Outcome#LOST_ENTRY}), or was
     * given up because processes died of it ({@link Outcome#DEAD_LETTERED}). Not called for entries that were lost while they
     * were claimed from another consumer: Redis does not name those.
     *
     * @param fields its body; empty where the entry is gone
     */
    default void onUnprocessed(
            String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {}

    /** What an entry is about, in a few words for log lines; nothing that may not stand in a log. */
    default String describe(Map<String, String> fields) {
        return "";
    }
}
