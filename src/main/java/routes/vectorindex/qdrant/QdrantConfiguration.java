package routes.vectorindex.qdrant;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.text.SearchWords;
import routes.vectorindex.IndexGenerations;

/** The vector index in Qdrant, if a server is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${qdrant.url:}'.isBlank()")
class QdrantConfiguration {

    @Bean
    IndexGenerations vectorIndex(QdrantServerProperties properties, SearchWords analysis) {
        return new IndexGenerations(new QdrantGenerations(properties, analysis));
    }
}
