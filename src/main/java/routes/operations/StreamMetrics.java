package routes.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
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
 * <p>An unknown value is NaN, which never satisfies an alert condition. {@code trend_workers}, which no built-in stage
 * reads in, has no gauges unless a route of this process serves it.
 */
@Component
class StreamMetrics implements StreamListener {
    /** A running consumer, however slow, refreshes its entries several times in this interval. */
    private static final Duration QUIET = Duration.ofMinutes(5);

    /** Counters of stages whose failed deliveries are counted here: once per delivery, as retrying or (the last one) failed. */
    private static final Map<String, String> STAGES =
            Map.of("tag_persist_workers", "tags.persisted", "indexing_workers", "indexing.processed");

    /** By the name of the stream, or stream and group. */
    private final Map<String, List<Gauge>> gauges = new ConcurrentHashMap<>();

    private final StreamCatalog catalog;
    private final MeterRegistry registry;
    private final StreamStates states;
    private final StreamConsumers consumers;
    private final StageTimeline timeline;

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
        registerStreams();
        Gauge.builder("outbox.unpublished", outbox, OutboxRelay::unpublished).register(registry);
    }

    /** Registers the streams and groups that integrators add at run time, and removes those that they remove. */
    @Scheduled(fixedDelay = 5_000)
    void registerOwnGroups() {
        registerStreams();
        Set<String> there = new HashSet<>();
        catalog.streams().forEach(stream -> {
            there.add(stream.name());
            stream.groups().forEach(group -> there.add(stream.name() + " " + group));
        });
        consumers.list().forEach(one -> {
            register(one.stream(), one.group());
            there.add(one.stream() + " " + one.group());
        });
        gauges.forEach((name, meters) -> {
            if (!there.contains(name) && gauges.remove(name, meters)) {
                meters.forEach(registry::remove);
            }
        });
    }

    private void registerStreams() {
        catalog.streams().forEach(stream -> {
            gauges.computeIfAbsent(
                    stream.name(),
                    name -> List.of(Gauge.builder("stream.dead.letters", () -> states.deadLetters()
                                    .get(name))
                            .tag("stream", name)
                            .register(registry)));
            catalog.servedGroups(stream).forEach(group -> register(stream.name(), group));
            stream.groups().forEach(group -> {
                for (Outcome outcome : Outcome.values()) {
                    count(stream.name(), group, outcome, 0);
                }
            });
        });
    }

    /** Does nothing if the group already has gauges: the registry would log a warning. */
    private void register(String stream, String group) {
        gauges.computeIfAbsent(
                stream + " " + group,
                name -> List.of(
                        gauge("stream.consumer.lag", stream, group, Group::lag),
                        gauge("stream.consumer.pending", stream, group, Group::pending),
                        gauge(
                                "stream.oldest.pending.seconds",
                                stream,
                                group,
                                found -> found.oldestPending().toMillis() / 1000.0),
                        Gauge.builder("stream.unserved.group", () -> states.isUnserved(stream, group, QUIET) ? 1 : 0)
                                .tags("stream", stream, "group", group)
                                .register(registry)));
    }

    private Gauge gauge(String name, String stream, String group, Function<Group, Number> value) {
        return Gauge.builder(name, () -> states.group(stream, group).map(value).orElse(null))
                .tags("stream", stream, "group", group)
                .register(registry);
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
