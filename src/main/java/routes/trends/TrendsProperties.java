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
 * @param cron         when the trends of the last seven days are looked for: minute, hour, day, month, day of the week, in UTC; - for never
 * @param interval     how often the trends of the last 24 hours are looked for
 * @param minPosts     posts of the window that a trend has at least
 * @param minChannels  channels that tell of it at least
 * @param minBaseline  posts before the window that are needed to know what is usual
 * @param significance least log-likelihood ratio of a trend; 15.1 is exceeded by chance once in 10,000 comparisons
 */
@ConfigurationProperties("trends")
public record TrendsProperties(
        @DefaultValue("0 0 * * *") @Cron String cron,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration interval,
        @DefaultValue("5") @Min(2) @Max(1_000) int minPosts,
        @DefaultValue("2") @Min(1) @Max(100) int minChannels,
        @DefaultValue("100") @Min(1) @Max(100_000) int minBaseline,
        @DefaultValue("15.1") @DecimalMin("1") double significance) {}
