package routes.embedded;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param postgresPort port of the embedded PostgreSQL on 127.0.0.1; 0: a free one, kept across restarts while it stays free
 * @param redisPort    port of the embedded Redis on 127.0.0.1; 0: a free one, kept across restarts while it stays free
 */
@ConfigurationProperties("embedded")
public record EmbeddedProperties(
        @DefaultValue("0") @Min(0) @Max(65535) int postgresPort,
        @DefaultValue("0") @Min(0) @Max(65535) int redisPort) {}
