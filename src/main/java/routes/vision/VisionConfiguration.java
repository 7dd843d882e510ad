package routes.vision;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import routes.configuration.ConfigFolderProperties;
import routes.llm.ProviderCredentials;

@Configuration(proxyBeanMethods = false)
class VisionConfiguration {
    private static final String POLICY = "vision_policy.yml";
    /**
     * Batch size of local analysis. A picture with text takes about a second, and a batch must complete long before its lease expires.
     */
    private static final int LOCAL_BATCH = 8;

    @Bean
    VisionPolicy visionPolicy(ConfigFolderProperties config) {
        String file = config.dir().resolve(POLICY).toString();
        return ConfigFolderProperties.yaml(file, config.read(POLICY), VisionPolicy.class)
                .checked(file);
    }

    /** Route setting: with models, an entry is acknowledged when its pictures are analysed, so each entry is a separate batch. */
    @Bean
    MapPropertySource visionEntries(
            ConfigurableEnvironment environment, VisionProperties vision, ProviderCredentials credentials) {
        var source = new MapPropertySource(
                "vision-entries",
                Map.of("vision.entries", credentials.isLocalOnly(vision.providers()) ? LOCAL_BATCH : 1));
        environment.getPropertySources().addLast(source);
        return source;
    }

    @Bean
    Tesseract tesseract(VisionProperties properties) {
        String program = properties.ocrProgram().equals("-") ? "" : properties.ocrProgram();
        return new Tesseract(program, properties.ocrTimeout(), properties.ocrMemoryMb());
    }
}
