package routes.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param maxBytes    maximum size of a media file in bytes; larger files are not stored, and the reason is recorded
 * @param concurrency number of files stored concurrently
 */
@ConfigurationProperties("media")
public record MediaProperties(
        @DefaultValue("41943040") @Min(1) long maxBytes, @DefaultValue("4") @Min(1) @Max(64) int concurrency) {}
