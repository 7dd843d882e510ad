package routes.tracing;

import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.function.Supplier;

/** Random ids, except for the trace id of an event, which exists before its first span. */
final class TraceIds implements IdGenerator {
    private final ThreadLocal<String> given = new ThreadLocal<>();

    /** Runs the work; a trace that begins in it gets this id. */
    <T> T within(String traceId, Supplier<T> work) {
        given.set(traceId);
        try {
            return work.get();
        } finally {
            given.remove();
        }
    }

    @Override
    public String generateTraceId() {
        String traceId = given.get();
        return traceId == null ? IdGenerator.random().generateTraceId() : traceId;
    }

    @Override
    public String generateSpanId() {
        return IdGenerator.random().generateSpanId();
    }
}
