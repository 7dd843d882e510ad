package routes.stages;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Batches of the stages.
 *
 * @param batchSize   maximum number of events that a stage processes together, in one transaction; a batch takes the events that are
 *     available and does not wait for more
 * @param maxInFlight maximum number of events that a stage holds in one process; at least its CONCURRENCY × STAGE_BATCH_SIZE
 */
@ConfigurationProperties("stage")
public record StageProperties(
        @DefaultValue("64") @Min(1) @Max(1_000) int batchSize,
        @DefaultValue("256") @Min(1) @Max(10_000) int maxInFlight) {}
