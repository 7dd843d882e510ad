package routes.events;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Reads events of other producers, mainly of the prior system: in {@code data}, in {@code payload} or in the fields of the entry, with
 * names and structures of the prior system, and with values as text. Not used for entries in the form that the product writes.
 */
record ForeignForms(ObjectReader json) {
    private static final Set<String> COMMON = Set.of("schema_version", "trace_id", "occurred_at", "idempotency_key");

    // bounded, so that a short text cannot become a number with a million digits
    private static final Pattern INTEGER = Pattern.compile("([+-]?\\d{1,19})(\\.0+)?");
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");
    private static final Pattern TIME_OF_DAY = Pattern.compile("[T ].*");
    private static final Pattern UNIX_TIME = Pattern.compile("\\d{9,13}(\\.\\d{1,9})?");
    private static final long FIRST_UNIX_MILLISECONDS = 100_000_000_000L;
    private static final DateTimeFormatter ISO_TIME = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendPattern("['T'][' ']")
            .optionalStart()
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private static final Set<String> VERSION_1 = Set.of("1", "1.0");
    // written by the prior system if it had lost the tenant
    /** Fields that a replay adds to an entry. */
    private static final Set<String> REPLAY = Set.of("replay_count", "replay_group");

    private static final Set<String> NO_TENANT = Set.of("default", "unknown");
    private static final Pattern BOT_API_PREFIX = Pattern.compile("^-100(?=\\d)0*|^-");

    /** The location at which the prior system wrote a field. */
    private record Place(JsonPointer there, String name) {}

    /** By stream, in order: later places may read values copied by earlier ones. */
    private static final Map<String, List<Place>> PLACES = Map.of(
            "posts.parsed",
            places("/tg_message_id", "telegram_message_id", "/telegram_message_id", "tg_message_id"),
            "posts.vision.analyzed",
            places("/reasons", "skip_reasons"),
            "posts.tagged",
            places("/metadata/model", "model"),
            "posts.crawl",
            places(
                    "/metadata/tenant_id", "tenant_id",
                    "/metadata/user_id", "user_id",
                    "/metadata/channel_id", "channel_id",
                    "/metadata/is_retagging", "is_retagging",
                    "/metadata/trigger_tags_used", "trigger_tags"),
            "posts.enriched",
            places("/ts", "occurred_at", "/enrichment", "enrichment_data", "/enrichment_data/tags", "tags"),
            "posts.indexed",
            places("/indexed_at", "occurred_at"),
            "posts.deleted",
            places("/deleted_at", "occurred_at"),
            "trends.emerging",
            places("/cluster_id", "trend_id", "/primary_topic", "keyword"));

    private static List<Place> places(String... pairs) {
        return IntStream.range(0, pairs.length / 2)
                .mapToObj(i -> new Place(JsonPointer.compile(pairs[2 * i]), pairs[2 * i + 1]))
                .toList();
    }

    /**
     * Returns the event in the fields of an entry. Values that do not match the schema are left unchanged, so that validation reports
     * them.
     *
     * @param schema for reading; other fields beside {@code data} are not part of the event
     * @throws InvalidEventException if the entry has none of the three forms or is too big
     */
    ObjectNode event(String stream, Map<String, String> fields, JsonNode schema) {
        long length = fields.values().stream().mapToLong(String::length).sum();
        if (length > Json.MAX_LENGTH) {
            throw new InvalidEventException(
                    stream, "$: " + length + " characters are more than the " + Json.MAX_LENGTH + " allowed");
        }
        JsonNode properties = schema.path("properties");
        String source = fields.containsKey("data") ? "data" : "payload";
        ObjectNode event = fields.containsKey(source)
                ? parsed(stream, source, fields.get(source))
                : JsonNodeFactory.instance.objectNode();
        // the prior system's vision stage repeated some attributes as fields beside data, and wrote other attributes
        // only there
        fields.forEach((name, value) -> {
            if (!event.has(name) && !REPLAY.contains(name) && (properties.has(name) || !fields.containsKey(source))) {
                event.put(name, StorableText.of(value));
            }
        });
        if (event.properties().stream()
                .noneMatch(property -> properties.has(property.getKey()) && !COMMON.contains(property.getKey()))) {
            throw new InvalidEventException(
                    stream, "$: the entry has neither a field data or payload with the event, nor fields of the event");
        }
        modernise(stream, event);
        coerce(event, schema);
        return event;
    }

    private ObjectNode parsed(String stream, String field, String text) {
        try {
            if (json.readTree(text) instanceof ObjectNode event) {
                return (ObjectNode) StorableText.clean(event);
            }
            throw new InvalidEventException(stream, "$: the field " + field + " does not contain a JSON object");
        } catch (JsonProcessingException e) {
            throw new InvalidEventException(
                    stream, "$: the field " + field + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** Converts names and structures of the prior system in place. If the current name is present too, it takes precedence. */
    static void modernise(String stream, ObjectNode event) {
        if (VERSION_1.contains(event.path("schema_version").asText())) {
            event.put("schema_version", Event.SCHEMA_VERSION);
        }
        PLACES.getOrDefault(stream, List.of()).forEach(place -> copy(event.at(place.there()), event, place.name()));
        switch (stream) {
            case "posts.parsed" ->
                modernise(event, event.path("tg_channel_id").asText().strip());
            case "posts.vision.analyzed" -> {
                event.path("skip_reasons").forEach(reason -> copy(reason.path("media_id"), reason, "sha256"));
                JsonNode kind = event.path("vision").path("classification");
                if (kind.isTextual()) {
                    ((ObjectNode) event.get("vision"))
                            .putObject("classification")
                            .set("type", kind);
                }
                copy(kind.path("label"), kind, "type");
            }
            case "posts.tagged" -> {
                if (event.path("idempotency_key").asText().endsWith(":tagged:v1")) {
                    // the prior system used the same key for every set of tags of the post
                    event.remove("idempotency_key");
                }
            }
            case "trends.emerging" -> {
                if (event.has("post_id") && !event.has("post_ids")) {
                    event.putArray("post_ids").add(event.get("post_id"));
                }
            }
            default -> {}
        }
        if (NO_TENANT.contains(event.path("tenant_id").asText())) {
            event.remove("tenant_id");
        }
    }

    private static void modernise(ObjectNode post, String channel) {
        if (channel.equals("0")) {
            // placeholder of the channel parser for an unknown id
            post.remove("tg_channel_id");
        } else if (channel.startsWith("-")) {
            post.put("tg_channel_id", BOT_API_PREFIX.matcher(channel).replaceFirst(""));
        }
    }

    private static void copy(JsonNode value, JsonNode to, String name) {
        if (!value.isMissingNode() && to instanceof ObjectNode object && !object.has(name)) {
            object.set(name, value);
        }
    }

    /** Converts the properties in the schema, at every depth. A blank value counts as absent unless the schema type is plain text. */
    private void coerce(ObjectNode object, JsonNode schema) {
        schema.path("properties").properties().forEach(property -> {
            JsonNode value = object.path(property.getKey());
            JsonNode wanted = property.getValue();
            boolean plainText = wanted.path("type").asText().equals("string") && !wanted.has("format");
            if (value.isTextual() && value.asText().isBlank() && !plainText) {
                object.remove(property.getKey());
            } else if (!value.isMissingNode()) {
                object.set(property.getKey(), converted(value, wanted));
            }
        });
    }

    private JsonNode converted(JsonNode value, JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "integer" -> integer(value);
            case "number" -> value.isTextual() ? number(value) : value;
            case "boolean" -> value.isTextual() ? bool(value) : value;
            case "array" -> {
                JsonNode parsed = parsed(value);
                if (parsed instanceof ArrayNode array) {
                    for (int i = 0; i < array.size(); i++) {
                        array.set(i, converted(array.get(i), schema.path("items")));
                    }
                }
                yield parsed;
            }
            case "object" -> {
                JsonNode parsed = parsed(value);
                if (parsed instanceof ObjectNode object) {
                    coerce(object, schema);
                }
                yield parsed;
            }
            case "string" -> text(value, schema.path("format").asText());
            default -> value;
        };
    }

    private JsonNode parsed(JsonNode value) {
        if (!value.isTextual()) {
            return value;
        }
        try {
            JsonNode parsed = json.readTree(value.asText());
            return parsed.isContainerNode() ? StorableText.clean(parsed) : value;
        } catch (JsonProcessingException e) {
            return value;
        }
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

    private static JsonNode text(JsonNode value, String format) {
        if (!value.isNumber() && !value.isTextual()) {
            return value;
        }
        return switch (format) {
            case "date-time" -> time(value);
            case "date" -> TextNode.valueOf(TIME_OF_DAY.matcher(plain(value)).replaceFirst(""));
            case "uuid" -> TextNode.valueOf(plain(value));
            default -> value.isTextual() ? value : TextNode.valueOf(plain(value));
        };
    }

    /**
     * Parses ISO-8601 with {@code T} or a space. Without a zone, the time is UTC; without a time, midnight. Digits alone are Unix seconds
     * or, from 10^11, milliseconds.
     */
    private static JsonNode time(JsonNode value) {
        String text = plain(value);
        try {
            if (UNIX_TIME.matcher(text).matches()) {
                double unix = Double.parseDouble(text);
                long milliseconds = Math.round(unix < FIRST_UNIX_MILLISECONDS ? unix * 1000 : unix);
                return TextNode.valueOf(Instant.ofEpochMilli(milliseconds).toString());
            }
            TemporalAccessor time =
                    ISO_TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (time instanceof OffsetDateTime withZone) {
                return TextNode.valueOf(withZone.toInstant().toString());
            }
            LocalDateTime local = time instanceof LocalDate date ? date.atStartOfDay() : (LocalDateTime) time;
            return TextNode.valueOf(local.toInstant(ZoneOffset.UTC).toString());
        } catch (DateTimeException e) {
            return value;
        }
    }

    /** Returns all digits of a number, because asText would write large numbers with an exponent. */
    private static String plain(JsonNode value) {
        return value.isNumber()
                ? value.decimalValue().toPlainString()
                : value.asText().strip();
    }
}
