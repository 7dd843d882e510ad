package routes.vectorindex.lucene;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.embedded.DataFolder;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.IndexGenerations;

@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${qdrant.url:}'.isBlank()")
class LuceneConfiguration {

    @Bean
    IndexGenerations vectorIndex(DataFolder data, IndexProperties properties, EmbeddingProvider embeddings) {
        return new IndexGenerations(new LuceneGenerations(
                data.path(),
                folder -> data.folder(folder.getFileName().toString()),
                properties,
                PointVectors.of(embeddings)));
    }
}
