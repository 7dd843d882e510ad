package routes.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;

/** Removes from JSON what PostgreSQL cannot store as text or jsonb, and what JSON itself does not allow. */
final class EventText {

    private EventText() {}

    /** Changes objects and arrays in place: no NUL, no unpaired surrogate, no null, no infinite number. */
    static JsonNode clean(JsonNode node) {
        if (node instanceof ObjectNode object) {
            keepOffsets(object);
            for (Map.Entry<String, JsonNode> property : List.copyOf(object.properties())) {
                object.remove(property.getKey());
                if (!property.getValue().isNull()) {
                    object.set(clean(property.getKey()), clean(property.getValue()));
                }
            }
        } else if (node instanceof ArrayNode array) {
            array.removeIf(JsonNode::isNull);
            for (int i = 0; i < array.size(); i++) {
                array.set(i, clean(array.get(i)));
            }
        } else if (node.isTextual()) {
            return TextNode.valueOf(clean(node.textValue()));
        } else if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
            // JSON has no such number: it would be written as text, so it must not count as a number before that
            return TextNode.valueOf(node.asText());
        }
        return node;
    }

    /** Adjusts the offsets of a text's formatting, which count the NUL characters to be removed. */
    private static void keepOffsets(ObjectNode object) {
        String text = object.path("text").asText();
        if (text.indexOf('\0') < 0) {
            return;
        }
        for (JsonNode entity : object.path("entities")) {
            if (entity instanceof ObjectNode part && part.path("offset").canConvertToInt()) {
                int start = part.get("offset").asInt();
                int end = start + part.path("length").asInt();
                part.put("offset", start - nuls(text, 0, start)).put("length", end - start - nuls(text, start, end));
            }
        }
    }

    private static int nuls(String text, int from, int to) {
        return (int) text.chars()
                .limit(Math.max(to, 0))
                .skip(Math.max(from, 0))
                .filter(unit -> unit == 0)
                .count();
    }

    static String clean(String text) {
        if (text == null) {
            return null;
        }
        boolean halves = text.chars().anyMatch(c -> Character.isSurrogate((char) c))
                && text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        String whole = halves ? new String(text.getBytes(UTF_8), UTF_8) : text;
        return whole.indexOf('\0') < 0 ? whole : whole.replace("\0", "");
    }
}
