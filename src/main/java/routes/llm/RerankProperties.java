package routes.llm;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Models that order the best hits of a search.
 *
 * @param providers             reranking providers in call order: rerank (the server at RERANK_BASE_URL), or chat models such as
 *     gigachat; providers without credentials are skipped. Without a usable provider, the hits keep the order of the search
 * @param baseUrl               address of a server with a /rerank operation, such as Cohere, Jina, vLLM or TEI, without /rerank
 * @param apiKey                API key of the reranking server; empty for none
 * @param model                 model of the reranking server
 * @param depth                 number of hits to rerank
 * @param timeout               maximum time to wait for reranking; after that, the hits keep the order of the search
 * @param maxConcurrentRequests maximum number of concurrent calls of RERANK_BASE_URL, across all processes
 * @param unitsPerThousandTokens    cost units per 1000 tokens, if the response does not report a cost
 */
@ConfigurationProperties("rerank")
public record RerankProperties(
        @DefaultValue(RerankProperties.SERVER) List<String> providers,
        @DefaultValue("") @Pattern(regexp = "|" + GigaChatProperties.URL, message = GigaChatProperties.NO_URL)
                String baseUrl,
        @DefaultValue("") String apiKey,
        @DefaultValue("default") String model,
        @DefaultValue("20") @Min(2) @Max(100) int depth,
        @DefaultValue("1500ms") @DurationMin(millis = 10) @DurationMax(seconds = 30) Duration timeout,
        @DefaultValue("4") @Min(1) @Max(1000) int maxConcurrentRequests,
        @DefaultValue("1") @DecimalMin("0") double unitsPerThousandTokens) {
    static final String SERVER = "rerank";

    boolean hasServer() {
        return !baseUrl.isBlank();
    }
}
