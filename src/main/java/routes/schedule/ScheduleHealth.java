package routes.schedule;

import java.util.Map;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Whether jobs fail again and again: the part {@code schedule} of the health. When they ran, and run next, is in the metrics and in GET /admin/jobs. */
@Component("schedule")
class ScheduleHealth implements HealthIndicator {
    /** An outage of the database makes every job fail once. */
    private static final int TIMES = 3;

    private final JobTable table;

    ScheduleHealth(JobTable table) {
        this.table = table;
    }

    @Override
    public Health health() {
        try {
            Map<String, String> failing = table.failing(TIMES);
            return failing.isEmpty()
                    ? Health.up().build()
                    : Health.status("DEGRADED").withDetail("problems", failing).build();
        } catch (DataAccessException e) {
            return Health.unknown()
                    .withDetail("problem", "the database does not answer")
                    .build();
        }
    }
}
