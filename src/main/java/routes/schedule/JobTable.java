package routes.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code jobs}; all times are database times, so that process clocks do not matter. */
final class JobTable {
    private final JdbcClient jdbc;

    JobTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The database time, in UTC. */
    OffsetDateTime now() {
        return jdbc.sql("SELECT now()").query(OffsetDateTime.class).single().withOffsetSameInstant(ZoneOffset.UTC);
    }

    boolean startedWithin(String name, Duration time) {
        return jdbc.sql("SELECT last_started_at > now() - make_interval(secs => :seconds) FROM jobs WHERE name = :name")
                .param("name", name)
                .param("seconds", seconds(time))
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /** @param every null for a run on demand, which does not change the schedule */
    void started(String name, Duration every, String instance) {
        jdbc.sql(
                        """
                        INSERT INTO jobs (name, last_started_at, next_run_at, instance)
                        VALUES (:name, now(), now() + make_interval(secs => :seconds), :instance)
                        ON CONFLICT (name) DO UPDATE SET last_started_at = excluded.last_started_at,
                            next_run_at = coalesce(excluded.next_run_at, jobs.next_run_at), instance = excluded.instance
                        """)
                .param("name", name)
                .param("seconds", every == null ? null : seconds(every))
                .param("instance", instance)
                .update();
    }

    /**
     * Whether the planned time of a job has come.
     *
     * @param next the new planned time, unless an earlier one is stored
     */
    boolean isDue(String name, Instant next) {
        return jdbc.sql(
                        """
                        INSERT INTO jobs (name, next_run_at) VALUES (:name, :next)
                        ON CONFLICT (name) DO UPDATE SET next_run_at = least(jobs.next_run_at, excluded.next_run_at)
                        RETURNING next_run_at <= now()
                        """)
                .param("name", name)
                .param("next", next.atOffset(ZoneOffset.UTC))
                .query(Boolean.class)
                .single();
    }

    void started(String name, Instant next, String instance) {
        jdbc.sql(
                        "UPDATE jobs SET last_started_at = now(), next_run_at = :next, instance = :instance WHERE name = :name")
                .param("name", name)
                .param("next", next.atOffset(ZoneOffset.UTC))
                .param("instance", instance)
                .update();
    }

    /** @param error null if the run succeeded */
    void ended(String name, String outcome, String error) {
        jdbc.sql(
                        "UPDATE jobs SET last_ended_at = now(), last_outcome = :outcome, last_error = :error WHERE name = :name")
                .param("name", name)
                .param("outcome", outcome)
                .param("error", error)
                .update();
    }

    List<JobState> all() {
        return jdbc.sql("SELECT * FROM jobs ORDER BY name")
                .query((row, number) -> state(row))
                .list();
    }

    private static JobState state(ResultSet row) throws SQLException {
        return new JobState(
                row.getString("name"),
                instant(row, "last_started_at"),
                instant(row, "last_ended_at"),
                row.getString("last_outcome"),
                row.getString("last_error"),
                instant(row, "next_run_at"),
                row.getString("instance"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
