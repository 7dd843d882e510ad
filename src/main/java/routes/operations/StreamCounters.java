package routes.operations;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.redisstreams.Outcome;
import routes.redisstreams.StreamListener;
import routes.stages.StageEntry;
import routes.timeline.StageTimeline;

/**
 * {@code stream_messages_total}: outcomes of entries in this process. Every series exists from the start. Also records entries that
 * did not reach a stage in the timelines of their posts.
 */
@Component
class StreamCounters implements StreamListener {
    private static final String METRIC = "stream.messages";

    /** Counters of stages whose failed deliveries are counted here: once per delivery, as retrying or (the last one) failed. */
    private static final Map<String, String> STAGES =
            Map.of("tag_persist_workers", "tags.persisted", "indexing_workers", "indexing.processed");

    private final MeterRegistry registry;
    private final StageTimeline timeline;

    StreamCounters(MeterRegistry registry, StreamCatalog catalog, StageTimeline timeline) {
        this.registry = registry;
        this.timeline = timeline;
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
