package routes.outbox;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param pollInterval  pause between polls of an empty outbox, in milliseconds
 * @param batchSize     events published and marked in one transaction
 * @param maxUnread     unread entries of a stream beyond which its events wait in the outbox; those that at least one group has read do not count
 * @param keep          how long published events are kept
 * @param pruneInterval how often older events are removed
 */
@ConfigurationProperties("outbox")
public record OutboxProperties(
        @DefaultValue("200") @Min(10) @Max(60_000) int pollInterval,
        @DefaultValue("500") @Min(1) @Max(5_000) int batchSize,
        @DefaultValue("10000") @Min(1) int maxUnread,
        @DefaultValue("3d") @DurationMin(seconds = 0) Duration keep,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration pruneInterval) {}
