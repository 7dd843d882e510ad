package routes.operations;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.events.PostParsed;
import routes.llm.ModelCall;
import routes.llm.ModelResult;
import routes.llm.ProviderChain;
import routes.posts.PostEvents;
import routes.tagging.TagProposal;
import routes.tagging.TagProposals;
import routes.tagging.Tagging;
import routes.tagging.TaggingTask;

/** Tags a post without storing anything. Shows the prompt, each raw answer, the accepted tags, and why others were rejected. */
@Component
class TaggingTrial {
    private final CamelContext camel;
    private final JdbcClient jdbc;
    private final PostEvents posts;
    private final Tagging tagging;

    TaggingTrial(@Lazy CamelContext camel, JdbcClient jdbc, PostEvents posts, Tagging tagging) {
        this.camel = camel;
        this.jdbc = jdbc;
        this.posts = posts;
        this.tagging = tagging;
    }

    /** Returns the output of {@link #run} as text. */
    String show(String post) {
        var shown = new ByteArrayOutputStream();
        run(post, new PrintStream(shown, true, StandardCharsets.UTF_8));
        return shown.toString(StandardCharsets.UTF_8);
    }

    /**
     * @param post id or number
     * @return whether there are tags
     * @throws ConfigurationException if the post does not exist
     */
    boolean run(String post, PrintStream out) {
        PostParsed event = find(post);
        out.println("Post       " + event.postId() + ", " + event.allText().length() + " characters");
        if (tagging.isTooShort(event)) {
            out.println("Outcome    skipped: its text is shorter than TAGGING_MIN_CHARS");
            return false;
        }
        TaggingTask task = tagging.task(List.of(event));
        section(out, "Instruction", task.instruction());
        section(out, "Material", task.material());
        Exchange exchange = ask(event);
        ProviderChain chain = exchange.getProperty("llmChain", ProviderChain.class);
        if (chain != null) {
            chain.calls().forEach(call -> show(call, out));
        }
        return outcome(exchange, event, out);
    }

    private PostParsed find(String post) {
        boolean number = post.matches("\\d{1,18}");
        if (!number && !post.matches("[0-9a-fA-F-]{36}")) {
            throw new ConfigurationException("--post=" + post + ": must be the id (a UUID) or the number of a post");
        }
        Optional<UUID> id = jdbc.sql(
                        number
                                ? "SELECT id FROM posts WHERE number = :post AND NOT is_deleted"
                                : "SELECT id FROM posts WHERE id = :post AND NOT is_deleted")
                .param("post", number ? Long.valueOf(post) : UUID.fromString(post))
                .query(UUID.class)
                .optional();
        return posts.parsed(id.map(List::of).orElse(List.of()), Optional.empty(), "try").stream()
                .findFirst()
                .orElseThrow(() -> new ConfigurationException("--post=" + post + ": there is no such post"));
    }

    private Exchange ask(PostParsed event) {
        try (ProducerTemplate template = camel.createProducerTemplate()) {
            return template.request("direct:tagging-ask", exchange -> exchange.setProperty("post", event));
        } catch (IOException e) {
            throw new IllegalStateException("A producer template cannot be closed", e);
        }
    }

    private static void show(ModelCall call, PrintStream out) {
        out.println();
        out.printf("Call       %s %s: %s, %d ms%n", call.provider(), call.model(), call.outcome(), call.millis());
        if (call.content() != null) {
            section(out, "Answer", call.content());
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
        TagProposal proposal = TagProposals.of(result, event).orElseThrow();
        String model = result.model() == null ? "" : " " + result.model();
        out.println(
                "Outcome    by " + result.provider() + model + describe(proposal.metadata()) + ", nothing is stored");
        proposal.accepted().forEach(tag -> out.println("Accepted   " + tag));
        proposal.rejected()
                .forEach(tag -> out.println(
                        "Rejected   " + tag.tag() + ": " + tag.reason().label()));
        if (proposal.accepted().isEmpty()) {
            out.println("Nothing in the text could be a tag; the post would be skipped");
        }
        return !proposal.accepted().isEmpty();
    }

    private static String describe(Map<String, Object> metadata) {
        return metadata.isEmpty() ? "" : " " + metadata;
    }

    private static void section(PrintStream out, String title, String text) {
        out.println();
        out.println(title);
        text.lines().forEach(line -> out.println("  | " + line));
    }
}
