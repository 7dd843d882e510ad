package routes.llm.standin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** GigaChat: API and token endpoint. */
public final class GigaChatService extends ModelService {
    private static final String VERSION = ":2.0.28.2";

    private final GigaChatTokens tokens = new GigaChatTokens();
    private final StoredFiles files = new StoredFiles();

    GigaChatService() {}

    /** Of tokens that are issued from now on. */
    public void tokenLifetime(Duration lifetime) {
        tokens.lifetime(lifetime);
    }

    /** How often a token was asked for, in vain or not. */
    public int tokenCalls() {
        return tokens.calls();
    }

    /** None of the tokens issued so far is accepted any more. */
    public void revokeTokens() {
        tokens.revoke();
    }

    /** What the token endpoint answers to its next calls, each to one, before it is healthy again. */
    public void nextTokenStatus(int... statuses) {
        tokens.fail(statuses);
    }

    /** "" before the first. */
    public String lastToken() {
        return tokens.last();
    }

    /** How many files were uploaded and not deleted. */
    public int storedFiles() {
        return files.count();
    }

    /** How many files were uploaded. */
    public int uploads() {
        return files.uploads();
    }

    @Override
    Answer other(Request request) {
        if (request.is("POST", "/v2/oauth")) {
            return tokens.answer(request);
        }
        if (request.path().startsWith("/v1/files")) {
            return authorized(request)
                    ? files.answer(request, this).orElseGet(() -> failure(404, "Not Found"))
                    : unauthorized(request);
        }
        if (!request.is("GET", "/v1/models")) {
            return failure(404, "Not Found");
        }
        return authorized(request) ? models() : unauthorized(request);
    }

    private static Answer models() {
        ObjectNode list = object().put("object", "list");
        ArrayNode data = list.putArray("data");
        for (String id : List.of("GigaChat", "GigaChat-2", "GigaChat-2-Pro", "GigaChat-2-Max")) {
            ObjectNode model = data.addObject().put("id", id).put("object", "model");
            model.put("owned_by", "salutedevices").put("type", "chat");
        }
        return Answer.json(200, list);
    }

    @Override
    boolean authorized(Request request) {
        return state(request) == GigaChatTokens.State.VALID;
    }

    /** Both messages exist, so a client must not look for one of them. */
    @Override
    Answer unauthorized(Request request) {
        boolean revoked = state(request) == GigaChatTokens.State.REVOKED;
        return failure(401, revoked ? "Token has expired" : message(401));
    }

    private GigaChatTokens.State state(Request request) {
        return tokens.state(request.credentials("Bearer"));
    }

    @Override
    Optional<Answer> refusal(ChatCall call) {
        if (call.model().isEmpty()) {
            return Optional.of(failure(422, "Invalid params: model is required"));
        }
        if (call.messages().isEmpty()) {
            return Optional.of(failure(422, "Invalid params: messages are required"));
        }
        for (ChatCall.Message message : call.messages()) {
            if (message.attachments().size() > 1) {
                return Optional.of(failure(422, "Invalid params: one image per message"));
            }
            if (!message.attachments().stream().allMatch(files::has)) {
                return Optional.of(failure(404, "No such file"));
            }
        }
        boolean misplaced = call.messages().stream().skip(1).anyMatch(message -> message.role()
                .equals("system"));
        return misplaced
                ? Optional.of(failure(422, "Invalid params: system message must be the first message"))
                : Optional.empty();
    }

    @Override
    void complete(ObjectNode completion, ChatCall call) {
        completion.put("model", call.model() + VERSION);
        ((ObjectNode) completion.get("usage")).put("precached_prompt_tokens", 0);
    }

    @Override
    ObjectNode error(int code, String message) {
        return object().put("status", code).put("message", message);
    }

    @Override
    String message(int code) {
        return switch (code) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 402 -> "Payment Required";
            case 403 -> "Permission denied";
            case 404 -> "No such model";
            case 413 -> "Payload too large";
            case 422 -> "Invalid params";
            case 429 -> "Too many requests";
            default -> "Internal Server Error";
        };
    }

    /** There is no such limit; the tokens of a model may be used up, and nothing says until when. */
    @Override
    Answer dailyLimit(Instant reset) {
        return failure(402, message(402));
    }

    @Override
    Answer unknownModel(String model) {
        return failure(404, message(404));
    }

    @Override
    String noContent() {
        return "";
    }

    @Override
    String blockedReason() {
        return "blacklist";
    }

    @Override
    String blockedContent() {
        return "Не люблю менять тему разговора, но вот сейчас тот самый случай.";
    }

    @Override
    Answer signed(Answer answer, Request request) {
        return answer.with(Map.of(
                "X-Request-Id", sentOrNew(request.header("x-request-id")),
                "X-Session-Id", sentOrNew(request.header("x-session-id"))));
    }

    private static String sentOrNew(String sent) {
        return sent.isEmpty() ? UUID.randomUUID().toString() : sent;
    }
}
