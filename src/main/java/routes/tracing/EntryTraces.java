package routes.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import routes.events.TraceParent;

/**
 * A span for each event that is published from the database and for each entry that a stage processes. Names and attributes follow
 * OpenTelemetry's conventions for messaging. Without an exporter, nothing is recorded.
 */
public final class EntryTraces {
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    private static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    private static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
    private static final AttributeKey<String> MESSAGE = AttributeKey.stringKey("messaging.message.id");
    private static final AttributeKey<String> STAGE = AttributeKey.stringKey("stage");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");
    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
    private static final AttributeKey<List<String>> POSTS = AttributeKey.stringArrayKey("post_ids");
    private static final String REDIS = "redis_streams";
    /** Maximum number of posts in a span; an album has at most ten. */
    private static final int MAX_POSTS = 20;

    private final Tracer tracer;
    private final TraceIds ids;
    private final boolean isOff;

    /** @param ids id generator of the SDK of {@code telemetry} */
    EntryTraces(OpenTelemetry telemetry, TraceIds ids) {
        tracer = telemetry.getTracer("routes.telegram-assistant");
        this.ids = ids;
        isOff = telemetry == OpenTelemetry.noop();
    }

    /** Returns an instance that records nothing. */
    public static EntryTraces off() {
        return new EntryTraces(OpenTelemetry.noop(), new TraceIds());
    }

    /**
     * Creates the root span of an event's trace, from the storing of the event to its publication.
     *
     * @param traceId of the event
     * @return the trace context for the entry; null if nothing is recorded
     */
    public String published(String stream, String traceId, Instant stored) {
        if (isOff) {
            return null;
        }
        Span span = ids.within(TraceParent.traceOf(traceId), () -> tracer.spanBuilder("publish " + stream)
                .setNoParent()
                .setSpanKind(SpanKind.PRODUCER)
                .setStartTimestamp(stored)
                .setAttribute(SYSTEM, REDIS)
                .setAttribute(DESTINATION, stream)
                .startSpan());
        span.end();
        return traceParent(span);
    }

    /** Returns the trace context for events published within the span; null if there is none. */
    public static String traceParent(Span span) {
        SpanContext context = span.getSpanContext();
        return context.isValid()
                ? "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                        + context.getTraceFlags().asHex()
                : null;
    }

    /**
     * Starts the span of a stage's work on an entry; {@link #ended} ends it.
     *
     * @param traceparent of the entry; if it is null or invalid, a new trace begins
     * @param exchange trace context of the exchange, which can have many entries; null if there is none
     */
    public Span received(String stream, String group, String entryId, String traceparent, String exchange) {
        if (isOff) {
            return Span.getInvalid();
        }
        SpanBuilder builder = tracer.spanBuilder("process " + stream).setSpanKind(SpanKind.CONSUMER);
        if (TraceParent.isValid(traceparent)) {
            builder.setParent(Context.root().with(Span.wrap(context(traceparent))));
        } else {
            builder.setNoParent();
        }
        if (TraceParent.isValid(exchange)) {
            builder.addLink(context(exchange));
        }
        builder.setAttribute(SYSTEM, REDIS).setAttribute(DESTINATION, stream);
        if (group != null) {
            builder.setAttribute(GROUP, group);
        }
        if (entryId != null) {
            builder.setAttribute(MESSAGE, entryId);
        }
        return builder.startSpan();
    }

    static SpanContext context(String traceparent) {
        String[] parts = traceparent.split("-");
        return SpanContext.createFromRemoteParent(
                parts[1], parts[2], TraceFlags.fromHex(parts[3], 0), TraceState.getDefault());
    }

    /**
     * @param outcome outcome of the entry in the stage
     * @param isFailure whether the outcome is a failure
     */
    public static void ended(
            Span span,
            String stage,
            List<UUID> posts,
            String outcome,
            boolean isFailure,
            String reason,
            String provider,
            String model) {
        if (span.isRecording()) {
            span.setAttribute(STAGE, stage);
            span.setAttribute(
                    POSTS, posts.stream().limit(MAX_POSTS).map(UUID::toString).toList());
            span.setAttribute(OUTCOME, outcome);
            set(span, REASON, reason);
            set(span, PROVIDER, provider);
            set(span, MODEL, model);
            if (isFailure) {
                span.setStatus(StatusCode.ERROR, reason == null ? outcome : reason);
            }
        }
        span.end();
    }

    private static void set(Span span, AttributeKey<String> key, String value) {
        if (value != null) {
            span.setAttribute(key, value);
        }
    }
}
