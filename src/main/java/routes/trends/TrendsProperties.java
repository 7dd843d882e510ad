package routes.trends;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import routes.configuration.Cron;

/**
 * @param cron         when to detect the trends of the last seven days: minute, hour, day, month, day of the week, in UTC; - to disable
 * @param interval     how often to detect the trends of the last 24 hours
 * @param minPosts     minimum number of posts in the window for a trend
 * @param minChannels  minimum number of channels that mention a trend
 * @param minBaseline  minimum number of posts before the window; with fewer, the usual frequency is unknown
 * @param significance minimum log-likelihood ratio of a trend; chance exceeds 15.1 once in 10,000 comparisons
 */
@ConfigurationProperties("trends")
public record TrendsProperties(
        @DefaultValue("0 0 * * *") @Cron String cron,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration interval,
        @DefaultValue("5") @Min(2) @Max(1_000) int minPosts,
        @DefaultValue("2") @Min(1) @Max(100) int minChannels,
        @DefaultValue("100") @Min(1) @Max(100_000) int minBaseline,
        @DefaultValue("15.1") @DecimalMin("1") double significance) {}
