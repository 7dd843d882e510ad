package routes.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Reads and writes events in routes, as bean {@code events}. */
public class EventRoutes {

    /** Exchange property: trace id of the event that was read. */
    public static final String TRACE_ID = "traceId";

    /** Exchange property: why the post is processed, as text; absent where the event does not say. */
    public static final String TRIGGER = "trigger";

    /** Exchange property: logical name of the stream the event came from. */
    public static final String STREAM = "eventStream";

    /** Exchange property: the event that was read. */
    public static final String EVENT = "event";

    /** Exchange property: the event that was written last. */
    public static final String WRITTEN = "eventWritten";

    /** Exchange property: a {@link StageOutcome}, where a stage publishes nothing and leaves no {@link Recorded} body. */
    public static final String OUTCOME = "stageOutcome";

    /** Exchange property: a route's own reason, in a few words, for publishing nothing; the post's timeline shows it. */
    public static final String SKIP_REASON = "skipReason";

    private static final String TRACEPARENT = "traceparent";
    private static final String MDC_TRACE_ID = "trace_id";
    private static final String MDC_TRIGGER = "trigger";

    // of the redis-streams component, which this package does not need otherwise
    private static final String STREAM_HEADER = "CamelRedisStreamsStream";
    private static final String ENTRY_ID_HEADER = "CamelRedisStreamsMessageId";

    private static final Logger LOG = LoggerFactory.getLogger(EventRoutes.class);

    private final EventCodec codec;

    public EventRoutes(EventCodec codec) {
        this.codec = codec;
    }

    /**
     * Replaces the fields of an entry in the body by its event, and sets the exchange properties above. Until the exchange
     * is completed, log lines carry {@code trace_id} and {@code trigger}: those of the thread that reads, and, in routes that
     * change threads, those of the others as far as Camel's MDC logging takes them along. The event of an integrator's own stream
     * is a map, and only its trace id and stream become properties.
     *
     * @throws InvalidEventException if the entry holds no event; no other attempt will help
     * @throws InvalidPayloadException if the body is no map
     */
    public void read(Exchange exchange) throws InvalidPayloadException {
        Map<String, String> fields = fields(exchange.getMessage());
        String stream = exchange.getMessage().getHeader(STREAM_HEADER, String.class);
        if (stream == null) {
            throw new IllegalArgumentException("The header " + STREAM_HEADER + " must name the stream of the entry");
        }
        if (codec.isOwn(stream)) {
            exchange.getMessage().setBody(codec.readOwn(stream, fields));
            exchange.setProperty(TRACE_ID, fields.get(MDC_TRACE_ID));
            exchange.setProperty(STREAM, stream);
            exchange.setProperty(TRACEPARENT, fields.get(TRACEPARENT));
            log(exchange, fields.get(MDC_TRACE_ID), null);
            return;
        }
        String entryId = exchange.getMessage().getHeader(ENTRY_ID_HEADER, String.class);
        Event event = codec.read(stream, entryId, fields);
        exchange.getMessage().setBody(event);
        exchange.setProperty(EVENT, event);
        exchange.setProperty(TRACE_ID, event.traceId());
        exchange.setProperty(STREAM, codec.stream(event));
        exchange.setProperty(TRACEPARENT, fields.get(TRACEPARENT));
        String trigger = trigger(event);
        exchange.setProperty(TRIGGER, trigger);
        log(exchange, event.traceId(), trigger);
    }

    /** The events of a batch of entries; one that holds none is left out, and fails when its turn comes. */
    public List<Event> readable(@Body List<Message> entries) {
        List<Event> events = new ArrayList<>();
        for (Message entry : entries) {
            try {
                events.add(codec.read(
                        entry.getHeader(STREAM_HEADER, String.class),
                        entry.getHeader(ENTRY_ID_HEADER, String.class),
                        fields(entry)));
            } catch (InvalidEventException | InvalidPayloadException e) {
                LOG.debug("An entry of a batch cannot be read", e);
            }
        }
        return events;
    }

    /**
     * Replaces the event in the body by the fields of its entry. The trace goes on that a header {@code traceparent} names,
     * else the one of the event that was read, if both have the same trace id. A map or the text of a JSON object is an event of an
     * integrator's own stream, and continues the trace of what was read.
     *
     * @throws IllegalStateException if the event violates its schema
     * @throws InvalidPayloadException if the body is neither an event nor a JSON object
     */
    public void write(Exchange exchange) throws InvalidPayloadException {
        Object body = exchange.getMessage().getMandatoryBody();
        if (!(body instanceof Event event)) {
            exchange.getMessage().setBody(own(exchange, body));
            return;
        }
        String traceparent = exchange.getMessage().getHeader(TRACEPARENT, String.class);
        if (traceparent == null && event.traceId().equals(exchange.getProperty(TRACE_ID))) {
            traceparent = exchange.getProperty(TRACEPARENT, String.class);
        }
        exchange.getMessage().setBody(codec.write(event, traceparent));
        exchange.setProperty(WRITTEN, event);
    }

    private Map<String, String> own(Exchange exchange, Object body) throws InvalidPayloadException {
        try {
            return codec.writeOwn(
                    body instanceof Map<?, ?> ? body : exchange.getMessage().getMandatoryBody(String.class),
                    exchange.getProperty(TRACE_ID, String.class),
                    exchange.getProperty(TRACEPARENT, String.class));
        } catch (IllegalArgumentException e) {
            throw new InvalidPayloadException(exchange, Event.class, exchange.getMessage(), e);
        }
    }

    /** The event in the body, or the map of an integrator's own, as the text of a JSON object. */
    public String json(@Body Object event) {
        return codec.json(event);
    }

    @SuppressWarnings("unchecked") // what the redis-streams component promises
    private static Map<String, String> fields(Message entry) throws InvalidPayloadException {
        return entry.getMandatoryBody(Map.class);
    }

    private static String trigger(Event event) {
        if (event instanceof Triggered triggered && triggered.trigger() != null) {
            return triggered.trigger().text();
        }
        return event instanceof DigestsGenerate digest ? digest.trigger() : null;
    }

    private static void log(Exchange exchange, String traceId, String trigger) {
        if (traceId != null) {
            MDC.put(MDC_TRACE_ID, traceId);
        }
        if (trigger != null) {
            MDC.put(MDC_TRIGGER, trigger);
        } else {
            MDC.remove(MDC_TRIGGER);
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                MDC.remove(MDC_TRACE_ID);
                MDC.remove(MDC_TRIGGER);
            }
        });
    }
}
