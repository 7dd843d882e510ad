package routes.timeline;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param enabled whether to record the result of each stage for each post
 * @param days    days after which records are deleted
 * @param buffer  maximum number of records that wait for the database; further records are dropped and counted
 */
@ConfigurationProperties("timeline")
public record TimelineProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("30") @Min(1) @Max(3_650) int days,
        @DefaultValue("20000") @Min(500) @Max(1_000_000) int buffer) {}
