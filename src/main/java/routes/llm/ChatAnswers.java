package routes.llm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import routes.llm.ModelFailureException.Kind;

/**
 * Reads chat completions of GigaChat, OpenRouter and OpenAI-compatible servers. Recognises every form of an error: an HTTP status,
 * an {@code error} in an answer with status 200, one inside a choice, or an answer without content.
 */
final class ChatAnswers {
    private static final Pattern DAILY = Pattern.compile("(?i)per[-_ ]day|daily");
    private static final Pattern NO_MODEL =
            Pattern.compile("(?i)model.*(not a valid|not found|unknown|no such|does not exist|not available)"
                    + "|(no such|unknown|invalid) model|not a valid model|no endpoints found");
    private static final Pattern POLICY = Pattern.compile(
            "(?i)content[-_ ]?(policy|filter|management)|moderation|safety|flagged|prohibited[-_ ]content");
    private static final Pattern TOO_LONG = Pattern.compile(
            "(?i)context[-_ ]?(length|window|size)|maximum (context|prompt)|(prompt|input|request|message)s? (is |are )?too (long|large)"
                    + "|too many (input )?tokens|exceeds? .{0,40}token|token limit");
    private static final Map<String, Kind> ERROR_TYPES = Map.ofEntries(
            Map.entry("rate_limit_exceeded", Kind.RATE_LIMIT),
            Map.entry("provider_overloaded", Kind.SERVER_ERROR),
            Map.entry("provider_unavailable", Kind.SERVER_ERROR),
            Map.entry("capacity_exhausted", Kind.SERVER_ERROR),
            Map.entry("server", Kind.SERVER_ERROR),
            Map.entry("timeout", Kind.SERVER_ERROR),
            Map.entry("payment_required", Kind.QUOTA),
            Map.entry("content_policy_violation", Kind.FILTERED),
            Map.entry("content_filter", Kind.FILTERED),
            Map.entry("context_length_exceeded", Kind.TOO_LONG),
            Map.entry("not_found", Kind.UNKNOWN_MODEL),
            Map.entry("model_not_found", Kind.UNKNOWN_MODEL),
            Map.entry("no_endpoints", Kind.UNKNOWN_MODEL),
            Map.entry("free_variant_ended", Kind.UNKNOWN_MODEL));
    private static final Set<String> REFUSALS = Set.of("blacklist", "content_filter");
    private static final int LONGEST_MESSAGE = 200;

    private final ObjectMapper json;
    private final Clock clock;

    ChatAnswers(ObjectMapper json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    /**
     * @param headers of the answer, with names in any case
     * @throws ModelFailureException if there is no content
     */
    ChatAnswer read(int status, Map<String, Object> headers, byte[] body) {
        JsonNode answer = parse(body);
        if (status < 200 || status > 299) {
            throw failure(status, error(answer), headers);
        }
        if (answer == null) {
            throw new ModelFailureException(
                    body.length == 0 ? Kind.EMPTY : Kind.UNUSABLE,
                    body.length == 0 ? "the answer is empty" : "the answer is no JSON: " + shorten(text(body)));
        }
        JsonNode choice = answer.path("choices").path(0);
        if (answer.hasNonNull("error")) {
            throw failure(502, answer.path("error"), headers);
        }
        if (choice.hasNonNull("error")) {
            throw failure(502, choice.path("error"), headers);
        }
        String reason = choice.path("finish_reason").asText("");
        if (REFUSALS.contains(reason)) {
            throw new ModelFailureException(Kind.FILTERED, "a filter of the provider refused it (" + reason + ")");
        }
        String content = content(choice.path("message").path("content"));
        boolean cutOff = reason.equals("length");
        if (content.isBlank() && !cutOff || reason.equals("error")) {
            throw new ModelFailureException(Kind.EMPTY, "the answer has no content");
        }
        JsonNode usage = answer.path("usage");
        return new ChatAnswer(
                content,
                usage.path("total_tokens").asLong(0),
                usage.path("cost").isNumber() ? usage.path("cost").asDouble() : null,
                cutOff);
    }

    private JsonNode parse(byte[] body) {
        try {
            JsonNode answer = json.readTree(body);
            return answer == null || answer.isMissingNode() || !answer.isObject() ? null : answer;
        } catch (JacksonException e) {
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory cannot be read", e);
        }
    }

    /** The error object is inside {@code error} (OpenRouter) or is the answer itself (GigaChat). */
    private static JsonNode error(JsonNode answer) {
        return answer != null && answer.hasNonNull("error") ? answer.path("error") : answer;
    }

    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.asText() : "";
        }
        StringBuilder parts = new StringBuilder();
        content.forEach(part -> parts.append(part.path("text").asText("")));
        return parts.toString();
    }

    /** @param status of the answer, for errors without their own */
    private ModelFailureException failure(int status, JsonNode error, Map<String, Object> headers) {
        JsonNode details = error == null ? json.createObjectNode() : error;
        int code =
                details.path("code").canConvertToInt() && details.path("code").asInt() >= 400
                        ? details.path("code").asInt()
                        : details.path("http_status").asInt(status);
        String message =
                details.isTextual() ? details.asText() : details.path("message").asText("");
        String raw = details.path("metadata").path("raw").asText("");
        Kind kind = kind(code, type(details), message + " " + raw);
        Duration pause = pause(headers, details);
        if (kind == Kind.RATE_LIMIT && DAILY.matcher(message + " " + raw).find()) {
            kind = Kind.QUOTA;
            pause = pause != null ? pause : untilTomorrow();
        }
        String said = (message.isBlank() ? "" : ": " + message) + (raw.isBlank() ? "" : " (" + raw + ")");
        return new ModelFailureException(kind, code + shorten(said), pause, null);
    }

    private static String type(JsonNode error) {
        String inside = error.path("metadata").path("error_type").asText("");
        String type = inside.isEmpty() ? error.path("error_type").asText("") : inside;
        if (type.isEmpty() && error.path("code").isTextual()) {
            type = error.path("code").asText();
        }
        return type.isEmpty() ? error.path("availability").path("code").asText("") : type;
    }

    private static Kind kind(int code, String type, String message) {
        Kind known = ERROR_TYPES.get(type.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        return switch (code) {
            case 401 -> Kind.UNAUTHORIZED;
            case 402 -> Kind.QUOTA;
            case 403 -> POLICY.matcher(message).find() ? Kind.FILTERED : Kind.UNAUTHORIZED;
            case 404 -> Kind.UNKNOWN_MODEL;
            case 408 -> Kind.SERVER_ERROR;
            case 429 -> Kind.RATE_LIMIT;
            default -> {
                if (code >= 500) {
                    yield Kind.SERVER_ERROR;
                }
                if (NO_MODEL.matcher(message).find()) {
                    yield Kind.UNKNOWN_MODEL;
                }
                if (TOO_LONG.matcher(message).find()) {
                    yield Kind.TOO_LONG;
                }
                yield POLICY.matcher(message).find() ? Kind.FILTERED : Kind.REFUSED;
            }
        };
    }

    /** {@code Retry-After} in seconds or as a date, {@code X-RateLimit-Reset} in milliseconds since 1970; in the headers or the error. */
    private Duration pause(Map<String, Object> headers, JsonNode error) {
        JsonNode inside = error.path("metadata").path("headers");
        Optional<Duration> asked = header("Retry-After", headers, inside)
                .flatMap(this::retryAfter)
                .or(() -> Optional.of(error.path("availability").path("retry_after"))
                        .filter(JsonNode::isNumber)
                        .map(seconds -> Duration.ofMillis((long) (1000 * seconds.asDouble()))))
                .or(() -> header("X-RateLimit-Reset", headers, inside)
                        .filter(text -> text.matches("\\d{13}"))
                        .map(text -> Duration.between(clock.instant(), Instant.ofEpochMilli(Long.parseLong(text)))));
        return asked.map(pause -> pause.isNegative() ? Duration.ZERO : pause).orElse(null);
    }

    private static Optional<String> header(String name, Map<String, Object> headers, JsonNode inside) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name) && header.getValue() != null)
                .map(header -> header.getValue().toString())
                .findFirst()
                .or(() -> Optional.of(inside.path(name).asText("")).filter(text -> !text.isEmpty()));
    }

    private Optional<Duration> retryAfter(String text) {
        try {
            if (text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
                return Optional.of(Duration.ofMillis((long) (1000 * Double.parseDouble(text))));
            }
            return Optional.of(
                    Duration.between(clock.instant(), ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)));
        } catch (DateTimeException e) {
            return Optional.empty(); // neither form of RFC 9110: treated as absent
        }
    }

    private Duration untilTomorrow() {
        Instant now = clock.instant();
        return Duration.between(
                now, now.atZone(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).plusDays(1));
    }

    private static String text(byte[] body) {
        return new String(body, 0, Math.min(body.length, 4 * LONGEST_MESSAGE), StandardCharsets.UTF_8);
    }

    private static String shorten(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE) + "…";
    }
}
