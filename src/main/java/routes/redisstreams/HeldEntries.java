package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The entries that a consumer is responsible for. In flight (bounded by maxInFlight): waiting for a worker, being processed, being
 * settled. Parked (bounded by maxParked): failed and waiting for their next delivery, without their bodies.
 */
final class HeldEntries {

    /** An entry and the completion of its exchange; the completion is null while no exchange runs. */
    record Delivery(StreamEntry entry, StreamCompletion completion) {}

    private final int maxInFlight;
    private final int maxParked;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Map<String, Delivery> held = new HashMap<>();
    private final Waiting waiting = new Waiting();
    private final Parked parked = new Parked();
    private final Outage outage;
    private boolean open = true;
    private boolean woken;
    private int wantedRoom;

    HeldEntries(int maxInFlight, int maxParked, Outage outage) {
        this.maxInFlight = maxInFlight;
        this.maxParked = maxParked;
        this.outage = outage;
    }

    private <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable body) {
        lock.lock();
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until entries should be fetched: there is room for the wanted number, or there is some room and no entry waits for a worker.
     * Frequent small reads would be slow and bring no benefit while entries are waiting.
     *
     * @return how many entries may be fetched now; 0 on timeout or after {@link #wake}
     */
    int awaitRoom(int wanted, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            wantedRoom = wanted;
            while (!woken && nanos > 0 && !isRoom(wanted)) {
                nanos = room.awaitNanos(nanos);
            }
            boolean enough = !woken && isRoom(wanted);
            woken = false;
            return enough ? free() : 0;
        } finally {
            lock.unlock();
        }
    }

    private boolean isRoom(int wanted) {
        return free() >= wanted || (free() > 0 && waiting.entries.isEmpty());
    }

    private int free() {
        return maxInFlight - (held.size() - parked.size());
    }

    /** Wakes the reader only if it has something to do: a wake-up per entry would cost more than processing the entry. */
    private void signalRoom() {
        if (isRoom(wantedRoom)) {
            room.signalAll();
        }
    }

    /** Ends a wait for room, or makes the next wait return immediately. */
    void wake() {
        locked(() -> {
            woken = true;
            room.signalAll();
        });
    }

    /** Returns how many entries may be fetched now. */
    int room() {
        return locked(this::free);
    }

    /** Returns whether the limit of parked entries is reached, so that no new entries should be read. */
    boolean parkedFull() {
        return parked() >= maxParked;
    }

    boolean holds(String id) {
        return locked(() -> held.containsKey(id));
    }

    /** Passes entries to the workers, except entries already in flight. Parked entries are unparked. */
    void offer(List<StreamEntry> entries) {
        locked(() -> {
            for (StreamEntry entry : entries) {
                if (!held.containsKey(entry.id()) || parked.remove(entry.id())) {
                    held.put(entry.id(), new Delivery(entry, null));
                    waiting.add(entry);
                    work.signal();
                }
            }
        });
    }

    /**
     * Waits for entries to process.
     *
     * @param most maximum number of entries to process together; entries that failed, or were pending when a process died, are returned
     *     alone
     * @param linger how long to wait for that many, starting with the first entry
     * @return empty once closed
     */
    List<StreamEntry> next(int most, Duration linger) throws InterruptedException {
        lock.lock();
        try {
            while (open) {
                long nanos = waiting.nanosUntilNext(most, linger);
                if (nanos <= 0) {
                    List<StreamEntry> next = waiting.next(most);
                    signalRoom();
                    return next;
                }
                work.awaitNanos(nanos);
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether entries wait for a worker. */
    boolean isWaiting() {
        return locked(() -> !waiting.entries.isEmpty());
    }

    /** Returns how many new entries may be fetched. During an outage: one if all waiting entries have failed, otherwise none. */
    int roomForNew(int wanted) {
        return locked(() -> {
            int free = Math.min(wanted, free());
            return outage.isOn() ? waiting.haveAllFailed() ? Math.min(1, free) : 0 : free;
        });
    }

    /**
     * Reports that a service that the exchange of an entry in flight needs is unavailable. From now on entries are returned one at a time,
     * as probes.
     *
     * @return false if the entry has reported this several times while other entries succeeded: the entry itself is at fault
     */
    boolean unavailable(StreamEntry entry, Throwable cause) {
        return locked(() -> {
            boolean unavailable = outage.failed(entry.id(), cause);
            work.signalAll();
            return unavailable;
        });
    }

    /** Reports that the exchange of an entry in flight ended without showing whether the services it needs are available. */
    void inconclusive(StreamEntry entry) {
        locked(() -> {
            outage.inconclusive(entry.id());
            work.signalAll();
        });
    }

    /** Reports that the services needed by the exchange of an entry in flight were available. */
    void available(StreamEntry entry) {
        locked(() -> {
            if (outage.succeeded(entry.id())) {
                work.signalAll();
            }
        });
    }

    /** Returns the problem of the current outage; null if there is none. */
    String outage() {
        return locked(outage::problem);
    }

    /** Records that an exchange is running for an entry in flight. */
    void running(Delivery delivery) {
        locked(() -> {
            held.replace(delivery.entry().id(), delivery);
        });
    }

    /** Removes a settled entry. */
    void settled(StreamEntry entry) {
        locked(() -> {
            held.remove(entry.id());
            signalRoom();
        });
    }

    /**
     * Parks an entry in flight until its next delivery.
     *
     * @param failing false if the entry only waits for a resource in use
     */
    void park(StreamEntry entry, Duration delay, boolean failing) {
        locked(() -> {
            StreamEntry bare = entry.parked();
            held.put(entry.id(), new Delivery(bare, null));
            parked.add(bare, delay, failing);
            signalRoom();
        });
    }

    /** Returns parked entries that are due, longest overdue first. They stay parked until offered again. */
    List<StreamEntry> due(int atMost) {
        return locked(() -> parked.due(atMost));
    }

    /** Returns the time until the next parked entry is due, at most the given time. */
    Duration untilDue(Duration atMost) {
        return locked(() -> parked.untilDue(atMost));
    }

    /** Removes entries that no longer belong to this consumer, unless they are being processed or settled. */
    void forget(Collection<String> ids) {
        locked(() -> {
            for (String id : ids) {
                if (parked.remove(id)
                        || waiting.entries.removeIf(entry -> entry.id().equals(id))) {
                    held.remove(id);
                }
            }
            signalRoom();
        });
    }

    /** Passes the entries of a failed batch to the workers again, before other entries and one by one. */
    void separate(List<StreamEntry> batch) {
        locked(() -> {
            for (int i = batch.size() - 1; i >= 0; i--) {
                StreamEntry single = batch.get(i).byItself();
                held.put(single.id(), new Delivery(single, null));
                waiting.entries.addFirst(single);
            }
            work.signalAll();
        });
    }

    /** Removes and returns everything that is neither being processed nor settled. */
    List<StreamEntry> drain() {
        return locked(() -> {
            List<StreamEntry> drained = new ArrayList<>(waiting.entries);
            waiting.entries.clear();
            drained.addAll(parked.drain());
            drained.forEach(entry -> held.remove(entry.id()));
            return drained;
        });
    }

    /** Returns all held entries, for renewal. */
    List<Delivery> all() {
        return locked(() -> List.copyOf(held.values()));
    }

    int inFlight() {
        return maxInFlight - room();
    }

    int parked() {
        return locked(parked::size);
    }

    int failing() {
        return locked(parked::failing);
    }

    /** Returns whether there may be more work. */
    boolean isOpen() {
        return locked(() -> open);
    }

    /** Stops the workers. */
    void close() {
        locked(() -> {
            open = false;
            work.signalAll();
            room.signalAll();
        });
    }

    /**
     * Entries that wait for a worker, and the rules for their order: first in, first out; several together in batch mode; one at a time
     * during an outage.
     */
    private final class Waiting {
        final Deque<StreamEntry> entries = new ArrayDeque<>();
        /** Time at which the first entry began to wait for others. */
        private long sinceNanos;

        void add(StreamEntry entry) {
            if (entries.isEmpty()) {
                sinceNanos = System.nanoTime();
            }
            entries.add(entry);
        }

        /**
         * Returns how long to wait before the next entries may be taken, unless the state changes; 0 or less if they may be taken now.
         */
        long nanosUntilNext(int wanted, Duration linger) {
            if (entries.isEmpty()) {
                return Long.MAX_VALUE;
            }
            if (outage.isOn()) {
                return outage.nanosUntilProbe();
            }
            int together = together(wanted);
            boolean complete = together >= wanted || together < entries.size();
            return complete ? 0 : sinceNanos + linger.toNanos() - System.nanoTime();
        }

        /**
         * Removes and returns at least one entry; must not be called without entries. Entries that must not be batched are returned alone.
         */
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

        /** Returns how many entries at the head may be taken together, at least one. */
        private int together(int most) {
            long fitting = entries.stream()
                    .limit(most)
                    .takeWhile(StreamEntry::fitsBatch)
                    .count();
            return (int) Math.max(1, fitting);
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

        boolean haveAllFailed() {
            return entries.stream().allMatch(entry -> entry.failures() > 0);
        }
    }

    /** Entries that failed and wait for their next delivery, without their bodies. */
    private static final class Parked {

        private record Due(StreamEntry entry, long nanos, boolean failing) {}

        private final Map<String, Due> byId = new HashMap<>();
        private final NavigableSet<Due> byTime = new TreeSet<>(Comparator.comparingLong(Due::nanos)
                .thenComparing(due -> due.entry().id()));

        void add(StreamEntry entry, Duration delay, boolean failing) {
            Due due = new Due(entry, System.nanoTime() + delay.toNanos(), failing);
            remove(entry.id());
            byId.put(entry.id(), due);
            byTime.add(due);
        }

        /** @return whether the entry was parked */
        boolean remove(String id) {
            Due due = byId.remove(id);
            return due != null && byTime.remove(due);
        }

        int size() {
            return byId.size();
        }

        int failing() {
            return Math.toIntExact(byId.values().stream().filter(Due::failing).count());
        }

        List<StreamEntry> due(int atMost) {
            long now = System.nanoTime();
            return byTime.stream()
                    .limit(atMost)
                    .takeWhile(due -> due.nanos() - now <= 0)
                    .map(Due::entry)
                    .toList();
        }

        Duration untilDue(Duration atMost) {
            if (byTime.isEmpty()) {
                return atMost;
            }
            long nanos = Math.max(0, byTime.first().nanos() - System.nanoTime());
            return nanos < atMost.toNanos() ? Duration.ofNanos(nanos) : atMost;
        }

        List<StreamEntry> drain() {
            List<StreamEntry> drained = byTime.stream().map(Due::entry).toList();
            byId.clear();
            byTime.clear();
            return drained;
        }
    }
}
