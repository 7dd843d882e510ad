package routes.llm.standin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a client asked.
 *
 * @param model "" if none is named
 * @param body the whole request; empty if it is not a JSON object
 * @param headers names in lower case
 */
public record ChatCall(
        String model, List<Message> messages, Map<String, Object> body, Map<String, String> headers, Instant at) {

    /**
     * A message.
     *
     * @param content the text; of a message in parts, the text of all of them
     * @param attachments ids of uploaded files
     * @param images addresses of images in parts
     */
    public record Message(String role, String content, List<String> attachments, List<String> images) {
        Message(String role, String content) {
            this(role, content, List.of(), List.of());
        }
    }

    /** What a call for vectors wants embedded; empty for a chat. */
    List<String> texts() {
        Object input = body.get("input");
        return input instanceof List<?> texts
                ? texts.stream().map(String::valueOf).toList()
                : input == null ? List.of() : List.of(String.valueOf(input));
    }

    boolean isChat() {
        return !body.containsKey("input") && !body.containsKey("documents");
    }

    /** Whether the answer is wanted in parts. */
    public boolean isStreamed() {
        return Boolean.TRUE.equals(body.get("stream"));
    }

    static ChatCall of(Request request, ObjectMapper json) {
        Map<String, Object> body = body(request, json);
        JsonNode tree = json.valueToTree(body);
        return new ChatCall(
                tree.path("model").asText(), messages(tree.path("messages")), body, request.headers(), Instant.now());
    }

    private static Map<String, Object> body(Request request, ObjectMapper json) {
        try {
            Map<String, Object> body = json.readValue(request.body(), new TypeReference<>() {});
            return body == null ? Map.of() : body;
        } catch (JsonProcessingException e) {
            return Map.of();
        }
    }

    private static List<Message> messages(JsonNode nodes) {
        var messages = new ArrayList<Message>();
        for (JsonNode node : nodes) {
            messages.add(new Message(
                    node.path("role").asText(),
                    text(node.path("content")),
                    texts(node.path("attachments"), ""),
                    texts(node.path("content"), "/image_url/url")));
        }
        return List.copyOf(messages);
    }

    private static List<String> texts(JsonNode array, String pointer) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(item -> item.at(pointer).asText(""))
                .filter(text -> !text.isEmpty())
                .toList();
    }

    private static String text(JsonNode content) {
        if (!content.isArray()) {
            return content.asText("");
        }
        var text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText()));
        return text.toString();
    }

    /** Content of the first system message; "" if there is none. */
    public String system() {
        return contents("system").findFirst().orElse("");
    }

    /** Content of the last user message; "" if there is none. */
    public String user() {
        return contents("user").reduce((one, next) -> next).orElse("");
    }

    private Stream<String> contents(String role) {
        return messages.stream().filter(message -> message.role().equals(role)).map(Message::content);
    }

    /** Whether a picture is attached or part of a message. */
    public boolean hasPicture() {
        return messages.stream()
                .anyMatch(message ->
                        !message.attachments().isEmpty() || !message.images().isEmpty());
    }

    int characters() {
        return messages.stream().mapToInt(message -> message.content().length()).sum();
    }
}
