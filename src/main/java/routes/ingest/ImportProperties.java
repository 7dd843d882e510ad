package routes.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param dir             directory from which the API may import, and to which uploads are unpacked
 * @param queueSize       maximum number of queued imports; further imports are rejected
 * @param outageTolerance how long a batch is retried while the database or the media store is unavailable
 * @param deletions       whether posts that are missing from a newer export of their channel count as deleted in Telegram; must be false
 *     for exports that contain only your own messages
 */
@ConfigurationProperties("import")
public record ImportProperties(
        @DefaultValue("${data.dir}/imports") Path dir,
        @DefaultValue("20") @Min(1) @Max(1_000) int queueSize,
        @DefaultValue("10m") Duration outageTolerance,
        @DefaultValue("false") boolean deletions) {}
