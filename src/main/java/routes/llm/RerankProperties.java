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
 * @param providers             providers in call order: rerank (the server at RERANK_BASE_URL), or chat models such as gigachat;
 *                              those without credentials are skipped, and without any the order is that of the search
 * @param baseUrl               address of a server with a /rerank operation, as of Cohere, Jina, vLLM or TEI, up to and excluding /rerank
 * @param apiKey                key of that server; empty for none
 * @param model                 model of that server
 * @param depth                 hits that are ordered
 * @param timeout               longest wait; afterwards the order is that of the search
 * @param maxConcurrentRequests calls of RERANK_BASE_URL in flight at a time over all processes
 * @param unitsPerThousandTokens    cost units of 1000 tokens, if an answer does not state its cost
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
