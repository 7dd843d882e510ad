package routes.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts values that arrived as text to the type that their schema requires. Values that cannot be converted stay
 * unchanged, so that schema validation reports them.
 */
final class SchemaCoercion {

    // bounded, so that no text becomes a number with a million digits
    private static final Pattern INTEGER = Pattern.compile("([+-]?\\d{1,19})(\\.0+)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");
    private static final Pattern TIME_OF_DAY = Pattern.compile("[T ].*");

    private final ObjectReader json;

    SchemaCoercion(ObjectReader json) {
        this.json = json;
    }

    /** Converts the properties in the schema, at every depth; a blank value counts as absent unless the schema asks for plain text. */
    void coerce(ObjectNode object, JsonNode schema) {
        schema.path("properties").properties().forEach(property -> {
            JsonNode value = object.get(property.getKey());
            if (value == null) {
                return;
            }
            if (isBlank(value) && !isPlainText(property.getValue())) {
                object.remove(property.getKey());
            } else {
                object.set(property.getKey(), converted(value, property.getValue()));
            }
        });
    }

    private JsonNode converted(JsonNode value, JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "integer" -> integer(value);
            case "number" -> value.isTextual() ? number(value) : value;
            case "boolean" -> value.isTextual() ? bool(value) : value;
            case "array" -> array(parsed(value), schema.path("items"));
            case "object" -> object(parsed(value), schema);
            case "string" -> text(value, schema.path("format").asText());
            default -> value;
        };
    }

    private static JsonNode integer(JsonNode value) {
        if (value.isIntegralNumber() || !value.isValueNode()) {
            return value;
        }
        Matcher integer = INTEGER.matcher(plain(value));
        try {
            return integer.matches() ? LongNode.valueOf(Long.parseLong(integer.group(1))) : value;
        } catch (NumberFormatException e) {
            return value;
        }
    }

    private static JsonNode number(JsonNode value) {
        String text = plain(value);
        return NUMBER.matcher(text).matches() ? DoubleNode.valueOf(Double.parseDouble(text)) : value;
    }

    private static JsonNode bool(JsonNode value) {
        return switch (value.asText().strip().toLowerCase(Locale.ROOT)) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            default -> value;
        };
    }

    private JsonNode array(JsonNode value, JsonNode itemSchema) {
        if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, converted(array.get(i), itemSchema));
            }
        }
        return value;
    }

    private JsonNode object(JsonNode value, JsonNode schema) {
        if (value instanceof ObjectNode object) {
            coerce(object, schema);
        }
        return value;
    }

    private JsonNode parsed(JsonNode value) {
        if (!value.isTextual()) {
            return value;
        }
        try {
            JsonNode parsed = json.readTree(value.asText());
            return parsed.isContainerNode() ? EventText.clean(parsed) : value;
        } catch (JsonProcessingException e) {
            return value;
        }
    }

    private static JsonNode text(JsonNode value, String format) {
        if (!value.isNumber() && !value.isTextual()) {
            return value;
        }
        return switch (format) {
            case "date-time" ->
                EventTimes.parse(plain(value))
                        .<JsonNode>map(time -> TextNode.valueOf(time.toString()))
                        .orElse(value);
            case "date" -> TextNode.valueOf(TIME_OF_DAY.matcher(plain(value)).replaceFirst(""));
            case "uuid" -> TextNode.valueOf(plain(value));
            default -> value.isTextual() ? value : TextNode.valueOf(plain(value));
        };
    }

    /** For a number, all its digits, since asText would write large ones with an exponent. */
    private static String plain(JsonNode value) {
        return value.isNumber()
                ? value.decimalValue().toPlainString()
                : value.asText().strip();
    }

    private static boolean isBlank(JsonNode value) {
        return value.isTextual() && value.asText().isBlank();
    }

    private static boolean isPlainText(JsonNode schema) {
        return schema.path("type").asText().equals("string") && !schema.has("format");
    }
}
