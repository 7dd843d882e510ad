package routes.operations;

import java.io.PrintStream;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.vision.VisionPreview;
import routes.vision.VisionProperties;

/** Analyses the pictures of a post without storing anything, and shows each step. Real model calls are made, at their usual cost. */
@Component
record VisionTrial(VisionPreview preview, TaggingTrial trial, PostNumbers numbers, VisionProperties properties)
        implements Trial {

    @Override
    public String stage() {
        return "vision";
    }

    @Override
    public boolean run(String post, PrintStream out) {
        UUID id = numbers.id(post);
        String budget = preview.budget(id).orElseThrow(() -> new ConfigurationException("There is no post " + post));
        out.println("Post       " + id);
        out.println("Version    " + preview.version());
        out.println("Budget     " + budget);
        long analyzed = preview.files(id).filter(file -> tried(file, out)).count();
        out.println();
        out.println(analyzed + " files were analysed; nothing is stored");
        return analyzed > 0;
    }

    private boolean tried(VisionPreview.File file, PrintStream out) {
        out.println();
        out.println("File       " + file.name());
        out.println("Policy     " + file.decision());
        if (file.stored()) {
            out.println("Stored     the stage uses the stored result of this version without a model call");
        }
        return file.task() != null && analyzed(file, out);
    }

    private boolean analyzed(VisionPreview.File file, PrintStream out) {
        List<String> providers = file.local() ? List.of(Providers.LOCAL) : properties.providers();
        out.println("Providers  " + String.join(",", providers));
        Trial.section(out, "Instruction", file.task().instruction());
        Exchange exchange = trial.ask(file.task(), providers, out);
        out.println();
        if (exchange.getException() != null) {
            out.println("Outcome    not analysed: " + exchange.getException().getMessage());
            return false;
        }
        ModelResult result = exchange.getMessage().getBody(ModelResult.class);
        String model = result.model() == null ? "" : " " + result.model();
        out.println("Outcome    by " + result.provider() + model);
        Providers.Chain chain = exchange.getProperty("llmChain", Providers.Chain.class);
        Trial.section(out, "Accepted", preview.accepted(file, result, chain == null ? 0 : chain.tokens()));
        return true;
    }
}
