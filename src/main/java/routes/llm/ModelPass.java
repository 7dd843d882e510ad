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
 * One pass of a task through one provider: calls are repeated until an answer is valid or no call is left. Used by one exchange at
 * a time.
 */
public final class ModelPass {
    private static final int MAX_CONTENT = 4_000;

    /**
     * The number and timing of retries.
     *
     * @param maxRetries maximum number of calls after the first one
     * @param delaySeconds pause before the first retry; it doubles with each further retry
     * @param maxPause maximum pause; a provider that requests a longer one is skipped for that time
     */
    record Retries(int maxRetries, double delaySeconds, Duration maxPause) {}

    /**
     * A finished model call, for messages and diagnosis.
     *
     * @param outcome {@code success}, or the kind of failure
     * @param content the model's answer, shortened; null if there was none
     * @param problem description of the failure; null for a success
     * @param tokens number of tokens that the response reports, also for invalid answers; 0 if it reports none
     */
    public record Call(
            String provider, String model, String outcome, long millis, String content, String problem, long tokens) {}

    private final ModelTask task;
    private final String provider;
    private final List<String> models;
    private final double unitsPerThousandTokens;
    private final Retries retries;
    /** Random number between 0 and 1 that distributes the retries of several processes after a common failure. */
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

    /** Whether another call must be made. */
    boolean isOpen() {
        return open;
    }

    /** Returns the pause before the next call. */
    Duration pause() {
        return pause;
    }

    /** Returns the model of the next call. Call n uses model n; the first model follows the last one. */
    public String getModel() {
        return models.get(calls.size() % models.size());
    }

    public String getProvider() {
        return provider;
    }

    public ModelTask getTask() {
        return task;
    }

    /** Returns the calls made so far. */
    List<Call> calls() {
        return calls;
    }

    double unitsPerThousandTokens() {
        return unitsPerThousandTokens;
    }

    /** Records the number of tokens reported by the response to the current call. */
    void used(long reported) {
        tokens = reported;
    }

    /** Whether the response to the current call has not reported a number of tokens. */
    boolean isUseUnknown() {
        return tokens == 0;
    }

    /** Records the start of a call. */
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

    /** Ends the pass without another call. An earlier failure remains the failure of the provider. */
    void unwanted() {
        if (failure == null) {
            otherReason = new CancellationException("an earlier answer is already in use");
        }
        open = false;
    }

    /** Ends the pass for a reason unrelated to the provider. */
    void endedFor(Exception cause) {
        otherReason = cause;
        open = false;
    }

    /** @throws ModelFailureException if there is no result and the provider is the cause */
    void requireProvider() {
        if (result == null && otherReason == null && !failure.kind().isOfTheRequest()) {
            throw failed();
        }
    }

    /**
     * Returns the result of the pass.
     *
     * @throws Exception the failure, if there is no result
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

    /** Returns the time for which all processes must skip the provider; zero if the failure does not require this. */
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
