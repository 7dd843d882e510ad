package routes.llm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import routes.llm.ModelFailureException.Kind;
import routes.llm.ModelFailureException.Next;

/**
 * One pass of a task through one provider: call after call until an answer is valid or no call is left. Used by one exchange at a
 * time.
 */
public final class ModelPass {
    private static final int MAX_CONTENT = 4_000;

    /**
     * How often and when a provider is called again.
     *
     * @param maxRetries calls after the first one
     * @param delaySeconds pause before the first retry; doubled for each further one
     * @param maxPause longest pause; a provider that asks for more rests
     */
    record Retries(int maxRetries, double delaySeconds, Duration maxPause) {}

    /**
     * A finished call of a model, for messages and diagnosis.
     *
     * @param outcome {@code success}, or the kind of failure
     * @param content the model's answer, shortened; null if there was none
     * @param problem null for a success
     * @param tokens that the answer reports, unusable answers included; 0 if it reports none
     */
    public record Call(
            String provider, String model, String outcome, long millis, String content, String problem, long tokens) {}

    private final ModelTask task;
    private final String provider;
    private final List<String> models;
    private final double unitsPerThousandTokens;
    private final Retries retries;
    /** Between 0 and 1. Keeps the retries of several processes apart after a common failure. */
    private final double jitter;

    private final List<Call> calls = new ArrayList<>();
    private int retried;
    private int unfitModels;
    private Duration pause = Duration.ZERO;
    private boolean open = true;
    private ModelResult result;
    private ModelFailureException failure;
    private Exception otherReason;
    private long calledNanos;
    private long tokens;

    ModelPass(
            ModelTask task,
            String provider,
            List<String> models,
            double unitsPerThousandTokens,
            Retries retries,
            double jitter) {
        this.task = task;
        this.provider = provider;
        this.models = models;
        this.unitsPerThousandTokens = unitsPerThousandTokens;
        this.retries = retries;
        this.jitter = jitter;
    }

    /** Whether another call is to be made. */
    boolean isOpen() {
        return open;
    }

    /** How long to wait before the next call. */
    Duration pause() {
        return pause;
    }

    /** The model of the next call: call n uses model n. After the last model, the first one follows. */
    public String getModel() {
        return models.get(calls.size() % models.size());
    }

    public String getProvider() {
        return provider;
    }

    public ModelTask getTask() {
        return task;
    }

    /** The calls so far. */
    List<Call> calls() {
        return calls;
    }

    double unitsPerThousandTokens() {
        return unitsPerThousandTokens;
    }

    /** The answer to the current call reported its use of tokens. */
    void used(long reported) {
        tokens = reported;
    }

    /** Whether the answer to the current call has not reported its use of tokens. */
    boolean isUseUnknown() {
        return tokens == 0;
    }

    /** A call starts. */
    void called() {
        calledNanos = System.nanoTime();
        tokens = 0;
    }

    Call succeeded(Object value, String content) {
        result = new ModelResult(provider, getModel(), value, Map.of());
        open = false;
        return ended("success", content, null);
    }

    /** @param content the model's answer; null if there was none */
    Call failed(ModelFailureException cause, String content) {
        Call call = ended(cause.kind().label(), content, cause.getMessage());
        failure = cause;
        if (cause.next() == Next.OTHER_MODEL && ++unfitModels < models.size()) {
            pause = Duration.ZERO;
        } else if (cause.next() == Next.LATER && retried < retries.maxRetries() && !asksForTooMuch()) {
            pause = pauseAfter(cause);
            retried++;
        } else {
            open = false;
        }
        return call;
    }

    private Call ended(String outcome, String content, String problem) {
        String shown =
                content == null || content.length() <= MAX_CONTENT ? content : content.substring(0, MAX_CONTENT) + "…";
        long millis = (System.nanoTime() - calledNanos) / 1_000_000;
        Call call = new Call(provider, getModel(), outcome, millis, shown, problem, tokens);
        calls.add(call);
        return call;
    }

    /** Ends the pass without another call. An earlier failure stays the failure of the provider. */
    void unwanted() {
        if (failure == null) {
            otherReason = new CancellationException("an earlier answer is already in use");
        }
        open = false;
    }

    /** Ends the pass for a reason that says nothing about the provider. */
    void endedFor(Exception cause) {
        otherReason = cause;
        open = false;
    }

    /** @throws ModelFailureException if the provider is the reason why there is no result */
    void requireProvider() {
        if (result == null && otherReason == null && !failure.kind().isOfTheRequest()) {
            throw failed();
        }
    }

    /**
     * The result of the pass.
     *
     * @throws Exception why there is no result
     */
    ModelResult result() throws Exception {
        if (otherReason != null) {
            throw otherReason;
        }
        if (result == null) {
            throw failed();
        }
        return result;
    }

    private ModelFailureException failed() {
        String problems =
                calls.stream().map(call -> call.model() + " " + call.problem()).collect(Collectors.joining(", "));
        return new ModelFailureException(failure.kind(), provider + ": " + problems, null, failure);
    }

    /** How long all processes must not call the provider; zero if the failure does not require it. */
    Duration rest(Duration quotaPause) {
        if (failure.kind() == Kind.QUOTA) {
            return failure.pause() == null ? quotaPause : failure.pause();
        }
        return asksForTooMuch() ? failure.pause() : Duration.ZERO;
    }

    private boolean asksForTooMuch() {
        return failure.pause() != null && failure.pause().compareTo(retries.maxPause()) > 0;
    }

    private Duration pauseAfter(ModelFailureException cause) {
        double seconds = retries.delaySeconds() * Math.pow(2, retried);
        Duration wanted = cause.pause() != null ? cause.pause() : Duration.ofMillis(Math.round(1000 * seconds));
        Duration jittered = wanted.plusMillis(Math.round(0.1 * jitter * wanted.toMillis()));
        return jittered.compareTo(retries.maxPause()) > 0 ? retries.maxPause() : jittered;
    }
}
