package routes.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.ingest.outbox.OutboxRelay;
import routes.redisstreams.StreamInspector.GroupState;

/** Gauges of streams, groups and outbox. A value that is not known is NaN, which alerts do not compare. */
@Component
class StreamMetrics {

    StreamMetrics(
            MeterRegistry registry,
            StreamCatalog catalog,
            StreamStates states,
            UnservedGroups unserved,
            OutboxRelay outbox) {
        catalog.streams().forEach(stream -> {
            Gauge.builder("stream.dead.letters", states, known -> known.stream(stream.name())
                            .map(state -> (double) state.deadLetters())
                            .orElse(Double.NaN))
                    .tag("stream", stream.name())
                    .register(registry);
            stream.groups().forEach(group -> {
                gauge(registry, "stream.consumer.lag", stream.name(), group, states, GroupState::lag);
                gauge(registry, "stream.consumer.pending", stream.name(), group, states, GroupState::pending);
                gauge(
                        registry,
                        "stream.oldest.pending.seconds",
                        stream.name(),
                        group,
                        states,
                        state -> state.oldestPendingAge().toMillis() / 1000.0);
                Gauge.builder(
                                "stream.unserved.group",
                                unserved,
                                known -> known.isUnserved(stream.name(), group) ? 1 : 0)
                        .tags("stream", stream.name(), "group", group)
                        .register(registry);
            });
        });
        Gauge.builder("outbox.unpublished", outbox, OutboxRelay::unpublished).register(registry);
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            String stream,
            String group,
            StreamStates states,
            ToDoubleFunction<GroupState> value) {
        Gauge.builder(name, states, known -> known.group(stream, group)
                        .map(found -> value.applyAsDouble(found.state()))
                        .orElse(Double.NaN))
                .tags("stream", stream, "group", group)
                .register(registry);
    }
}
