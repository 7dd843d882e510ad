package routes.ingest.upload;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param maxBytes         maximum size of an upload in bytes
 * @param maxUnpackedBytes maximum unpacked size of a zip in bytes
 * @param maxRatio         maximum compression ratio of a zip and of each of its entries; checked above 10 MiB
 * @param maxEntries       maximum number of entries in a zip
 * @param diskReserve      bytes that must stay free on the disk of IMPORT_DIR
 * @param concurrency      maximum number of concurrent uploads; further uploads are rejected
 * @param timeout          maximum duration of an upload
 */
@ConfigurationProperties("upload")
public record UploadProperties(
        @DefaultValue("4294967296") @Min(1) long maxBytes,
        @DefaultValue("17179869184") @Min(1) long maxUnpackedBytes,
        @DefaultValue("100") @Min(1) int maxRatio,
        @DefaultValue("200000") @Min(1) int maxEntries,
        @DefaultValue("1073741824") @Min(0) long diskReserve,
        @DefaultValue("2") @Min(1) @Max(32) int concurrency,
        @DefaultValue("1h") Duration timeout) {}
