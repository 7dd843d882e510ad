package routes.timeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import routes.redisstreams.StreamCompletion;
import routes.stages.EventRoutes;
import routes.stages.StageEntry;

/**
 * One exchange in one stage, with one or more entries. A failed entry is recorded when it has failed, a done one when Redis has
 * confirmed the completion. An entry that no longer belonged to this consumer had no effect in the streams; its current
 * consumer records it.
 */
final class StageVisit extends SynchronizationAdapter {
    private final String stage;
    private final Instant startedAt;
    private final long startedNanos = System.nanoTime();
    private final TimelineBuffer buffer;

    StageVisit(String stage, Instant startedAt, TimelineBuffer buffer) {
        this.stage = stage;
        this.startedAt = startedAt;
        this.buffer = buffer;
    }

    @Override
    public void onDone(Exchange exchange) {
        int durationMs =
                (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos));
        Optional<Throwable> failure = StageRecords.failure(exchange);
        List<StageEntry> entries = EventRoutes.entries(exchange);
        if (failure.isPresent() && StreamCompletion.isSeparatedAfter(exchange, failure.get())) {
            return; // each of the entries has its own visit now
        }
        for (StageEntry entry : entries) {
            Optional<Throwable> cause = failure.or(entry::failure);
            List<TimelineRecord> records = StageRecords.of(stage, exchange, entry, cause, startedAt, durationMs);
            Optional<StreamCompletion> completion =
                    StreamCompletion.of(exchange, entry.message()).filter(known -> cause.isEmpty());
            if (completion.isPresent()) {
                completion.get().onCompleted(() -> buffer.add(records));
            } else {
                buffer.add(records);
            }
        }
    }
}
