package routes.llm.standin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import routes.events.Json;

/** What both services have in common. All settings may be changed while calls are under way. */
public abstract class ModelService {
    private static final String CHAT = "/v1/chat/completions";
    private static final String EMBEDDINGS = "/v1/embeddings";
    private static final String RERANK = "/v1/rerank";
    private static final int CHARACTERS_PER_TOKEN = 4;
    static final int LETTERS_PER_EVENT = 5;

    private final ObjectMapper json = Json.newMapper();
    private final FaultPlan faults = new FaultPlan();
    private final InFlight inFlight = new InFlight();
    private final List<ChatCall> calls = new ArrayList<>();

    private volatile Function<ChatCall, String> answerer = new KeywordAnswerer();
    private volatile Function<String, float[]> embedder = text -> new float[] {1};
    private volatile ToDoubleFunction<String> ranker = text -> 0.5;
    private volatile int longestText = Integer.MAX_VALUE;
    private volatile Duration latency = Duration.ZERO;
    private volatile int limit;

    ModelService() {}

    /** Sets what makes the content of an answer from the call. */
    public void answer(Function<ChatCall, String> answerer) {
        this.answerer = answerer;
    }

    /** Sets what makes the vector of a text. Calls for vectors meet the same limits and faults as those of chats. */
    public void embed(Function<String, float[]> embedder) {
        this.embedder = embedder;
    }

    /** Sets how relevant a passage is for any query. */
    public void rank(ToDoubleFunction<String> ranker) {
        this.ranker = ranker;
    }

    /** A call for vectors of a longer text is refused with 413. */
    public void longestText(int characters) {
        longestText = characters;
    }

    /** The texts of all calls for vectors so far, in order of arrival. */
    public List<List<String>> embedded() {
        return calls().stream()
                .map(ChatCall::texts)
                .filter(texts -> !texts.isEmpty())
                .toList();
    }

    /** Before each answer to a chat call, faulty ones too, but not before a refusal: those come from the gate. */
    public void latency(Duration latency) {
        this.latency = latency;
    }

    /** A chat call beyond so many in flight is refused with 429; 0: none is. */
    public void limit(int calls) {
        limit = calls;
    }

    /** Each for one chat call that is not refused, in this order; what {@link #always} says is for those after them. */
    public void next(Fault... faults) {
        this.faults.next(List.of(faults));
    }

    /** For all chat calls, until {@link #healthy()}. */
    public void always(Fault fault) {
        faults.always(fault);
    }

    public void healthy() {
        faults.clear();
    }

    /** All chat calls in order of arrival, refused and faulty ones too. */
    public List<ChatCall> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** The most chat calls that were in flight at once; refused ones count, so that a client cannot hide behind them. */
    public int maxConcurrent() {
        return inFlight.most();
    }

    /** Calls that are not answered yet. */
    public int inFlight() {
        return inFlight.now();
    }

    /** As if there had been no calls; those in flight stay so. */
    public void forget() {
        synchronized (calls) {
            calls.clear();
            inFlight.forget();
        }
    }

    final void serve(Request request, Connection connection) throws IOException {
        if (request.is("POST", CHAT) || request.is("POST", EMBEDDINGS) || request.is("POST", RERANK)) {
            chat(request, connection);
        } else {
            connection.send(signed(other(request), request));
        }
    }

    private void chat(Request request, Connection connection) throws IOException {
        ChatCall call = ChatCall.of(request, json);
        InFlight.Call place;
        synchronized (calls) {
            calls.add(call);
            place = inFlight.enter(limit);
        }
        try (place) {
            Optional<Answer> refusal = refusal(request, call, place);
            Fault fault = refusal.isPresent() ? Fault.none() : faults.take();
            connection.pause(refusal.isPresent() ? Duration.ZERO : fault.after(latency));
            Answer answer = refusal.orElseGet(() -> fault.answer(this, call));
            fault.delivery().deliver(signed(answer, request), connection, place);
        }
    }

    private Optional<Answer> refusal(Request request, ChatCall call, InFlight.Call place) {
        if (!authorized(request)) {
            return Optional.of(unauthorized(request));
        }
        if (!place.admitted()) {
            return Optional.of(failure(429, message(429)));
        }
        if (call.texts().stream().anyMatch(text -> text.length() > longestText)) {
            return Optional.of(failure(413, "Payload too large"));
        }
        if (call.body().isEmpty()) {
            return Optional.of(failure(400, "The body is not a JSON object"));
        }
        return call.isChat() ? refusal(call) : Optional.empty();
    }

    /** The items in reverse order: their order means nothing, their index does. */
    private Answer vectors(ChatCall call) {
        ObjectNode answer = object().put("object", "list").put("model", call.model());
        ArrayNode data = answer.putArray("data");
        for (int i = call.texts().size() - 1; i >= 0; i--) {
            String text = call.texts().get(i);
            ObjectNode item = data.addObject().put("object", "embedding").put("index", i);
            ArrayNode vector = item.putArray("embedding");
            for (float component : embedder.apply(text)) {
                vector.add(component);
            }
            item.putObject("usage").put("prompt_tokens", text.length() / CHARACTERS_PER_TOKEN + 1);
        }
        return Answer.json(200, answer);
    }

    private Answer ranking(ChatCall call) {
        ObjectNode answer = object().put("model", call.model());
        ArrayNode results = answer.putArray("results");
        List<?> passages = (List<?>) call.body().get("documents");
        for (int i = 0; i < passages.size(); i++) {
            results.addObject()
                    .put("index", i)
                    .put("relevance_score", ranker.applyAsDouble(passages.get(i).toString()));
        }
        return Answer.json(200, answer);
    }

    final Answer answerTo(ChatCall call) {
        if (call.body().containsKey("documents")) {
            return ranking(call);
        }
        if (!call.texts().isEmpty()) {
            return vectors(call);
        }
        return call.isStreamed() ? events(call, content(call)) : Answer.json(200, completion(call, content(call)));
    }

    /** The same answer as events of a few letters each, with the comments and the last event that services send. */
    final Answer events(ChatCall call, String content) {
        ObjectNode completion = completion(call, content);
        var body = new StringBuilder(": PROCESSING\n\n");
        for (int at = 0; at < content.length(); at += LETTERS_PER_EVENT) {
            body.append(event(content.substring(at, Math.min(content.length(), at + LETTERS_PER_EVENT)), null));
        }
        body.append(event("", choice(completion).path("finish_reason").asText()));
        ObjectNode last = object();
        last.putArray("choices");
        last.set("usage", completion.get("usage"));
        return new Answer(
                200,
                Map.of("Content-Type", "text/event-stream"),
                body.append("data: ")
                        .append(last)
                        .append("\n\ndata: [DONE]\n\n")
                        .toString());
    }

    private static String event(String content, String reason) {
        ObjectNode event = object().put("object", "chat.completion.chunk");
        ObjectNode choice = event.putArray("choices").addObject().put("index", 0);
        choice.put("finish_reason", reason).putObject("delta").put("content", content);
        return "data: " + event + "\n\n";
    }

    final String content(ChatCall call) {
        return answerer.apply(call);
    }

    /** The body of a normal answer with that content, which may be null. */
    final ObjectNode completion(ChatCall call, String content) {
        ObjectNode completion = object();
        ObjectNode choice = completion.putArray("choices").addObject();
        choice.put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", content);
        completion.put("object", "chat.completion");
        completion.put("created", Instant.now().getEpochSecond());
        int asked = call.characters() / CHARACTERS_PER_TOKEN + 1;
        int answered = (content == null ? 0 : content.length()) / CHARACTERS_PER_TOKEN + 1;
        ObjectNode usage = completion.putObject("usage");
        usage.put("prompt_tokens", asked).put("completion_tokens", answered).put("total_tokens", asked + answered);
        complete(completion, call);
        return completion;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode choice(ObjectNode completion) {
        return (ObjectNode) completion.get("choices").get(0);
    }

    static ObjectNode message(ObjectNode choice) {
        return (ObjectNode) choice.get("message");
    }

    final Answer failure(int status, String message) {
        return Answer.json(status, error(status, message));
    }

    /** Anything but a chat call. */
    abstract Answer other(Request request);

    abstract boolean authorized(Request request);

    abstract Answer unauthorized(Request request);

    /** What the service finds wrong with a call. */
    abstract Optional<Answer> refusal(ChatCall call);

    /** Adds to an answer what only this service has. */
    abstract void complete(ObjectNode completion, ChatCall call);

    /** The body of an error. */
    abstract ObjectNode error(int code, String message);

    /** What the service says with that status. */
    abstract String message(int code);

    abstract Answer dailyLimit(Instant reset);

    abstract Answer unknownModel(String model);

    /** Content of an answer that has none. */
    abstract String noContent();

    abstract String blockedReason();

    abstract String blockedContent();

    /** The answer with the headers that all answers of the service have. */
    abstract Answer signed(Answer answer, Request request);
}
