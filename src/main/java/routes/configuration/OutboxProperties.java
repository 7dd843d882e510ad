package routes.configuration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param pollInterval pause between looks into an empty outbox, in milliseconds
 * @param batchSize    events that are published and marked in one transaction
 */
@ConfigurationProperties("outbox")
public record OutboxProperties(
        @DefaultValue("200") @Min(10) @Max(60_000) int pollInterval,
        @DefaultValue("500") @Min(1) @Max(5_000) int batchSize) {}
