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
 * @param historicalHours       how far back the history of a new channel is read. After a start, and after updates were lost, this part
 *                              is read again
 * @param schedulerIntervalSec  how often the newest 100 messages of each channel are read again, since updates can be missed
 * @param pagesPerSecond        pages of history that are read per account and second, of at most 100 messages each
 * @param albumQuiet            how long no further member of an album may arrive until it is stored
 * @param counterDelay          how long changed counters of a channel are collected
 * @param retryPause            pause after a failure, doubled with each further one up to an hour
 * @param channelsAtOnce        channels that are read at the same time
 * @param downloadsAtOnce       files that are downloaded at the same time
 * @param downloadTimeout       how long the files of a batch may take. Later files are stored by the next reading
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
