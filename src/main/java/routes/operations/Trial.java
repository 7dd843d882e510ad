package routes.operations;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;

/** Runs the work of a stage on one post and shows each step. Nothing is stored. */
interface Trial {
    /** Returns the name of the stage, as in {@code --try=<stage>}. */
    String stage();

    /**
     * @param post id or number
     * @return whether the stage would produce a result
     * @throws routes.configuration.ConfigurationException if the post does not exist
     */
    boolean run(String post, PrintStream out);

    /** Returns the output of the trial of a stage as text. */
    static String show(List<Trial> trials, String stage, String post) {
        var shown = new ByteArrayOutputStream();
        of(trials, stage).run(post, new PrintStream(shown, true, StandardCharsets.UTF_8));
        return shown.toString(StandardCharsets.UTF_8);
    }

    /** Calls a route like a stage does. */
    static Exchange request(CamelContext camel, String route, Processor prepare) {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            return template.request(route, prepare);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot close a producer template", e);
        }
    }

    static void section(PrintStream out, String title, String text) {
        out.println();
        out.println(title);
        text.lines().forEach(line -> out.println("  | " + line));
    }

    static Trial of(List<Trial> trials, String stage) {
        return trials.stream()
                .filter(trial -> trial.stage().equals(stage))
                .findFirst()
                .orElseThrow();
    }
}
