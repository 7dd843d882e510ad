package routes.tdlib;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * An object from TDLib, parsed only as far as required for its dispatch. It is kept as text, because a queue of texts needs much less
 * memory than a queue of trees.
 *
 * @param json the JSON text
 * @param type {@code @type}; empty if missing
 * @param clientId {@code @client_id}; 0 if missing
 * @param request number of the answered request; 0 for an update
 * @param chatId chat of an update; 0 if it is not in the usual field
 */
record Received(String json, String type, int clientId, long request, long chatId) {
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = MAPPER.getFactory();

    /** @throws IOException if the text is not a JSON object */
    static Received of(String json) throws IOException {
        String type = "";
        int clientId = 0;
        long request = 0;
        long chatId = 0;
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "@type" -> type = parser.getText();
                    case "@client_id" -> clientId = (int) parser.getValueAsLong();
                    case "@extra" -> {
                        request = parser.getValueAsLong();
                        parser.skipChildren();
                    }
                    case "chat_id" -> chatId = parser.getValueAsLong();
                    case "message" -> chatId = chatId(parser, "chat_id", chatId);
                    case "chat" -> chatId = chatId(parser, "id", chatId);
                    default -> parser.skipChildren();
                }
            }
        }
        return new Received(json, type, clientId, request, chatId);
    }

    private static long chatId(JsonParser parser, String name, long other) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return other;
        }
        long found = other;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals(name);
            parser.nextToken();
            if (wanted) {
                found = parser.getValueAsLong();
            }
            parser.skipChildren();
        }
        return found;
    }

    ObjectNode tree() {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot happen: the text was parsed before
        }
    }
}
