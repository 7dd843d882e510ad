package routes.tagging;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import routes.llm.ProviderCredentials;
import routes.stages.StageProperties;

@Configuration(proxyBeanMethods = false)
class TaggingConfiguration {

    /**
     * Route settings derived from other settings. The entries of a model's batch are acknowledged when the whole call is complete,
     * so a batch contains the posts of one call. For {@code local}, a batch has as many posts as in other stages.
     */
    @Bean
    MapPropertySource taggingEntries(
            ConfigurableEnvironment environment,
            TaggingProperties tagging,
            StageProperties stages,
            ProviderCredentials credentials) {
        boolean local = credentials.isLocalOnly(tagging.providers());
        var source = new MapPropertySource(
                "tagging-entries",
                Map.of(
                        "tagging.entries", local ? stages.batchSize() : tagging.batchSize(),
                        "tagging.entries-window", local ? 0 : tagging.batchWindowMillis(),
                        "tagging.entries-in-flight", local ? stages.maxInFlight() : tagging.maxInFlight()));
        environment.getPropertySources().addLast(source);
        return source;
    }
}
