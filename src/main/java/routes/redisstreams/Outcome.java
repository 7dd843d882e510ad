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
    /** A pending id whose entry was deleted or trimmed; acknowledged. */
    LOST_ENTRY,
    /** Claimed from another consumer that left it idle. */
    CLAIMED,
    /** Processed or failed here after another consumer had claimed it; nothing was published or counted. */
    STALE;

    /** Returns the name in lower case, as used in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
