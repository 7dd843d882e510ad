package routes.events;

import java.util.Locale;

/**
 * The outcome of an event in a stage.
 *
 * @param reason one or a few words, without ids; null if there is nothing to add
 * @param provider provider that did the work, such as {@code gigachat}; null if the stage itself did it
 * @param model model of the provider; null without a provider
 */
public record StageOutcome(Kind kind, String reason, String provider, String model) implements Recorded {

    public enum Kind {
        DONE,
        SKIPPED,
        FAILED;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    StageOutcome(Kind kind, String reason) {
        this(kind, reason, null, null);
    }

    @Override
    public StageOutcome outcome() {
        return this;
    }

    public static StageOutcome done(String reason) {
        return new StageOutcome(Kind.DONE, reason);
    }

    public static StageOutcome doneBy(String provider, String model) {
        return new StageOutcome(Kind.DONE, null, provider, model);
    }

    public static StageOutcome skipped(String reason) {
        return new StageOutcome(Kind.SKIPPED, reason);
    }
}
