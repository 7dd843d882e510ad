package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The entries a consumer is responsible for. In flight (bounded by maxInFlight): waiting for a worker, being processed,
 * being settled. Parked (bounded by maxParked): failed and waiting for their next delivery, without their bodies.
 */
final class HeldEntries {

    private final int maxInFlight;
    private final int maxParked;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Map<String, Delivery> held = new HashMap<>();
    private final WaitingEntries waiting;
    private final ParkedEntries parked = new ParkedEntries();
    private final Outage outage;
    private boolean open = true;
    private boolean woken;
    private int wantedRoom;

    HeldEntries(int maxInFlight, int maxParked, Outage outage) {
        this.maxInFlight = maxInFlight;
        this.maxParked = maxParked;
        this.outage = outage;
        this.waiting = new WaitingEntries(outage);
    }

    /**
     * Waits until entries should be fetched: there is room for the wanted number, or there is some room and no entry waits
     * for a worker. Frequent small reads would be slow, and gain nothing while entries are waiting.
     *
     * @return how many entries may be fetched now; 0 on time-out or after {@link #wake}
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
        return free() >= wanted || (free() > 0 && waiting.isEmpty());
    }

    /** Wakes the reader only if it has something to do: a wake-up for each entry would cost more than the entry. */
    private void signalRoom() {
        if (isRoom(wantedRoom)) {
            room.signalAll();
        }
    }

    /** Ends a wait for room, or makes the next one return at once. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many entries may be fetched now. */
    int room() {
        lock.lock();
        try {
            return free();
        } finally {
            lock.unlock();
        }
    }

    /** Whether so many entries are parked that no new ones should be read. */
    boolean parkedFull() {
        lock.lock();
        try {
            return parked.size() >= maxParked;
        } finally {
            lock.unlock();
        }
    }

    private int free() {
        return maxInFlight - (held.size() - parked.size());
    }

    boolean holds(String id) {
        lock.lock();
        try {
            return held.containsKey(id);
        } finally {
            lock.unlock();
        }
    }

    /** Hands an entry to the workers, unless it is already in flight. A parked entry is unparked. */
    void offer(StreamEntry entry) {
        offer(List.of(entry));
    }

    /** Hands entries to the workers, except those already in flight. Parked entries are unparked. */
    void offer(List<StreamEntry> entries) {
        lock.lock();
        try {
            for (StreamEntry entry : entries) {
                if (!held.containsKey(entry.id()) || parked.remove(entry.id())) {
                    held.put(entry.id(), new Delivery(entry, null));
                    waiting.add(entry);
                    work.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for entries to process.
     *
     * @param most maximum entries to process together; those that failed, or were pending at a process death, are handed out alone
     * @param patience how long to wait for that many, from the first entry on
     * @return empty once closed
     */
    List<StreamEntry> next(int most, Duration patience) throws InterruptedException {
        lock.lock();
        try {
            while (open) {
                long nanos = waiting.nanosUntilNext(most, patience);
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

    /** Whether entries wait for a worker. */
    boolean isWaiting() {
        lock.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many new entries may be fetched. During an outage: one if all waiting entries have failed, else none. */
    int roomForNew(int wanted) {
        lock.lock();
        try {
            return waiting.wanted(Math.min(wanted, free()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reports that something the exchange of an entry in flight needs is unavailable. From now on entries are handed out one
     * at a time, as probes.
     *
     * @return false if the entry has reported this several times while others succeeded: the entry itself is at fault
     */
    boolean unavailable(StreamEntry entry, Throwable cause) {
        lock.lock();
        try {
            boolean away = outage.failed(entry.id(), cause);
            work.signalAll();
            return away;
        } finally {
            lock.unlock();
        }
    }

    /** Reports that the exchange of an entry in flight ended without showing whether what it needs is available. */
    void inconclusive(StreamEntry entry) {
        lock.lock();
        try {
            outage.inconclusive(entry.id());
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reports that the exchange of an entry in flight had what it needs. */
    void available(StreamEntry entry) {
        lock.lock();
        try {
            if (outage.succeeded(entry.id())) {
                work.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The problem of the current outage; null if there is none. */
    String outage() {
        lock.lock();
        try {
            return outage.problem();
        } finally {
            lock.unlock();
        }
    }

    /** Records that an exchange is running for an entry in flight. */
    void running(Delivery delivery) {
        lock.lock();
        try {
            held.replace(delivery.entry().id(), delivery);
        } finally {
            lock.unlock();
        }
    }

    /** Removes a settled entry. */
    void settled(StreamEntry entry) {
        lock.lock();
        try {
            held.remove(entry.id());
            signalRoom();
        } finally {
            lock.unlock();
        }
    }

    /** Parks an entry in flight until its next delivery. */
    void park(StreamEntry entry, Duration delay) {
        lock.lock();
        try {
            StreamEntry bare = entry.parked();
            held.put(entry.id(), new Delivery(bare, null));
            parked.add(bare, delay);
            signalRoom();
        } finally {
            lock.unlock();
        }
    }

    /** Parked entries that are due, longest overdue first. They stay parked until offered again. */
    List<StreamEntry> due(int atMost) {
        lock.lock();
        try {
            return parked.due(atMost);
        } finally {
            lock.unlock();
        }
    }

    /** Time until the next parked entry is due, at most the given time. */
    Duration untilDue(Duration atMost) {
        lock.lock();
        try {
            return parked.untilDue(atMost);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets entries that no longer belong to this consumer, unless they are being processed or settled. */
    void forget(Collection<String> ids) {
        lock.lock();
        try {
            for (String id : ids) {
                if (parked.remove(id) || waiting.remove(id)) {
                    held.remove(id);
                }
            }
            signalRoom();
        } finally {
            lock.unlock();
        }
    }

    /** Hands the entries of a failed batch to the workers again, one by one. */
    void separate(List<StreamEntry> batch) {
        lock.lock();
        try {
            List<StreamEntry> single = batch.stream().map(StreamEntry::byItself).toList();
            single.forEach(entry -> held.put(entry.id(), new Delivery(entry, null)));
            waiting.addFirst(single);
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Removes and returns everything that is neither being processed nor settled. */
    List<StreamEntry> drain() {
        lock.lock();
        try {
            List<StreamEntry> drained = new ArrayList<>(waiting.drain());
            drained.addAll(parked.drain());
            drained.forEach(entry -> held.remove(entry.id()));
            return drained;
        } finally {
            lock.unlock();
        }
    }

    /** All held entries, for renewal. */
    List<Delivery> all() {
        lock.lock();
        try {
            return List.copyOf(held.values());
        } finally {
            lock.unlock();
        }
    }

    int inFlight() {
        return maxInFlight - room();
    }

    int parked() {
        lock.lock();
        try {
            return parked.size();
        } finally {
            lock.unlock();
        }
    }

    /** Whether there may be more work. */
    boolean isOpen() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Stops the workers. */
    void close() {
        lock.lock();
        try {
            open = false;
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
