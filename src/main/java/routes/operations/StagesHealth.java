package routes.operations;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;
import routes.operations.ServedGroups.Served;
import routes.redisstreams.RedisStreamsConsumer;

/**
 * Health of the consumers of this process. A stage is up while its route runs and makes progress. A stage that has entries but makes
 * no progress for {@link #STALL} is down. A stage with failing entries is degraded.
 */
@Component("stages")
class StagesHealth implements HealthIndicator {
    private static final String FAILING = " entries failed and are delivered again";
    private static final Duration STALL = Duration.ofMinutes(5);

    private final CamelContext camel;
    private final ServedGroups served;
    private final StreamStates states;
    private final Clock clock;

    StagesHealth(CamelContext camel, ServedGroups served, StreamStates states, Clock clock) {
        this.camel = camel;
        this.served = served;
        this.states = states;
        this.clock = clock;
    }

    @Override
    public Health health() {
        Map<String, Object> stages = new LinkedHashMap<>();
        boolean healthy = true;
        boolean whole = true;
        boolean loaded = false;
        for (Served one : served.list()) {
            String problem = problem(one);
            String pause = pause(one);
            int failing = consumer(one).map(RedisStreamsConsumer::getParked).orElse(0);
            stages.put(
                    one.routeId(),
                    problem != null
                            ? problem
                            : pause != null
                                    ? "PAUSED: " + pause
                                    : failing > 0 ? "DEGRADED: " + failing + FAILING : "UP");
            healthy &= problem == null;
            whole &= failing == 0;
            loaded = true;
        }
        Health.Builder health = !loaded
                ? Health.outOfService()
                : !healthy ? Health.down() : whole ? Health.up() : Health.status(PipelineHealth.DEGRADED);
        return health.withDetails(stages).build();
    }

    private String problem(Served one) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(one.routeId());
        if (status != ServiceStatus.Started) {
            return "the route is " + status;
        }
        String reading = consumer(one).map(RedisStreamsConsumer::getProblem).orElse("");
        if (!reading.isEmpty()) {
            return reading;
        }
        if (pause(one) != null) {
            return null;
        }
        return states.group(one.stream(), one.group())
                .filter(group -> group.since().plus(STALL).isBefore(clock.instant()))
                .map(group -> "no progress since %s with %d waiting and %d pending"
                        .formatted(
                                group.since(),
                                group.state().lag(),
                                group.state().pending()))
                .orElse(null);
    }

    /** Why the stage is paused; null if it is not. */
    private String pause(Served one) {
        return consumer(one)
                .map(RedisStreamsConsumer::getPausedBecause)
                .filter(reason -> !reason.isEmpty())
                .orElse(null);
    }

    private Optional<RedisStreamsConsumer> consumer(Served one) {
        return Optional.ofNullable(camel.getRoute(one.routeId()))
                .map(Route::getConsumer)
                .filter(RedisStreamsConsumer.class::isInstance)
                .map(RedisStreamsConsumer.class::cast);
    }
}
