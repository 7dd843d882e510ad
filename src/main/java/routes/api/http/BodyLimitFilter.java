package routes.api.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Reads the body before the operation starts, at most {@value #MAX_BYTES} bytes regardless of the declared Content-Length. Reads
 * asynchronously, so no thread waits: the request continues when the body is complete, and is refused after a time-out. Runs after
 * the filters that check the key.
 */
final class BodyLimitFilter extends OncePerRequestFilter {

    /** Far more than any JSON that the API accepts. */
    static final int MAX_BYTES = 64 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String BODY = BodyLimitFilter.class.getName();

    /** The body is longer than {@value #MAX_BYTES} bytes. */
    static final class BodyTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        BodyTooLargeException() {
            super("The body is longer than " + MAX_BYTES + " bytes");
        }
    }

    private final HandlerMapping operations;

    BodyLimitFilter(HandlerMapping operations) {
        this.operations = operations;
    }

    /** Skips requests without a JSON body: uploads have their own limits, and other bodies are refused. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        try {
            ServletRequestPathUtils.parseAndCache(request);
            HandlerExecutionChain chain = operations.getHandler(request);
            return chain == null
                    || !(chain.getHandler() instanceof HandlerMethod operation)
                    || Stream.of(operation.getMethodParameters())
                            .noneMatch(parameter -> parameter.hasParameterAnnotation(RequestBody.class));
        } catch (Exception refusal) {
            // the dispatcher will refuse it for the same reason
            return true;
        }
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getAttribute(BODY) instanceof Body body) {
            if (body.isStalled) {
                throw ProblemType.TOO_SLOW.exception(null, "The body has stalled");
            }
            byte[] bytes = body.bytes.toByteArray();
            chain.doFilter(new ReadRequest(request, bytes, bytes.length > MAX_BYTES), response);
        } else if (request.getContentLengthLong() > MAX_BYTES) {
            chain.doFilter(new ReadRequest(request, new byte[0], true), response);
        } else {
            AsyncContext waiting = request.startAsync(request, response);
            var body = new Body(request.getInputStream(), waiting);
            request.setAttribute(BODY, body);
            waiting.setTimeout(PATIENCE.toMillis());
            waiting.addListener(body);
            ProblemReportValve.acknowledge(request);
            request.getInputStream().setReadListener(body);
        }
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
                    goOn(false);
                }
            }
        }

        @Override
        public void onAllDataRead() {
            goOn(false);
        }

        @Override
        public void onError(Throwable failure) {
            // the AsyncEvent of the same name follows
        }

        @Override
        public void onError(AsyncEvent event) {
            goOn(true);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            goOn(true);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            // the response has been sent
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // async processing is started only once
        }

        private void goOn(boolean isStalled) {
            if (isOver.compareAndSet(false, true)) {
                this.isStalled = isStalled;
                waiting.dispatch();
            }
        }
    }

    private static final class ReadRequest extends HttpServletRequestWrapper {
        private final ServletInputStream stream;

        ReadRequest(HttpServletRequest request, byte[] body, boolean isTooLarge) {
            super(request);
            stream = new ReadStream(new ByteArrayInputStream(body), isTooLarge);
        }

        @Override
        public ServletInputStream getInputStream() {
            return stream;
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        }
    }

    private static final class ReadStream extends ServletInputStream {
        private final ByteArrayInputStream body;
        private final boolean isTooLarge;

        ReadStream(ByteArrayInputStream body, boolean isTooLarge) {
            this.body = body;
            this.isTooLarge = isTooLarge;
        }

        @Override
        public int read() throws IOException {
            return end(body.read());
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return end(body.read(bytes, offset, length));
        }

        private int end(int read) throws BodyTooLargeException {
            if (read < 0 && isTooLarge) {
                throw new BodyTooLargeException();
            }
            return read;
        }

        @Override
        public boolean isFinished() {
            return body.available() == 0 && !isTooLarge;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body has been read already");
        }
    }
}
