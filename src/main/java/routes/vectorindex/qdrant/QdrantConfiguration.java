package routes.vectorindex.qdrant;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.text.SearchWords;

/** The vector index in Qdrant, if a server is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${qdrant.url:}'.isBlank()")
class QdrantConfiguration {

    @Bean
    QdrantVectorIndex vectorIndex(QdrantServerProperties properties, SearchWords analysis) {
        return new QdrantVectorIndex(properties, analysis);
    }
}
