package routes.api.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.HandlerMethod;

/**
 * Reads the JSON body before the operation starts, at most {@value #MAX_BYTES} bytes regardless of the declared Content-Length. Reads
 * asynchronously, so no thread waits: the request continues when the body is complete, and is refused after a timeout. Runs after the
 * filters that check the key. Uploads have their own limits; all other bodies are refused unread.
 */
final class BodyLimitFilter extends OncePerRequestFilter {

    /** Far more than the largest JSON body that the API accepts. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String BODY = BodyLimitFilter.class.getName();

    private final Operations operations;

    BodyLimitFilter(Operations operations) {
        this.operations = operations;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return operations.find(request).stream()
                .map(HandlerMethod::getMethodParameters)
                .flatMap(Stream::of)
                .noneMatch(parameter -> parameter.hasParameterAnnotation(RequestBody.class));
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** @throws ErrorResponseException status 408 or 413 */
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > MAX_BYTES) {
            throw tooLarge();
        }
        if (request.getAttribute(BODY) instanceof Body body) {
            if (body.isStalled) {
                throw ProblemType.TOO_SLOW.exception(null, "No data was received for too long");
            }
            if (body.bytes.size() > MAX_BYTES) {
                throw tooLarge();
            }
            chain.doFilter(new ReadRequest(request, body.bytes.toByteArray()), response);
            return;
        }
        AsyncContext waiting = request.startAsync(request, response);
        var body = new Body(request.getInputStream(), waiting);
        request.setAttribute(BODY, body);
        waiting.setTimeout(TIMEOUT.toMillis());
        waiting.addListener(body);
        ProblemReportValve.acknowledge(request);
        request.getInputStream().setReadListener(body);
    }

    private static ErrorResponseException tooLarge() {
        return ProblemType.BODY_TOO_LARGE.exception(null, "The body is larger than " + MAX_BYTES + " bytes");
    }

    /** A body that is being read. */
    private static final class Body implements ReadListener, AsyncListener {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final ServletInputStream input;
        private final AsyncContext waiting;
        private boolean isStalled;

        Body(ServletInputStream input, AsyncContext waiting) {
            this.input = input;
            this.waiting = waiting;
        }

        @Override
        public void onDataAvailable() throws IOException {
            var buffer = new byte[8192];
            while (!isOver.get() && input.isReady()) {
                int read = input.read(buffer);
                if (read < 0) {
                    return;
                }
                bytes.write(buffer, 0, read);
                if (bytes.size() > MAX_BYTES) {
                    end(false);
                }
            }
        }

        @Override
        public void onAllDataRead() {
            end(false);
        }

        @Override
        public void onError(Throwable failure) {
            // the AsyncEvent of the same name follows
        }

        @Override
        public void onError(AsyncEvent event) {
            end(true);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end(true);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // the response has been sent
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // async processing must be started only once
        }

        /** Stops reading; the request continues in an async dispatch. */
        private void end(boolean isStalled) {
            if (isOver.compareAndSet(false, true)) {
                this.isStalled = isStalled;
                waiting.dispatch();
            }
        }
    }
}
