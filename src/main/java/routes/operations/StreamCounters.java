package routes.operations;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.redisstreams.Outcome;
import routes.redisstreams.StreamListener;

/** {@code stream_messages_total}: what became of entries in this process. Every series exists from the start. */
@Component
class StreamCounters implements StreamListener {
    private static final String METRIC = "stream.messages";

    private final MeterRegistry registry;

    StreamCounters(MeterRegistry registry, StreamCatalog catalog) {
        this.registry = registry;
        catalog.streams().forEach(stream -> stream.groups().forEach(group -> {
            for (Outcome outcome : Outcome.values()) {
                registry.counter(METRIC, "stream", stream.name(), "group", group, "outcome", outcome.label());
            }
        }));
    }

    @Override
    public void onOutcome(String stream, String group, Outcome outcome) {
        registry.counter(METRIC, "stream", stream, "group", group, "outcome", outcome.label())
                .increment();
    }
}
