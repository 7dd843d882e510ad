package routes.api.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.filter.OncePerRequestFilter;
import routes.api.http.ProblemType;

/** Limits the requests per minute of each key; a burst may use the whole limit. Each process counts separately. */
final class RateLimitFilter extends OncePerRequestFilter {

    private final int perMinute;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    RateLimitFilter(int perMinute) {
        this.perMinute = perMinute;
    }

    /** @throws ErrorResponseException status 429, with the time until another request is allowed */
    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (SecurityContextHolder.getContext().getAuthentication() instanceof ApiKeyAuthentication key) {
            ConsumptionProbe probe =
                    buckets.computeIfAbsent(key.getName(), name -> bucket()).tryConsumeAndReturnRemaining(1);
            if (!probe.isConsumed()) {
                throw tooMany(probe.getNanosToWaitForRefill());
            }
        }
        chain.doFilter(request, response);
    }

    private Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                .build();
    }

    private ErrorResponseException tooMany(long nanosToWait) {
        ErrorResponseException exception = ProblemType.TOO_MANY_REQUESTS.exception(
                null, "The key has made its " + perMinute + " requests of a minute (API_RATE_LIMIT)");
        long seconds = Duration.ofNanos(nanosToWait).plusSeconds(1).toSeconds();
        exception.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
        return exception;
    }
}
