package routes.ingest.upload;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param maxBytes         longest upload in bytes
 * @param maxUnpackedBytes bytes that a zip may unpack to
 * @param maxRatio         how many times its packed size a zip, and each of its entries, may unpack to; checked from 10 MiB on
 * @param maxEntries       entries that a zip may have
 * @param diskReserve      bytes that stay free on the disk of IMPORT_DIR
 * @param concurrency      uploads at the same time; more are refused
 * @param timeout          an upload that takes longer is ended
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
