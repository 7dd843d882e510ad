package routes.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.outbox.OutboxRelay;
import routes.redis.StreamAdmin.GroupState;

/**
 * Gauges of streams, groups and outbox. An unknown value is NaN, which never satisfies an alert condition. Groups of stages that are
 * not implemented yet have no gauges, unless a route of this process serves them.
 */
@Component
class StreamMetrics {
    private final Set<String> registered = ConcurrentHashMap.newKeySet();
    private final MeterRegistry registry;
    private final StreamStates states;
    private final UnservedGroups unserved;
    private final ServedGroups served;

    StreamMetrics(
            MeterRegistry registry,
            StreamCatalog catalog,
            StreamStates states,
            UnservedGroups unserved,
            ServedGroups served,
            OutboxRelay outbox) {
        this.registry = registry;
        this.states = states;
        this.unserved = unserved;
        this.served = served;
        catalog.streams().forEach(stream -> {
            Gauge.builder("stream.dead.letters", states, known -> known.stream(stream.name())
                            .map(state -> (double) state.deadLetters())
                            .orElse(Double.NaN))
                    .tag("stream", stream.name())
                    .register(registry);
            catalog.servedGroups(stream).forEach(group -> register(stream.name(), group));
        });
        Gauge.builder("outbox.unpublished", outbox, OutboxRelay::unpublished).register(registry);
    }

    /** Registers the groups of integrator routes, which may be added at run time. */
    @Scheduled(fixedDelay = 5_000)
    void registerOwnGroups() {
        served.list().forEach(one -> register(one.stream(), one.group()));
    }

    /** Does nothing if the group already has gauges. */
    private void register(String stream, String group) {
        if (!registered.add(stream + " " + group)) {
            return; // the registry would log a warning
        }
        gauge("stream.consumer.lag", stream, group, GroupState::lag);
        gauge("stream.consumer.pending", stream, group, GroupState::pending);
        gauge(
                "stream.oldest.pending.seconds",
                stream,
                group,
                state -> state.oldestPendingAge().toMillis() / 1000.0);
        Gauge.builder("stream.unserved.group", unserved, known -> known.isUnserved(stream, group) ? 1 : 0)
                .tags("stream", stream, "group", group)
                .register(registry);
    }

    private void gauge(String name, String stream, String group, ToDoubleFunction<GroupState> value) {
        Gauge.builder(name, states, known -> known.group(stream, group)
                        .map(found -> value.applyAsDouble(found.state()))
                        .orElse(Double.NaN))
                .tags("stream", stream, "group", group)
                .register(registry);
    }
}
