package routes.llm.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;

/** What goes wrong with a call, in the way of the service that it goes wrong in. */
public final class Fault {
    private static final int OK = 200;
    private static final String FILLER = "<filler>";

    private final BiFunction<ModelService, ChatCall, Answer> answer;
    private final Delivery delivery;
    /** Null: the latency of the service. */
    private final Duration after;

    private Fault(BiFunction<ModelService, ChatCall, Answer> answer, Delivery delivery, Duration after) {
        this.answer = answer;
        this.delivery = delivery;
        this.after = after;
    }

    private static Fault answering(BiFunction<ModelService, ChatCall, Answer> answer) {
        return new Fault(answer, Delivery.whole(), null);
    }

    /** A normal answer that something happens to on its way. */
    private static Fault delivering(Delivery delivery) {
        return new Fault(ModelService::answerTo, delivery, null);
    }

    /** A normal answer with a change. */
    private static Fault changing(Change change) {
        return answering((service, call) -> {
            ObjectNode completion = service.completion(call, service.content(call));
            change.apply(service, completion);
            return Answer.json(OK, completion);
        });
    }

    static Fault none() {
        return answering(ModelService::answerTo);
    }

    /** An error with the message that the service has for it. */
    public static Fault status(int code) {
        return answering((service, call) -> service.failure(code, service.message(code)));
    }

    public static Fault status(int code, String message) {
        return answering((service, call) -> service.failure(code, message));
    }

    public static Fault retryAfter(int code, int seconds) {
        return answering((service, call) ->
                service.failure(code, service.message(code)).with(Map.of("Retry-After", Integer.toString(seconds))));
    }

    /** What may be used is used up. */
    public static Fault dailyLimit(Instant reset) {
        return answering((service, call) -> service.dailyLimit(reset));
    }

    public static Fault unknownModel() {
        return answering((service, call) -> service.unknownModel(call.model()));
    }

    /** No answer until the client goes or the server is closed. */
    public static Fault hang() {
        return new Fault((service, call) -> Answer.empty(OK), Delivery.never(), Duration.ZERO);
    }

    /** The connection is closed without an answer. */
    public static Fault drop() {
        return delivering(Delivery.closed());
    }

    /** The connection is closed after one half of the body. */
    public static Fault dropInBody() {
        return delivering(Delivery.half());
    }

    /** An answer that comes byte by byte and has no end. */
    public static Fault trickle(Duration between) {
        return delivering(Delivery.trickle(between));
    }

    /** A streamed answer that waits after so many letters. */
    public static Fault pausing(int letters, CountDownLatch goOn) {
        return delivering(Delivery.events(letters, goOn, null));
    }

    /** A streamed answer that waits after so many letters, and then breaks off. */
    public static Fault breakingOff(int letters, CountDownLatch goOn) {
        return delivering(Delivery.events(letters, goOn, ""));
    }

    /** A streamed answer that waits after so many letters, and then ends with an error. */
    public static Fault failing(int letters, CountDownLatch goOn) {
        return delivering(Delivery.events(
                letters,
                goOn,
                "data: {\"error\":{\"code\":502,\"message\":\"Provider disconnected\"},"
                        + "\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n"));
    }

    /** A normal answer after that time. */
    public static Fault slow(Duration time) {
        return new Fault(ModelService::answerTo, Delivery.whole(), time);
    }

    /** 200 without a body. */
    public static Fault empty() {
        return answering((service, call) -> Answer.empty(OK));
    }

    /** 200 with what a proxy says. */
    public static Fault garbage() {
        return answering((service, call) ->
                Answer.html(OK, "<html><body><h1>Web application is being updated</h1></body></html>"));
    }

    /** An answer that is wrong only in its length, which is not told beforehand. */
    public static Fault huge(int bytes) {
        return new Fault(
                (service, call) -> Answer.json(OK, service.completion(call, FILLER)),
                Delivery.huge(bytes, FILLER),
                null);
    }

    public static Fault content(String text) {
        return answering((service, call) -> Answer.json(OK, service.completion(call, text)));
    }

    public static Fault emptyContent() {
        return answering((service, call) -> Answer.json(OK, service.completion(call, service.noContent())));
    }

    public static Fault noChoices() {
        return changing((service, completion) -> completion.putArray("choices"));
    }

    /** An error in 200, next to fields that are all null. */
    public static Fault nullChoices() {
        return changing((service, completion) -> {
            completion.removeAll();
            completion.putNull("id").putNull("choices").putNull("model").putNull("usage");
            completion.setAll(service.error(502, service.message(502)));
        });
    }

    public static Fault errorIn200(int code, String message) {
        return answering((service, call) -> Answer.json(OK, service.error(code, message)));
    }

    /** An error that came when one half of the content was there. */
    public static Fault choiceError(int code, String message) {
        return changing((service, completion) -> {
            ObjectNode choice = ModelService.choice(completion);
            String content = choice.path("message").path("content").asText("");
            ModelService.message(choice).put("content", content.substring(0, content.length() / 2));
            choice.put("finish_reason", "error");
            choice.putObject("error").put("code", code).put("message", message);
        });
    }

    /** The service does not want to talk about that. */
    public static Fault blacklist() {
        return changing((service, completion) -> {
            ObjectNode choice = ModelService.choice(completion);
            choice.put("finish_reason", service.blockedReason());
            ModelService.message(choice).put("content", service.blockedContent());
        });
    }

    Duration after(Duration latency) {
        return after == null ? latency : after;
    }

    Answer answer(ModelService service, ChatCall call) {
        return answer.apply(service, call);
    }

    Delivery delivery() {
        return delivery;
    }

    @FunctionalInterface
    private interface Change {
        void apply(ModelService service, ObjectNode completion);
    }
}
