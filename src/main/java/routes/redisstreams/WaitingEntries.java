package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Entries that wait for a worker, and the rules for handing them out: in order, several together if batches are wanted, one
 * at a time during an outage. Guarded by the lock of {@link HeldEntries}.
 */
final class WaitingEntries {
    private final Deque<StreamEntry> entries = new ArrayDeque<>();
    private final Outage outage;
    /** When the first entry began to wait for others. */
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

    /** Inserts entries at the head, in their order. */
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
     * How long to wait before handing out entries, unless something changes; 0 or less if they can be handed out now.
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

    /** Removes and returns at least one entry; there must be one. Entries that do not fit a batch are returned alone. */
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

    /** How many entries at the head may be handed out together, at least one. */
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

    /** Prefers an entry other than the last probe, which may be at fault; then one that failed before. */
    private StreamEntry probe() {
        StreamEntry probe = entries.stream()
                .min(Comparator.comparing((StreamEntry candidate) -> outage.wasLastProbe(candidate.id()))
                        .thenComparing(candidate -> candidate.failures() == 0))
                .orElseThrow();
        entries.remove(probe);
        outage.probing(probe.id());
        return probe;
    }

    /** How many new entries should be read, given the room. During an outage: one if all waiting entries have failed, else none. */
    int wanted(int room) {
        if (outage.isOn()) {
            return entries.stream().anyMatch(entry -> entry.failures() == 0) ? 0 : Math.min(1, room);
        }
        return room;
    }

    /** Removes and returns all entries. */
    List<StreamEntry> drain() {
        List<StreamEntry> drained = List.copyOf(entries);
        entries.clear();
        return drained;
    }
}
