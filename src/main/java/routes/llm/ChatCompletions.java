package routes.llm;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.llm.ModelFailureException.Kind;

/**
 * Chat completions in the format of GigaChat, OpenRouter and OpenAI-compatible servers. Recognises all forms of errors: an HTTP
 * status, an {@code error} in a response with status 200, an error inside a choice, and a response without content.
 */
@Component
record ChatCompletions(ObjectMapper json, Clock clock) {
    /** Low, so that equal texts get equal tags. GigaChat does not accept 0. */
    private static final double TEMPERATURE = 0.1;

    private static final Pattern DAILY = Pattern.compile("(?i)per[-_ ]day|daily");
    private static final Pattern POLICY = Pattern.compile(
            "(?i)content[-_ ]?(policy|filter|management)|moderation|safety|flagged|prohibited[-_ ]content");
    /** Message patterns of other 4xx errors. */
    private static final Map<Kind, Pattern> MESSAGES = new EnumMap<>(Map.of(
            Kind.UNKNOWN_MODEL,
            Pattern.compile("(?i)model.*(not a valid|not found|unknown|no such|does not exist|not available)"
                    + "|(no such|unknown|invalid) model|not a valid model|no endpoints found"),
            Kind.TOO_LONG,
            Pattern.compile("(?i)context[-_ ]?(length|window|size)|maximum (context|prompt)"
                    + "|(prompt|input|request|message)s? (is |are )?too (long|large)"
                    + "|too many (input )?tokens|exceeds? .{0,40}token|token limit"),
            Kind.FILTERED,
            POLICY));

    private static final Map<Kind, List<String>> ERROR_TYPES = Map.of(
            Kind.RATE_LIMIT, List.of("rate_limit_exceeded"),
            Kind.SERVER_ERROR,
                    List.of("provider_overloaded", "provider_unavailable", "capacity_exhausted", "server", "timeout"),
            Kind.QUOTA, List.of("payment_required"),
            Kind.FILTERED, List.of("content_policy_violation", "content_filter"),
            Kind.TOO_LONG, List.of("context_length_exceeded"),
            Kind.UNKNOWN_MODEL, List.of("not_found", "model_not_found", "no_endpoints", "free_variant_ended"));
    private static final Set<String> REFUSALS = Set.of("blacklist", "content_filter");
    private static final int LONGEST_MESSAGE = 200;
    private static final int TOO_LARGE = 413;

    /**
     * The response to a chat request. {@code content} is blank only if the answer was truncated.
     *
     * @param tokens number of tokens of request and response
     * @param cost in the provider's credits; null if the response does not state it
     * @param cutOff whether the answer ended at its length limit
     */
    record Answer(String content, long tokens, Double cost, boolean cutOff) {}

    /**
     * The response to an embeddings request.
     *
     * @param data one item per text
     * @param tokens as in {@link Answer}
     */
    record Embeddings(JsonNode data, long tokens, Double cost) {}

    /** The response of a reranking model: one result per passage. */
    record Ranking(JsonNode results, long tokens, Double cost) {}

    /**
     * Writes a request.
     *
     * @param maxTokens maximum length of the answer; ignored for embeddings
     * @param file the provider's id of the uploaded picture; null if the request contains the picture, or if there is none
     * @param asksForUsage whether a stream must request the number of tokens explicitly
     */
    String write(ModelTask task, String model, int maxTokens, String file, boolean asksForUsage) {
        ObjectNode request = json.createObjectNode().put("model", model);
        if (!task.inputs().isEmpty()) {
            return request.set("input", json.valueToTree(task.inputs())).toString();
        }
        ArrayNode messages = request.putArray("messages");
        messages.addObject().put("role", "system").put("content", task.instruction());
        ObjectNode user = messages.addObject().put("role", "user");
        if (task.picture() == null) {
            user.put("content", task.material());
        } else if (file != null) {
            user.put("content", task.material()).putArray("attachments").add(file);
        } else {
            ArrayNode parts = user.putArray("content");
            parts.addObject().put("type", "text").put("text", task.material());
            parts.addObject().put("type", "image_url").putObject("image_url").put("url", dataUrl(task.picture()));
        }
        boolean isStreamed = task.parts() != null;
        request.put("temperature", TEMPERATURE).put("max_tokens", maxTokens).put("stream", isStreamed);
        if (isStreamed && asksForUsage) {
            request.putObject("stream_options").put("include_usage", true);
        }
        return request.toString();
    }

    /** Returns a reader for the response to a task that receives its answer in parts. */
    StreamedChat streamed(Consumer<String> written) {
        return new StreamedChat(json, written);
    }

    private static String dataUrl(byte[] jpeg) {
        return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
    }

    /**
     * Returns the id in the response to an upload.
     *
     * @throws ModelFailureException if the upload was rejected
     */
    String fileId(int status, Map<String, Object> headers, byte[] body) {
        JsonNode answer = parse(body);
        if (status < 200 || status > 299) {
            throw failure(status, answer.hasNonNull("error") ? answer.path("error") : answer, headers);
        }
        String id = answer.path("id").asText("");
        if (!id.matches("[A-Za-z0-9_-]{1,100}")) {
            throw ModelFailureException.unusable("the response to the upload contains no id");
        }
        return id;
    }

    /**
     * @param headers of the response; the map ignores case, as Camel's does
     * @throws ModelFailureException if the response has no content
     */
    Answer read(int status, Map<String, Object> headers, byte[] body) {
        JsonNode answer = successful(status, headers, body);
        JsonNode choice = answer.path("choices").path(0);
        if (choice.hasNonNull("error")) {
            throw failure(502, choice.path("error"), headers);
        }
        String reason = choice.path("finish_reason").asText("");
        if (REFUSALS.contains(reason)) {
            throw new ModelFailureException(Kind.FILTERED, "rejected by a filter of the provider (" + reason + ")");
        }
        String content = content(choice.path("message").path("content"));
        boolean cutOff = reason.equals("length");
        if (content.isBlank() && !cutOff || reason.equals("error")) {
            throw new ModelFailureException(Kind.EMPTY, "the response has no content");
        }
        JsonNode usage = answer.path("usage");
        return new Answer(content, usage.path("total_tokens").asLong(0), cost(usage), cutOff);
    }

    /**
     * @param headers as in {@link #read}
     * @throws ModelFailureException if the response has no vectors
     */
    Embeddings readEmbeddings(int status, Map<String, Object> headers, byte[] body) {
        if (status == TOO_LARGE) { // in a chat, the cause may also be a picture; here it is the texts
            throw new ModelFailureException(Kind.TOO_LONG, "413: the texts are too long");
        }
        JsonNode answer = successful(status, headers, body);
        JsonNode data = answer.path("data");
        if (data.isEmpty()) {
            throw new ModelFailureException(Kind.EMPTY, "the response has no vectors");
        }
        JsonNode usage = answer.path("usage");
        // GigaChat reports the number of tokens per text
        long tokens = usage.path("total_tokens")
                .asLong(data.valueStream()
                        .mapToLong(
                                item -> item.path("usage").path("prompt_tokens").asLong(0))
                        .sum());
        return new Embeddings(data, tokens, cost(usage));
    }

    /** Writes the request to a reranking model. */
    String write(RankingTask task, String model) {
        ObjectNode request = json.createObjectNode()
                .put("model", model)
                .put("query", task.query())
                .put("top_n", task.passages().size())
                .put("return_documents", false);
        return request.set("documents", json.valueToTree(task.passages())).toString();
    }

    /**
     * @param headers as in {@link #read}
     * @throws ModelFailureException if the response does not rank the passages
     */
    Ranking readRanking(int status, Map<String, Object> headers, byte[] body) {
        JsonNode answer = successful(status, headers, body);
        JsonNode usage = answer.path("usage");
        return new Ranking(answer.path("results"), usage.path("total_tokens").asLong(0), cost(usage));
    }

    private static Double cost(JsonNode usage) {
        return usage.path("cost").isNumber() ? usage.path("cost").asDouble() : null;
    }

    private JsonNode successful(int status, Map<String, Object> headers, byte[] body) {
        JsonNode answer = status < 200 || status > 299 ? parse(body) : parse(headers, body);
        JsonNode error = answer.hasNonNull("error") ? answer.path("error") : answer; // GigaChat does not wrap errors
        if (status < 200 || status > 299) {
            throw failure(status, error, headers);
        }
        if (answer.isMissingNode()) {
            throw body.length == 0
                    ? new ModelFailureException(Kind.EMPTY, "the response is empty")
                    : ModelFailureException.unusable("the response is not JSON: " + shorten(text(body)));
        }
        if (answer.hasNonNull("error")) {
            throw failure(502, error, headers);
        }
        return answer;
    }

    private JsonNode parse(Map<String, Object> headers, byte[] body) {
        Object type = headers.get("Content-Type");
        if (type == null || !type.toString().toLowerCase(Locale.ROOT).startsWith(ModelHttp.EVENTS)) {
            return parse(body);
        }
        var chat = new StreamedChat(json, content -> {});
        var events = new ServerSentEvents(chat);
        events.read(body, body.length);
        events.end();
        return chat.whole();
    }

    /** Returns a missing node if the body is not a JSON object. */
    private JsonNode parse(byte[] body) {
        try {
            JsonNode answer = json.readTree(body);
            return answer.isObject() ? answer : MissingNode.getInstance();
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read from memory", e);
        }
    }

    private static String content(JsonNode content) {
        if (!content.isArray()) {
            return content.isTextual() ? content.asText() : "";
        }
        StringBuilder parts = new StringBuilder();
        content.forEach(part -> parts.append(part.path("text").asText("")));
        return parts.toString();
    }

    /** @param status HTTP status, for errors without a code */
    private ModelFailureException failure(int status, JsonNode error, Map<String, Object> headers) {
        int code = error.path("code").asInt(0);
        code = code >= 400 ? code : error.path("http_status").asInt(status);
        String message =
                error.isTextual() ? error.asText() : error.path("message").asText("");
        String raw = error.path("metadata").path("raw").asText("");
        Kind kind = kind(code, type(error), message + " " + raw);
        Duration pause = pause(headers, error);
        if (kind == Kind.RATE_LIMIT && DAILY.matcher(message + " " + raw).find()) {
            kind = Kind.QUOTA;
            pause = pause != null ? pause : untilTomorrow();
        }
        String said = (message.isBlank() ? "" : ": " + message) + (raw.isBlank() ? "" : " (" + raw + ")");
        return new ModelFailureException(kind, code + shorten(said), pause, null);
    }

    private static String type(JsonNode error) {
        JsonNode code = error.path("code");
        return Stream.of(
                        error.path("metadata").path("error_type"),
                        error.path("error_type"),
                        code.isTextual() ? code : MissingNode.getInstance(),
                        error.path("availability").path("code"))
                .map(type -> type.asText(""))
                .filter(type -> !type.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static Kind kind(int code, String type, String message) {
        for (Map.Entry<Kind, List<String>> known : ERROR_TYPES.entrySet()) {
            if (known.getValue().contains(type.toLowerCase(Locale.ROOT))) {
                return known.getKey();
            }
        }
        return switch (code) {
            case 401 -> Kind.UNAUTHORIZED;
            case 402 -> Kind.QUOTA;
            case 403 -> POLICY.matcher(message).find() ? Kind.FILTERED : Kind.UNAUTHORIZED;
            case 404 -> Kind.UNKNOWN_MODEL;
            case 408 -> Kind.SERVER_ERROR;
            case 429 -> Kind.RATE_LIMIT;
            default -> code >= 500 ? Kind.SERVER_ERROR : kindByMessage(message);
        };
    }

    private static Kind kindByMessage(String message) {
        return MESSAGES.entrySet().stream()
                .filter(known -> known.getValue().matcher(message).find())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(Kind.REFUSED);
    }

    /**
     * Reads {@code Retry-After} in seconds or as a date, or {@code X-RateLimit-Reset} in milliseconds since 1970, from the headers
     * or the error.
     */
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
        return Optional.ofNullable(headers.get(name))
                .map(Object::toString)
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
            return Optional.empty(); // not a valid value of RFC 9110: treated as absent
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
