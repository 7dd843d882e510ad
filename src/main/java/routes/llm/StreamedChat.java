package routes.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import routes.llm.ModelFailureException.Kind;

/** Assembles a chat completion from the events of a stream. */
final class StreamedChat implements Consumer<String> {
    private static final String END = "[DONE]";

    private final ObjectMapper json;
    private final Consumer<String> written;
    private final StringBuilder content = new StringBuilder();
    private final ObjectNode whole;
    private String finishReason;
    private boolean isComplete;

    /** @param written receives the whole content so far whenever it grows */
    StreamedChat(ObjectMapper json, Consumer<String> written) {
        this.json = json;
        this.written = written;
        this.whole = json.createObjectNode();
    }

    /**
     * @param event the data of one event
     * @throws ModelFailureException if the event is not JSON
     */
    @Override
    public void accept(String event) {
        if (event.strip().equals(END)) {
            isComplete = true;
            return;
        }
        JsonNode part;
        try {
            part = json.readTree(event);
        } catch (JsonProcessingException e) {
            throw new ModelFailureException(Kind.UNUSABLE, "an event of the response is not JSON", null, e);
        }
        copy(part, "error");
        copy(part, "usage");
        JsonNode choice = part.path("choices").path(0);
        if (choice.hasNonNull("error")) {
            whole.set("error", choice.get("error"));
        }
        if (choice.hasNonNull("finish_reason")) {
            finishReason = choice.path("finish_reason").asText();
            isComplete = true;
        }
        String more = choice.path("delta").path("content").asText("");
        if (!more.isEmpty()) {
            content.append(more);
            written.accept(content.toString());
        }
    }

    private void copy(JsonNode part, String field) {
        if (part.hasNonNull(field)) {
            whole.set(field, part.get(field));
        }
    }

    /** Returns the content received so far. */
    String content() {
        return content.toString();
    }

    /**
     * Returns the completion in the format of a server that does not stream.
     *
     * @throws ModelFailureException if the stream ended before the answer was complete
     */
    ObjectNode whole() {
        if (!isComplete && !whole.has("error")) {
            throw new ModelFailureException(
                    Kind.CONNECTION, "the connection was closed before the answer was complete");
        }
        ObjectNode choice = whole.putArray("choices").addObject();
        choice.put("finish_reason", finishReason);
        choice.putObject("message").put("content", content.toString());
        return whole;
    }
}
