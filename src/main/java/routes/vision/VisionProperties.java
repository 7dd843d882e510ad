package routes.vision;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param providers vision providers in call order: gigachat, openrouter, local, or a provider added in config/routes/providers; providers
 *     without credentials are skipped
 * @param dailyTokensPerTenant maximum number of model tokens per tenant and UTC day; when they are used up, only text is recognised,
 *     locally
 * @param tokensPerPicture tokens counted for a picture until the model reports its usage
 * @param maxAttempts number of attempts before a post continues without a picture that no provider could analyse
 * @param ocrProgram program for local text recognition; - to disable it
 * @param ocrTimeout maximum run time of the text recognition program
 * @param ocrMemoryMb maximum memory of the text recognition program, in megabytes
 */
@ConfigurationProperties("vision")
public record VisionProperties(
        @DefaultValue({"gigachat", "openrouter", "local"})
                List<@Pattern(regexp = "\\s*[a-z0-9][a-z0-9-]*\\s*", message = "must be names of providers") String>
                        providers,
        @DefaultValue("250000") @Min(0) long dailyTokensPerTenant,
        @DefaultValue("1800") @Min(1) @Max(100_000) int tokensPerPicture,
        @DefaultValue("3") @Min(1) @Max(5) int maxAttempts,
        @DefaultValue("tesseract") String ocrProgram,
        @DefaultValue("30s") @DurationMin(seconds = 1) Duration ocrTimeout,
        @DefaultValue("1024") @Min(128) @Max(16_384) int ocrMemoryMb) {}
