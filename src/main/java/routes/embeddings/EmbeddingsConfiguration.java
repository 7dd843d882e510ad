package routes.embeddings;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.text.TextAnalysis;

@Configuration(proxyBeanMethods = false)
class EmbeddingsConfiguration {

    @Bean
    EmbeddingProvider embeddingProvider(TextAnalysis analysis) {
        return new LocalEmbeddings(analysis);
    }
}
