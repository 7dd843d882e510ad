package routes.llm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.Body;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.FluentProducerTemplate;
import org.apache.camel.Header;
import routes.llm.ModelFailureException.Kind;

/**
 * The access token of GigaChat, as bean {@code gigachatToken}. The route {@code llm-gigachat-token} fetches it once for all calls
 * of the process, renews it before it expires, and renews it if a call is rejected with it. An exchange that calls a model never
 * contains the token.
 */
public class GigaChatToken {
    /** A token is valid for 30 minutes. It is renewed this long before, so that it does not expire during a request. */
    private static final Duration AHEAD = Duration.ofSeconds(60);

    private record Token(String value, Instant fetched, Instant expires) {}

    private final FluentProducerTemplate camel;
    private final ObjectMapper json;
    private final Clock clock;
    private final Duration patience;
    private final ReentrantLock fetching = new ReentrantLock();
    private volatile Token token;

    /** @param patience maximum time that a call waits while another one fetches the token */
    GigaChatToken(FluentProducerTemplate camel, ObjectMapper json, Clock clock, Duration patience) {
        this.camel = camel;
        this.json = json;
        this.clock = clock;
        this.patience = patience;
    }

    /**
     * Ensures that a token is available, and records which token a call uses.
     *
     * @return identifies the token for {@link #refused}; not the token itself
     */
    public Instant ensure() throws InterruptedException {
        Token current = token;
        return (isFresh(current) ? current : fetch(current)).fetched();
    }

    /** Discards the token identified by this mark, because a call was rejected with it. */
    public void refused(@ExchangeProperty("gigachatToken") Instant mark) {
        Token current = token;
        if (current != null && current.fetched().equals(mark)) {
            token = null;
        }
    }

    private boolean isFresh(Token current) {
        if (current == null) {
            return false;
        }
        // a mock or a proxy may issue tokens whose lifetime is shorter than AHEAD
        Duration quarter =
                Duration.between(current.fetched(), current.expires()).dividedBy(4);
        return clock.instant().isBefore(current.expires().minus(quarter.compareTo(AHEAD) < 0 ? quarter : AHEAD));
    }

    private Token fetch(Token stale) throws InterruptedException {
        if (!fetching.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new ModelFailureException(Kind.TIMEOUT, "no token within " + patience);
        }
        try {
            Token current = token;
            if (current != null && current != stale && isFresh(current)) {
                return current;
            }
            token = camel.to("direct:llm-gigachat-token").request(Token.class);
            return token;
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof ModelFailureException failure) {
                throw failure;
            }
            throw new ModelFailureException(
                    Kind.CONNECTION, "no token: " + e.getCause().getMessage(), null, e.getCause());
        } finally {
            fetching.unlock();
        }
    }

    /** Returns the id that the token service requires for each request. */
    public String requestId() {
        return UUID.randomUUID().toString();
    }

    /** Reads the response of the token service, in both of its forms. */
    public Object read(@Header(Exchange.HTTP_RESPONSE_CODE) int status, @Body byte[] body) {
        JsonNode answer = parse(body == null ? new byte[0] : body);
        String value = answer.path("access_token").asText(answer.path("tok").asText(""));
        if (status == 200 && !value.isEmpty()) {
            Instant now = clock.instant();
            long millis = answer.path("expires_at").asLong(answer.path("exp").asLong(0));
            return new Token(value, now, Instant.ofEpochMilli(millis));
        }
        String what = "no token: " + status + " " + answer.path("message").asText("");
        if (status == 429 || status >= 500 || status == 408) {
            throw new ModelFailureException(status == 429 ? Kind.RATE_LIMIT : Kind.SERVER_ERROR, what);
        }
        throw new ModelFailureException(
                status == 200 ? Kind.UNUSABLE : Kind.UNAUTHORIZED,
                what + "; check GIGACHAT_API_KEY and GIGACHAT_SCOPE");
    }

    private JsonNode parse(byte[] body) {
        try {
            return json.readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            return json.createObjectNode(); // the status identifies the error
        }
    }

    /** Returns the value of the Authorization header; empty if there is no token. */
    String authorization() {
        Token current = token;
        return current == null ? "" : "Bearer " + current.value();
    }

    /** Prevents the token from appearing in logs. */
    @Override
    public String toString() {
        return "GigaChatToken";
    }
}
