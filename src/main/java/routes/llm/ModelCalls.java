package routes.llm;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Headers;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.ExchangeHelper;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import org.springframework.util.StringUtils;
import routes.llm.ModelFailureException.Kind;

/** Runs a pass through a model provider; bean {@code modelCalls} of the route template {@code llm-provider}. */
@Component("modelCalls")
public class ModelCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCalls.class);
    /** Maximum wait for a permit. A longer wait means that more posts are being processed than the permits allow. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(5);

    /** Average for a Russian text, for streams that end without the number of tokens. */
    private static final int CHARACTERS_PER_TOKEN = 3;

    private static final int MORE_ROOM = 4;
    private static final int MOST_ROOM = 64;

    private final ProducerTemplate camel;
    private final CallLeases leases;
    private final ProviderQuotas quotas;
    private final ChatCompletions chat;
    private final MeterRegistry metrics;
    private final ModelPass.Retries retries;
    private final Duration quotaPause;

    /** Models whose metrics are registered. */
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    /** Factors by which the token limits of models are multiplied. Reasoning models need longer answers than a task states. */
    private final Map<String, Integer> room = new ConcurrentHashMap<>();

    ModelCalls(
            @Lazy CamelContext camel,
            CallLeases leases,
            ProviderQuotas quotas,
            ChatCompletions chat,
            MeterRegistry metrics,
            LlmProperties properties,
            GigaChatProperties gigaChat,
            OpenRouterProperties openRouter,
            @Value("${tagging.max-retries}") int maxRetries,
            @Value("${tagging.retry-delay}") double retryDelay) {
        this.camel = camel.createProducerTemplate();
        this.leases = leases;
        this.quotas = quotas;
        this.chat = chat;
        this.metrics = metrics;
        this.retries = new ModelPass.Retries(maxRetries, retryDelay, properties.maxPause());
        this.quotaPause = properties.quotaPause();
        register("gigachat", List.of(gigaChat.model(), gigaChat.visionModel(), gigaChat.embeddingsModel()));
        register("openrouter", openRouter.models());
    }

    /** Registers all series of these models with the value 0. */
    private void register(String provider, List<String> models) {
        for (String model : models) {
            if (registered.add(provider + " " + model)) {
                count(provider, model, "success", 0);
                for (Kind kind : Kind.values()) {
                    count(provider, model, kind.label(), 0);
                }
                countUse(provider, model, 0, 0);
            }
        }
    }

    private void count(String provider, String model, String outcome, int calls) {
        metrics.counter("llm.requests", "provider", provider, "model", model, "outcome", outcome)
                .increment(calls);
    }

    private void countUse(String provider, String model, long tokens, double units) {
        metrics.counter("llm.tokens", "provider", provider, "model", model).increment(tokens);
        metrics.counter("llm.cost.units", "provider", provider).increment(units);
    }

    /**
     * Calls a provider until an answer is valid or no call is left.
     *
     * @param call endpoint that makes one call and passes the response to {@link #answered} or {@link #content}; the exchange
     *     property {@code llmPass} is the pass
     * @param textModels comma-separated; call n of the pass uses model n
     * @param pictureModels the same for tasks about pictures; empty if the models for texts also accept pictures
     * @param embeddingModel model for embeddings; empty if the provider has none
     * @param maxConcurrent maximum number of concurrent calls across all processes
     * @param unitsPerThousandTokens cost units per 1000 tokens, if responses do not state their cost
     * @return the input of {@link #result}
     * @throws ModelFailureException if the provider is the cause of the failure. {@link #result} throws other failures, so that the
     *     circuit breaker does not count them
     */
    public ModelPass pass(
            Exchange exchange,
            String provider,
            String call,
            String textModels,
            String pictureModels,
            String embeddingModel,
            int maxConcurrent,
            double unitsPerThousandTokens)
            throws Exception {
        ModelTask task = exchange.getMessage().getMandatoryBody(ModelTask.class);
        String models = task.picture() == null || pictureModels.isBlank() ? textModels : pictureModels;
        List<String> each = task.inputs().isEmpty()
                ? Providers.names(List.of(models.split(",", -1)))
                : Providers.names(List.of(embeddingModel));
        if (each.isEmpty()) {
            throw new IllegalArgumentException(provider + " has no model for " + task.getPath() + "; set the parameter "
                    + (task.inputs().isEmpty() ? "models" : "embeddingModel") + " of its route");
        }
        register(provider, each);
        double jitter = ThreadLocalRandom.current().nextDouble();
        var pass = new ModelPass(task, provider, each, unitsPerThousandTokens, retries, jitter);
        AnswerParts parts = task.parts();
        while (pass.isOpen()) {
            if (parts != null && !parts.begins(provider, pass.getModel())) {
                pass.unwanted();
                break;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pass.pause().toMillis());
                call(exchange, call, pass, maxConcurrent);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                pass.endedFor(e);
            } catch (Exception e) { // the route of the call can throw any exception
                failed(pass, e);
            }
        }
        exchange.getProperty("llmChain", Providers.Chain.class).calls().addAll(pass.calls());
        pass.requireProvider();
        return pass;
    }

    /** Makes one call on a copy of the exchange. The headers and body of the copy are discarded. */
    private void call(Exchange exchange, String endpoint, ModelPass pass, int maxConcurrent) throws Exception {
        CallLeases.Lease lease = leases.take(pass.getProvider(), maxConcurrent, MAX_WAIT);
        pass.called();
        if (lease == null) {
            throw new ModelFailureException(
                    Kind.BUSY, "all " + maxConcurrent + " permitted concurrent calls were in use for " + MAX_WAIT);
        }
        AnswerParts parts = pass.getTask().parts();
        StreamedChat written = parts == null ? null : chat.streamed(parts::written);
        try {
            Exchange copy = ExchangeHelper.createCorrelatedCopy(exchange, false);
            copy.setProperty("llmPass", pass);
            int calls = pass.calls().size();
            Exception failure = ModelHttp.listening(written, () -> camel.send(endpoint, copy))
                    .getException();
            if (failure != null) {
                throw failure;
            }
            if (pass.calls().size() == calls) {
                throw new ModelFailureException(
                        Kind.UNUSABLE,
                        endpoint + " returned no answer: its route must end with modelCalls.answered or .content");
            }
        } finally {
            leases.giveBack(lease);
            if (written != null && !written.content().isEmpty() && pass.isUseUnknown()) {
                // an aborted answer is billed as well
                ModelTask task = pass.getTask();
                int characters = task.instruction().length()
                        + task.material().length()
                        + written.content().length();
                used(pass, characters / CHARACTERS_PER_TOKEN, null);
            }
        }
    }

    /**
     * Returns the request for the next call, as JSON in OpenAI's format.
     *
     * @param file id of the uploaded picture, for providers that receive pictures as files; otherwise null
     */
    public String request(@ExchangeProperty("llmPass") ModelPass pass, @ExchangeProperty("llmFile") String file) {
        // GigaChat always reports its usage and does not support the option
        boolean asksForUsage = !pass.getProvider().equals("gigachat");
        return chat.write(pass.getTask(), pass.getModel(), maxTokens(pass), file, asksForUsage);
    }

    /** Returns the task's picture as a multipart form, for providers that receive pictures as files. */
    public HttpEntity upload(@ExchangeProperty("llmPass") ModelPass pass) {
        return MultipartEntityBuilder.create()
                .addTextBody("purpose", "general")
                .addBinaryBody("file", pass.getTask().picture(), ContentType.IMAGE_JPEG, "picture.jpg")
                .build();
    }

    /** Reads the id of the uploaded picture. */
    public String uploaded(
            @Header(Exchange.HTTP_RESPONSE_CODE) int status, @Headers Map<String, Object> headers, @Body byte[] body) {
        return chat.fileId(status, headers, body == null ? new byte[0] : body);
    }

    private int maxTokens(ModelPass pass) {
        return pass.getTask().maxTokens() * room.getOrDefault(pass.getProvider() + " " + pass.getModel(), 1);
    }

    /** Reads the HTTP response to {@link #request}, and sets the result of the pass if it is valid. */
    public void answered(
            @ExchangeProperty("llmPass") ModelPass pass,
            @Header(Exchange.HTTP_RESPONSE_CODE) int status,
            @Headers Map<String, Object> headers,
            @Body byte[] body) {
        byte[] bytes = body == null ? new byte[0] : body;
        if (pass.getTask() instanceof EmbeddingTask task) {
            ChatCompletions.Embeddings answer = chat.readEmbeddings(status, headers, bytes);
            used(pass, answer.tokens(), answer.cost());
            count(pass.succeeded(task.read(answer.data()), null));
        } else {
            ChatCompletions.Answer answer = chat.read(status, headers, bytes);
            used(pass, answer.tokens(), answer.cost());
            read(pass, answer.content(), answer.cutOff());
        }
    }

    /** Returns the request of a {@link RankingTask} to a server with the operation {@code rerank}. */
    public String rankingRequest(@ExchangeProperty("llmPass") ModelPass pass) {
        return chat.write((RankingTask) pass.getTask(), pass.getModel());
    }

    /** Reads the HTTP response to {@link #rankingRequest}. */
    public void ranked(
            @ExchangeProperty("llmPass") ModelPass pass,
            @Header(Exchange.HTTP_RESPONSE_CODE) int status,
            @Headers Map<String, Object> headers,
            @Body byte[] body) {
        ChatCompletions.Ranking answer = chat.readRanking(status, headers, body == null ? new byte[0] : body);
        used(pass, answer.tokens(), answer.cost());
        count(pass.succeeded(((RankingTask) pass.getTask()).read(answer.results()), null));
    }

    private void used(ModelPass pass, long tokens, Double cost) {
        double units = cost != null ? cost : tokens * pass.unitsPerThousandTokens() / 1000;
        countUse(pass.getProvider(), pass.getModel(), tokens, units);
        quotas.used(pass.getProvider(), tokens, units);
        pass.used(tokens);
    }

    /** Reads the text of a model's answer, for providers that are not OpenAI-compatible. */
    public void content(@ExchangeProperty("llmPass") ModelPass pass, @Body String content) {
        read(pass, content, false);
    }

    /**
     * Uses the complete part of a truncated answer. If no part is complete, the token limit of the model is raised for this and
     * later calls.
     */
    private void read(ModelPass pass, String content, boolean cutOff) {
        Object value;
        try {
            if (!StringUtils.hasText(content)) {
                throw ModelFailureException.unusable("no content");
            }
            value = pass.getTask().read(content);
        } catch (ModelFailureException e) {
            String why = e.getMessage();
            if (cutOff) {
                why = "the answer was truncated at " + maxTokens(pass) + " tokens: " + why;
                room.merge(
                        pass.getProvider() + " " + pass.getModel(),
                        MORE_ROOM,
                        (old, more) -> Math.min(MOST_ROOM, old * more));
            }
            failed(pass, new ModelFailureException(Kind.UNUSABLE, why, null, e), content);
            return;
        }
        count(pass.succeeded(value, content));
    }

    private void count(ModelPass.Call call) {
        count(call.provider(), call.model(), call.outcome(), 1);
    }

    private void failed(ModelPass pass, Exception cause) {
        if (cause instanceof ModelFailureException failure) {
            failed(pass, failure, null);
        } else if (cause instanceof SocketTimeoutException) {
            failed(pass, new ModelFailureException(Kind.TIMEOUT, "no response in time", null, cause), null);
        } else if (cause instanceof IOException && !(cause instanceof InterruptedIOException)) {
            String why = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            failed(pass, new ModelFailureException(Kind.CONNECTION, why, null, cause), null);
        } else {
            pass.endedFor(cause);
        }
    }

    private void failed(ModelPass pass, ModelFailureException failure, String content) {
        ModelPass.Call call = pass.failed(failure, content);
        count(call);
        LOG.info(
                "{} {}: {} ({})",
                call.provider(),
                call.model(),
                call.problem(),
                pass.isOpen() ? "retrying in " + pass.pause().toMillis() + " ms" : "no more attempts in this pass");
        Duration rest = pass.rest(quotaPause);
        if (!rest.isZero()) {
            quotas.rest(pass.getProvider(), rest, failure.getMessage());
        }
    }

    /**
     * Returns the result of a pass.
     *
     * @throws Exception the failure, if the provider is not its cause
     */
    public ModelResult result(@Body ModelPass pass) throws Exception {
        return pass.result();
    }
}
