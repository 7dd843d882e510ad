package routes.operations;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.stereotype.Component;

/** Health of Redis: down if it does not answer, degraded if it could lose data. Replaces Spring Boot's indicator. */
@Component("redisHealthIndicator")
class RedisHealth extends AbstractHealthIndicator {
    private static final Status DEGRADED = new Status("DEGRADED");

    private final RedisCheck check;

    RedisHealth(RedisCheck check) {
        super("Redis does not answer");
        this.check = check;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        RedisCheck.Report report = check.report();
        builder.up();
        report.version().ifPresent(version -> builder.withDetail("version", version));
        if (!report.problems().isEmpty()) {
            builder.status(DEGRADED).withDetail("problems", report.problems());
        }
        report.unknown().ifPresent(unknown -> builder.withDetail("unknown", unknown));
    }
}
