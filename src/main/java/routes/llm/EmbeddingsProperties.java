package routes.llm;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Which model embeds texts. Vectors of different models cannot be compared, so there is one provider and no chain.
 *
 * @param provider              local, gigachat, openrouter, embeddings (the server at EMBEDDINGS_BASE_URL), onnx (the model at
 *     EMBEDDINGS_ONNX_PATH), or a provider added in config/routes/providers. auto selects embeddings if EMBEDDINGS_BASE_URL is set, else
 *     onnx if EMBEDDINGS_ONNX_PATH is set, else gigachat if its key is set, else local
 * @param baseUrl               address of an OpenAI-compatible server, without /embeddings
 * @param apiKey                API key of the embeddings server; empty for none
 * @param model                 model of the embeddings server or of openrouter; gigachat uses GIGACHAT_EMBEDDINGS_MODEL
 * @param dimension             number of components of the vectors; 0 if the model is known to the program
 * @param textPrefix            prefix for each text of a post, for models that require one, such as "passage: "
 * @param queryPrefix           prefix for each search query, such as "query: "
 * @param maxChars              maximum number of characters of a text to embed; models ignore or reject longer texts
 * @param batchSize             number of texts per call
 * @param queryTimeout          maximum time to wait for the vector of a search query; after that, the search uses words only
 * @param searchWeight          weight of vector similarity in the search, relative to a weight of 1 for words
 * @param noiseFloor            cosine similarity at or below which two texts are unrelated; -1 to measure it with unrelated sentences
 * @param cacheDays             days that the vector of a text is cached after its last use, so that a rebuild of the index calls no
 *     model; 0 to disable the cache
 * @param maxConcurrentRequests maximum number of concurrent calls of EMBEDDINGS_BASE_URL, across all processes
 * @param onnxPath              exported ONNX model that runs in the process (requires a build with the Maven profile onnx)
 * @param onnxTokenizer         tokenizer of the ONNX model; empty for tokenizer.json in the same directory
 * @param onnxPooling           how token vectors are combined into the vector of a text; see the documentation of the model
 * @param unitsPerThousandTokens    cost units per 1000 tokens, if the response does not report a cost
 */
@ConfigurationProperties("embeddings")
public record EmbeddingsProperties(
        @DefaultValue(EmbeddingsProperties.AUTO) @NotBlank String provider,
        @DefaultValue("") @Pattern(regexp = "|" + GigaChatProperties.URL, message = GigaChatProperties.NO_URL)
                String baseUrl,
        @DefaultValue("") String apiKey,
        @DefaultValue("") String model,
        @DefaultValue("0") @Min(0) @Max(4096) int dimension,
        @DefaultValue("") String textPrefix,
        @DefaultValue("") String queryPrefix,
        @DefaultValue("1500") @Min(100) @Max(100_000) int maxChars,
        @DefaultValue("32") @Min(1) @Max(64) int batchSize,
        @DefaultValue("2s") @DurationMin(millis = 10) @DurationMax(seconds = 30) Duration queryTimeout,
        @DefaultValue("0.3") @DecimalMin("0") @DecimalMax("1") float searchWeight,
        @DefaultValue("-1") @DecimalMin("-1") @DecimalMax("0.99") float noiseFloor,
        @DefaultValue("90") @Min(0) @Max(3650) int cacheDays,
        @DefaultValue("4") @Min(1) @Max(1000) int maxConcurrentRequests,
        @DefaultValue("") String onnxPath,
        @DefaultValue("") String onnxTokenizer,
        @DefaultValue("mean") Pooling onnxPooling,
        @DefaultValue("1") @DecimalMin("0") double unitsPerThousandTokens) {
    /** The name of the provider at {@link #baseUrl}. */
    public static final String SERVER = "embeddings";

    /** The name of the provider that runs the model at {@link #onnxPath} in the process. */
    public static final String ONNX = "onnx";

    static final String AUTO = "auto";

    /** How token vectors are combined: their mean, or the vector of the first token. */
    public enum Pooling {
        MEAN,
        CLS
    }

    boolean hasServer() {
        return !baseUrl.isBlank();
    }

    /** Returns the name of the embedding provider. */
    public String provider(ProviderCredentials credentials) {
        return provider.equals(AUTO)
                ? credentials
                        .usable(List.of(SERVER, ONNX, "gigachat", Providers.LOCAL))
                        .get(0)
                : provider;
    }
}
