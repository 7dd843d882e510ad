package routes.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes a read event: limits its lists, and adds fields that the producer omitted: values derived from other fields, then the schema's
 * defaults.
 */
final class MissingFields {

    private static final Logger LOG = LoggerFactory.getLogger(MissingFields.class);
    private static final int MAX_URLS = 100;
    private static final int MAX_URL_BYTES = 2048;
    private static final int MAX_TAGS = 100;
    private static final int MAX_TAG_BYTES = 1000;

    private final ObjectWriter sorted;
    private final Set<String> reportedAsCut = ConcurrentHashMap.newKeySet();

    MissingFields(ObjectWriter json) {
        this.sorted = json.with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);
    }

    /**
     * Keeps at most {@value #MAX_URLS} {@code urls} of at most {@value #MAX_URL_BYTES} bytes each, and at most {@value #MAX_TAGS} {@code
     * tags} of at most {@value #MAX_TAG_BYTES}. Logs the first excess per stream and field.
     *
     * @param entryId "milliseconds-number", or null without an entry id
     */
    void complete(String stream, String entryId, Map<String, String> fields, ObjectNode event, JsonNode properties) {
        bound(stream, entryId, event, "urls", MAX_URLS, MAX_URL_BYTES);
        bound(stream, entryId, event, "tags", MAX_TAGS, MAX_TAG_BYTES);
        if (event.path("idempotency_key").asText().isBlank()) {
            event.put("idempotency_key", stream + ":" + contentHash(event));
        }
        if (event.path("trace_id").asText().isBlank()) {
            // not random: all groups and deliveries of the entry must agree
            String generated = UUID.nameUUIDFromBytes(
                            event.get("idempotency_key").asText().getBytes(UTF_8))
                    .toString();
            event.put("trace_id", TraceParent.traceId(fields.get("traceparent")).orElse(generated));
        }
        if (!event.has("occurred_at")) {
            event.put("occurred_at", time(entryId).toString());
        }
        if (properties.has("tags_hash")
                && !event.has("tags_hash")
                && event.path("tags").isArray()) {
            event.put(
                    "tags_hash",
                    TagsHash.of(StreamSupport.stream(event.get("tags").spliterator(), false)
                            .map(JsonNode::asText)
                            .toList()));
        }
        if (stream.equals("posts.parsed") && !event.has("content_hash")) {
            event.put(
                    "content_hash",
                    ContentHash.of(
                            event.path("text").asText(),
                            event.path("attachment_text").asText(null)));
        }
        if (stream.equals("albums.parsed") && !event.has("items_count")) {
            event.put("items_count", event.path("post_ids").size());
        }
        defaults(event, properties);
    }

    /** The product's stages apply the same limits. Longer values of other producers would not fit into the graph's index. */
    private void bound(String stream, String entryId, ObjectNode event, String field, int most, int longest) {
        if (event.get(field) instanceof ArrayNode all) {
            ArrayNode kept = event.putArray(field);
            all.forEach(one -> {
                boolean fits = one.asText().getBytes(UTF_8).length <= longest;
                if (fits && kept.size() < most) {
                    kept.add(one);
                }
            });
            if (kept.size() < all.size() && reportedAsCut.add(stream + " " + field)) {
                LOG.warn(
                        "Entry {} of {}: {} of {} {} are dropped; at most {} of at most {} bytes each are kept."
                                + " Further entries above this limit are not logged",
                        entryId,
                        stream,
                        all.size() - kept.size(),
                        all.size(),
                        field,
                        most,
                        longest);
            }
        }
    }

    private static void defaults(JsonNode value, JsonNode properties) {
        if (value.isArray()) {
            value.forEach(item -> defaults(item, properties));
        } else if (value instanceof ObjectNode object) {
            properties.properties().forEach(property -> {
                JsonNode schema = property.getValue();
                JsonNode present = object.get(property.getKey());
                if (present == null && schema.has("default")) {
                    object.set(property.getKey(), schema.get("default").deepCopy());
                } else if (present != null) {
                    defaults(present, (schema.has("items") ? schema.get("items") : schema).path("properties"));
                }
            });
        }
    }

    /** Returns the hash without the fields that differ when the same fact is published again. */
    private String contentHash(ObjectNode event) {
        try {
            return Sha256.hex(sorted.writeValueAsString(
                    event.deepCopy().without(Set.of("trace_id", "occurred_at", "schema_version", "idempotency_key"))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A JSON tree can always be written", e);
        }
    }

    private static Instant time(String entryId) {
        if (entryId == null) {
            return Instant.now();
        }
        int dash = entryId.indexOf('-');
        return Instant.ofEpochMilli(Long.parseLong(dash < 0 ? entryId : entryId.substring(0, dash)));
    }
}
