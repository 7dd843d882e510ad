package routes.events;

/**
 * The result of a batch stage for one event that failed while other events of the batch did not.
 *
 * @param kind how the failure is handled
 */
public record EntryFailure(RuntimeException cause, Kind kind) implements Recorded {

    /** The names are those of the redis-streams component. */
    public enum Kind {
        /** Redelivered a limited number of times. */
        COUNTED,
        /** Redelivered without limit: attempts are counted elsewhere. */
        UNCOUNTED,
        /** A service that all events need is unavailable: the stage pauses. */
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
