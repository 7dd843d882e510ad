package routes.ingest.live;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How channels are read live from Telegram.
 *
 * @param historicalHours       how far back to read the history of a new channel. This part is read again after a start and after updates
 *     were lost
 * @param schedulerIntervalSec  how often to read the newest 100 messages of each channel again, because updates can be missed
 * @param pagesPerSecond        maximum number of history pages read per account and second; a page has at most 100 messages
 * @param albumQuiet            time without a further member after which an album is stored
 * @param counterDelay          how long changed counters of a channel are collected before they are stored
 * @param retryPause            pause after a failure; it doubles with each further failure, up to an hour
 * @param channelsAtOnce        number of channels read concurrently
 * @param downloadsAtOnce       number of concurrent file downloads
 * @param downloadTimeout       maximum time to download the files of a batch; files that take longer are stored when the channel is read
 *     again
 */
@ConfigurationProperties("parser")
public record ParserProperties(
        @DefaultValue("24") @Min(1) @Max(87_600) int historicalHours,
        @DefaultValue("300") @Min(1) @Max(86_400) int schedulerIntervalSec,
        @DefaultValue("2") @Min(1) @Max(30) int pagesPerSecond,
        @DefaultValue("1500ms") @DurationMin(millis = 1) Duration albumQuiet,
        @DefaultValue("5s") @DurationMin(millis = 1) Duration counterDelay,
        @DefaultValue("5s") @DurationMin(millis = 1) Duration retryPause,
        @DefaultValue("4") @Min(1) @Max(32) int channelsAtOnce,
        @DefaultValue("8") @Min(1) @Max(64) int downloadsAtOnce,
        @DefaultValue("2m") @DurationMin(seconds = 1) Duration downloadTimeout) {

    Duration history() {
        return Duration.ofHours(historicalHours);
    }

    Duration interval() {
        return Duration.ofSeconds(schedulerIntervalSec);
    }
}
