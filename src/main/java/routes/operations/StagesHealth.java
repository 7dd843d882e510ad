package routes.operations;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;
import routes.operations.ServedGroups.Served;

/**
 * The consumers of this process. A stage is healthy while its route runs and makes progress: one that has entries and moves none for
 * {@link #STALL} is not.
 */
@Component("stages")
class StagesHealth implements HealthIndicator {
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
        boolean loaded = false;
        for (Served one : served.list()) {
            String problem = problem(one);
            stages.put(one.routeId(), problem == null ? "UP" : problem);
            healthy &= problem == null;
            loaded = true;
        }
        Health.Builder health = !loaded ? Health.outOfService() : healthy ? Health.up() : Health.down();
        return health.withDetails(stages).build();
    }

    private String problem(Served one) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(one.routeId());
        if (status != ServiceStatus.Started) {
            return "the route is " + status;
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
}
