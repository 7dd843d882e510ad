package routes.events;

/**
 * The answer of a stage that works on several events at once for one that failed, while the others did not.
 *
 * @param kind how the failure is to be taken
 */
public record EntryFailure(RuntimeException cause, Kind kind) implements Recorded {

    /** As the redis-streams component names them. */
    public enum Kind {
        /** Delivered again, a limited number of times. */
        COUNTED,
        /** Delivered again without limit: somebody else counts. */
        UNCOUNTED,
        /** What all events need is unavailable: the stage pauses. */
        UNAVAILABLE
    }

    public static EntryFailure counted(RuntimeException cause) {
        return new EntryFailure(cause, Kind.COUNTED);
    }

    @Override
    public StageOutcome outcome() {
        return new StageOutcome(StageOutcome.Kind.FAILED, cause.getMessage());
    }
}
