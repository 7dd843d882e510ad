package routes.operations;

import java.io.PrintStream;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.vision.VisionPreview;

/** Analyses the pictures of a post without storing anything, and shows each step. Real calls of models cost what they cost. */
@Component
class VisionTrial {
    private final VisionPreview preview;
    private final TaggingTrial trial;
    private final String providers;

    VisionTrial(VisionPreview preview, TaggingTrial trial, @Value("${vision.providers}") String providers) {
        this.preview = preview;
        this.trial = trial;
        this.providers = providers;
    }

    /** Returns the output of {@link #run} as text. */
    String show(String post) {
        return TaggingTrial.text(out -> run(post, out));
    }

    /**
     * @param post id or number
     * @return whether a picture was analysed
     * @throws ConfigurationException if the post does not exist
     */
    boolean run(String post, PrintStream out) {
        UUID id = trial.id(post);
        List<VisionPreview.File> files = preview.files(id);
        out.println("Post       " + id + ", " + files.size() + " stored files");
        out.println("Version    " + preview.version());
        out.println("Budget     " + preview.budget(id));
        boolean any = false;
        for (VisionPreview.File file : files) {
            out.println();
            out.println("File       " + file.name());
            out.println("Policy     " + file.decision());
            if (file.stored()) {
                out.println("Stored     the stage takes over the result of this version without a call");
            }
            any |= file.task() != null && analyzed(file, out);
        }
        if (files.isEmpty()) {
            out.println("Outcome    nothing to analyse: the post is deleted or has no stored file");
        }
        return any;
    }

    private boolean analyzed(VisionPreview.File file, PrintStream out) {
        String route = file.local() ? Providers.LOCAL : providers;
        out.println("Providers  " + route);
        TaggingTrial.section(out, "Instruction", file.task().instruction());
        Exchange exchange = trial.ask(file.task(), route);
        Providers.Chain chain = exchange.getProperty("llmChain", Providers.Chain.class);
        if (chain != null) {
            chain.calls().forEach(call -> TaggingTrial.show(call, out));
        }
        out.println();
        if (exchange.getException() != null) {
            out.println("Outcome    not analysed: " + exchange.getException().getMessage());
            return false;
        }
        ModelResult result = exchange.getMessage().getBody(ModelResult.class);
        String model = result.model() == null ? "" : " " + result.model();
        out.println("Outcome    by " + result.provider() + model + ", nothing is stored");
        TaggingTrial.section(out, "Accepted", preview.accepted(file, result, chain == null ? 0 : chain.tokens()));
        return true;
    }
}
