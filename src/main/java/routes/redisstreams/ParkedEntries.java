package routes.redisstreams;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Entries that failed and wait for their next delivery, without their bodies. Guarded by the lock of {@link HeldEntries}. */
final class ParkedEntries {

    private record Parked(StreamEntry entry, long dueNanos) {}

    private final Map<String, Parked> byId = new HashMap<>();
    private final NavigableSet<Parked> byTime = new TreeSet<>(Comparator.comparingLong(Parked::dueNanos)
            .thenComparing(parked -> parked.entry().id()));

    void add(StreamEntry entry, Duration delay) {
        Parked parked = new Parked(entry, System.nanoTime() + delay.toNanos());
        remove(entry.id());
        byId.put(entry.id(), parked);
        byTime.add(parked);
    }

    /** @return whether it was there */
    boolean remove(String id) {
        Parked parked = byId.remove(id);
        return parked != null && byTime.remove(parked);
    }

    int size() {
        return byId.size();
    }

    /** Entries that are due, longest overdue first. They stay parked. */
    List<StreamEntry> due(int atMost) {
        long now = System.nanoTime();
        return byTime.stream()
                .limit(atMost)
                .takeWhile(parked -> parked.dueNanos() - now <= 0)
                .map(Parked::entry)
                .toList();
    }

    /** Time until the next entry is due, at most the given time. */
    Duration untilDue(Duration atMost) {
        if (byTime.isEmpty()) {
            return atMost;
        }
        long nanos = Math.max(0, byTime.first().dueNanos() - System.nanoTime());
        return nanos < atMost.toNanos() ? Duration.ofNanos(nanos) : atMost;
    }

    /** Removes and returns all entries. */
    List<StreamEntry> drain() {
        List<StreamEntry> drained = byTime.stream().map(Parked::entry).toList();
        byId.clear();
        byTime.clear();
        return drained;
    }
}
