package routes.llm;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param apiKey                API key; without a key, the provider is used only if its address was changed
 * @param baseUrl               address of the API, including /api/v1; any OpenAI-compatible server works
 * @param model                 model of the first call
 * @param fallbackModels        models of the further calls of a pass, in this order
 * @param visionModel           models for pictures, comma-separated, in call order
 * @param maxConcurrentRequests maximum number of concurrent calls, across all processes
 * @param unitsPerThousandTokens    cost units per 1000 tokens, if the response does not report a cost (in credits, one unit each)
 */
@ConfigurationProperties("openrouter")
public record OpenRouterProperties(
        @DefaultValue("") String apiKey,
        @DefaultValue(OpenRouterProperties.OWN_URL)
                @Pattern(regexp = GigaChatProperties.URL, message = GigaChatProperties.NO_URL)
                String baseUrl,
        @DefaultValue("google/gemini-2.0-flash-exp:free") @NotBlank String model,
        @DefaultValue({
                    "google/gemini-2.0-flash-exp:free",
                    "meta-llama/llama-3.2-3b-instruct:free",
                    "qwen/qwen-2-7b-instruct:free",
                    "google/gemma-2-9b-it:free"
                })
                List<String> fallbackModels,
        @DefaultValue("google/gemini-2.0-flash-exp:free,qwen/qwen2.5-vl-32b-instruct:free") @NotBlank
                String visionModel,
        @DefaultValue("4") @Min(1) @Max(1000) int maxConcurrentRequests,
        @DefaultValue("1") @DecimalMin("0") double unitsPerThousandTokens) {
    static final String OWN_URL = "https://openrouter.ai/api/v1";

    /** A self-hosted server may not require a key. */
    boolean hasCredentials() {
        return !apiKey.isBlank() || !baseUrl.equals(OWN_URL);
    }

    /** Returns all models in call order, without duplicates. */
    List<String> models() {
        List<String> models = new ArrayList<>(List.of(model));
        models.addAll(fallbackModels);
        return Providers.names(models);
    }
}
