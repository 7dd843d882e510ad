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
 * @param providers providers in call order: gigachat, openrouter, local, or what config/routes/providers adds; those without
 *     credentials are skipped
 * @param dailyTokensPerTenant tokens that models may use per tenant and day (UTC); afterwards only text is recognised, locally
 * @param tokensPerPicture tokens that a picture is counted with until its model reports what it used
 * @param maxAttempts attempts before a post continues without a picture that no provider analysed
 * @param ocrProgram program that recognises text locally; - for none
 * @param ocrTimeout maximum duration of a run of that program
 * @param ocrMemoryMb maximum memory of a run of that program, in megabytes
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
