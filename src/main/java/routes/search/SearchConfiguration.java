package routes.search;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.embeddings.EmbeddingProvider;
import routes.graph.Graph;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;

@Configuration(proxyBeanMethods = false)
class SearchConfiguration {

    @Bean
    HybridSearch hybridSearch(VectorIndex index, EmbeddingProvider embeddings, Graph graph, TextAnalysis analysis) {
        return new HybridSearch(index, embeddings, graph, analysis);
    }
}
