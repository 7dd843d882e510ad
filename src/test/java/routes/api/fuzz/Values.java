package routes.api.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import routes.events.Sha256;

/** Values from the schemas of a document: such as it allows, and such as it does not. Knows the keywords that requests use. */
final class Values {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LONGEST = 5000;
    /** Elements of an array. */
    private static final int MANY = 5;

    private final JsonNode document;
    private final Random random;

    Values(JsonNode document, Random random) {
        this.document = document;
        this.random = random;
    }

    JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.path("$ref").asText().substring(1)) : schema;
    }

    // ---- allowed

    JsonNode valid(JsonNode reference) {
        JsonNode schema = resolve(reference);
        if (schema.has("anyOf")) {
            return valid(one(schema.path("anyOf")));
        } else if (schema.has("enum")) {
            return one(schema.path("enum"));
        }
        return switch (type(schema)) {
            case "null" -> JSON.nullNode();
            case "boolean" -> JSON.booleanNode(random.nextBoolean());
            case "integer" -> JSON.numberNode(integer(schema));
            case "number" -> JSON.numberNode(number(schema));
            case "object" -> object(schema);
            case "array" -> array(schema);
            default -> JSON.textNode(string(schema));
        };
    }

    private String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? one(type).asText() : type.asText("string");
    }

    private double number(JsonNode schema) {
        double min = schema.path("minimum").asDouble(-1e6);
        double max = schema.path("maximum").asDouble(1e6);
        return switch (random.nextInt(4)) {
            case 0 -> min;
            case 1 -> max;
            default -> min + random.nextDouble() * (max - min);
        };
    }

    private long integer(JsonNode schema) {
        long min = schema.path("minimum").asLong(Long.MIN_VALUE);
        long max = schema.path("maximum").asLong(Long.MAX_VALUE);
        return switch (random.nextInt(4)) {
            case 0 -> min;
            case 1 -> max;
            case 2 -> Math.max(min, Math.min(max, random.nextInt(1000)));
            default -> min + Math.floorMod(random.nextLong(), Math.max(1, max - min));
        };
    }

    private String string(JsonNode schema) {
        switch (schema.path("format").asText()) {
            case "uuid" -> {
                String id = new UUID(random.nextLong(), random.nextLong()).toString();
                return random.nextInt(5) == 0 ? id.toUpperCase(Locale.ROOT) : id;
            }
            case "sha256" -> {
                return Sha256.hex(Long.toString(random.nextLong()));
            }
            case "time-zone" -> {
                return Strings.one(ZONE_NAMES, random);
            }
            case "phone" -> {
                return "+%d (%d) %d-45".formatted(random.nextInt(1, 1000), random.nextInt(1000), random.nextInt(1000));
            }
            case "date" -> {
                return LocalDate.of(1 + random.nextInt(9999), 1 + random.nextInt(12), 1 + random.nextInt(28))
                        .toString();
            }
            case "date-time" -> {
                return Instant.ofEpochSecond(random.nextInt()).toString().replace("Z", Strings.one(ZONES, random));
            }
            default -> {
                Pattern pattern = Pattern.compile(schema.path("pattern").asText(""));
                return Strings.matching(
                        pattern,
                        schema.path("minLength").asInt(0),
                        Math.min(schema.path("maxLength").asInt(LONGEST), LONGEST),
                        random);
            }
        }
    }

    private static final List<String> ZONES = List.of("Z", "+00:00", "+03:00", "-11:30");

    private JsonNode object(JsonNode schema) {
        var names = new ArrayList<String>();
        JsonNode branch = schema.has("oneOf") ? one(schema.path("oneOf")) : JSON.objectNode();
        schema.path("required").forEach(name -> names.add(name.asText()));
        branch.path("required").forEach(name -> names.add(name.asText()));
        ObjectNode object = JSON.objectNode();
        schema.path("properties").properties().forEach(property -> {
            JsonNode narrowed = branch.path("properties").path(property.getKey());
            if (names.contains(property.getKey()) || random.nextBoolean()) {
                object.set(property.getKey(), narrowed(property.getValue(), narrowed));
            }
        });
        JsonNode others = schema.path("additionalProperties");
        for (int i = 0;
                others.isObject()
                        && object.size() < schema.path("minProperties").asInt();
                i++) {
            object.set("name" + i, valid(others));
        }
        return object;
    }

    private JsonNode array(JsonNode schema) {
        ArrayNode array = JSON.arrayNode();
        int count = Math.min(schema.path("maxItems").asInt(MANY), random.nextInt(MANY));
        for (int i = 0; i < Math.max(count, schema.path("minItems").asInt()); i++) {
            array.add(valid(schema.path("items")));
        }
        return array;
    }

    /** A value of the type that a branch leaves. */
    private JsonNode narrowed(JsonNode schema, JsonNode narrower) {
        String type = narrower.path("type").asText(null);
        for (int attempt = 0; attempt < 1000; attempt++) {
            JsonNode value = valid(schema);
            if (type == null
                    || type.equals("null") == value.isNull()
                            && type.equals("string") == value.isTextual()
                            && type.equals("integer") == value.isIntegralNumber()) {
                return value;
            }
        }
        throw new IllegalStateException("No value of type " + type + " in " + schema);
    }

    // ---- not allowed

    /** JSON texts that the schema does not allow. */
    List<String> invalid(JsonNode reference) {
        JsonNode schema = resolve(reference);
        List<String> types = types(schema);
        var wrong = new ArrayList<String>(List.of("[]", "{}", "[[1]]", "{\"a\": null}"));
        if (!types.contains("string")) {
            wrong.addAll(List.of("\"1\"", "\"\"", "\"a\""));
        }
        if (types.contains("number")) {
            wrong.add("1e400");
            bounds(schema).forEach(wrong::add);
        } else if (!types.contains("integer")) {
            wrong.addAll(List.of("1", "-1", "1.5", "1e3"));
        } else {
            wrong.addAll(List.of("1.5", "1e400", "99999999999999999999", "-99999999999999999999", "0.1"));
            bounds(schema).forEach(wrong::add);
        }
        if (!types.contains("null")) {
            wrong.add("null");
        }
        wrong.add("true");
        if (types.contains("object")) {
            wrong.removeAll(List.of("{}", "{\"a\": null}"));
        }
        if (types.contains("array")) {
            wrong.remove("[]");
            invalid(schema.path("items")).forEach(item -> wrong.add("[" + item + "]"));
            String item = valid(schema.path("items")).toString();
            wrong.add("[" + (item + ",").repeat(schema.path("maxItems").asInt()) + item + "]");
        }
        if (types.contains("string")) {
            texts(schema).forEach(text -> wrong.add(JSON.textNode(text).toString()));
        }
        return wrong;
    }

    private static List<String> types(JsonNode schema) {
        var types = new ArrayList<String>();
        if (schema.has("anyOf")) {
            schema.path("anyOf").forEach(branch -> types.addAll(types(branch)));
        } else if (schema.path("type").isArray()) {
            schema.path("type").forEach(type -> types.add(type.asText()));
        } else {
            types.add(schema.path("type").asText("string"));
        }
        return types;
    }

    private static List<String> bounds(JsonNode schema) {
        var beyond = new ArrayList<String>();
        if (schema.has("minimum")) {
            beyond.add(String.valueOf(schema.path("minimum").asLong() - 1));
            beyond.add(String.valueOf(Long.MIN_VALUE));
        }
        if (schema.has("maximum")) {
            beyond.add(String.valueOf(schema.path("maximum").asLong() + 1));
            beyond.add(String.valueOf(Long.MAX_VALUE));
        }
        return beyond;
    }

    private List<String> texts(JsonNode schema) {
        var wrong = new ArrayList<String>();
        if (schema.path("minLength").asInt() > 0) {
            wrong.add("");
        }
        if (schema.has("maxLength")) {
            int max = schema.path("maxLength").asInt();
            wrong.add("a".repeat(max + 1));
            wrong.add("ы".repeat(max + 1));
            wrong.add("😀".repeat(max + 1));
        }
        if (schema.has("pattern")) {
            wrong.addAll(
                    Strings.notMatching(Pattern.compile(schema.path("pattern").asText())));
        }
        return wrong;
    }

    /** Texts that, as a parameter, are not allowed. */
    List<String> invalidTexts(JsonNode reference) {
        JsonNode schema = resolve(reference);
        if (schema.has("anyOf")) {
            JsonNode branches = schema.path("anyOf");
            // what no branch takes
            return invalidTexts(branches.get(0)).stream()
                    .filter(text -> !text.matches("-?[0-9]+")
                            || branches.get(1).path("type").asText().equals("string"))
                    .filter(text -> !text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}.*"))
                    .toList();
        }
        if (schema.has("enum")) {
            return List.of(
                    "",
                    "x",
                    one(schema.path("enum")).asText() + " ",
                    one(schema.path("enum")).asText().toUpperCase(Locale.ROOT));
        }
        return switch (schema.path("type").asText()) {
            case "integer" -> {
                var wrong = new ArrayList<>(NO_INTEGERS);
                wrong.addAll(bounds(schema));
                yield wrong;
            }
            case "boolean" -> List.of("", "yes", "on", "1", "TRUE", "truee", "null", "[]");
            default ->
                switch (schema.path("format").asText()) {
                    case "uuid" -> NO_UUIDS;
                    case "date-time", "date" -> NO_TIMES;
                    default -> texts(schema);
                };
        };
    }

    private static final List<String> ZONE_NAMES =
            List.of("UTC", "Asia/Novosibirsk", "Europe/Moscow", "America/St_Johns", "Pacific/Apia", "Etc/GMT-14");

    private static final List<String> NO_INTEGERS = List.of(
            "",
            " ",
            "a",
            "1.5",
            "1.0",
            "1e2",
            "0x10",
            "#1",
            "+1",
            " 1",
            "1 ",
            "1,0",
            "١",
            "一",
            "1\u0000",
            "null",
            "NaN",
            "[1]",
            "99999999999999999999",
            "-99999999999999999999",
            "--1",
            "1L",
            "1_0");
    private static final List<String> NO_UUIDS = List.of(
            "",
            "1",
            "1-1-1-1-1",
            "abc",
            "00000000-0000-0000-0000-00000000000",
            "00000000-0000-0000-0000-0000000000001",
            "{00000000-0000-0000-0000-000000000001}",
            "00000000000000000000000000000001",
            "0000000g-0000-0000-0000-000000000001",
            " 00000000-0000-0000-0000-000000000001",
            "' OR 1=1");
    private static final List<String> NO_TIMES = List.of(
            "",
            "yesterday",
            "2026-02-30",
            "2026-13-01",
            "2026-1-1",
            "1769860800",
            "2026-01-01T25:00:00Z",
            "2026-01-01T00:00:00",
            "+1000000000-12-31T23:59:59Z",
            "2026-01-01T00:00:00+99:00",
            "\u0000",
            "20260101");

    private JsonNode one(JsonNode array) {
        return array.get(random.nextInt(array.size()));
    }
}
