package routes.vision;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigFolderProperties;

/** The prompts {@code prompts/vision-<name>.txt} of the configuration folder that the policy refers to. */
@Component
class VisionPrompts {
    private final VisionPolicy policy;
    private final Map<String, String> texts;

    /** @throws routes.configuration.ConfigurationException if a prompt is missing */
    VisionPrompts(ConfigFolderProperties config, VisionPolicy policy) {
        this.policy = policy;
        texts = policy.promptNames().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        name -> config.read("prompts/vision-" + name + ".txt").strip()));
    }

    String instruction(String mimeType) {
        return texts.get(policy.prompt(mimeType));
    }
}
