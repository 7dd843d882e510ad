package routes.llm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.llm.ModelFailureException.Kind;

/** The steps of a pass through a model provider, as bean {@code modelCalls} of the route template {@code llm-provider}. */
public class ModelCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCalls.class);
    /** Longer waits for a permit than this mean that more posts are worked on than the permits can ever serve. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final int MORE_ROOM = 4;
    private static final int MOST_ROOM = 64;

    private final CallLeases leases;
    private final ProviderQuotas quotas;
    private final ChatMessages messages;
    private final ChatAnswers answers;
    private final ModelMetrics metrics;
    private final ModelPass.Retries retries;
    private final Duration quotaPause;

    /** How many times the length that a task needs the answers of a model get: models that think need more than others. */
    private final Map<String, Integer> room = new ConcurrentHashMap<>();

    ModelCalls(
            CallLeases leases,
            ProviderQuotas quotas,
            ChatMessages messages,
            ChatAnswers answers,
            ModelMetrics metrics,
            ModelPass.Retries retries,
            Duration quotaPause) {
        this.leases = leases;
        this.quotas = quotas;
        this.messages = messages;
        this.answers = answers;
        this.metrics = metrics;
        this.retries = retries;
        this.quotaPause = quotaPause;
    }

    /**
     * A new pass.
     *
     * @param models comma-separated; call n of the pass asks model n
     * @param maxConcurrent calls in flight at a time over all processes
     * @param unitsPerThousandTokens cost units of 1000 tokens, where answers do not tell their cost
     */
    public ModelPass begin(
            @Body ModelTask task, String provider, String models, int maxConcurrent, double unitsPerThousandTokens) {
        List<String> each = Stream.of(models.split(",", -1))
                .map(String::strip)
                .filter(model -> !model.isEmpty())
                .distinct()
                .toList();
        if (each.isEmpty()) {
            throw new IllegalArgumentException(provider + " has no model; give its route at least one");
        }
        metrics.register(provider, each);
        double jitter = ThreadLocalRandom.current().nextDouble();
        return new ModelPass(task, provider, each, maxConcurrent, unitsPerThousandTokens, retries, jitter);
    }

    /** Waits until another call of the provider is allowed. */
    public void enter(@ExchangeProperty("llmPass") ModelPass pass) throws InterruptedException {
        CallLeases.Lease lease = leases.take(pass.getProvider(), pass.maxConcurrent(), PATIENCE);
        pass.entered(lease);
        if (lease == null) {
            throw new ModelFailureException(
                    Kind.BUSY, "all " + pass.maxConcurrent() + " calls allowed at a time were taken for " + PATIENCE);
        }
    }

    /** The call is over, however it ended. */
    public void leave(@ExchangeProperty("llmPass") ModelPass pass) {
        CallLeases.Lease lease = pass.left();
        if (lease != null) {
            leases.giveBack(lease);
        }
    }

    /** The request for the next call, as JSON of a chat completion. */
    public String request(@ExchangeProperty("llmPass") ModelPass pass) {
        return messages.write(pass.getTask(), pass.getModel(), pass.getTask().maxTokens() * room(pass));
    }

    /** Takes the HTTP answer to {@link #request}, and makes the result of it if it holds. */
    public void answered(
            @ExchangeProperty("llmPass") ModelPass pass,
            @Header(Exchange.HTTP_RESPONSE_CODE) int status,
            @Headers Map<String, Object> headers,
            @Body byte[] body) {
        leave(pass);
        ChatAnswer answer = answers.read(status, headers, body == null ? new byte[0] : body);
        double units = answer.cost() != null ? answer.cost() : answer.tokens() * pass.unitsPerThousandTokens() / 1000;
        metrics.used(pass.getProvider(), pass.getModel(), answer.tokens(), units);
        quotas.used(pass.getProvider(), answer.tokens(), units);
        if (answer.cutOff()) {
            cutOff(pass, answer.content());
        } else {
            content(pass, answer.content());
        }
    }

    private int room(ModelPass pass) {
        return room.getOrDefault(pass.getProvider() + " " + pass.getModel(), 1);
    }

    /** What is complete of the answer is used; if nothing is, the model gets more room, now and later. */
    private void cutOff(ModelPass pass, String content) {
        int tokens = pass.getTask().maxTokens() * room(pass);
        try {
            if (content.isBlank()) {
                throw new UnusableAnswerException("no content");
            }
            pass.succeeded(pass.getTask().read(content), content);
            metrics.called(last(pass));
        } catch (UnusableAnswerException e) {
            room.put(pass.getProvider() + " " + pass.getModel(), Math.min(MOST_ROOM, room(pass) * MORE_ROOM));
            String why = "the answer was cut off at " + tokens + " tokens: " + e.getMessage();
            failed(pass, new ModelFailureException(Kind.UNUSABLE, why, null, e), content);
        }
    }

    /** Takes the text that a model answered; for providers that do not speak like OpenAI. */
    public void content(@ExchangeProperty("llmPass") ModelPass pass, @Body String content) {
        try {
            pass.succeeded(pass.getTask().read(content), content);
            metrics.called(last(pass));
        } catch (UnusableAnswerException e) {
            failed(pass, new ModelFailureException(Kind.UNUSABLE, e.getMessage(), null, e), content);
        }
    }

    /**
     * The call failed. Where the provider is not the reason, the pass ends, and the circuit breaker does not count it.
     */
    public void failed(
            @ExchangeProperty("llmPass") ModelPass pass,
            @ExchangeProperty("llmChain") ProviderChain chain,
            @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception cause) {
        if (cause instanceof ModelFailureException failure) {
            failed(pass, failure, null);
        } else if (cause instanceof SocketTimeoutException || cause instanceof CallTimeoutException) {
            failed(pass, new ModelFailureException(Kind.TIMEOUT, "no answer in time", null, cause), null);
        } else if (cause instanceof IOException && !(cause instanceof InterruptedIOException)) {
            String why = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            failed(pass, new ModelFailureException(Kind.CONNECTION, why, null, cause), null);
        } else {
            chain.endedFor(cause);
            pass.end();
        }
    }

    private void failed(ModelPass pass, ModelFailureException failure, String content) {
        pass.failed(failure, content);
        metrics.called(last(pass));
        LOG.info(
                "{} {}: {} ({})",
                pass.getProvider(),
                last(pass).model(),
                last(pass).problem(),
                pass.isOpen() ? "again in " + pass.getDelayMillis() + " ms" : "the pass is over");
        Duration rest = pass.rest(quotaPause);
        if (!rest.isZero()) {
            quotas.rest(pass.getProvider(), rest, failure.getMessage());
        }
    }

    private static ModelCall last(ModelPass pass) {
        List<ModelCall> calls = pass.calls();
        return calls.get(calls.size() - 1);
    }

    /**
     * What the pass gave; the task itself where it ended for a reason that the circuit breaker must not count, since it says nothing
     * about the provider. The chain then knows the reason.
     *
     * @throws ModelPassFailedException when no call gave an answer that holds
     */
    public Object result(
            @ExchangeProperty("llmPass") ModelPass pass, @ExchangeProperty("llmChain") ProviderChain chain) {
        if (chain.isUncounted()) {
            return pass.getTask();
        }
        try {
            ModelResult result = pass.result();
            chain.called(pass.calls());
            return result;
        } catch (ModelPassFailedException e) {
            if (!e.kind().isOfTheRequest()) {
                throw e;
            }
            chain.endedFor(e);
            return pass.getTask();
        }
    }
}
