package routes.llm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Headers;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.llm.ModelFailureException.Kind;

/** Runs a pass through a model provider, as bean {@code modelCalls} of the route template {@code llm-provider}. */
public class ModelCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCalls.class);
    /** Longer waits for a permit than this mean that more posts are being processed than the permits can ever serve. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final int MORE_ROOM = 4;
    private static final int MOST_ROOM = 64;

    private final ProducerTemplate camel;
    private final CallLeases leases;
    private final ProviderQuotas quotas;
    private final ChatMessages messages;
    private final ChatAnswers answers;
    private final ModelMetrics metrics;
    private final ModelPass.Retries retries;
    private final Duration quotaPause;

    /** The factor by which a model's answers may exceed the length that a task needs: reasoning models need more than others. */
    private final Map<String, Integer> room = new ConcurrentHashMap<>();

    ModelCalls(
            ProducerTemplate camel,
            CallLeases leases,
            ProviderQuotas quotas,
            ChatMessages messages,
            ChatAnswers answers,
            ModelMetrics metrics,
            ModelPass.Retries retries,
            Duration quotaPause) {
        this.camel = camel;
        this.leases = leases;
        this.quotas = quotas;
        this.messages = messages;
        this.answers = answers;
        this.metrics = metrics;
        this.retries = retries;
        this.quotaPause = quotaPause;
    }

    /**
     * Calls a provider until an answer is valid or no call is left.
     *
     * @param call endpoint that makes one call and passes the answer to {@link #answered} or {@link #content}; the exchange property
     *     {@code llmPass} is the pass
     * @param models comma-separated; call n of the pass uses model n
     * @param maxConcurrent calls in flight at a time across all processes
     * @param unitsPerThousandTokens cost units of 1000 tokens, if answers do not state their cost
     * @return the input of {@link #result}
     * @throws ModelPassFailedException if the provider is the reason why no answer is valid. {@link #result} throws other failures, so
     *     that the circuit breaker does not count them
     */
    public ModelPass pass(
            Exchange exchange,
            String provider,
            String call,
            String models,
            int maxConcurrent,
            double unitsPerThousandTokens)
            throws InvalidPayloadException {
        List<String> each = Stream.of(models.split(",", -1))
                .map(String::strip)
                .filter(model -> !model.isEmpty())
                .distinct()
                .toList();
        if (each.isEmpty()) {
            throw new IllegalArgumentException(provider + " has no model; give its route at least one");
        }
        metrics.register(provider, each);
        ModelTask task = exchange.getMessage().getMandatoryBody(ModelTask.class);
        double jitter = ThreadLocalRandom.current().nextDouble();
        var pass = new ModelPass(task, provider, each, unitsPerThousandTokens, retries, jitter);
        while (pass.isOpen()) {
            try {
                TimeUnit.MILLISECONDS.sleep(pass.getDelayMillis());
                call(exchange, call, pass, maxConcurrent);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                pass.endedFor(e);
            } catch (Exception e) { // anything that the route of the call throws
                failed(pass, e);
            }
        }
        pass.requireProvider();
        return pass;
    }

    /** Makes one call on a copy of the exchange. Its headers and body are discarded. */
    private void call(Exchange exchange, String endpoint, ModelPass pass, int maxConcurrent) throws Exception {
        CallLeases.Lease lease = leases.take(pass.getProvider(), maxConcurrent, PATIENCE);
        pass.called();
        if (lease == null) {
            throw new ModelFailureException(
                    Kind.BUSY, "all " + maxConcurrent + " calls allowed at a time were taken for " + PATIENCE);
        }
        try {
            Exchange copy = ExchangeHelper.createCorrelatedCopy(exchange, false);
            copy.setProperty("llmPass", pass);
            int calls = pass.calls().size();
            Exception failure = camel.send(endpoint, copy).getException();
            if (failure != null) {
                throw failure;
            }
            if (pass.calls().size() == calls) {
                throw new ModelFailureException(
                        Kind.UNUSABLE,
                        endpoint + " handed over no answer: its route must end with modelCalls.answered or .content");
            }
        } finally {
            leases.giveBack(lease);
        }
    }

    /** The request for the next call, as JSON of a chat completion. */
    public String request(@ExchangeProperty("llmPass") ModelPass pass) {
        return messages.write(pass.getTask(), pass.getModel(), pass.getTask().maxTokens() * room(pass));
    }

    /** Reads the HTTP answer to {@link #request}, and sets the pass's result if it is valid. */
    public void answered(
            @ExchangeProperty("llmPass") ModelPass pass,
            @Header(Exchange.HTTP_RESPONSE_CODE) int status,
            @Headers Map<String, Object> headers,
            @Body byte[] body) {
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

    /** Uses the complete part of the answer. If nothing is complete, the model gets a higher token limit, now and later. */
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

    /** Reads the text of a model's answer, for providers that are not OpenAI-compatible. */
    public void content(@ExchangeProperty("llmPass") ModelPass pass, @Body String content) {
        try {
            pass.succeeded(pass.getTask().read(content), content);
            metrics.called(last(pass));
        } catch (UnusableAnswerException e) {
            failed(pass, new ModelFailureException(Kind.UNUSABLE, e.getMessage(), null, e), content);
        }
    }

    private void failed(ModelPass pass, Exception cause) {
        if (cause instanceof ModelFailureException failure) {
            failed(pass, failure, null);
        } else if (cause instanceof SocketTimeoutException || cause instanceof CallTimeoutException) {
            failed(pass, new ModelFailureException(Kind.TIMEOUT, "no answer in time", null, cause), null);
        } else if (cause instanceof IOException && !(cause instanceof InterruptedIOException)) {
            String why = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            failed(pass, new ModelFailureException(Kind.CONNECTION, why, null, cause), null);
        } else {
            pass.endedFor(cause);
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
     * The result of a pass.
     *
     * @throws Exception why there is none, if the reason is not the provider
     */
    public ModelResult result(@Body ModelPass pass, @ExchangeProperty("llmChain") ProviderChain chain)
            throws Exception {
        ModelResult result = pass.result();
        chain.called(pass.calls());
        return result;
    }
}
