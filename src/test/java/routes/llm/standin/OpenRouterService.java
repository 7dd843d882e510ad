package routes.llm.standin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** OpenRouter. It knows any model but those that it is told not to know. */
public final class OpenRouterService extends ModelService {
    private static final String ACCOUNT_DEFAULT = "openrouter/auto";
    private static final int FREE_CALLS_PER_DAY = 50;

    private volatile double cost = 0.0001;
    private volatile boolean keyRequired = true;
    private volatile Set<String> unknownModels = Set.of();

    OpenRouterService() {}

    /** In USD. */
    public void cost(double perCall) {
        cost = perCall;
    }

    public void requireKey(boolean required) {
        keyRequired = required;
    }

    /** These and no others. */
    public void unknownModels(String... ids) {
        unknownModels = Set.of(ids);
    }

    @Override
    Answer other(Request request) {
        return request.is("GET", "/v1/models") ? models() : failure(404, message(404));
    }

    private static Answer models() {
        ObjectNode list = object();
        ArrayNode data = list.putArray("data");
        for (String id : List.of("openai/gpt-4o-mini", "deepseek/deepseek-chat:free")) {
            ObjectNode model = data.addObject().put("id", id);
            String price = id.endsWith(":free") ? "0" : "0.0000025";
            model.putObject("pricing").put("prompt", price).put("completion", price);
            model.putArray("supported_parameters").add("structured_outputs");
        }
        return Answer.json(200, list);
    }

    @Override
    boolean authorized(Request request) {
        return !keyRequired || !request.credentials("Bearer").isEmpty();
    }

    @Override
    Answer unauthorized(Request request) {
        return failure(401, message(401));
    }

    @Override
    Optional<Answer> refusal(ChatCall call) {
        if (call.messages().isEmpty()) {
            return Optional.of(failure(400, "Input required: specify \"messages\""));
        }
        List<String> wanted = wanted(call);
        return unknownModels.containsAll(wanted)
                ? Optional.of(unknownModel(wanted.get(wanted.size() - 1)))
                : Optional.empty();
    }

    /** In the order in which they are tried; what the last of them says is the answer. */
    private static List<String> wanted(ChatCall call) {
        var wanted = new ArrayList<String>();
        if (!call.model().isEmpty()) {
            wanted.add(call.model());
        }
        if (call.body().get("models") instanceof List<?> fallbacks) {
            fallbacks.forEach(model -> wanted.add(String.valueOf(model)));
        }
        return wanted.isEmpty() ? List.of(ACCOUNT_DEFAULT) : wanted;
    }

    @Override
    void complete(ObjectNode completion, ChatCall call) {
        String model = wanted(call).stream()
                .filter(wanted -> !unknownModels.contains(wanted))
                .findFirst()
                .orElse(ACCOUNT_DEFAULT);
        completion.put("id", "gen-" + UUID.randomUUID()).put("model", model).put("provider", "Stand-in");
        choice(completion).put("native_finish_reason", "stop");
        message(choice(completion)).putNull("refusal").putNull("reasoning");
        ObjectNode usage = (ObjectNode) completion.get("usage");
        usage.put("cost", cost);
        usage.putObject("prompt_tokens_details").put("cached_tokens", 0);
        usage.putObject("completion_tokens_details").put("reasoning_tokens", 0);
    }

    @Override
    ObjectNode error(int code, String message) {
        ObjectNode body = object();
        body.putObject("error").put("code", code).put("message", message);
        return body;
    }

    @Override
    String message(int code) {
        return switch (code) {
            case 400 -> "Bad Request";
            case 401 -> "No auth credentials found";
            case 402 -> "Insufficient credits";
            case 403 -> "The input was flagged by moderation";
            case 404 -> "No endpoints found";
            case 408 -> "Request timed out";
            case 429 -> "Rate limit exceeded";
            case 503 -> "No provider is available";
            default -> "Provider returned error";
        };
    }

    @Override
    Answer dailyLimit(Instant reset) {
        Map<String, String> headers = Map.of(
                "X-RateLimit-Limit",
                Integer.toString(FREE_CALLS_PER_DAY),
                "X-RateLimit-Remaining",
                "0",
                "X-RateLimit-Reset",
                Long.toString(reset.toEpochMilli()));
        ObjectNode body = error(
                429,
                "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day");
        ObjectNode inBody =
                ((ObjectNode) body.get("error")).putObject("metadata").putObject("headers");
        headers.forEach(inBody::put);
        return Answer.json(429, body).with(headers);
    }

    @Override
    Answer unknownModel(String model) {
        return failure(400, model + " is not a valid model ID");
    }

    @Override
    String noContent() {
        return null;
    }

    @Override
    String blockedReason() {
        return "content_filter";
    }

    @Override
    String blockedContent() {
        return "";
    }

    @Override
    Answer signed(Answer answer, Request request) {
        return answer;
    }
}
