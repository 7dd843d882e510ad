package routes.api.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
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
import routes.api.http.ReadRequest;

/**
 * Suppresses duplicate operations. Hawtio 5.2 sends each operation twice, a few milliseconds apart, because both the button and its form
 * submit it. The second request gets the response to the first. Otherwise a post would be replayed twice, and a replayed dead letter would
 * be reported as missing.
 */
final class RepeatedCalls extends OncePerRequestFilter {
    private static final Duration SAME_CLICK = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final int MAX_CALLS = 100;

    /** Maximum body size in bytes. Requests for an operation are smaller. */
    private static final int MAX_BODY = 65_536;

    private record Answer(int status, String contentType, byte[] body) {}

    private final Cache<ByteBuffer, CompletableFuture<Answer>> calls = Caffeine.newBuilder()
            .expireAfterWrite(SAME_CLICK)
            .maximumSize(MAX_CALLS)
            .build();

    /** Only browsers send an Origin header. Repeated calls of a script are intended. */
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
            // no effect if already completed
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
            response.sendError(HttpStatus.SERVICE_UNAVAILABLE.value(), "An identical call is still running");
        }
    }
}
