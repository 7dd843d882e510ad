package routes.schedule;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code jobs}; all times are database times, so that process clocks do not matter. */
@Repository
class JobTable {

    /** Times of a job over all processes; null if there is none yet. */
    record Times(String name, OffsetDateTime lastEndedAt, OffsetDateTime nextRunAt) {}

    private final JdbcClient jdbc;

    JobTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The database time, in UTC. */
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
     * Whether the planned time of a job has come.
     *
     * @param next the new planned time, unless an earlier one is stored
     */
    boolean isDue(String name, OffsetDateTime next) {
        return jdbc.sql(
                        """
                        INSERT INTO jobs (name, next_run_at) VALUES (?, ?)
                        ON CONFLICT (name) DO UPDATE SET next_run_at = least(jobs.next_run_at, excluded.next_run_at)
                        RETURNING next_run_at <= now()
                        """)
                .params(name, next)
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

    /** @param error null if the run succeeded */
    void ended(String name, String outcome, String error) {
        jdbc.sql("UPDATE jobs SET last_ended_at = now(), last_outcome = ?, last_error = ? WHERE name = ?")
                .params(outcome, error, name)
                .update();
    }

    List<Times> times() {
        return jdbc.sql("SELECT name, last_ended_at, next_run_at FROM jobs")
                .query(Times.class)
                .list();
    }
}
