package routes.events;

import java.util.Locale;

/**
 * How an event ended in a stage that publishes nothing for it: the last body of its exchange.
 *
 * @param reason a word or a few, without ids; null where there is nothing to add
 */
public record StageOutcome(Kind kind, String reason) implements Recorded {

    /** What other failures than given-up ones are: exceptions. */
    public enum Kind {
        DONE,
        SKIPPED,
        FAILED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public StageOutcome outcome() {
        return this;
    }

    public static StageOutcome done(String reason) {
        return new StageOutcome(Kind.DONE, reason);
    }

    public static StageOutcome skipped(String reason) {
        return new StageOutcome(Kind.SKIPPED, reason);
    }
}
