package routes.crawltrigger;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.ConfigFolderProperties;
import routes.text.TextAnalysis;

@Configuration(proxyBeanMethods = false)
class CrawlTriggerConfiguration {

    @Bean
    EnrichmentPolicy enrichmentPolicy(ConfigFolderProperties config) {
        String name = "enrichment_policy.yml";
        return EnrichmentPolicy.parse(config.dir().resolve(name).toString(), config.read(name));
    }

    @Bean
    TriggerTags triggerTags(TextAnalysis analysis) {
        return new TriggerTags(analysis);
    }
}
