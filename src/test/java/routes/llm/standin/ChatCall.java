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

/**
 * What a client asked.
 *
 * @param model "" if none is named
 * @param body the whole request; empty if it is not a JSON object
 * @param headers names in lower case
 */
public record ChatCall(
        String model, List<Message> messages, Map<String, Object> body, Map<String, String> headers, Instant at) {

    /** A message; of one in parts, the content is the text of all of them. */
    public record Message(String role, String content) {}

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
            messages.add(new Message(node.path("role").asText(), text(node.path("content"))));
        }
        return List.copyOf(messages);
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

    int characters() {
        return messages.stream().mapToInt(message -> message.content().length()).sum();
    }
}
