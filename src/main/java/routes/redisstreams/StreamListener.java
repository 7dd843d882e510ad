package routes.redisstreams;

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
}
