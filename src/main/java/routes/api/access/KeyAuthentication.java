package routes.api.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import routes.api.http.ProblemType;

/** Authenticates requests by their keys, and limits the requests per minute of each key. Each process counts separately. */
@Component
final class KeyAuthentication implements AuthenticationConverter, AuthenticationManager {

    private static final Pattern BEARER = Pattern.compile("(?i)bearer +([A-Za-z0-9._~+/=-]{1,200}) *");

    private final ApiKeys keys;
    private final TenantStore tenants;
    private final int requestsPerMinute;
    private final Map<String, UUID> tenantIds = new ConcurrentHashMap<>();
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    KeyAuthentication(ApiKeys keys, TenantStore tenants, AccessProperties properties) {
        this.keys = keys;
        this.tenants = tenants;
        this.requestsPerMinute = properties.rateLimit();
    }

    /** Reads the key from {@code Authorization: Bearer <key>} (RFC 6750). */
    @Override
    public Authentication convert(HttpServletRequest request) {
        List<String> headers = Collections.list(request.getHeaders(HttpHeaders.AUTHORIZATION));
        if (headers.isEmpty()) {
            return null;
        }
        if (headers.size() > 1) {
            throw new BadCredentialsException("The request has more than one Authorization header");
        }
        Matcher matcher = BEARER.matcher(headers.get(0));
        if (!matcher.matches()) {
            throw new BadCredentialsException("The Authorization header must have the form Bearer <key>");
        }
        return new UsernamePasswordAuthenticationToken(null, matcher.group(1));
    }

    /**
     * Finds or creates the tenant on the first use of a key, because the database may be unavailable at start.
     *
     * @param bearer its credentials are the key as sent by the client
     * @throws ErrorResponseException status 429, with the time until the next request is allowed
     */
    @Override
    public Authentication authenticate(Authentication bearer) {
        ApiKeys.Key key = keys.find((String) bearer.getCredentials())
                .orElseThrow(() -> new BadCredentialsException("Unknown key"));
        limitRate(key.name());
        return new Caller(key.name(), tenantIds.computeIfAbsent(key.tenant(), tenants::require), key.role())
                .authentication();
    }

    /** A burst may use up the limit of a whole minute. */
    private void limitRate(String key) {
        ConsumptionProbe probe = buckets.computeIfAbsent(key, name -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(requestsPerMinute)
                                .refillGreedy(requestsPerMinute, Duration.ofMinutes(1)))
                        .build())
                .tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            ErrorResponseException exception = ProblemType.TOO_MANY_REQUESTS.exception(
                    null,
                    "The key has exceeded its limit of " + requestsPerMinute + " requests per minute (API_RATE_LIMIT)");
            long seconds = Duration.ofNanos(probe.getNanosToWaitForRefill())
                    .plusSeconds(1)
                    .toSeconds();
            exception.getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
            throw exception;
        }
    }
}
