package routes.digests;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param checkInterval how often to check which digests are due; also the maximum delay of a digest
 * @param maxAttempts   maximum number of attempts before a digest is marked as failed
 * @param keepFor       how long digests are stored
 */
@ConfigurationProperties("digest")
public record DigestProperties(
        @DefaultValue("30s") @DurationMin(seconds = 1) Duration checkInterval,
        @DefaultValue("5") @Min(1) @Max(20) int maxAttempts,
        @DefaultValue("365d") @DurationMin(days = 1) Duration keepFor) {}
