package routes.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes requests for chat completions in the form that both GigaChat and OpenRouter (OpenAI's API) accept. */
final class ChatMessages {
    /** Low, since the same text should get the same tags. GigaChat does not accept 0. */
    private static final double TEMPERATURE = 0.1;

    private final ObjectMapper json;

    ChatMessages(ObjectMapper json) {
        this.json = json;
    }

    /** @param maxTokens maximum length of the answer */
    String write(ModelTask task, String model, int maxTokens) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("model", model);
        request.put("messages", List.of(message("system", task.instruction()), message("user", task.material())));
        request.put("temperature", TEMPERATURE);
        request.put("max_tokens", maxTokens);
        request.put("stream", false);
        try {
            return json.writeValueAsString(request);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A chat request cannot be written", e);
        }
    }

    private static Map<String, String> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }
}
