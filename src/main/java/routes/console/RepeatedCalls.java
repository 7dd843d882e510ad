package routes.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Hawtio 5.2 sends each operation twice, some milliseconds apart: its button does, and the form around it. The second request gets the
 * answer of the first; otherwise a post would be replayed twice, and a dead letter that was replayed would be reported as missing.
 */
public final class RepeatedCalls extends OncePerRequestFilter {
    private static final Duration SAME_CLICK = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final int MAX_CALLS = 100;

    /** What Hawtio sends for an operation is smaller, and reading attributes twice does no harm. */
    private static final int MAX_BODY = 65_536;

    private record Answer(int status, String contentType, byte[] body) {}

    private final Cache<ByteBuffer, CompletableFuture<Answer>> calls = Caffeine.newBuilder()
            .expireAfterWrite(SAME_CLICK)
            .maximumSize(MAX_CALLS)
            .build();

    /** Only a page sends an origin with a request to itself: a script that repeats a call means it. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.ORIGIN) == null
                || !request.getMethod().equals("POST")
                || request.getContentLength() < 0
                || request.getContentLength() > MAX_BODY;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        byte[] body = request.getInputStream().readNBytes(MAX_BODY);
        var own = new CompletableFuture<Answer>();
        CompletableFuture<Answer> first = calls.asMap().putIfAbsent(ByteBuffer.wrap(body), own);
        if (first != null) {
            repeat(first, response);
            return;
        }
        try {
            var copied = new ContentCachingResponseWrapper(response);
            chain.doFilter(new ReadRequest(request, body), copied);
            own.complete(new Answer(copied.getStatus(), copied.getContentType(), copied.getContentAsByteArray()));
            copied.copyBodyToResponse();
        } finally {
            // without an effect if it is complete
            own.cancel(false);
        }
    }

    private static void repeat(CompletableFuture<Answer> first, HttpServletResponse response) throws IOException {
        try {
            Answer answer = first.get(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
            response.setStatus(answer.status());
            response.setContentType(answer.contentType());
            response.getOutputStream().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value());
        } catch (ExecutionException | TimeoutException | CancellationException e) {
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value(), "The same call before this one has no answer");
        }
    }

    /** A request whose body was read. */
    private static final class ReadRequest extends HttpServletRequestWrapper {
        private final ByteArrayInputStream body;

        ReadRequest(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = new ByteArrayInputStream(body);
        }

        @Override
        public ServletInputStream getInputStream() {
            return new ServletInputStream() {
                @Override
                public boolean isFinished() {
                    return body.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new IllegalStateException("The body was read; nothing is to be waited for");
                }

                @Override
                public int read() {
                    return body.read();
                }
            };
        }
    }
}
