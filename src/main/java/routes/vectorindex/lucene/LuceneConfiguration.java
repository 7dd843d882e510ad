package routes.vectorindex.lucene;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.embedded.DataFolder;
import routes.vectorindex.VectorIndex;

@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${qdrant.url:}'.isBlank()")
class LuceneConfiguration {

    @Bean
    VectorIndex vectorIndex(DataFolder data, IndexProperties properties) {
        return LuceneVectorIndex.open(data.folder("index"), properties);
    }
}
