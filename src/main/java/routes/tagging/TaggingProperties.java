package routes.tagging;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import routes.configuration.Cron;

/**
 * @param providers tagging providers in call order: gigachat, openrouter, local, or a provider added in config/routes/providers;
 *     providers without credentials are skipped
 * @param minChars minimum length of a text in characters, without leading and trailing white space; shorter texts are not tagged
 * @param maxTags maximum number of tags per post
 * @param maxText maximum number of characters of a post sent to a model
 * @param maxRetries maximum number of retries of a provider in one pass
 * @param retryDelay delay before the first retry, in seconds; it doubles with each further retry
 * @param maxAttempts maximum number of passes through all providers before a post is marked as failed
 * @param batchSize number of posts per model call; 1 to tag each post separately
 * @param batchWindowMillis maximum time to wait for a batch to fill up, in milliseconds
 * @param maxInFlight maximum number of posts that one process holds while models are called; at least CONCURRENCY_TAGGING ×
 *     TAGGING_BATCH_SIZE
 * @param retryCron when to retry forgotten posts in status pending or retrying: minute, hour, day, month, day of the week, in UTC; - to
 *     disable
 * @param retryStale minimum time since the last attempt after which a post counts as forgotten
 */
@ConfigurationProperties("tagging")
public record TaggingProperties(
        @DefaultValue({"gigachat", "openrouter", "local"})
                List<@Pattern(regexp = "\\s*[a-z0-9][a-z0-9-]*\\s*", message = "must be names of providers") String>
                        providers,
        @DefaultValue("1") @Min(1) @Max(10_000) int minChars,
        @DefaultValue("5") @Min(1) @Max(20) int maxTags,
        @DefaultValue("4000") @Min(100) @Max(100_000) int maxText,
        @DefaultValue("3") @Min(0) @Max(20) int maxRetries,
        @DefaultValue("2.0") @DecimalMin("0") @DecimalMax("600") double retryDelay,
        @DefaultValue("5") @Min(1) @Max(100) int maxAttempts,
        @DefaultValue("1") @Min(1) @Max(10) int batchSize,
        @DefaultValue("500") @Min(0) @Max(30_000) int batchWindowMillis,
        @DefaultValue("100") @Min(1) @Max(1_000) int maxInFlight,
        @DefaultValue("0 4 * * *") @Cron String retryCron,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration retryStale) {}
