package routes.embeddings;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.collect.Lists;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.events.Sha256;
import routes.events.StorableText;
import routes.llm.EmbeddingTask;
import routes.llm.EmbeddingsProperties;
import routes.llm.ModelFailureException;
import routes.llm.ModelPass;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.llm.ReaderCalls;
import routes.text.Language;

/**
 * Embeddings by a model, through the route {@code llm} and its limits. The vector of a text is stored, so that the same text is never sent
 * twice to the same model.
 */
final class ModelEmbeddings implements EmbeddingProvider {
    private static final Logger LOG = LoggerFactory.getLogger(ModelEmbeddings.class);
    /** Outcomes that are caused by the text, not by the model. */
    private static final String TOO_LONG = "too_long";

    private static final String FILTERED = "filtered";
    private static final String REFUSED = "refused";
    /** Minimum length of a shortened text, in characters. If a shorter text is refused as too long, the reason is something else. */
    private static final int SHORTEST_CUT = 50;

    private static final int CACHED_QUERIES = 1_000;
    private static final Duration QUERIES_KEPT = Duration.ofHours(1);

    private final Model model;
    private final EmbeddingsProperties settings;
    private final ProducerTemplate camel;
    private final ObjectMapper json;
    private final EmbeddingCache cache;
    private final ReaderCalls calls;
    private final Duration rest;
    private final Cache<String, float[]> knownQueries = Caffeine.newBuilder()
            .maximumSize(CACHED_QUERIES)
            .expireAfterWrite(QUERIES_KEPT)
            .build();
    private volatile boolean hasWorked;
    private volatile long restsUntilNanos = System.nanoTime();
    private volatile String lastProblem = "";
    private volatile VectorSpace measured;

    record Model(String provider, String name, int dimension) {}

    /**
     * @param rest time after a failure during which {@link #embed} does not call the model. A call takes minutes if the model hangs, and
     *     posts must not wait for several calls before their words are searchable
     */
    ModelEmbeddings(
            Model model,
            EmbeddingsProperties settings,
            ProducerTemplate camel,
            ObjectMapper json,
            EmbeddingCache cache,
            ReaderCalls calls,
            Duration rest) {
        this.model = model;
        this.settings = settings;
        this.camel = camel;
        this.json = json;
        this.cache = cache;
        this.calls = calls;
        this.rest = rest;
    }

    @Override
    public String provider() {
        return model.provider();
    }

    @Override
    public String model() {
        return model.name() + settings.textPrefix().strip();
    }

    @Override
    public int dimension() {
        return model.dimension();
    }

    @Override
    public boolean isSlow() {
        return true;
    }

    @Override
    public float searchWeight() {
        return settings.searchWeight();
    }

    /** @throws EmbeddingsUnavailableException if the model does not respond and a text has no stored vector */
    @Override
    public List<float[]> embed(List<String> texts) {
        Map<String, String> byHash = new LinkedHashMap<>();
        List<String> hashes = texts.stream()
                .map(text -> {
                    String sent = sent(settings.textPrefix(), text);
                    String hash = Sha256.hexOfLines(List.of(provider(), model.name(), sent));
                    if (!text.isBlank()) {
                        byHash.put(hash, sent);
                    }
                    return hash;
                })
                .toList();
        Map<String, float[]> vectors = new HashMap<>(cache.find(byHash.keySet()));
        vectors.values().removeIf(vector -> vector.length != dimension());
        List<String> missing = byHash.keySet().stream()
                .filter(hash -> !vectors.containsKey(hash))
                .toList();
        for (List<String> batch : Lists.partition(missing, settings.batchSize())) {
            List<float[]> answers =
                    askUnlessResting(batch.stream().map(byHash::get).toList());
            Map<String, float[]> known = new HashMap<>();
            for (int i = 0; i < batch.size(); i++) {
                vectors.put(batch.get(i), answers.get(i));
                if (!isZero(answers.get(i))) {
                    known.put(batch.get(i), answers.get(i));
                }
            }
            cache.store(known);
        }
        return hashes.stream()
                .map(hash -> vectors.getOrDefault(hash, new float[dimension()]))
                .toList();
    }

    private List<float[]> askUnlessResting(List<String> texts) {
        if (System.nanoTime() - restsUntilNanos < 0) {
            throw new EmbeddingsUnavailableException(lastProblem, null);
        }
        try {
            return ask(texts);
        } catch (EmbeddingsUnavailableException e) {
            lastProblem = e.getMessage();
            restsUntilNanos = System.nanoTime() + rest.toNanos();
            throw e;
        }
    }

    private String sent(String prefix, String text) {
        return prefix + StorableText.cut(text, settings.maxChars());
    }

    /** Returns the vectors of the texts, of length 1; zero for a text that the model refuses. */
    private List<float[]> ask(List<String> texts) {
        Exchange exchange = camel.request("direct:llm", request -> {
            request.setProperty("llmProviders", provider());
            request.getMessage().setBody(new EmbeddingTask(texts, dimension(), json));
        });
        if (exchange.getException() == null) {
            hasWorked = true;
            List<?> vectors =
                    (List<?>) exchange.getMessage().getBody(ModelResult.class).value();
            return vectors.stream().map(vector -> normalized((float[]) vector)).toList();
        }
        String outcome = outcome(exchange);
        // before the first success, a refusal may apply to every request
        if (!outcome.equals(TOO_LONG) && !outcome.equals(FILTERED) && !(outcome.equals(REFUSED) && hasWorked)) {
            throw new EmbeddingsUnavailableException(exchange.getException().getMessage(), exchange.getException());
        }
        if (texts.size() > 1) {
            List<float[]> each = new ArrayList<>();
            texts.forEach(text -> each.addAll(ask(List.of(text))));
            return each;
        }
        String text = texts.get(0);
        if (outcome.equals(TOO_LONG) && text.length() > SHORTEST_CUT) {
            return ask(List.of(StorableText.cut(text, text.length() / 2)));
        }
        LOG.warn(
                "The model returned no vector for a text of {} characters: {}",
                text.length(),
                exchange.getException().getMessage());
        return List.of(new float[dimension()]);
    }

    private static String outcome(Exchange exchange) {
        Providers.Chain chain = exchange.getProperty("llmChain", Providers.Chain.class);
        List<ModelPass.Call> calls = chain == null ? List.of() : chain.calls();
        return calls.isEmpty() ? "" : calls.get(calls.size() - 1).outcome();
    }

    static float[] normalized(float[] vector) {
        double squares = 0;
        for (float component : vector) {
            squares += component * component;
        }
        if (squares > 0) {
            float length = (float) Math.sqrt(squares);
            for (int i = 0; i < vector.length; i++) {
                vector[i] /= length;
            }
        }
        return vector;
    }

    private static boolean isZero(float[] vector) {
        return IntStream.range(0, vector.length).allMatch(i -> vector[i] == 0);
    }

    /** Waits at most EMBEDDINGS_QUERY_TIMEOUT: a reader should not wait for a slow model. */
    @Override
    public float[] embedQuery(String text) {
        float[] known = knownQueries.getIfPresent(text);
        if (known == null) {
            known = inTime(
                    () -> ask(List.of(sent(settings.queryPrefix(), text))).get(0));
            knownQueries.put(text, known);
        }
        return known;
    }

    private <T> T inTime(Supplier<T> call) {
        try {
            return calls.within(settings.queryTimeout(), call);
        } catch (ModelFailureException e) {
            throw new EmbeddingsUnavailableException(e.getMessage(), e);
        }
    }

    /** Returns the vector space, measured once per model; the vectors of the sentences are stored. */
    private VectorSpace space() {
        VectorSpace known = measured;
        if (known == null) {
            known = inTime(() -> VectorSpace.measured(this::embed));
            measured = known;
            LOG.info("Vector space of {}: {}", model.name(), known);
        }
        return known;
    }

    @Override
    public Similarity similarity(Language language) {
        return space().of(language, settings.noiseFloor());
    }
}
