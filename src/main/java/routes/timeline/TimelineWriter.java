package routes.timeline;

import jakarta.annotation.PostConstruct;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Writes the records of the stages in batches, several times a second, and removes old records. While the database is unavailable, records
 * wait in the buffer. Remaining records are written on close, which happens after the routes stop, because Camel stops them before beans
 * are destroyed, and before the database stops.
 */
@Component
class TimelineWriter implements AutoCloseable {
    static final int BATCH = 500;

    private static final Logger LOG = LoggerFactory.getLogger(TimelineWriter.class);
    private static final long PAUSE_MILLIS = 250;
    private static final long STOP_SECONDS = 10;
    private static final int PRUNE_ROWS = 5_000;
    private static final int PRUNE_BATCHES = 100;

    private final TimelineBuffer buffer;
    private final TimelineTable table;
    private final Duration keep;
    private final Clock clock;
    private final ScheduledExecutorService executor;
    private List<TimelineRecord> batch = List.of();
    private boolean outage;

    TimelineWriter(TimelineBuffer buffer, TimelineTable table, TimelineProperties properties, Clock clock) {
        this.buffer = buffer;
        this.table = table;
        keep = Duration.ofDays(properties.days());
        this.clock = clock;
        var threads = new CustomizableThreadFactory("timeline");
        threads.setDaemon(true);
        executor = Executors.newSingleThreadScheduledExecutor(threads);
    }

    @PostConstruct
    void start() {
        executor.scheduleWithFixedDelay(
                () -> attempt(this::writeAll), PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        executor.scheduleWithFixedDelay(() -> attempt(this::prune), 1, 1, TimeUnit.HOURS);
    }

    private void attempt(Runnable work) {
        try {
            work.run();
            outage = false;
        } catch (RuntimeException e) {
            if (!outage) {
                LOG.warn(
                        "Timelines are not written while the database is unavailable: {}",
                        NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            }
            outage = true;
        }
    }

    /** Writes all records. A batch that could not be written is the first of the next attempt. */
    private void writeAll() {
        if (batch.isEmpty()) {
            batch = buffer.take(BATCH);
        }
        while (!batch.isEmpty()) {
            write(batch);
            batch = buffer.take(BATCH);
        }
    }

    /** Halves a refused batch until the bad records are isolated and dropped; they would be refused forever. */
    private void write(List<TimelineRecord> records) {
        try {
            table.insert(records);
            buffer.written(records.size());
        } catch (DataIntegrityViolationException e) {
            if (records.size() > 1) {
                write(records.subList(0, records.size() / 2));
                write(records.subList(records.size() / 2, records.size()));
                return;
            }
            LOG.error(
                    "The database rejected the timeline record of stage {} for post {}; the record is dropped: {}",
                    records.get(0).stage(),
                    records.get(0).postId(),
                    e.getMostSpecificCause().getMessage());
            buffer.dropped(1);
        }
    }

    private void prune() {
        Instant before = clock.instant().minus(keep);
        int removed = PRUNE_ROWS;
        for (int i = 0; i < PRUNE_BATCHES && removed == PRUNE_ROWS && !executor.isShutdown(); i++) {
            removed = table.prune(before, PRUNE_ROWS);
        }
    }

    /** Must be called after the stages have ended. */
    @Override
    public void close() {
        executor.execute(() -> attempt(this::writeAll));
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The last timeline records were not written within {} s; they are dropped", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
