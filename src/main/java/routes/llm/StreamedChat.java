package routes.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;
import routes.llm.ModelFailureException.Kind;

/** Puts a chat completion together from the events of a stream. */
final class StreamedChat implements Consumer<String> {
    private static final String END = "[DONE]";

    private final ObjectMapper json;
    private final Consumer<String> written;
    private final StringBuilder content = new StringBuilder();
    private final ObjectNode whole;
    private String finishReason;
    private boolean isComplete;

    /** @param written receives all of the content whenever there is more of it */
    StreamedChat(ObjectMapper json, Consumer<String> written) {
        this.json = json;
        this.written = written;
        this.whole = json.createObjectNode();
    }

    /**
     * @param event the data of one
     * @throws ModelFailureException if it is no JSON
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

    /** What the model has written so far. */
    String content() {
        return content.toString();
    }

    /**
     * The completion, as a server that does not stream sends it.
     *
     * @throws ModelFailureException if the stream ended before the answer did
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
