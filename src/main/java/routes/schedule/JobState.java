package routes.schedule;

import java.time.Instant;

/**
 * The state of a job over all processes.
 *
 * @param lastStartedAt null before the first run
 * @param lastEndedAt null before the first end of a run
 * @param lastOutcome success or failed, null before the first end of a run
 * @param lastError why the last run failed, else null
 * @param nextRunAt when the schedule runs it again, null if no schedule has planned it
 * @param instance the process that ran it last
 */
public record JobState(
        String name,
        Instant lastStartedAt,
        Instant lastEndedAt,
        String lastOutcome,
        String lastError,
        Instant nextRunAt,
        String instance) {}
