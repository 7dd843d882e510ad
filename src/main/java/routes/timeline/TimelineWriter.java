package routes.timeline;

import jakarta.annotation.PostConstruct;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/**
 * Writes the stages' records in batches, several times a second, and removes old ones. While the database is unavailable,
 * records wait in the buffer. Remaining records are written on close, which happens after the routes stop, since Camel stops them before
 * beans are destroyed, and before the database stops.
 */
@Component
class TimelineWriter implements AutoCloseable {
    static final int BATCH = 500;

    private static final Logger LOG = LoggerFactory.getLogger(TimelineWriter.class);
    private static final long PAUSE_MILLIS = 250;
    private static final long OUTAGE_PAUSE_MILLIS = 2_000;
    private static final long STOP_SECONDS = 10;
    private static final Duration PRUNE_INTERVAL = Duration.ofHours(1);
    private static final int PRUNE_ROWS = 5_000;
    private static final int PRUNE_BATCHES = 100;

    private final TimelineBuffer buffer;
    private final TimelineTable table;
    private final Duration keep;
    private final Clock clock;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "timeline");
    private List<TimelineRecord> batch = List.of();
    private Instant nextPrune;
    private boolean outage;

    TimelineWriter(TimelineBuffer buffer, TimelineTable table, TimelineProperties properties, Clock clock) {
        this.buffer = buffer;
        this.table = table;
        keep = Duration.ofDays(properties.days());
        this.clock = clock;
        nextPrune = clock.instant().plus(PRUNE_INTERVAL);
    }

    @PostConstruct
    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stop.await(outage ? OUTAGE_PAUSE_MILLIS : PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                attempt(this::writeAll);
                if (!clock.instant().isBefore(nextPrune)) {
                    nextPrune = clock.instant().plus(PRUNE_INTERVAL);
                    attempt(this::prune);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attempt(this::writeAll);
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

    private void writeAll() {
        while (true) {
            if (batch.isEmpty()) {
                batch = buffer.take(BATCH);
            }
            if (batch.isEmpty()) {
                return;
            }
            write(batch);
            batch = List.of();
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
                    "The record of stage {} about post {} is refused by the database and dropped: {}",
                    records.get(0).stage(),
                    records.get(0).postId(),
                    e.getMostSpecificCause().getMessage());
            buffer.dropped(1);
        }
    }

    private void prune() {
        Instant before = clock.instant().minus(keep);
        int removed = PRUNE_ROWS;
        for (int i = 0; i < PRUNE_BATCHES && removed == PRUNE_ROWS && stop.getCount() > 0; i++) {
            removed = table.prune(before, PRUNE_ROWS);
        }
    }

    /** Call after the stages have ended. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
            if (thread.isAlive()) {
                LOG.warn("The last records of timelines could not be written within {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
