package routes.events;

/**
 * A batch stage's answer for one event that failed while the others did not.
 *
 * @param kind how the failure is handled
 */
public record EntryFailure(RuntimeException cause, Kind kind) implements Recorded {

    /** Named as in the redis-streams component. */
    public enum Kind {
        /** Redelivered a limited number of times. */
        COUNTED,
        /** Redelivered without limit: attempts are counted elsewhere. */
        UNCOUNTED,
        /** Something that all events need is unavailable: the stage pauses. */
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
