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
     * for a worker. Reading few entries often would be slow, and while some wait nothing is gained by it.
     *
     * @return how many entries may be fetched now; 0 after the time is over or after {@link #wake}
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

    /** Gives an entry to the workers, unless it is in flight already. A parked one is taken out. */
    void offer(StreamEntry entry) {
        offer(List.of(entry));
    }

    /** Gives entries to the workers, except those in flight already. Parked ones are taken out. */
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
     * @param most how many may be processed together; entries that failed or were claimed are handed out alone
     * @param patience how long to wait for so many, from the first on
     * @return none when there will be no more
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

    /** How many new entries may be fetched: during an outage one, if all that wait have failed. */
    int roomForNew(int wanted) {
        lock.lock();
        try {
            return waiting.wanted(Math.min(wanted, free()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the exchange of an entry in flight needs is away: from now on one entry at a time is handed out, to see whether it
     * is back.
     *
     * @return false if the entry has said so several times while others got through: it is to blame itself
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

    /** The exchange of an entry in flight ended in a way that tells nothing about what it needs. */
    void inconclusive(StreamEntry entry) {
        lock.lock();
        try {
            outage.inconclusive(entry.id());
            work.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The exchange of an entry in flight had what it needs. */
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

    /** Why entries are not handed out; null if they are. */
    String outage() {
        lock.lock();
        try {
            return outage.problem();
        } finally {
            lock.unlock();
        }
    }

    /** Notes that an exchange runs for an entry in flight. */
    void running(Delivery delivery) {
        lock.lock();
        try {
            held.replace(delivery.entry().id(), delivery);
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of an entry in flight that is settled. */
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

    /** Parked entries that are due, longest first. They stay parked until offered again. */
    List<StreamEntry> due(int atMost) {
        lock.lock();
        try {
            return parked.due(atMost);
        } finally {
            lock.unlock();
        }
    }

    /** Time until the next parked entry is due, at most the given. */
    Duration untilDue(Duration atMost) {
        lock.lock();
        try {
            return parked.untilDue(atMost);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets entries that are not this consumer's any more, unless they are being processed or settled. */
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

    /** Gives entries in flight to the workers again, one by one: the batch that they were has failed. */
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

    /** Takes out everything that is neither being processed nor settled. */
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

    /** Everything held, to be kept fresh. */
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

    /** Sends the workers home. */
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
