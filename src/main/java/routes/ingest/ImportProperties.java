package routes.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param dir             folder below which the API may import from, and where uploads are unpacked
 * @param queueSize       imports that may wait; more are refused
 * @param outageTolerance how long a batch is retried while the database or the media store is unavailable
 * @param deletions       whether posts that a newer export of their channel no longer contains count as deleted in Telegram; not for
 *                        exports of your own messages only
 */
@ConfigurationProperties("import")
public record ImportProperties(
        @DefaultValue("${data.dir}/imports") Path dir,
        @DefaultValue("20") @Min(1) @Max(1_000) int queueSize,
        @DefaultValue("10m") Duration outageTolerance,
        @DefaultValue("false") boolean deletions) {}
