package routes.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;
import routes.events.Sha256;
import routes.llm.ModelFailureException;
import routes.llm.ModelResult;
import routes.llm.ProviderCredentials;
import routes.llm.RankingTask;
import routes.llm.ReaderCalls;
import routes.llm.RerankProperties;

/** Reorders the best hits of a search with a model, within a time limit. */
@Component
class Reranker {
    private static final String PROMPT = "prompts/rerank.txt";
    private static final int MAX_PASSAGE = 1_000;
    private static final int CACHED = 1_000;
    /** Time for which an order is cached, so that all pages of a result use the same order and do not overlap. */
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final RerankProperties settings;
    private final List<String> providers;
    private final ProducerTemplate camel;
    private final ReaderCalls calls;
    private final String prompt;
    private final Cache<String, List<Integer>> orders =
            Caffeine.newBuilder().maximumSize(CACHED).expireAfterWrite(KEPT).build();

    Reranker(
            RerankProperties settings,
            ProviderCredentials credentials,
            @Lazy CamelContext camel,
            ReaderCalls calls,
            ConfigFolderProperties config) {
        this.settings = settings;
        this.providers = credentials.usable(settings.providers());
        this.camel = providers.isEmpty() ? null : camel.createProducerTemplate();
        this.calls = calls;
        this.prompt = config.read(PROMPT).strip();
        if (!prompt.contains("{mark}")) {
            throw new ConfigurationException(
                    PROMPT + ": {mark} is missing; without it the model cannot tell passages from its instruction");
        }
    }

    /** Returns the number of hits to reorder; 0 if there is no model. */
    int depth() {
        return providers.isEmpty() ? 0 : settings.depth();
    }

    /**
     * @return the positions of the texts, best first
     * @throws ModelFailureException if there is no result in time
     */
    List<Integer> order(String query, List<String> texts) {
        List<String> passages = texts.stream()
                .map(text -> text.substring(0, Math.min(text.length(), MAX_PASSAGE)))
                .toList();
        List<String> key = new ArrayList<>(passages);
        key.add(query);
        return orders.get(
                Sha256.hexOfLines(key), unused -> calls.within(settings.timeout(), () -> ask(query, passages)));
    }

    private List<Integer> ask(String query, List<String> passages) {
        // a delimiter that the author of a passage cannot predict
        String mark = "=====" + Sha256.hexOfLines(passages).substring(0, 16) + "=====";
        StringBuilder material = new StringBuilder("Query: " + query + "\n");
        IntStream.range(0, passages.size())
                .forEach(i -> material.append("%s %d\n%s\n".formatted(mark, i + 1, passages.get(i))));
        material.append(mark);
        String instruction = prompt.replace("{mark}", mark).replace("{passages}", Integer.toString(passages.size()));
        Exchange exchange = camel.request("direct:llm", request -> {
            request.setProperty("llmProviders", String.join(",", providers));
            request.getMessage().setBody(new RankingTask(query, passages, instruction, material.toString()));
        });
        if (exchange.getException() != null) {
            throw ModelFailureException.unusable(exchange.getException().getMessage());
        }
        return ((List<?>) exchange.getMessage().getBody(ModelResult.class).value())
                .stream().map(Integer.class::cast).toList();
    }
}
