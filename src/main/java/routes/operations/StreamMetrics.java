package routes.operations;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.operations.StreamStates.Group;
import routes.outbox.OutboxRelay;
import routes.redisstreams.Outcome;
import routes.redisstreams.StreamListener;
import routes.stages.StageEntry;
import routes.timeline.StageTimeline;

/**
 * Gauges of streams, groups and outbox, and {@code stream_messages_total}: outcomes of entries in this process. Every series exists from
 * the start. Also records entries that did not reach a stage in the timelines of their posts.
 *
 * <p>An unknown value is NaN, which never satisfies an alert condition. {@code trend_workers}, a group without a built-in stage, has no
 * gauges unless a route of this process serves it.
 */
@Component
class StreamMetrics implements StreamListener {
    /** A running consumer, however slow, renews its entries several times in this interval. */
    private static final Duration QUIET = Duration.ofMinutes(5);

    /**
     * Counters of stages whose failed deliveries are counted here, once per delivery: as retrying, or as failed for the last delivery.
     */
    private static final Map<String, String> STAGES =
            Map.of("tag_persist_workers", "tags.persisted", "indexing_workers", "indexing.processed");

    private record Measured(String stream, String group) {}

    private final StreamCatalog catalog;
    private final MeterRegistry registry;
    private final StreamStates states;
    private final StreamConsumers consumers;
    private final StageTimeline timeline;
    private final MultiGauge deadLetters;
    private final Map<MultiGauge, Function<Measured, Number>> ofGroups;

    StreamMetrics(
            MeterRegistry registry,
            StreamCatalog catalog,
            StreamStates states,
            StreamConsumers consumers,
            OutboxRelay outbox,
            StageTimeline timeline) {
        this.registry = registry;
        this.states = states;
        this.consumers = consumers;
        this.timeline = timeline;
        this.catalog = catalog;
        deadLetters = gauge("stream.dead.letters");
        ofGroups = Map.of(
                gauge("stream.consumer.lag"), one -> state(one, Group::lag),
                gauge("stream.consumer.pending"), one -> state(one, Group::pending),
                gauge("stream.oldest.pending.seconds"),
                        one -> state(one, found -> found.oldestPending().toMillis() / 1000.0),
                gauge("stream.unserved.group"), one -> states.isUnserved(one.stream(), one.group(), QUIET) ? 1 : 0);
        register();
        Gauge.builder("outbox.unpublished", outbox, OutboxRelay::unpublished).register(registry);
        FunctionCounter.builder("outbox.published", outbox, OutboxRelay::published)
                .register(registry);
    }

    private MultiGauge gauge(String name) {
        return MultiGauge.builder(name).register(registry);
    }

    private Number state(Measured one, Function<Group, Number> value) {
        return states.group(one.stream(), one.group()).map(value).orElse(null);
    }

    /** Repeated, because integrators can add and remove streams and groups at run time. */
    @Scheduled(fixedDelay = 5_000)
    final void register() {
        Set<Measured> groups = new LinkedHashSet<>();
        for (EventStream stream : catalog.streams()) {
            catalog.servedGroups(stream).forEach(group -> groups.add(new Measured(stream.name(), group)));
            stream.groups().forEach(group -> {
                for (Outcome outcome : Outcome.values()) {
                    count(stream.name(), group, outcome, 0);
                }
            });
        }
        consumers.list().forEach(one -> groups.add(new Measured(one.stream(), one.group())));
        deadLetters.register(catalog.names().stream()
                .<Row<?>>map(name -> Row.of(
                        Tags.of("stream", name), () -> states.deadLetters().get(name)))
                .toList());
        ofGroups.forEach((gauge, value) -> gauge.register(groups.stream()
                .<Row<?>>map(
                        one -> Row.of(Tags.of("stream", one.stream(), "group", one.group()), () -> value.apply(one)))
                .toList()));
    }

    private void count(String stream, String group, Outcome outcome, int entries) {
        registry.counter("stream.messages", "stream", stream, "group", group, "outcome", outcome.label())
                .increment(entries);
    }

    @Override
    public void onOutcome(String stream, String group, Outcome outcome) {
        count(stream, group, outcome, 1);
        String stage = STAGES.get(group);
        if (stage != null && (outcome == Outcome.FAILED || outcome == Outcome.DEAD_LETTERED)) {
            registry.counter(stage, "status", outcome == Outcome.FAILED ? "retrying" : "failed")
                    .increment();
        }
    }

    @Override
    public String describe(Map<String, String> fields) {
        return StageEntry.postIn(fields).map(post -> "post " + post).orElse("no post");
    }

    @Override
    public void onUnprocessed(
            String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {
        timeline.unprocessed(stream, group, entryId, fields, outcome);
    }
}
