package routes.events;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events as fields of stream entries: written strictly in one form, read leniently in the three forms of the prior system.
 * docs/events.md describes both.
 */
public final class EventCodec {
    private static final Logger LOG = LoggerFactory.getLogger(EventCodec.class);
    private static final int MAX_URLS = 100;
    private static final int MAX_URL_BYTES = 2048;
    private static final int MAX_TAGS = 100;
    private static final int MAX_TAG_BYTES = 1000;

    /** The fields of a written entry, and of a replayed one. */
    private static final Set<String> WRITTEN = Set.of("event", "data", "trace_id", "traceparent", "replay_count");

    private final ObjectMapper mapper;
    private final StreamCatalog catalog;
    private final Map<String, EventSchema> writeSchemas;
    private final Map<String, EventSchema> readSchemas;
    private final Map<String, EventShape> writeShapes;
    private final ObjectReader strict;
    private final EntryFields entryFields;
    private final SchemaCoercion coercion;
    private final MissingFields missingFields;
    private final Set<String> toldToBeCut = ConcurrentHashMap.newKeySet();

    public EventCodec(ObjectMapper mapper, StreamCatalog catalog) {
        this.mapper = mapper;
        this.catalog = catalog;
        writeSchemas = catalog.streams().stream()
                .filter(EventStream::builtIn)
                .map(EventStream::name)
                .collect(toUnmodifiableMap(name -> name, name -> EventSchema.write(Event.SCHEMA_VERSION, name)));
        readSchemas = catalog.streams().stream()
                .filter(EventStream::builtIn)
                .map(EventStream::name)
                .collect(toUnmodifiableMap(name -> name, name -> EventSchema.read(Event.SCHEMA_VERSION, name)));
        writeShapes = writeSchemas.entrySet().stream()
                .collect(toUnmodifiableMap(
                        Map.Entry::getKey,
                        schema -> EventShape.of(schema.getValue().json())));
        strict = mapper.reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
        entryFields = new EntryFields(strict);
        coercion = new SchemaCoercion(strict);
        missingFields = new MissingFields(mapper.writer());
    }

    /**
     * The entry of an event outside of any trace; see {@link #write(Event, String)}.
     */
    public Map<String, String> write(Event event) {
        return write(event, null);
    }

    /**
     * The entry of an event: {@code event}, {@code data}, {@code trace_id}, {@code traceparent}.
     *
     * @param traceparent the W3C trace context of the work that created the event; if not valid, it is derived from the
     *     event's trace id
     * @throws IllegalStateException if the event violates its schema, naming the path: its producer has a bug
     */
    public Map<String, String> write(Event event, String traceparent) {
        String name = stream(event);
        JsonNode data = mapper.valueToTree(event);
        if (!writeShapes.get(name).fits(data)) {
            data = EventText.clean(data);
            writeSchemas.get(name).violation(data).ifPresent(violation -> {
                throw new IllegalStateException("Event " + name + " violates its schema at " + violation);
            });
        }
        return entry(
                name,
                data.toString(),
                event.traceId(),
                TraceParent.isValid(traceparent)
                        ? traceparent
                        : TraceParent.of(event.traceId(), event.idempotencyKey()));
    }

    /**
     * The entry of an event that was serialized earlier and kept as text. The text is not validated.
     *
     * @param stream logical name
     * @param traceId of the event; null omits the trace
     * @param idempotencyKey of the event; null omits the trace context
     */
    public Map<String, String> stored(String stream, String data, String traceId, String idempotencyKey) {
        boolean traced = traceId != null && idempotencyKey != null;
        return entry(stream, data, traceId, traced ? TraceParent.of(traceId, idempotencyKey) : null);
    }

    /**
     * The entry of an integrator's event: {@code data}, and the trace if there is one.
     *
     * @param event a map, or the text of a JSON object
     * @throws IllegalArgumentException for anything else
     */
    public Map<String, String> writeOwn(Object event, String traceId, String traceparent) {
        JsonNode data;
        try {
            data = event instanceof Map<?, ?> ? mapper.valueToTree(event) : mapper.readTree(String.valueOf(event));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The event is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!data.isObject()) {
            throw new IllegalArgumentException("The event must be a JSON object or a map");
        }
        return entry(null, data.toString(), traceId, TraceParent.isValid(traceparent) ? traceparent : null);
    }

    /**
     * An integrator's event: the content of {@code data}, or without it the fields themselves.
     *
     * @throws InvalidEventException if {@code data} is not a JSON object
     */
    public Map<String, Object> readOwn(String stream, Map<String, String> fields) {
        String data = fields.get("data");
        if (data == null) {
            return new LinkedHashMap<>(fields);
        }
        try {
            Map<String, Object> event = mapper.readValue(data, new TypeReference<LinkedHashMap<String, Object>>() {});
            if (event == null) {
                throw new InvalidEventException(stream, "$: the field data is null");
            }
            return event;
        } catch (JsonProcessingException e) {
            throw new InvalidEventException(
                    stream, "$: the field data is not a JSON object: " + e.getOriginalMessage(), e);
        }
    }

    /** An event, or an integrator's map, as JSON text. */
    public String json(Object event) {
        return mapper.valueToTree(event).toString();
    }

    /** The logical name of a stream, given its name or its key. */
    public String name(String nameOrKey) {
        return catalog.stream(nameOrKey).name();
    }

    /** Whether the stream is an integrator's. */
    public boolean isOwn(String stream) {
        return !catalog.stream(stream).builtIn();
    }

    private static Map<String, String> entry(String stream, String data, String traceId, String traceparent) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (stream != null) {
            fields.put("event", stream);
        }
        fields.put("data", data);
        if (traceId != null) {
            fields.put("trace_id", traceId);
        }
        if (traceparent != null) {
            fields.put("traceparent", traceparent);
        }
        return fields;
    }

    /** Whether this is the logical name of a stream. */
    public boolean knows(String stream) {
        return catalog.names().contains(stream);
    }

    /** Logical name of the stream that carries the event. */
    public String stream(Event event) {
        return catalog.stream(event.getClass()).name();
    }

    /** Like {@link #read(String, String, Map)} without an entry id; a missing time becomes the current time. */
    public Event read(String stream, Map<String, String> fields) {
        return read(stream, null, fields);
    }

    /**
     * Like {@link #read(String, Map)}, if the caller knows the type of the stream's events.
     *
     * @throws IllegalArgumentException if the stream holds other events
     */
    public <T extends Event> T read(String stream, Map<String, String> fields, Class<T> type) {
        Class<? extends Event> held = catalog.stream(stream).type();
        if (held != type) {
            throw new IllegalArgumentException(
                    stream + " holds " + held.getSimpleName() + ", not " + type.getSimpleName());
        }
        return type.cast(read(stream, fields));
    }

    /**
     * The event of an entry. Keeps at most {@value #MAX_URLS} {@code urls} of at most {@value #MAX_URL_BYTES} bytes each, and at
     * most {@value #MAX_TAGS} {@code tags} of at most {@value #MAX_TAG_BYTES}. Logs the first excess per stream and field.
     *
     * @param stream logical name or key of the stream
     * @param entryId id of the entry, whose time replaces a missing {@code occurred_at}; may be null
     * @throws InvalidEventException if the entry is not an event, or violates the schema for reading
     */
    public Event read(String stream, String entryId, Map<String, String> fields) {
        EventStream held = catalog.stream(stream);
        if (WRITTEN.containsAll(fields.keySet()) && fields.containsKey("data")) {
            Event event = ours(held, entryId, fields);
            if (event != null) {
                return event;
            }
        }
        String name = held.name();
        EventSchema schema = readSchemas.get(name);
        ObjectNode event = entryFields.event(name, fields, schema.properties());
        LegacyShapes.modernise(name, event);
        coercion.coerce(event, schema.json());
        complete(name, entryId, fields, event);
        schema.violation(event).ifPresent(violation -> {
            throw new InvalidEventException(name, violation);
        });
        try {
            return mapper.treeToValue(event, held.type());
        } catch (JsonProcessingException e) {
            throw new InvalidEventException(name, "$: " + e.getOriginalMessage(), e);
        }
    }

    private void complete(String name, String entryId, Map<String, String> fields, ObjectNode event) {
        bound(name, entryId, event, "urls", MAX_URLS, MAX_URL_BYTES);
        bound(name, entryId, event, "tags", MAX_TAGS, MAX_TAG_BYTES);
        missingFields.complete(
                name, entryId, fields, event, readSchemas.get(name).properties());
    }

    /** The event of an entry in the form that this class writes, which needs no coercion or validation; null for any other form. */
    private Event ours(EventStream held, String entryId, Map<String, String> fields) {
        String data = fields.get("data");
        if (data.length() > Json.MAX_LENGTH) {
            return null;
        }
        try {
            if (strict.readTree(data) instanceof ObjectNode event
                    && writeShapes.get(held.name()).fits(event)) {
                LegacyShapes.modernise(held.name(), event);
                complete(held.name(), entryId, fields, event);
                return mapper.treeToValue(event, held.type());
            }
            return null;
        } catch (JsonProcessingException e) {
            return null; // the path for foreign events reports the error
        }
    }

    /** Our own stages keep to the same limits; values of other producers beyond them would not fit into the graph's index. */
    private void bound(String stream, String entryId, ObjectNode event, String field, int most, int longest) {
        if (event.get(field) instanceof ArrayNode all) {
            ArrayNode kept = event.putArray(field);
            all.forEach(one -> {
                boolean fits = one.asText().getBytes(StandardCharsets.UTF_8).length <= longest;
                if (fits && kept.size() < most) {
                    kept.add(one);
                }
            });
            if (kept.size() < all.size() && toldToBeCut.add(stream + " " + field)) {
                LOG.warn(
                        "Entry {} of {}: {} of {} {} are left out; at most {} of at most {} bytes are kept. Later entries with"
                                + " more are not reported",
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
}
