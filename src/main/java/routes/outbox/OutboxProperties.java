package routes.outbox;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param pollInterval  delay between polls of an empty outbox, in milliseconds
 * @param batchSize     number of events published and marked in one transaction
 * @param maxUnread     maximum number of unread entries in a stream; above it, events for the stream wait in the outbox. An entry counts
 *     as read once at least one group has read it
 * @param keep          how long published events are kept
 * @param pruneInterval how often expired events are deleted
 */
@ConfigurationProperties("outbox")
public record OutboxProperties(
        @DefaultValue("200") @Min(10) @Max(60_000) int pollInterval,
        @DefaultValue("500") @Min(1) @Max(5_000) int batchSize,
        @DefaultValue("10000") @Min(1) int maxUnread,
        @DefaultValue("3d") @DurationMin(seconds = 0) Duration keep,
        @DefaultValue("1h") @DurationMin(seconds = 1) Duration pruneInterval) {}
