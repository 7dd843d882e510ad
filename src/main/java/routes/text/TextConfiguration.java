package routes.text;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TextConfiguration {

    @Bean
    TextAnalysis textAnalysis() {
        return new TextAnalysis();
    }
}
