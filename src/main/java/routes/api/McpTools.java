package routes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.YamlMapFactoryBean;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import routes.api.http.ProblemType;
import routes.api.http.Times;
import routes.events.Json;
import routes.vectorindex.VectorIndexException;

/** The MCP tools. Each tool runs the query of an HTTP API operation for the same caller and returns the same data. */
@Component
record McpTools(
        UserStore users,
        UserController channels,
        SearchController search,
        PostController posts,
        AnswerController answers,
        PipelineController pipeline,
        DigestController digests,
        InterestController interests,
        ToolSchemas schemas) {
    private static final Logger LOG = LoggerFactory.getLogger(McpTools.class);
    private static final ObjectMapper JSON = Json.newMapper();
    private static final ToolAnnotations READ_ONLY = ToolAnnotations.builder()
            .readOnlyHint(true)
            .destructiveHint(false)
            .idempotentHint(true)
            .openWorldHint(false)
            .build();

    List<SyncToolSpecification> all() {
        Map<String, Function<Input, Object>> calls = Map.of(
                "list_channels", in -> channels.channels(user(in), 50, in.text("cursor")),
                "search_posts", this::found,
                "list_posts", this::newest,
                "get_post",
                        in -> posts.read(
                                PostId.valueOf(String.valueOf(in.values().get("post_id")))),
                "ask_archive", this::answer,
                "get_last_digest", in -> digests.last(user(in)),
                "list_trends", in -> interests.trends(user(in), in.text("window", "24h")),
                "get_pipeline_status", in -> pipeline.read(user(in)));
        var file = new YamlMapFactoryBean();
        file.setResources(new ClassPathResource("openapi/mcp-tools.yaml"));
        List<SyncToolSpecification> tools = new ArrayList<>();
        Objects.requireNonNull(file.getObject())
                .forEach((name, declaration) ->
                        tools.add(tool(name, declaration, Objects.requireNonNull(calls.get(name), name))));
        return tools;
    }

    private Object found(Input in) {
        return search.search(
                user(in),
                in.text("query"),
                in.number("limit", 10),
                in.id("channel_id"),
                in.text("tag"),
                null,
                in.time("from"),
                in.time("to"),
                in.text("order", "relevance"),
                false,
                false,
                in.text("cursor"));
    }

    private Object newest(Input in) {
        return posts.list(
                user(in),
                in.number("limit", 10),
                in.text("cursor"),
                null,
                in.id("channel_id"),
                in.text("tag"),
                null,
                null,
                in.time("from"),
                in.time("to"));
    }

    private Object answer(Input in) {
        @SuppressWarnings("unchecked") // guaranteed by the schema
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

    /** Returns the given user, or the first user that the caller may see. */
    private long user(Input in) {
        return in.values().get("user_id") instanceof Number id
                ? id.longValue()
                : users.list(Optional.empty(), 1).stream()
                        .findFirst()
                        .map(User::id)
                        .orElseThrow(() -> ProblemType.NOT_FOUND.exception("user_id", "The tenant has no users"));
    }

    /** Arguments of a call, already validated against the schema. */
    private record Input(Map<String, Object> values) {
        String text(String name) {
            return text(name, null);
        }

        String text(String name, String absent) {
            return (String) values.getOrDefault(name, absent);
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

    @SuppressWarnings("unchecked") // guaranteed by the bundled file
    private SyncToolSpecification tool(String name, Object declared, Function<Input, Object> call) {
        var declaration = (Map<String, Object>) declared;
        Map<String, Object> input = new TreeMap<>(Map.of(
                "type",
                "object",
                "additionalProperties",
                false,
                "properties",
                declaration.get("input"),
                "required",
                declaration.getOrDefault("required", List.of())));
        Tool tool = Tool.builder(name, input)
                .description((String) declaration.get("description"))
                .outputSchema(schemas.component((String) declaration.get("output")))
                .annotations(READ_ONLY)
                .build();
        return new SyncToolSpecification(tool, (context, request) -> called(name, call, request.arguments()));
    }

    /** Returns an operation's refusal as a tool error, so that the agent can correct its call. */
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
            LOG.warn("The tool {} failed: {}", name, e.getMessage(), e);
            return failed("The index does not respond. Try again later.");
        } catch (RuntimeException | JsonProcessingException e) {
            LOG.error("The tool {} failed", name, e);
            return failed("The tool failed because of an internal error.");
        }
    }

    private static CallToolResult failed(String why) {
        return CallToolResult.builder().addTextContent(why).isError(true).build();
    }
}
