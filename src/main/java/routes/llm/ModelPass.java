package routes.llm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import routes.llm.ModelFailureException.Kind;
import routes.llm.ModelFailureException.Next;

/**
 * One pass of a task through one provider: call after call until an answer is valid or no call is left. Used by one exchange at a
 * time.
 */
public final class ModelPass {

    /**
     * How often and when a provider is called again.
     *
     * @param maxRetries calls after the first one
     * @param delaySeconds pause before the first retry; doubled for each further one
     * @param maxPause longest pause; a provider that asks for more rests
     */
    public record Retries(int maxRetries, double delaySeconds, Duration maxPause) {}

    private final ModelTask task;
    private final String provider;
    private final List<String> models;
    private final double unitsPerThousandTokens;
    private final Retries retries;
    /** Between 0 and 1. Keeps the retries of several processes apart after a common failure. */
    private final double jitter;

    private final List<ModelCall> calls = new ArrayList<>();
    private int retried;
    private int unfitModels;
    private Duration pause = Duration.ZERO;
    private boolean open = true;
    private ModelResult result;
    private ModelFailureException failure;
    private Exception otherReason;
    private long calledNanos;

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
    public boolean isOpen() {
        return open;
    }

    /** How long to wait before the next call, in milliseconds. */
    public long getDelayMillis() {
        return pause.toMillis();
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
    List<ModelCall> calls() {
        return List.copyOf(calls);
    }

    double unitsPerThousandTokens() {
        return unitsPerThousandTokens;
    }

    /** A call starts. */
    void called() {
        calledNanos = System.nanoTime();
    }

    void succeeded(Object value, String content) {
        result = new ModelResult(provider, getModel(), value);
        calls.add(call("success", content, null));
        open = false;
    }

    /** @param content the model's answer; null if there was none */
    void failed(ModelFailureException cause, String content) {
        calls.add(call(cause.kind().label(), content, cause.getMessage()));
        failure = cause;
        if (cause.next() == Next.OTHER_MODEL && ++unfitModels < models.size()) {
            pause = Duration.ZERO;
        } else if (cause.next() == Next.LATER && retried < retries.maxRetries() && !asksForTooMuch(cause)) {
            pause = pauseAfter(cause);
            retried++;
        } else {
            open = false;
        }
    }

    /** Ends the pass for a reason that says nothing about the provider. */
    void endedFor(Exception cause) {
        otherReason = cause;
        open = false;
    }

    /** @throws ModelPassFailedException if the provider is the reason why there is no result */
    void requireProvider() {
        if (result == null && otherReason == null && !failure.kind().isOfTheRequest()) {
            throw new ModelPassFailedException(provider, calls(), failure);
        }
    }

    /** How long all processes must not call the provider; zero if the failure does not require it. */
    Duration rest(Duration quotaPause) {
        if (failure.kind() == Kind.QUOTA) {
            return failure.pause() == null ? quotaPause : failure.pause();
        }
        return asksForTooMuch(failure) ? failure.pause() : Duration.ZERO;
    }

    private boolean asksForTooMuch(ModelFailureException cause) {
        return cause.pause() != null && cause.pause().compareTo(retries.maxPause()) > 0;
    }

    private Duration pauseAfter(ModelFailureException cause) {
        double seconds = retries.delaySeconds() * Math.pow(2, retried);
        Duration wanted = cause.pause() != null ? cause.pause() : Duration.ofMillis(Math.round(1000 * seconds));
        Duration jittered = wanted.plusMillis(Math.round(0.1 * jitter * wanted.toMillis()));
        return jittered.compareTo(retries.maxPause()) > 0 ? retries.maxPause() : jittered;
    }

    private ModelCall call(String outcome, String content, String problem) {
        long millis = (System.nanoTime() - calledNanos) / 1_000_000;
        return new ModelCall(provider, getModel(), outcome, millis, content, problem);
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
            throw new ModelPassFailedException(provider, calls(), failure);
        }
        return result;
    }
}
