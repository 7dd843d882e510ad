package routes.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A JSON Schema compiled to predicates, for the keywords that the event schemas use. It returns whether an event conforms, but not where
 * it does not. Texts must be storable, and UUIDs in the form that the product writes. Only the zone of a time is checked; data binding
 * parses the time. Validation by the library takes a hundred times as long.
 */
record EventShape(Predicate<JsonNode> check) {
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Set<String> KNOWN = Set.of(
            ("$schema $comment title description default type const enum pattern format minLength maxLength minimum"
                            + " maximum items properties required additionalProperties")
                    .split(" "));

    /** @throws IllegalArgumentException if the schema has an unsupported keyword */
    static EventShape of(JsonNode schema) {
        return new EventShape(compile(schema));
    }

    boolean fits(JsonNode event) {
        return check.test(event);
    }

    private static Predicate<JsonNode> compile(JsonNode schema) {
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!KNOWN.contains(keyword)) {
                throw new IllegalArgumentException(
                        "The keyword " + keyword + " is not supported in the schema of an event");
            }
        });
        Predicate<JsonNode> type =
                switch (schema.path("type").asText()) {
                    case "string" -> string(schema);
                    case "integer" -> integer(schema);
                    case "number" -> number(schema);
                    case "boolean" -> JsonNode::isBoolean;
                    case "array" -> array(compile(schema.path("items")));
                    case "object" -> object(schema);
                    default -> EventShape::isStorable;
                };
        if (schema.has("enum")) {
            Set<JsonNode> allowed = new HashSet<>();
            schema.get("enum").forEach(allowed::add);
            return type.and(allowed::contains);
        }
        return schema.has("const") ? type.and(schema.get("const")::equals) : type;
    }

    private static Predicate<JsonNode> string(JsonNode schema) {
        int min = schema.path("minLength").asInt(0);
        int max = schema.path("maxLength").asInt(Integer.MAX_VALUE);
        Pattern pattern =
                schema.has("pattern") ? Pattern.compile(schema.get("pattern").asText()) : null;
        Predicate<String> format =
                switch (schema.path("format").asText()) {
                    case "uuid" -> text -> UUID.matcher(text).matches();
                    // four-digit year, as in RFC 3339 and PostgreSQL's JSON; data binding checks the rest
                    case "date-time" -> text -> text.endsWith("Z") && text.indexOf('-') == 4;
                    case "" -> text -> true;
                    default -> text -> false; // validated by the library
                };
        return node -> {
            if (!node.isTextual()) {
                return false;
            }
            String text = node.textValue();
            // in UTF-16 units; their number is at least the number of characters
            return text.length() <= max
                    && text.codePointCount(0, text.length()) >= min
                    && StorableText.isStorable(text)
                    && (pattern == null || pattern.matcher(text).find())
                    && format.test(text);
        };
    }

    private static Predicate<JsonNode> integer(JsonNode schema) {
        long min = schema.path("minimum").asLong(Long.MIN_VALUE);
        long max = schema.path("maximum").asLong(Long.MAX_VALUE);
        return node -> node.isIntegralNumber() && node.canConvertToLong() && isBetween(node.longValue(), min, max);
    }

    private static boolean isBetween(long value, long min, long max) {
        return value >= min && value <= max;
    }

    private static Predicate<JsonNode> number(JsonNode schema) {
        double min = schema.path("minimum").asDouble(-Double.MAX_VALUE);
        double max = schema.path("maximum").asDouble(Double.MAX_VALUE);
        // false for values that are not finite
        return node -> node.isNumber() && node.doubleValue() >= min && node.doubleValue() <= max;
    }

    private static Predicate<JsonNode> array(Predicate<JsonNode> items) {
        return node -> node.isArray() && all(node, items);
    }

    private static <T> boolean all(Iterable<T> values, Predicate<T> check) {
        for (T value : values) {
            if (!check.test(value)) {
                return false;
            }
        }
        return true;
    }

    private static Predicate<JsonNode> object(JsonNode schema) {
        Map<String, Predicate<JsonNode>> properties = new HashMap<>();
        schema.path("properties")
                .properties()
                .forEach(property -> properties.put(property.getKey(), compile(property.getValue())));
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        boolean closed = schema.has("additionalProperties")
                && !schema.get("additionalProperties").asBoolean();
        return node -> {
            if (!node.isObject()) {
                return false;
            }
            int found = 0;
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                Predicate<JsonNode> check = properties.get(property.getKey());
                if (check == null ? closed || !isStorable(property) : !check.test(property.getValue())) {
                    return false;
                }
                found += required.contains(property.getKey()) ? 1 : 0;
            }
            return found == required.size();
        };
    }

    private static boolean isStorable(Map.Entry<String, JsonNode> property) {
        return StorableText.isStorable(property.getKey()) && isStorable(property.getValue());
    }

    /** Returns whether {@link StorableText#clean} would leave the value unchanged, at any depth. */
    private static boolean isStorable(JsonNode node) {
        if (node.isContainerNode()) {
            return all(node.properties(), EventShape::isStorable) && all(node, EventShape::isStorable);
        }
        return node.isTextual()
                ? StorableText.isStorable(node.textValue())
                : !node.isNull() && !(node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue()));
    }
}
