package routes.timeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.springframework.stereotype.Component;

/** Records that wait to be written. Never blocks: records that do not fit are dropped and counted. */
@Component
class TimelineBuffer {
    private static final String METRIC = "timeline.records";

    private final ArrayBlockingQueue<TimelineRecord> records;
    private final Counter written;
    private final Counter dropped;

    TimelineBuffer(TimelineProperties properties, MeterRegistry registry) {
        records = new ArrayBlockingQueue<>(properties.buffer());
        written = registry.counter(METRIC, "outcome", "written");
        dropped = registry.counter(METRIC, "outcome", "dropped");
    }

    void add(List<TimelineRecord> some) {
        for (TimelineRecord record : some) {
            if (!records.offer(record)) {
                dropped.increment();
            }
        }
    }

    /** Removes and returns the oldest records. */
    List<TimelineRecord> take(int limit) {
        var batch = new ArrayList<TimelineRecord>();
        records.drainTo(batch, limit);
        return batch;
    }

    void written(int some) {
        written.increment(some);
    }

    void dropped(int some) {
        dropped.increment(some);
    }
}
