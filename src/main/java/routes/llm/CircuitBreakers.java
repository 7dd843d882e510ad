package routes.llm;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Route;
import org.apache.camel.component.resilience4j.ResilienceProcessor;
import org.apache.camel.support.LifecycleStrategySupport;
import org.springframework.stereotype.Component;

/**
 * The circuit breakers of routes by route id, including routes that integrators add, and the metric {@code circuit_breaker_state}:
 * 0 closed, 1 half open, 2 open. Camel finds this bean by its type.
 */
@Component
class CircuitBreakers extends LifecycleStrategySupport {
    private final MeterRegistry registry;
    private final Map<String, ResilienceProcessor> breakers = new ConcurrentHashMap<>();

    CircuitBreakers(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void onRoutesAdd(Collection<Route> routes) {
        for (Route route : routes) {
            route.filter("*").stream()
                    .filter(ResilienceProcessor.class::isInstance)
                    .findFirst()
                    .ifPresent(breaker -> register(route.getRouteId(), (ResilienceProcessor) breaker));
        }
    }

    @Override
    public void onRoutesRemove(Collection<Route> routes) {
        routes.forEach(route -> breakers.remove(route.getRouteId()));
    }

    private void register(String name, ResilienceProcessor breaker) {
        breakers.put(name, breaker);
        Gauge.builder(
                        "circuit.breaker.state",
                        () -> state(name).map(CircuitBreakers::number).orElse(Double.NaN))
                .description("0 closed, 1 half open, 2 open")
                .tag("name", name)
                .register(registry);
    }

    private static double number(State state) {
        return switch (state) {
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
            case HALF_OPEN -> 1;
            case OPEN, FORCED_OPEN -> 2;
        };
    }

    /** Returns the state of the first breaker of a route; empty if the route does not exist or has no breaker. */
    Optional<State> state(String routeId) {
        return Optional.ofNullable(breakers.get(routeId))
                .map(breaker -> State.valueOf(breaker.getCircuitBreakerState()));
    }
}
