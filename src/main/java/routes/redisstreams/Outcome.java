package routes.redisstreams;

import java.util.Locale;

/** The outcome of an entry in one group. */
public enum Outcome {
    /** Processed, acknowledged, its outputs published. */
    COMPLETED,
    /** A delivery failed; the entry will be delivered again. */
    FAILED,
    /** Moved to the dead letters. */
    DEAD_LETTERED,
    /** A pending id whose entry had been deleted or trimmed; acknowledged. */
    LOST_ENTRY,
    /** Taken over from another consumer that left it idle. */
    CLAIMED,
    /** Processed or failed here, but by then no longer this consumer's; nothing was published or counted. */
    STALE;

    /** The name in lower case, as metrics use it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
