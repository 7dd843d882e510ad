package routes.redisstreams;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Readiness: the consumer is connected to Redis, has its group and its name, and reads. */
public class RedisStreamsConsumerHealthCheck extends AbstractHealthCheck {
    private final RedisStreamsConsumer consumer;

    public RedisStreamsConsumerHealthCheck(RedisStreamsConsumer consumer) {
        super("camel", "redis-streams-consumer-" + consumer.getRouteId());
        this.consumer = consumer;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        builder.detail("stream", consumer.getStream());
        builder.detail("group", consumer.getGroup());
        builder.detail("route.id", consumer.getRouteId());
        if (!consumer.getPausedBecause().isEmpty()) {
            builder.detail("paused", consumer.getPausedBecause());
        }
        String problem = consumer.notReadyBecause();
        if (problem == null) {
            builder.up();
        } else {
            builder.message(problem).down();
        }
    }
}
