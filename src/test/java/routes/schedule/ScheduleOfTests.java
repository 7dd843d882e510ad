package routes.schedule;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Makes parts of the schedule for tests of other packages. */
public final class ScheduleOfTests {
    private ScheduleOfTests() {}

    public static ScheduleHealth health(JdbcClient jdbc) {
        return new ScheduleHealth(new JobTable(jdbc));
    }
}
