package routes.stages;

import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import routes.events.Event;
import routes.events.Recorded;
import routes.redisstreams.FailureKind;
import routes.tracing.EntryTraces;

/** One entry of a stream that a stage processes. */
public final class StageEntry {
    private static final Pattern POST_ID = Pattern.compile(
            "\"?post_id\"?\\s*[:=]\\s*\"?([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})");

    private final Message message;
    private final Map<String, String> fields;
    private Object event;
    private Span span = Span.getInvalid();
    private Recorded result;
    private Throwable failure;
    private FailureKind failureKind;

    StageEntry(Message message, Map<String, String> fields) {
        this.message = message;
        this.fields = fields;
    }

    /** Returns the message of the entry, with the headers of the redis-streams component. */
    public Message message() {
        return message;
    }

    Map<String, String> fields() {
        return fields;
    }

    void read(Object read) {
        event = read;
    }

    void begin(Span begun) {
        span = begun;
    }

    /** Returns the span of the stage's work on this entry; invalid if nothing is recorded. */
    public Span span() {
        return span;
    }

    /** Returns the trace context for events that the stage publishes; null if there is none. */
    String traceParent() {
        String within = EntryTraces.traceParent(span);
        return within == null ? fields.get("traceparent") : within;
    }

    boolean isRead() {
        return event != null;
    }

    /** Returns the product's event; empty if the entry contains none, or an integrator's event. */
    public Optional<Event> event() {
        return event instanceof Event known ? Optional.of(known) : Optional.empty();
    }

    /** Returns the event, or the map of an integrator's entry. */
    Object body() {
        return event;
    }

    String traceId() {
        return event().map(Event::traceId).orElse(fields.get(EventRoutes.MDC_TRACE_ID));
    }

    void answered(Recorded answer) {
        result = answer;
    }

    /** Returns the answer of the stage; empty if there is none, or if it is an integrator's event. */
    public Optional<Recorded> result() {
        return Optional.ofNullable(result);
    }

    void failed(Throwable cause, FailureKind kind) {
        failure = cause;
        failureKind = kind;
    }

    /** Returns how the failure of this entry, or of its exchange, is handled. */
    public FailureKind failureKind(Exchange exchange, Throwable cause) {
        return cause.equals(failure) ? failureKind : FailureKind.of(exchange, cause);
    }

    /** Returns why this entry failed although the exchange did not. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** Returns the posts that the entry concerns. An entry that cannot be read as an event may still contain a post id. */
    public List<UUID> posts() {
        return event().map(Event::posts)
                .orElseGet(() -> isRead() ? List.of() : postIn(fields).stream().toList());
    }

    /** Returns the post id in an entry, in any form. */
    public static Optional<UUID> postIn(Map<?, ?> fields) {
        Matcher named = POST_ID.matcher(String.valueOf(fields));
        return named.find() ? Optional.of(UUID.fromString(named.group(1))) : Optional.empty();
    }
}
