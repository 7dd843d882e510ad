package routes.operations;

import org.springframework.boot.actuate.data.redis.RedisHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.stereotype.Component;

/** Health of Redis: down if it does not answer, degraded if it could lose data. Replaces Spring Boot's indicator. */
@Component("redisHealthIndicator")
class RedisHealth extends RedisHealthIndicator {
    private static final Status DEGRADED = new Status("DEGRADED");

    private final RedisCheck check;

    RedisHealth(RedisConnectionFactory redis, RedisCheck check) {
        super(redis);
        this.check = check;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws Exception {
        super.doHealthCheck(builder);
        RedisCheck.Report report = check.report();
        if (!report.problems().isEmpty()) {
            builder.status(DEGRADED).withDetail("problems", report.problems());
        }
        report.unknown().ifPresent(unknown -> builder.withDetail("unknown", unknown));
    }
}
