package routes.schedule;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table {@code jobs}; all times are database times, so that process clocks do not matter. */
@Component
record JobTable(JdbcClient jdbc) {

    /** A planned time that is older than this was missed. */
    static final Duration MISSED = Duration.ofMinutes(10);

    private static final int MOST_RETRIES = 3;

    /** Returns the database time, in UTC. */
    OffsetDateTime now() {
        return jdbc.sql("SELECT now()").query(OffsetDateTime.class).single().withOffsetSameInstant(ZoneOffset.UTC);
    }

    boolean startedAfter(String name, OffsetDateTime time) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM jobs WHERE name = ? AND last_started_at > ?)")
                .params(name, time)
                .query(Boolean.class)
                .single();
    }

    /**
     * Returns whether a job is due.
     *
     * @param next the new planned time, unless an earlier one is stored
     * @param skipsMissed whether a time that was missed by more than {@link #MISSED} is skipped, unless a failed run must be repeated
     */
    boolean isDue(String name, OffsetDateTime next, boolean skipsMissed) {
        return jdbc.sql(
                        """
                        INSERT INTO jobs (name, next_run_at) VALUES (:name, :next)
                        ON CONFLICT (name) DO UPDATE SET next_run_at = CASE
                            WHEN :skips AND jobs.failures = 0 AND jobs.next_run_at < now() - :missed * interval '1 second'
                            THEN excluded.next_run_at ELSE least(jobs.next_run_at, excluded.next_run_at) END
                        RETURNING next_run_at <= now()
                        """)
                .param("name", name)
                .param("next", next)
                .param("skips", skipsMissed)
                .param("missed", MISSED.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** @param next null for a run on demand, which does not change the schedule */
    void started(String name, OffsetDateTime at, OffsetDateTime next, String instance) {
        jdbc.sql(
                        """
                        INSERT INTO jobs (name, last_started_at, next_run_at, instance) VALUES (:name, :at, :next, :instance)
                        ON CONFLICT (name) DO UPDATE SET last_started_at = excluded.last_started_at,
                            next_run_at = coalesce(excluded.next_run_at, jobs.next_run_at), instance = excluded.instance
                        """)
                .param("name", name)
                .param("at", at)
                .param("next", next)
                .param("instance", instance)
                .update();
    }

    /**
     * @param error null if the run succeeded
     * @param retryAfter pause before the first retry of a failed run, multiplied for later retries; null to wait for the next planned time
     */
    void ended(String name, String outcome, String error, Duration retryAfter) {
        jdbc.sql(
                        """
                        UPDATE jobs SET last_ended_at = now(), last_outcome = :outcome, last_error = :error,
                            failures = CASE WHEN CAST(:error AS text) IS NULL THEN 0 ELSE failures + 1 END,
                            next_run_at = CASE WHEN CAST(:error AS text) IS NULL OR CAST(:retry AS bigint) IS NULL OR failures >= :most
                                THEN next_run_at
                                ELSE least(next_run_at, now() + (failures + 1) * CAST(:retry AS bigint) * interval '1 second') END
                        WHERE name = :name
                        """)
                .param("outcome", outcome)
                .param("error", error)
                .param("retry", retryAfter == null ? null : retryAfter.toSeconds())
                .param("most", MOST_RETRIES)
                .param("name", name)
                .update();
    }

    /** The state of a job, shared by all processes. Null fields have not occurred. */
    record State(
            String name,
            OffsetDateTime lastEndedAt,
            OffsetDateTime nextRunAt,
            String lastOutcome,
            String lastError,
            int failures) {}

    List<State> states() {
        return jdbc.sql(
                        "SELECT name, last_ended_at, next_run_at, last_outcome, last_error, failures FROM jobs ORDER BY name")
                .query(State.class)
                .list();
    }
}
