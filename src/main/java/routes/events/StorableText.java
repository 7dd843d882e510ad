package routes.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;

/** Text that PostgreSQL accepts: it rejects U+0000, and an unpaired surrogate is not valid UTF-8. */
public final class StorableText {
    private StorableText() {}

    /** Returns the text without NUL characters and with U+FFFD for unpaired surrogates; null for null. */
    public static String of(String text) {
        if (text == null || isStorable(text)) {
            return text;
        }
        var clean = new StringBuilder(text.length());
        text.codePoints()
                .filter(point -> point != 0)
                .map(point -> isSurrogate(point) ? 0xFFFD : point)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    /** A loop for speed: it processes every text of an import. */
    static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == 0) {
                return false;
            }
            if (Character.isSurrogate(unit)) {
                boolean pair = Character.isHighSurrogate(unit)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    /** Returns at most the given number of UTF-16 units of the storable text, without half a surrogate pair at the end; null for null. */
    public static String cut(String raw, int max) {
        String text = of(raw);
        if (text == null || text.length() <= max) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    /** Returns the value as JSON that can be stored as jsonb. */
    public static String json(ObjectMapper mapper, Object value) {
        return clean(mapper.valueToTree(value)).toString();
    }

    /**
     * Returns JSON that can be stored as jsonb: storable texts, no null, no infinite number. Changes objects and arrays in place,
     * including the offsets of text formatting, which count the removed NUL characters.
     */
    static JsonNode clean(JsonNode node) {
        if (node instanceof ObjectNode object) {
            keepOffsets(object);
            for (Map.Entry<String, JsonNode> property : List.copyOf(object.properties())) {
                object.remove(property.getKey());
                if (!property.getValue().isNull()) {
                    object.set(of(property.getKey()), clean(property.getValue()));
                }
            }
        } else if (node instanceof ArrayNode array) {
            array.removeIf(JsonNode::isNull);
            for (int i = 0; i < array.size(); i++) {
                array.set(i, clean(array.get(i)));
            }
        } else if (node.isTextual()) {
            return TextNode.valueOf(of(node.textValue()));
        } else if (node.isDouble() && !Double.isFinite(node.doubleValue())) {
            // JSON has no such number: it would be written as text, so treat it as text here too
            return TextNode.valueOf(node.asText());
        }
        return node;
    }

    private static void keepOffsets(ObjectNode object) {
        String text = object.path("text").asText();
        if (text.indexOf('\0') < 0) {
            return;
        }
        for (JsonNode entity : object.path("entities")) {
            if (entity instanceof ObjectNode part && part.path("offset").canConvertToInt()) {
                int start = part.get("offset").asInt();
                int end = start + part.path("length").asInt();
                part.put("offset", kept(text, start)).put("length", kept(text, end) - kept(text, start));
            }
        }
    }

    /** Returns how many of the first UTF-16 units of a text remain after its NUL characters are removed. */
    static int kept(String text, int units) {
        if (text.indexOf('\0') < 0) {
            return units;
        }
        return units
                - (int) text.chars()
                        .limit(Math.max(units, 0))
                        .filter(unit -> unit == 0)
                        .count();
    }
}
