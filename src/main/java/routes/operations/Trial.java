package routes.operations;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The work of a stage on one post, shown step by step. Nothing is stored. */
interface Trial {
    /** The name of the stage, as in {@code --try=<stage>}. */
    String stage();

    /**
     * @param post id or number
     * @return whether the stage would have a result
     * @throws routes.configuration.ConfigurationException if the post does not exist
     */
    boolean run(String post, PrintStream out);

    /** Returns the output of the trial of a stage as text. */
    static String show(List<Trial> trials, String stage, String post) {
        var shown = new ByteArrayOutputStream();
        of(trials, stage).run(post, new PrintStream(shown, true, StandardCharsets.UTF_8));
        return shown.toString(StandardCharsets.UTF_8);
    }

    static Trial of(List<Trial> trials, String stage) {
        return trials.stream()
                .filter(trial -> trial.stage().equals(stage))
                .findFirst()
                .orElseThrow();
    }
}
