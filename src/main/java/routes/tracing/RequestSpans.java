package routes.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;
import routes.events.TraceParent;

/**
 * Creates a span for each request of the HTTP API, which continues the trace of a caller that sends {@code traceparent}. The span contains
 * the pattern of the path, but neither the path itself nor the query, which contain ids and search texts. Names follow OpenTelemetry's
 * conventions.
 */
final class RequestSpans extends OncePerRequestFilter {
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final int SERVER_ERROR = 500;

    private final Tracer tracer;

    RequestSpans(OpenTelemetry telemetry) {
        tracer = telemetry.getTracer("routes.telegram-assistant");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        SpanBuilder builder = tracer.spanBuilder(request.getMethod())
                .setSpanKind(SpanKind.SERVER)
                .setAttribute(METHOD, request.getMethod());
        String caller = request.getHeader("traceparent");
        if (TraceParent.isValid(caller)) {
            builder.setParent(Context.root().with(Span.wrap(EntryTraces.context(caller))));
        } else {
            builder.setNoParent();
        }
        Span span = builder.startSpan();
        try (Scope scope = span.makeCurrent()) {
            chain.doFilter(request, response);
        } catch (ServletException | IOException | RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
            throw e;
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new Ends(span, request, response));
            } else {
                end(span, request, response);
            }
        }
    }

    private static void end(Span span, HttpServletRequest request, HttpServletResponse response) {
        // null if no operation was found
        if (request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE) instanceof String route) {
            span.updateName(request.getMethod() + " " + route);
            span.setAttribute(ROUTE, route);
        }
        span.setAttribute(STATUS, (long) response.getStatus());
        if (response.getStatus() >= SERVER_ERROR) {
            span.setStatus(StatusCode.ERROR);
        }
        span.end();
    }

    /** Ends the span of a response that is written after its handler has returned. */
    private record Ends(Span span, HttpServletRequest request, HttpServletResponse response) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {
            end(span, request, response);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            span.setStatus(StatusCode.ERROR, "timeout");
        }

        @Override
        public void onError(AsyncEvent event) {
            span.setStatus(StatusCode.ERROR, event.getThrowable().getClass().getSimpleName());
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
