package routes.operations;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.events.PostParsed;
import routes.llm.ModelPass;
import routes.llm.ModelResult;
import routes.llm.ModelTask;
import routes.llm.Providers;
import routes.posts.PostEvents;
import routes.tagging.TagRules;
import routes.tagging.Tagging;
import routes.tagging.TaggingProperties;
import routes.tagging.TaggingTask;

/** Tags a post without storing anything. Shows the prompt, each raw answer, the accepted tags, and why other tags were rejected. */
@Component
record TaggingTrial(
        @Lazy CamelContext camel,
        JdbcClient jdbc,
        PostNumbers numbers,
        PostEvents posts,
        Tagging tagging,
        TaggingProperties properties)
        implements Trial {

    @Override
    public String stage() {
        return "tagging";
    }

    @Override
    public boolean run(String post, PrintStream out) {
        PostParsed event = find(post);
        out.println("Post       " + event.postId() + ", " + event.allText().length() + " characters");
        if (tagging.isTooShort(event)) {
            out.println("Outcome    skipped: its text is shorter than TAGGING_MIN_CHARS");
            return false;
        }
        TaggingTask task = tagging.task(List.of(event));
        Trial.section(out, "Instruction", task.instruction());
        Trial.section(out, "Material", task.material());
        return outcome(ask(task, properties.providers(), out), event, out);
    }

    private PostParsed find(String post) {
        List<UUID> ids = jdbc.sql("SELECT id FROM posts WHERE id = ? AND NOT is_deleted")
                .param(numbers.id(post))
                .query(UUID.class)
                .list();
        return posts.parsed(ids, Optional.empty(), "try").stream()
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("There is no post " + post));
    }

    /** Runs a task through the providers, like a stage, and shows each call. */
    Exchange ask(ModelTask task, List<String> names, PrintStream out) {
        Exchange exchange = Trial.request(camel, "direct:llm", asked -> {
            asked.setProperty("llmProviders", String.join(",", names));
            asked.getMessage().setBody(task);
        });
        Providers.Chain chain = exchange.getProperty("llmChain", Providers.Chain.class);
        if (chain != null) {
            chain.calls().forEach(call -> show(call, out));
        }
        return exchange;
    }

    private static void show(ModelPass.Call call, PrintStream out) {
        out.println();
        out.printf("Call       %s %s: %s, %d ms%n", call.provider(), call.model(), call.outcome(), call.millis());
        if (call.content() != null) {
            Trial.section(out, "Answer", call.content());
        }
        if (call.problem() != null) {
            out.println("Problem    " + call.problem());
        }
    }

    private static boolean outcome(Exchange exchange, PostParsed event, PrintStream out) {
        out.println();
        if (exchange.getException() != null) {
            out.println("Outcome    no tags: " + exchange.getException().getMessage());
            return false;
        }
        ModelResult result = exchange.getMessage().getBody(ModelResult.class);
        TagRules.Checked tags = TaggingTask.tags(result, event).orElseThrow();
        String model = result.model() == null ? "" : " " + result.model();
        String remarks = result.metadata().isEmpty() ? "" : " " + result.metadata();
        out.println("Outcome    by " + result.provider() + model + remarks + ", nothing is stored");
        tags.accepted().forEach(tag -> out.println("Accepted   " + tag));
        tags.rejected()
                .forEach(tag -> out.println(
                        "Rejected   " + tag.tag() + ": " + tag.reason().label()));
        if (tags.accepted().isEmpty()) {
            out.println("The text contains no candidates for tags; the post would be skipped");
        }
        return !tags.accepted().isEmpty();
    }
}
