package routes.llm;

import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.resilience4j.ResilienceProcessor;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.LifecycleStrategySupport;
import org.springframework.stereotype.Component;

/**
 * The circuit breakers of routes by route id, including routes that integrators add, and the metric {@code circuit_breaker_state}:
 * 0 closed, 1 half open, 2 open.
 */
@Component
class CircuitBreakers implements CamelContextConfiguration {
    private final MeterRegistry registry;
    private CamelContext camel;

    CircuitBreakers(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {
        camel = context;
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onRoutesAdd(Collection<Route> routes) {
                routes.stream()
                        .filter(route -> breaker(route).isPresent())
                        .forEach(route -> register(route.getRouteId()));
            }
        });
    }

    private static Optional<ResilienceProcessor> breaker(Route route) {
        return route.filter("*").stream()
                .filter(ResilienceProcessor.class::isInstance)
                .map(ResilienceProcessor.class::cast)
                .findFirst();
    }

    @Override
    public void afterApplicationStart(CamelContext context) {
        // routes are added and removed later
    }

    private void register(String name) {
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

    /** The state of the first breaker of a route; empty if there is no such route, or it has no breaker. */
    Optional<State> state(String routeId) {
        return Optional.ofNullable(camel)
                .map(context -> context.getRoute(routeId))
                .flatMap(CircuitBreakers::breaker)
                .map(breaker -> State.valueOf(breaker.getCircuitBreakerState()));
    }
}
