package routes.timeline;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import routes.redisstreams.StreamCompletion;

/**
 * One exchange in one stage. It is recorded as failed when it has failed, and as done when Redis has confirmed that: an entry
 * that was no longer this consumer's had no effect in the streams, and is in the record of whoever has it now.
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
        record(stage, exchange, startedAt, durationMs, buffer);
    }

    static void record(String stage, Exchange exchange, Instant startedAt, int durationMs, TimelineBuffer buffer) {
        Optional<Throwable> failure = StageRecords.failure(exchange);
        List<TimelineRecord> records = StageRecords.of(stage, exchange, failure, startedAt, durationMs);
        Optional<StreamCompletion> completion = StreamCompletion.of(exchange).filter(known -> failure.isEmpty());
        if (completion.isPresent()) {
            completion.get().onCompleted(() -> buffer.add(records));
        } else {
            buffer.add(records);
        }
    }
}
