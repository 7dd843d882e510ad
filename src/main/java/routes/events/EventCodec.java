package routes.events;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Converts events to and from the fields of stream entries: writes one strict form, reads the three forms of the prior system leniently.
 * See docs/events.md.
 */
public final class EventCodec {

    /** The fields of a written entry, and of a replayed entry. */
    private static final Set<String> WRITTEN =
            Set.of("event", "data", "trace_id", "traceparent", "replay_count", "replay_group");

    /**
     * The schemas of the events of a stream.
     *
     * @param shape the schema for writing, for a fast check
     */
    private record Form(EventSchema write, EventSchema read, EventShape shape) {
        static Form of(EventStream stream) {
            EventSchema write = EventSchema.write(Event.SCHEMA_VERSION, stream.name());
            return new Form(write, EventSchema.read(Event.SCHEMA_VERSION, stream.name()), EventShape.of(write.json()));
        }
    }

    private final ObjectMapper mapper;
    private final StreamCatalog catalog;
    private final Map<String, Form> forms;
    private final ObjectReader strict;
    private final ForeignForms foreign;
    private final MissingFields missingFields;

    public EventCodec(ObjectMapper mapper, StreamCatalog catalog) {
        this.mapper = mapper;
        this.catalog = catalog;
        forms = catalog.streams().stream()
                .filter(EventStream::builtIn)
                .collect(toUnmodifiableMap(EventStream::name, Form::of));
        strict = mapper.reader().with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
        foreign = new ForeignForms(strict);
        missingFields = new MissingFields(mapper.writer());
    }

    /** Returns the entry of an event outside of any trace; see {@link #write(Event, String)}. */
    public Map<String, String> write(Event event) {
        return write(event, null);
    }

    /**
     * Returns the entry of an event: {@code event}, {@code data}, {@code trace_id}, {@code traceparent}.
     *
     * @param traceparent the W3C trace context of the work that created the event; if it is invalid, it is derived from the event's trace
     *     id
     * @throws IllegalStateException with the path, if the event violates its schema, which is a bug of the producer
     */
    public Map<String, String> write(Event event, String traceparent) {
        return entry(
                stream(event),
                data(event),
                event.traceId(),
                TraceParent.isValid(traceparent)
                        ? traceparent
                        : TraceParent.of(event.traceId(), event.idempotencyKey()));
    }

    /**
     * Returns the field {@code data} of the entry of an event, to be kept until it is published with {@link #stored}.
     *
     * @throws IllegalStateException as in {@link #write(Event, String)}
     */
    public String data(Event event) {
        String name = stream(event);
        JsonNode data = mapper.valueToTree(event);
        Form form = forms.get(name);
        if (!form.shape().fits(data)) {
            data = StorableText.clean(data);
            form.write().violation(data).ifPresent(violation -> {
                throw new IllegalStateException("Event " + name + " does not match its schema at " + violation);
            });
        }
        return data.toString();
    }

    /**
     * Returns the entry of an event that was serialized earlier and kept as text. The text is not validated.
     *
     * @param stream logical name
     * @param traceId of the event; null omits the trace
     * @param idempotencyKey of the event; null omits the trace context
     * @param traceparent as in {@link #write(Event, String)}
     */
    public Map<String, String> stored(
            String stream, String data, String traceId, String idempotencyKey, String traceparent) {
        boolean traced = traceId != null && idempotencyKey != null;
        String derived = traced ? TraceParent.of(traceId, idempotencyKey) : null;
        return entry(stream, data, traceId, TraceParent.isValid(traceparent) ? traceparent : derived);
    }

    /**
     * Returns the entry of an integrator's event: {@code data}, and the trace if there is one.
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
     * Returns an integrator's event: the content of {@code data}, or the fields of the entry if {@code data} is missing.
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

    /** Returns an event, or an integrator's map, as JSON text. */
    public String json(Object event) {
        return mapper.valueToTree(event).toString();
    }

    /** Returns the logical name of a stream, given its name or its key. */
    public String name(String nameOrKey) {
        return catalog.stream(nameOrKey).name();
    }

    /** Returns whether the stream belongs to an integrator. */
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

    /** Returns whether this is the logical name of a stream. */
    public boolean knows(String stream) {
        return catalog.names().contains(stream);
    }

    /** Returns the logical name of the stream that carries the event. */
    public String stream(Event event) {
        return catalog.stream(event.getClass()).name();
    }

    /** Like {@link #read(String, String, Map)} without an entry id; a missing time becomes the current time. */
    public Event read(String stream, Map<String, String> fields) {
        return read(stream, null, fields);
    }

    /**
     * Returns the event of an entry, completed by {@link MissingFields}.
     *
     * @param stream logical name or key of the stream
     * @param entryId id of the entry, whose time replaces a missing {@code occurred_at}; may be null
     * @throws InvalidEventException if the entry is not an event, or violates the schema for reading
     */
    public Event read(String stream, String entryId, Map<String, String> fields) {
        EventStream held = catalog.stream(stream);
        String name = held.name();
        EventSchema schema = forms.get(name).read();
        try {
            ObjectNode ours = ours(name, fields);
            if (ours != null) {
                missingFields.complete(name, entryId, fields, ours, schema.properties());
                return mapper.treeToValue(ours, held.type());
            }
        } catch (JsonProcessingException e) {
            // the code below reports the error
        }
        ObjectNode event = foreign.event(name, fields, schema.json());
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

    /**
     * Returns the event of an entry in the form written by this class, which needs no coercion or validation; null for any other form.
     */
    private ObjectNode ours(String name, Map<String, String> fields) throws JsonProcessingException {
        String data = fields.get("data");
        if (data == null || data.length() > Json.MAX_LENGTH || !WRITTEN.containsAll(fields.keySet())) {
            return null;
        }
        if (strict.readTree(data) instanceof ObjectNode event
                && forms.get(name).shape().fits(event)) {
            ForeignForms.modernise(name, event);
            return event;
        }
        return null;
    }
}
