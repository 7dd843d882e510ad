package routes.tagging.local;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.text.TextAnalysis;

@Configuration(proxyBeanMethods = false)
class LocalTaggingConfiguration {

    @Bean
    LocalTagger localTagger(TextAnalysis analysis) {
        return new LocalTagger(analysis);
    }
}
