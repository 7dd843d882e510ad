package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The fields of one JSON object, read leniently: numbers and strings are converted to each other, an absent field is null, and a
 * value of any other type is ignored and noted. An invalid field therefore never invalidates the message.
 */
final class Fields {
    private final JsonNode object;
    private final String place;
    private final Map<String, String> oddities;

    Fields(JsonNode object) {
        this(object, "", new LinkedHashMap<>());
    }

    private Fields(JsonNode object, String place, Map<String, String> oddities) {
        this.object = object;
        this.place = place;
        this.oddities = oddities;
    }

    /** The ignored fields and the types of their values, such as {@code photo} and {@code an object}, including nested objects. */
    Map<String, String> oddities() {
        return oddities;
    }

    JsonNode get(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** Whether the field is present and null. */
    boolean isNull(String name) {
        return object.path(name).isNull();
    }

    /** String, number or boolean as text; null if absent or of another type. */
    String text(String name) {
        JsonNode value = get(name);
        if (value != null && value.isContainerNode()) {
            odd(name, value);
            return null;
        }
        return value == null ? null : value.asText();
    }

    /** An integer, also from a string; null if absent, of another type or beyond 64 bits. */
    Long number(String name) {
        JsonNode value = get(name);
        Long number = value == null ? null : whole(value);
        if (value != null && number == null) {
            odd(name, value);
        }
        return number;
    }

    /** True for true, "true" and numbers other than 0. */
    boolean flag(String name) {
        JsonNode value = get(name);
        if (value != null && value.isContainerNode()) {
            odd(name, value);
        }
        return value != null && value.asBoolean();
    }

    /** The fields of an object; no fields if it is absent or of another type. */
    Fields object(String name) {
        JsonNode value = get(name);
        boolean isObject = value != null && (value.isObject() || odd(name, value));
        return new Fields(isObject ? value : MissingNode.getInstance(), place + name + ".", oddities);
    }

    /** False for the fields of an absent object. */
    boolean exist() {
        return !object.isMissingNode();
    }

    /** The objects of a list. Elements of other types are ignored. A single object counts as a list of one. */
    Stream<Fields> objects(String name) {
        return elements(name)
                .filter(element -> element.isObject() || odd(name, element))
                .map(element -> new Fields(element, place + name + ".", oddities));
    }

    /** The non-null elements of a list and of its nested lists; empty if the field is absent or of another type. */
    Stream<JsonNode> elements(String name) {
        JsonNode value = get(name);
        if (value == null || value.isContainerNode()) {
            return value == null ? Stream.empty() : flat(value);
        }
        odd(name, value);
        return Stream.empty();
    }

    private static Stream<JsonNode> flat(JsonNode value) {
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false).flatMap(Fields::flat)
                : Stream.of(value).filter(element -> !element.isNull());
    }

    /** Returns a 64-bit integer from a number or a text; otherwise null. */
    static Long whole(JsonNode value) {
        try {
            // the exact value of 1e999999999 would exhaust the memory
            boolean isNumber =
                    (value.isTextual() || value.isNumber()) && value.asText().length() <= 30;
            return isNumber ? exact(value.asText().strip()) : null;
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }

    /** A number as a count; 0 for null and below. */
    static int count(Long number) {
        return number == null ? 0 : (int) Math.max(0, Math.min(number, Integer.MAX_VALUE));
    }

    private static Long exact(String text) {
        BigDecimal number = new BigDecimal(text);
        return number.precision() - (long) number.scale() > 19 ? null : (Long) number.longValueExact();
    }

    /** The name of a value's type in reports: null, a list, an object, a number, a text. */
    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a text";
            default -> value.getNodeType().name().toLowerCase(Locale.ROOT).replaceFirst("^(number|boolean)", "a $1");
        };
    }

    private boolean odd(String name, JsonNode value) {
        odd(name, typeOf(value));
        return false;
    }

    /** Notes a field that is ignored. */
    void odd(String name, String what) {
        oddities.put(place + name, what);
    }
}
