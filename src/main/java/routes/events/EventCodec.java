package routes.events;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Events as fields of stream entries: written strictly in one form, read leniently in the three forms of the prior system.
 * docs/events.md describes both.
 */
public final class EventCodec {

    private final ObjectMapper mapper;
    private final StreamCatalog catalog;
    private final Map<String, EventSchema> writeSchemas;
    private final Map<String, EventSchema> readSchemas;
    private final EntryFields entryFields;
    private final SchemaCoercion coercion;
    private final MissingFields missingFields;

    public EventCodec(ObjectMapper mapper, StreamCatalog catalog) {
        this.mapper = mapper;
        this.catalog = catalog;
        writeSchemas = catalog.streams().stream()
                .map(EventStream::name)
                .collect(toUnmodifiableMap(name -> name, name -> EventSchema.write(Event.SCHEMA_VERSION, name)));
        readSchemas = catalog.streams().stream()
                .map(EventStream::name)
                .collect(toUnmodifiableMap(name -> name, name -> EventSchema.read(Event.SCHEMA_VERSION, name)));
        ObjectReader reader = mapper.reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
        entryFields = new EntryFields(reader);
        coercion = new SchemaCoercion(reader);
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
     * @param traceparent the W3C trace context of the work that made the event; without a valid one it follows from the
     *     event's trace id
     * @throws IllegalStateException if the event violates its schema, naming the path: whoever made it has a defect
     */
    public Map<String, String> write(Event event, String traceparent) {
        String name = stream(event);
        JsonNode data = EventText.clean(mapper.valueToTree(event));
        writeSchemas.get(name).violation(data).ifPresent(violation -> {
            throw new IllegalStateException("Event " + name + " violates its schema at " + violation);
        });
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("event", name);
        fields.put("data", data.toString());
        fields.put("trace_id", event.traceId());
        fields.put("traceparent", TraceParent.isValid(traceparent) ? traceparent : TraceParent.of(event));
        return fields;
    }

    /** Logical name of the stream that carries the event. */
    String stream(Event event) {
        return catalog.stream(event.getClass()).name();
    }

    /** As {@link #read(String, String, Map)} where the entry has no id; an absent time is then now. */
    public Event read(String stream, Map<String, String> fields) {
        return read(stream, null, fields);
    }

    /**
     * As {@link #read(String, Map)}, where the caller knows what the stream holds.
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
     * The event of an entry.
     *
     * @param stream logical name or key of the stream
     * @param entryId id of the entry, whose time stands for a missing {@code occurred_at}; may be null
     * @throws InvalidEventException if the entry is none, or violates the schema for reading
     */
    public Event read(String stream, String entryId, Map<String, String> fields) {
        EventStream held = catalog.stream(stream);
        String name = held.name();
        EventSchema schema = readSchemas.get(name);
        ObjectNode event = entryFields.event(name, fields, schema.properties());
        LegacyShapes.modernise(name, event);
        coercion.coerce(event, schema.json());
        missingFields.complete(name, entryId, fields, event, schema.properties());
        schema.violation(event).ifPresent(violation -> {
            throw new InvalidEventException(name, violation);
        });
        try {
            return mapper.treeToValue(event, held.type());
        } catch (JsonProcessingException e) {
            throw new InvalidEventException(name, "$: " + e.getOriginalMessage(), e);
        }
    }
}
