package routes.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/** Finds the event in the fields of an entry: in {@code data}, in {@code payload}, or in the fields themselves. */
final class EntryFields {

    private static final Set<String> COMMON = Set.of("schema_version", "trace_id", "occurred_at", "idempotency_key");

    private final ObjectReader json;

    EntryFields(ObjectReader json) {
        this.json = json;
    }

    /**
     * @param properties properties in the stream's schema; other fields beside {@code data} do not belong to the event
     * @throws InvalidEventException if the entry has none of the three forms or is too big
     */
    ObjectNode event(String stream, Map<String, String> fields, JsonNode properties) {
        long length = fields.values().stream().mapToLong(String::length).sum();
        if (length > Json.MAX_LENGTH) {
            throw new InvalidEventException(
                    stream, "$: " + length + " characters are more than the " + Json.MAX_LENGTH + " allowed");
        }
        String source = fields.containsKey("data") ? "data" : "payload";
        ObjectNode event = fields.containsKey(source)
                ? parsed(stream, source, fields.get(source))
                : JsonNodeFactory.instance.objectNode();
        // the prior system's vision stage repeated some attributes as fields beside data, and wrote others only there
        fields.forEach((name, value) -> {
            if (!event.has(name) && (properties.has(name) || !fields.containsKey(source))) {
                event.put(name, EventText.clean(value));
            }
        });
        if (event.properties().stream()
                .noneMatch(property -> properties.has(property.getKey()) && !COMMON.contains(property.getKey()))) {
            throw new InvalidEventException(
                    stream, "$: there is no field data or payload with the event, nor any field of the event");
        }
        return event;
    }

    private ObjectNode parsed(String stream, String field, String text) {
        try {
            JsonNode event = json.readTree(text);
            if (event instanceof ObjectNode object) {
                return (ObjectNode) EventText.clean(object);
            }
            throw new InvalidEventException(stream, "$: the field " + field + " holds no JSON object");
        } catch (JsonProcessingException e) {
            throw new InvalidEventException(
                    stream, "$: the field " + field + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
