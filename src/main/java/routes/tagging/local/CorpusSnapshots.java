package routes.tagging.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/**
 * The corpus snapshot for tagging, cached in memory. Other processes record new ones, so the cache is refreshed once per
 * {@link #KEPT}.
 */
@Component
public class CorpusSnapshots {
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final CorpusSnapshotTable table;
    private final Clock clock;
    private final ReentrantLock loading = new ReentrantLock();

    private record Held(RecordedSnapshot snapshot, Instant until) {}

    private volatile Held held = new Held(RecordedSnapshot.NONE, Instant.MIN);

    CorpusSnapshots(CorpusSnapshotTable table, Clock clock) {
        this.table = table;
        this.clock = clock;
    }

    /**
     * The newest recorded snapshot; an empty one without id if none is recorded yet.
     *
     * @throws org.springframework.dao.DataAccessException if a refresh is due and the database is unavailable; retry later
     */
    public RecordedSnapshot current() {
        if (clock.instant().isBefore(held.until())) {
            return held.snapshot();
        }
        loading.lock();
        try {
            if (!clock.instant().isBefore(held.until())) {
                load();
            }
            return held.snapshot();
        } finally {
            loading.unlock();
        }
    }

    /** Must be called after recording a snapshot: the next call reads it. */
    void recorded() {
        loading.lock();
        try {
            held = new Held(held.snapshot(), Instant.MIN);
        } finally {
            loading.unlock();
        }
    }

    private void load() {
        RecordedSnapshot known = held.snapshot();
        RecordedSnapshot newest = table.newest()
                .map(found -> known.id() != null && known.id() == found.id()
                        ? known
                        : table.find(found.id()).orElse(known))
                .orElse(RecordedSnapshot.NONE);
        held = new Held(newest, clock.instant().plus(KEPT));
    }
}
