package routes.embeddings;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.configuration.ConfigurationException;
import routes.llm.EmbeddingsProperties;
import routes.llm.GigaChatProperties;
import routes.llm.LlmProperties;
import routes.llm.ProviderCredentials;
import routes.llm.Providers;
import routes.llm.ReaderCalls;
import routes.schedule.Job;
import routes.text.TextAnalysis;

/** Selects the provider of embeddings. */
@Configuration(proxyBeanMethods = false)
class EmbeddingsConfiguration {
    private static final String GIGACHAT = "gigachat";

    /** Number of vector components of GigaChat's and OpenAI's models. */
    private static final Map<String, Integer> DIMENSIONS = Map.of(
            "Embeddings", 1024,
            "Embeddings-2", 1024,
            "EmbeddingsGigaR", 2560,
            "text-embedding-3-small", 1536,
            "text-embedding-3-large", 3072,
            "text-embedding-ada-002", 1536,
            "openai/text-embedding-3-small", 1536,
            "openai/text-embedding-3-large", 3072);

    @Bean
    EmbeddingCache embeddingCache(JdbcClient jdbc, EmbeddingsProperties settings) {
        return new EmbeddingCache(jdbc, settings.cacheDays());
    }

    @Bean
    Job embeddingCachePrune(EmbeddingCache cache) {
        return Job.of("embedding-cache-prune", cache::prune);
    }

    @Bean
    EmbeddingProvider embeddingProvider(
            EmbeddingsProperties settings,
            GigaChatProperties gigaChat,
            ProviderCredentials credentials,
            @Lazy CamelContext camel,
            ObjectMapper json,
            EmbeddingCache cache,
            ReaderCalls calls,
            LlmProperties llm,
            TextAnalysis analysis,
            @Value("${data.dir}") Path dataDir) {
        String provider = settings.provider(credentials);
        if (provider.equals(Providers.LOCAL)) {
            return new LocalEmbeddings(analysis);
        }
        if (credentials.usable(List.of(provider)).isEmpty()) {
            throw new ConfigurationException("EMBEDDINGS_PROVIDER=" + provider + ": "
                    + switch (provider) {
                        case EmbeddingsProperties.SERVER -> "EMBEDDINGS_BASE_URL";
                        case EmbeddingsProperties.ONNX -> "EMBEDDINGS_ONNX_PATH";
                        default -> provider.toUpperCase(Locale.ROOT) + "_API_KEY";
                    }
                    + " is not set");
        }
        if (provider.equals(EmbeddingsProperties.ONNX)) {
            try {
                return new OnnxEmbeddings(settings, dataDir.resolve("onnx"));
            } catch (LinkageError e) {
                throw new ConfigurationException(
                        "EMBEDDINGS_ONNX_PATH is set, but this build does not contain the ONNX runtime for this machine ("
                                + e.getMessage() + "). Build with: mvn -Ponnx -DskipTests package",
                        e);
            }
        }
        String name = provider.equals(GIGACHAT) ? gigaChat.embeddingsModel() : settings.model();
        if (name.isBlank()) {
            throw new ConfigurationException("EMBEDDINGS_MODEL is not set; the provider " + provider + " requires it");
        }
        int dimension = settings.dimension() > 0 ? settings.dimension() : DIMENSIONS.getOrDefault(name, 0);
        if (dimension == 0) {
            throw new ConfigurationException("EMBEDDINGS_DIMENSION is not set, and the dimension of the vectors of "
                    + name + " is unknown; see the documentation of the model");
        }
        return new ModelEmbeddings(
                new ModelEmbeddings.Model(provider, name, dimension),
                settings,
                camel.createProducerTemplate(),
                json,
                cache,
                calls,
                Duration.ofSeconds(llm.breakerOpenSeconds()));
    }
}
