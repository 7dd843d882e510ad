package routes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import routes.api.http.ProblemType;
import routes.api.http.Times;
import routes.events.Json;
import routes.vectorindex.VectorIndexException;

/** The tools for agents. Each reads what an operation of the HTTP API reads, for the same caller, and returns the same. */
@Component
final class McpTools {
    private static final Logger LOG = LoggerFactory.getLogger(McpTools.class);
    private static final ObjectMapper JSON = Json.newMapper();
    private static final ToolAnnotations READ_ONLY = ToolAnnotations.builder()
            .readOnlyHint(true)
            .destructiveHint(false)
            .idempotentHint(true)
            .openWorldHint(false)
            .build();

    private static final String USER =
            "user_id: {type: integer, minimum: 1, description: Whose channels; the first user of the tenant if left out}";
    private static final String TEXT = "pattern: '^[^\\p{Cc}]*[^\\p{Cc}\\p{Z}][^\\p{Cc}]*$'";
    private static final String LIMITS =
            """
            channel_id: {type: string, format: uuid, pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$', description: Only this channel}
              tag: {type: string, minLength: 1, maxLength: 100, %s, description: Only posts with this tag}
              from: {type: string, maxLength: 40, description: 'Earliest time, such as 2026-01-31 or 2026-01-31T18:00:00Z'}
              to: {type: string, maxLength: 40, description: Latest time, exclusive}
              cursor: {type: string, maxLength: 200, description: next_cursor of the page before}"""
                    .formatted(TEXT);

    private final UserStore users;
    private final UserController channels;
    private final SearchController search;
    private final PostController posts;
    private final AnswerController answers;
    private final PipelineController pipeline;
    private final DigestController digests;
    private final InterestController interests;
    private final ToolSchemas schemas = new ToolSchemas();

    McpTools(
            UserStore users,
            UserController channels,
            SearchController search,
            PostController posts,
            AnswerController answers,
            PipelineController pipeline,
            DigestController digests,
            InterestController interests) {
        this.users = users;
        this.channels = channels;
        this.search = search;
        this.posts = posts;
        this.answers = answers;
        this.pipeline = pipeline;
        this.digests = digests;
        this.interests = interests;
    }

    ToolSchemas schemas() {
        return schemas;
    }

    List<SyncToolSpecification> all() {
        return List.of(
                tool(
                        "list_channels",
                        "The Telegram channels that the user reads.",
                        input(USER, "cursor: {type: string, maxLength: 200}"),
                        schemas.component("Subscriptions"),
                        in -> channels.channels(user(in), 50, in.text("cursor"))),
                tool(
                        "search_posts",
                        "Finds posts by words in any form, Russian and English. `query` may contain \"words in this order\", -without,"
                                + " tag:name, channel:username, after:2026-01 and before:2026-01-31. Best first, or newest first.",
                        input(
                                USER,
                                "query: {type: string, minLength: 1, maxLength: 500, " + TEXT + "}",
                                "limit: {type: integer, minimum: 1, maximum: 20, default: 10}",
                                "order: {enum: [relevance, date], default: relevance}",
                                LIMITS,
                                "required: [query]"),
                        schemas.component("SearchHits"),
                        in -> search.search(
                                user(in),
                                in.text("query"),
                                in.number("limit", 10),
                                in.id("channel_id"),
                                in.text("tag"),
                                null,
                                in.time("from"),
                                in.time("to"),
                                Optional.ofNullable(in.text("order")).orElse("relevance"),
                                false,
                                false,
                                in.text("cursor"))),
                tool(
                        "list_posts",
                        "The newest posts.",
                        input(USER, "limit: {type: integer, minimum: 1, maximum: 20, default: 10}", LIMITS),
                        schemas.component("Posts"),
                        in -> posts.list(
                                user(in),
                                in.number("limit", 10),
                                in.text("cursor"),
                                null,
                                in.id("channel_id"),
                                in.text("tag"),
                                null,
                                null,
                                in.time("from"),
                                in.time("to"))),
                tool(
                        "get_post",
                        "A post with its tags, pictures, linked pages and what was found out about them.",
                        input(
                                "post_id: {type: [string, integer], maxLength: 40, description: Id or number of the post}",
                                "required: [post_id]"),
                        schemas.component("PostDetails"),
                        in -> posts.read(
                                PostId.valueOf(String.valueOf(in.values().get("post_id"))))),
                tool(
                        "ask_archive",
                        "Answers a question from the posts. Every sentence cites sources and is checked against them. Also sums up a period"
                                + " (\"digest of this week\"). Pass thread_id of an answer to ask further.",
                        input(
                                USER,
                                "query: {type: string, minLength: 1, maxLength: 500, " + TEXT + "}",
                                "limit: {type: integer, minimum: 1, maximum: 20, description: Sources at most}",
                                "channel_ids: {type: array, maxItems: 100, items: {type: string, pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'}}",
                                "thread_id: {type: string, pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'}",
                                LIMITS,
                                "required: [query]"),
                        schemas.component("Answered"),
                        this::answer),
                tool(
                        "get_last_digest",
                        "The last digest that was made for the user: stories of a period by topic. Each sentence cites sources.",
                        input(USER),
                        schemas.component("Digest"),
                        in -> digests.last(user(in))),
                tool(
                        "list_trends",
                        "Tags and phrases that more posts have than usual, with examples.",
                        input(USER, "window: {enum: [24h, 7d], description: 24h unless told otherwise}"),
                        schemas.component("Trends"),
                        in -> interests.trends(user(in), in.text("window") == null ? "24h" : in.text("window"))),
                tool(
                        "get_pipeline_status",
                        "How many posts there are, and how far they are tagged and indexed.",
                        input(USER),
                        schemas.component("Pipeline"),
                        in -> pipeline.read(user(in))));
    }

    private Object answer(Input in) {
        @SuppressWarnings("unchecked") // the schema says so
        List<String> ids = (List<String>) in.values().get("channel_ids");
        UUID one = in.id("channel_id");
        List<UUID> channelIds =
                ids != null ? ids.stream().map(UUID::fromString).toList() : one == null ? null : List.of(one);
        return answers.answered(
                users.require(user(in)),
                new AnswerController.Ask(
                        in.text("query"),
                        (Integer) in.values().get("limit"),
                        channelIds,
                        in.text("tag"),
                        in.time("from"),
                        in.time("to"),
                        in.id("thread_id")));
    }

    /** The wanted user, or the first one that the caller may see. */
    private long user(Input in) {
        return in.values().get("user_id") instanceof Number id
                ? id.longValue()
                : users.list(Optional.empty(), 1).stream()
                        .findFirst()
                        .map(User::id)
                        .orElseThrow(() -> ProblemType.NOT_FOUND.exception("user_id", "The tenant has no user"));
    }

    /** Arguments of a call; they match the schema. */
    private record Input(Map<String, Object> values) {
        String text(String name) {
            return (String) values.get(name);
        }

        int number(String name, int absent) {
            return values.get(name) instanceof Number number ? number.intValue() : absent;
        }

        UUID id(String name) {
            return text(name) == null ? null : UUID.fromString(text(name));
        }

        Instant time(String name) {
            return text(name) == null ? null : Times.parse(text(name));
        }
    }

    /** @param properties as YAML; the last one may be the list of required ones */
    private static Map<String, Object> input(String... properties) {
        StringBuilder yaml = new StringBuilder("type: object\nadditionalProperties: false\n");
        String required = "";
        yaml.append("properties:\n");
        for (String property : properties) {
            if (property.startsWith("required: ")) {
                required = property + "\n";
            } else {
                yaml.append("  ").append(property).append('\n');
            }
        }
        return ToolSchemas.yaml(yaml + required);
    }

    private static SyncToolSpecification tool(
            String name,
            String description,
            Map<String, Object> input,
            Map<String, Object> output,
            Function<Input, Object> call) {
        Tool tool = Tool.builder(name, input)
                .description(description)
                .outputSchema(output)
                .annotations(READ_ONLY)
                .build();
        return new SyncToolSpecification(tool, (context, request) -> called(name, call, request.arguments()));
    }

    /** What an operation refuses is an error of the tool, so that the agent can correct its call. */
    private static CallToolResult called(String name, Function<Input, Object> call, Map<String, Object> arguments) {
        try {
            Object result = call.apply(new Input(arguments == null ? Map.of() : arguments));
            return CallToolResult.builder()
                    .addTextContent(JSON.writeValueAsString(result))
                    .structuredContent(ToolSchemas.map(result))
                    .isError(false)
                    .build();
        } catch (ErrorResponseException e) {
            Map<String, Object> more = e.getBody().getProperties();
            return failed(e.getBody().getDetail() + (more == null ? "" : ". " + more.getOrDefault("remedy", "")));
        } catch (VectorIndexException e) {
            LOG.warn("The tool {} fails: {}", name, e.getMessage(), e);
            return failed("The index does not answer. Try again later.");
        } catch (RuntimeException | JsonProcessingException e) {
            LOG.error("The tool {} fails", name, e);
            return failed("The tool failed for a reason that is not in its arguments.");
        }
    }

    private static CallToolResult failed(String why) {
        return CallToolResult.builder().addTextContent(why).isError(true).build();
    }
}
