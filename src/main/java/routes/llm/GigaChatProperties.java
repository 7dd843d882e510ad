package routes.llm;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param apiKey                authorisation key of the project, from the GigaChat console; without it the provider is not used
 * @param baseUrl               address of the API, including /api/v1
 * @param authUrl               full address of the token service
 * @param scope                 account type of the key: GIGACHAT_API_PERS, GIGACHAT_API_B2B or GIGACHAT_API_CORP
 * @param model                 model for texts
 * @param visionModel           model for pictures
 * @param embeddingsModel       model for embeddings
 * @param caFile                PEM file with the certificates to trust for GigaChat, instead of those of the JDK. GigaChat uses the
 *     Russian Trusted Root CA, which the JDK does not contain
 * @param maxConcurrentRequests maximum number of concurrent calls, across all processes; personal accounts are limited to 1
 * @param unitsPerThousandTokens    cost units per 1000 tokens
 */
@ConfigurationProperties("gigachat")
public record GigaChatProperties(
        @DefaultValue("") String apiKey,
        @DefaultValue("https://gigachat.devices.sberbank.ru/api/v1")
                @Pattern(regexp = GigaChatProperties.URL, message = GigaChatProperties.NO_URL)
                String baseUrl,
        @DefaultValue("https://ngw.devices.sberbank.ru:9443/api/v2/oauth")
                @Pattern(regexp = GigaChatProperties.URL, message = GigaChatProperties.NO_URL)
                String authUrl,
        @DefaultValue("GIGACHAT_API_PERS") @NotBlank String scope,
        @DefaultValue("GigaChat") @NotBlank String model,
        @DefaultValue("GigaChat-2-Pro") @NotBlank String visionModel,
        @DefaultValue("Embeddings") @NotBlank String embeddingsModel,
        @DefaultValue("") String caFile,
        @DefaultValue("1") @Min(1) @Max(1000) int maxConcurrentRequests,
        @DefaultValue("1") @DecimalMin("0") double unitsPerThousandTokens) {
    static final String URL = "https?://[^\\s?#]*[^\\s?#/]";
    static final String NO_URL = "must be a URL such as https://host/path, without a query and a trailing slash";

    boolean hasCredentials() {
        return !apiKey.isBlank();
    }
}
