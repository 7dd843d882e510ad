package routes.operations;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param maxlen       entries that a stream keeps for replay; beyond that, entries that every group has processed are removed
 * @param trimInterval how often streams are trimmed
 */
@ConfigurationProperties("redis.stream")
public record StreamProperties(
        @DefaultValue("100000") @Min(1) long maxlen,
        @DefaultValue("10m") @DurationMin(seconds = 1) Duration trimInterval) {}
