package routes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import routes.events.EntryFailure;
import routes.events.Recorded;

/** The answer of a stage for a batch of one event. */
public final class Answers {
    private Answers() {}

    /** @throws RuntimeException the failure of the event, if it failed */
    public static Recorded only(List<? extends Recorded> answers) {
        assertThat(answers).hasSize(1);
        if (answers.get(0) instanceof EntryFailure failure) {
            throw failure.cause();
        }
        return answers.get(0);
    }
}
