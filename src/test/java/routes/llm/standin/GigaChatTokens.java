package routes.llm.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.regex.Pattern;

/** The token endpoint of GigaChat and what it gave out. */
final class GigaChatTokens {
    private static final Set<String> SCOPES = Set.of("GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP");
    private static final Pattern UUID_V4 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final Pattern SCOPE = Pattern.compile("(?:^|&)scope=([^&]*)");
    /** Makes tokens of 1200 characters, about the real length. */
    private static final int TOKEN_BYTES = 897;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Instant> expiries = new HashMap<>();
    private final Queue<Integer> faults = new ArrayDeque<>();
    private Duration lifetime = Duration.ofMinutes(30);
    private int calls;
    private String last = "";

    enum State {
        VALID,
        UNKNOWN,
        EXPIRED,
        REVOKED
    }

    synchronized void lifetime(Duration lifetime) {
        this.lifetime = lifetime;
    }

    synchronized int calls() {
        return calls;
    }

    synchronized String last() {
        return last;
    }

    synchronized void fail(int... statuses) {
        Arrays.stream(statuses).forEach(faults::add);
    }

    synchronized void revoke() {
        expiries.replaceAll((token, expiry) -> Instant.MIN);
    }

    synchronized State state(String token) {
        Instant expiry = expiries.get(token);
        if (expiry == null) {
            return State.UNKNOWN;
        }
        if (expiry.equals(Instant.MIN)) {
            return State.REVOKED;
        }
        return Instant.now().isBefore(expiry) ? State.VALID : State.EXPIRED;
    }

    synchronized Answer answer(Request request) {
        calls++;
        if (!faults.isEmpty()) {
            int status = faults.remove();
            return refusal(status, status, "Status " + status);
        }
        if (!UUID_V4.matcher(request.header("rquid").toLowerCase(Locale.ROOT)).matches()) {
            return refusal(400, 2, "RqUID is not a UUID v4");
        }
        if (!isPair(request.credentials("Basic"))) {
            return refusal(401, 4, "Can't decode 'Authorization' header");
        }
        String scope = scope(request);
        if (scope.isEmpty()) {
            return refusal(400, 5, "scope is empty");
        }
        return SCOPES.contains(scope) ? issue() : refusal(400, 1, "scope data format invalid");
    }

    private static boolean isPair(String key) {
        try {
            return new String(Base64.getDecoder().decode(key), StandardCharsets.UTF_8).contains(":");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String scope(Request request) {
        var scope = SCOPE.matcher(request.body());
        boolean form = request.header("content-type").startsWith("application/x-www-form-urlencoded");
        return form && scope.find() ? scope.group(1) : "";
    }

    private Answer issue() {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        last = "eyJ." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant expiry = Instant.now().plus(lifetime);
        expiries.put(last, expiry);
        ObjectNode body = ModelService.object();
        body.put("access_token", last).put("expires_at", expiry.toEpochMilli());
        return Answer.json(200, body).with(Map.of("Cache-Control", "no-cache, no-store"));
    }

    /** Not the shape of the API: this one says "code". */
    private static Answer refusal(int status, int code, String message) {
        return Answer.json(status, ModelService.object().put("code", code).put("message", message));
    }
}
