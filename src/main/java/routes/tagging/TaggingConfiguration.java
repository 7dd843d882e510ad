package routes.tagging;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.ConfigFolderProperties;
import routes.text.TextAnalysis;

@Configuration(proxyBeanMethods = false)
class TaggingConfiguration {

    @Bean
    TagRules tagRules(TextAnalysis analysis) {
        return new TagRules(analysis);
    }

    @Bean
    TaggingPrompts taggingPrompts(ConfigFolderProperties config, TaggingProperties properties) {
        return new TaggingPrompts(config, properties.maxText());
    }
}
