package routes.stages;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.language.bean.BeanExpression;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.InvalidEventException;
import routes.events.Recorded;
import routes.events.Trigger;
import routes.redisstreams.FailureKind;
import routes.redisstreams.RedisStreamsConstants;
import routes.redisstreams.StreamCompletion;
import routes.tracing.EntryTraces;

/**
 * Reads and writes events in routes, as bean {@code events}. A stage processes batches: the body is the list of events, later the list of
 * answers, in the same order. Other routes process one event.
 */
@Component("events")
public class EventRoutes {

    /** Exchange property: the {@link StageEntry} of each entry of the exchange. */
    public static final String ENTRIES = "stageEntries";

    /** Exchange property: trace id of the event that was read; not set for a batch. */
    public static final String TRACE_ID = "traceId";

    /** Exchange property: why the post is processed, as text; absent if the event does not contain it, and for a batch. */
    public static final String TRIGGER = "trigger";

    /** Exchange property: logical name of the stream the events came from. */
    public static final String STREAM = "eventStream";

    /** Exchange property: the event that was read; not set for a batch. */
    public static final String EVENT = "event";

    /** Exchange property: the route's own reason for publishing nothing, in a few words; shown in the post's timeline. */
    public static final String SKIP_REASON = "skipReason";

    static final String MDC_TRACE_ID = "trace_id";
    private static final String MDC_TRIGGER = "trigger";
    private static final String TRACEPARENT = "traceparent";

    private static final Logger LOG = LoggerFactory.getLogger(EventRoutes.class);

    /** A method of a bean, and whether it accepts the events of a batch as a list. */
    private record Work(BeanExpression call, boolean takesList) {}

    private final EventCodec codec;
    private final EntryTraces traces;
    private final Map<String, Work> works = new ConcurrentHashMap<>();

    public EventRoutes(EventCodec codec, EntryTraces traces) {
        this.codec = codec;
        this.traces = traces;
    }

    /** Returns an instance for trials, which caches no beans, because a trial uses different beans. */
    public EventRoutes rehearsal() {
        return new EventRoutes(codec, traces);
    }

    /**
     * Replaces the fields of an entry in the body with its event, and sets the exchange properties above. Until the exchange is completed,
     * log lines of the reading thread carry {@code trace_id} and {@code trigger}. In routes that change threads, log lines of other
     * threads carry them as far as Camel's MDC logging propagates them. The event of an integrator's stream is a map.
     *
     * @throws InvalidEventException if the entry is not an event; retrying cannot help
     * @throws InvalidPayloadException if the body is not a map
     */
    public void read(Exchange exchange) throws InvalidPayloadException {
        StageEntry entry = entry(exchange.getMessage());
        exchange.setProperty(ENTRIES, List.of(entry));
        decode(exchange, entry);
        exchange.getMessage().setBody(entry.body());
        describe(exchange, entry);
        putMdc(entry);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                clearMdc();
            }
        });
    }

    private void describe(Exchange exchange, StageEntry entry) {
        exchange.setProperty(EVENT, entry.event().orElse(null));
        exchange.setProperty(TRACE_ID, entry.traceId());
        exchange.setProperty(TRIGGER, entry.event().map(Event::triggerText).orElse(null));
        exchange.setProperty(STREAM, codec.name(stream(entry)));
    }

    /** Runs the work with the MDC values of one entry of a batch. */
    private static void logging(StageEntry entry, Runnable work) {
        try {
            putMdc(entry);
            work.run();
        } finally {
            clearMdc();
        }
    }

    /** Sets the MDC values of log lines about an entry; an earlier exchange on this thread may have left its values. */
    private static void putMdc(StageEntry entry) {
        put(MDC_TRACE_ID, entry.traceId());
        put(MDC_TRIGGER, entry.event().map(Event::triggerText).orElse(null));
    }

    private static void clearMdc() {
        MDC.remove(MDC_TRACE_ID);
        MDC.remove(MDC_TRIGGER);
    }

    private static void put(String key, String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }

    /**
     * Replaces a batch of entries, or the fields of one, with the list of their events. An entry that is not an event becomes a dead
     * letter and is omitted; the others continue.
     *
     * @throws InvalidPayloadException if an entry is not a map
     */
    public void readAll(Exchange exchange) throws InvalidPayloadException {
        Object body = exchange.getMessage().getBody();
        List<?> messages = body instanceof List<?> batch ? batch : List.of(exchange.getMessage());
        List<StageEntry> entries = new ArrayList<>();
        List<Object> events = new ArrayList<>();
        for (Object message : messages) {
            StageEntry entry = entry((Message) message);
            entries.add(entry);
            try {
                decode(exchange, entry);
                events.add(entry.body());
            } catch (InvalidEventException e) {
                fail(exchange, entry, e, FailureKind.PERMANENT);
            }
        }
        exchange.setProperty(ENTRIES, entries);
        exchange.getMessage().setBody(events);
    }

    @SuppressWarnings("unchecked") // guaranteed by the redis-streams component
    private static StageEntry entry(Message message) throws InvalidPayloadException {
        return new StageEntry(message, message.getMandatoryBody(Map.class));
    }

    private void decode(Exchange exchange, StageEntry entry) {
        String stream = stream(entry);
        String entryId = entry.message().getHeader(RedisStreamsConstants.MESSAGE_ID, String.class);
        entry.begin(traces.received(
                codec.name(stream),
                entry.message().getHeader(RedisStreamsConstants.GROUP, String.class),
                entryId,
                entry.fields().get(TRACEPARENT),
                exchange.getMessage().getHeader(TRACEPARENT, String.class)));
        entry.read(
                codec.isOwn(stream)
                        ? codec.readOwn(stream, entry.fields())
                        : codec.read(stream, entryId, entry.fields()));
    }

    private static String stream(StageEntry entry) {
        String stream = entry.message().getHeader(RedisStreamsConstants.STREAM, String.class);
        if (stream == null) {
            throw new IllegalArgumentException(
                    "The header " + RedisStreamsConstants.STREAM + " must contain the stream of the entry");
        }
        return stream;
    }

    private static void fail(Exchange exchange, StageEntry entry, Throwable cause, FailureKind kind) {
        entry.failed(cause, kind);
        StreamCompletion.of(exchange, entry.message())
                .orElseThrow(() -> new IllegalStateException("the entry would fail: " + cause.getMessage(), cause))
                .fail(cause, kind);
    }

    /**
     * Calls a bean for the events of a batch. A method whose first parameter is a list gets all events and returns a list with one
     * {@link Recorded} per event. Any other method is called once per event. An exception fails the batch, and the component then
     * processes its entries one by one.
     *
     * @return the answers, in the order of the events
     */
    public List<?> work(Exchange exchange, String bean, String method) {
        List<?> events = exchange.getMessage().getBody(List.class);
        Work work = works.computeIfAbsent(bean + "." + method, name -> prepared(exchange, bean, method));
        if (events.isEmpty()) {
            return List.of();
        } else if (work.takesList()) {
            return work.call().evaluate(exchange, List.class);
        }
        List<Object> answers = new ArrayList<>();
        for (StageEntry entry : read(exchange, events)) {
            Exchange single = ExchangeHelper.createCopy(exchange, true);
            describe(single, entry);
            single.getMessage().setHeaders(entry.message().getHeaders());
            single.getMessage().setBody(entry.body());
            logging(entry, () -> answers.add(work.call().evaluate(single, Object.class)));
        }
        return answers;
    }

    private static Work prepared(Exchange exchange, String bean, String method) {
        Object target = CamelContextHelper.mandatoryLookup(exchange.getContext(), bean);
        BeanExpression call = new BeanExpression(target, method);
        call.init(exchange.getContext());
        String methodName = method.replaceFirst("\\(.*", "");
        return new Work(
                call,
                Arrays.stream(target.getClass().getMethods())
                        .filter(candidate -> candidate.getName().equals(methodName))
                        .anyMatch(EventRoutes::takesList));
    }

    private static boolean takesList(Method method) {
        return method.getParameterCount() > 0
                && method.getParameterTypes()[0].isAssignableFrom(List.class)
                && method.getParameterTypes()[0] != Object.class;
    }

    /**
     * Replaces the event in the body with the fields of its entry. The entry continues the trace in the header {@code traceparent};
     * without one, the trace of the event that was read, if both have the same trace id. A map or the text of a JSON object is an event of
     * an integrator's stream, and continues the trace of the event that was read.
     *
     * <p>In a batch, the body is the list of answers to the events that were read, one or more for each event. It is replaced with the
     * list of messages to publish. An answer that is null or only records how the event ended publishes nothing. An {@link EntryFailure}
     * fails only its own entry.
     *
     * @throws IllegalStateException if an event violates its schema, or the number of answers differs from the number of events
     * @throws InvalidPayloadException if the body is neither an event nor a JSON object
     */
    public void write(Exchange exchange) throws InvalidPayloadException {
        Object body = exchange.getMessage().getMandatoryBody();
        List<StageEntry> entries = entries(exchange);
        if (body instanceof List<?> answers) {
            exchange.getMessage().setBody(outputs(exchange, read(exchange, answers), answers));
            return;
        }
        StageEntry entry = entries.isEmpty() ? null : entries.get(0);
        exchange.getMessage().setBody(fields(exchange, entry, body));
    }

    /** Returns the messages of the events of a batch, in the order of the list that {@link #readAll} produced. */
    public static List<Message> messages(Exchange exchange) {
        return entries(exchange).stream()
                .filter(StageEntry::isRead)
                .map(StageEntry::message)
                .toList();
    }

    /** Returns how often the entry of an event of a batch was delivered, including this time. */
    public static int deliveries(Exchange exchange, int event) {
        return messages(exchange).get(event).getHeader(RedisStreamsConstants.DELIVERIES, 1, Integer.class);
    }

    /** Returns the entries of a batch that were read; each corresponds to one of the bodies. */
    private static List<StageEntry> read(Exchange exchange, List<?> bodies) {
        List<StageEntry> read =
                entries(exchange).stream().filter(StageEntry::isRead).toList();
        if (read.size() != bodies.size()) {
            throw new IllegalStateException("The route returned " + bodies.size() + " results for a batch of "
                    + read.size() + " events; it must return one result per event, in the same order");
        }
        return read;
    }

    /** Returns the entries of an exchange. If the route has not read its entry yet, returns the entry whose fields are the body. */
    @SuppressWarnings("unchecked") // set above
    public static List<StageEntry> entries(Exchange exchange) {
        List<StageEntry> entries = exchange.getProperty(ENTRIES, List.of(), List.class);
        return entries.isEmpty() && exchange.getMessage().getBody() instanceof Map<?, ?> fields
                ? List.of(new StageEntry(exchange.getMessage(), (Map<String, String>) fields))
                : entries;
    }

    private List<Message> outputs(Exchange exchange, List<StageEntry> entries, List<?> answers)
            throws InvalidPayloadException {
        List<Message> outputs = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            StageEntry entry = entries.get(i);
            for (Object answer : answers.get(i) instanceof Collection<?> several
                    ? several
                    : Collections.singletonList(answers.get(i))) {
                output(exchange, entry, answer).ifPresent(outputs::add);
                log(exchange, entry, answer);
            }
        }
        return outputs;
    }

    private Optional<Message> output(Exchange exchange, StageEntry entry, Object answer)
            throws InvalidPayloadException {
        if (answer instanceof EntryFailure failure) {
            fail(
                    exchange,
                    entry,
                    failure.cause(),
                    FailureKind.valueOf(failure.kind().name()));
            return Optional.empty();
        } else if (answer == null || (answer instanceof Recorded && !(answer instanceof Event))) {
            entry.answered((Recorded) answer);
            return Optional.empty();
        }
        Message output = new DefaultMessage(exchange.getContext());
        output.setHeader(
                RedisStreamsConstants.BATCH_INDEX, entry.message().getHeader(RedisStreamsConstants.BATCH_INDEX));
        output.setBody(fields(exchange, entry, answer));
        return Optional.of(output);
    }

    private static void log(Exchange exchange, StageEntry entry, Object answer) {
        if (LOG.isDebugEnabled()) {
            String trigger = entry.event().map(Event::triggerText).orElse(null);
            logging(
                    entry,
                    () -> LOG.debug(
                            "{}: posts {}: {} (trigger={}, is_retagging={})",
                            exchange.getFromRouteId(),
                            entry.posts(),
                            answer instanceof Recorded recorded ? recorded.outcome() : "done",
                            trigger,
                            Trigger.VISION_RETAG.text().equals(trigger)));
        }
    }

    private Map<String, String> fields(Exchange exchange, StageEntry entry, Object answer)
            throws InvalidPayloadException {
        String traceparent = exchange.getMessage().getHeader(TRACEPARENT, String.class);
        if (!(answer instanceof Event event)) {
            return own(exchange, entry, answer);
        }
        if (entry != null) {
            entry.answered(event);
            // while traces are exported, Camel sets the header for its own span
            boolean hasOwn =
                    traceparent != null && !entry.span().getSpanContext().isValid();
            if (!hasOwn && event.traceId().equals(entry.traceId())) {
                traceparent = entry.traceParent();
            }
        }
        return codec.write(event, traceparent);
    }

    private Map<String, String> own(Exchange exchange, StageEntry entry, Object answer) throws InvalidPayloadException {
        try {
            return codec.writeOwn(
                    answer instanceof Map<?, ?> || answer instanceof String
                            ? answer
                            : exchange.getMessage().getMandatoryBody(String.class),
                    entry == null ? null : entry.traceId(),
                    entry == null ? null : entry.traceParent());
        } catch (IllegalArgumentException e) {
            throw new InvalidPayloadException(exchange, Event.class, exchange.getMessage(), e);
        }
    }

    /** Returns the event in the body, or an integrator's map, as the text of a JSON object. */
    public String json(@Body Object event) {
        return codec.json(event);
    }
}
