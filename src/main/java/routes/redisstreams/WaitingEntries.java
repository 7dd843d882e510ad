package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Entries that wait for a worker, and the rules by which they are handed out: in order, several together where batches are
 * wanted, one at a time during an outage. Guarded by the lock of {@link HeldEntries}.
 */
final class WaitingEntries {
    private final Deque<StreamEntry> entries = new ArrayDeque<>();
    private final Outage outage;
    /** Since when the first entry waits for others to come along. */
    private long sinceNanos;

    WaitingEntries(Outage outage) {
        this.outage = outage;
    }

    void add(StreamEntry entry) {
        if (entries.isEmpty()) {
            sinceNanos = System.nanoTime();
        }
        entries.add(entry);
    }

    /** Puts entries before all others, in their order. */
    void addFirst(List<StreamEntry> first) {
        for (int i = first.size() - 1; i >= 0; i--) {
            entries.addFirst(first.get(i));
        }
    }

    /** @return whether it was there */
    boolean remove(String id) {
        return entries.removeIf(entry -> entry.id().equals(id));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * How long to wait before entries are handed out, unless something changes; not above 0 if they can be at once.
     *
     * @param patience how long to wait for the wanted number, from the first entry on
     */
    long nanosUntilNext(int wanted, Duration patience) {
        if (entries.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (outage.isOn()) {
            return outage.nanosUntilProbe();
        }
        int together = together(wanted);
        boolean complete = together >= wanted || together < entries.size();
        return complete ? 0 : sinceNanos + patience.toNanos() - System.nanoTime();
    }

    /** Hands out entries, at least one; there must be one. Those that failed or were claimed are handed out alone. */
    List<StreamEntry> next(int most) {
        if (outage.isOn()) {
            return List.of(probe());
        }
        int count = together(most);
        List<StreamEntry> next = new ArrayList<>(count);
        while (next.size() < count) {
            next.add(entries.poll());
        }
        sinceNanos = System.nanoTime();
        return next;
    }

    /** How many entries from the head on may be handed out together, at least one. */
    private int together(int most) {
        int count = 0;
        for (StreamEntry entry : entries) {
            if (count == most || !entry.fitsBatch()) {
                break;
            }
            count++;
        }
        return Math.max(1, count);
    }

    /** Rather an entry that failed than one that may not need what is away; rather another than the last, which may lie. */
    private StreamEntry probe() {
        StreamEntry probe = entries.stream()
                .min(Comparator.comparing((StreamEntry candidate) -> outage.wasLastProbe(candidate.id()))
                        .thenComparing(candidate -> candidate.failures() == 0))
                .orElseThrow();
        entries.remove(probe);
        outage.probing(probe.id());
        return probe;
    }

    /** How many new entries should be read, of so many for which there is room: during an outage one, if all others failed. */
    int wanted(int room) {
        if (outage.isOn()) {
            return entries.stream().anyMatch(entry -> entry.failures() == 0) ? 0 : Math.min(1, room);
        }
        return room;
    }

    /** Takes out all. */
    List<StreamEntry> drain() {
        List<StreamEntry> drained = List.copyOf(entries);
        entries.clear();
        return drained;
    }
}
