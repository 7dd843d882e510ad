package routes.redisstreams;

import java.util.Map;

/**
 * A pending entry that this consumer holds: waiting, being processed or being settled, with its body; or parked, without its body.
 *
 * @param consumer name of the consumer when the entry was fetched
 * @param delivery number of this counted delivery, starting at 1
 * @param deaths how often a process died under this name while the entry was pending; -1 if it was never pending at a death
 * @param failures consecutive failed deliveries since this process fetched the entry, counted or not; determines the backoff
 * @param alone whether its batch failed; the entry is then processed without others
 * @param fields the body; null while parked
 */
record StreamEntry(
        String id, String consumer, int delivery, int deaths, int failures, boolean alone, Map<String, String> fields) {

    /** At least this many deaths mean that the entry ran alone when the process died; see take.lua. */
    private static final int KILLED_ITS_PROCESS = 1000;

    /** Creates an entry that was read for the first time. */
    static StreamEntry fresh(String id, String consumer, Map<String, String> fields) {
        return new StreamEntry(id, consumer, 1, -1, 0, false, fields);
    }

    /** Returns whether the entry may be processed together with others: it never failed, and no process died while it held the entry. */
    boolean fitsBatch() {
        return delivery == 1 && failures == 0 && !inDeathRecord() && !alone;
    }

    boolean inDeathRecord() {
        return deaths >= 0;
    }

    /** Returns whether the entry may have killed processes so often that this is its last delivery. */
    boolean mayKillItsProcess(int maxDeliveries) {
        return inDeathRecord() && delivery + deaths >= maxDeliveries;
    }

    /** Returns whether a process died while it processed only this entry. */
    boolean killedItsProcess() {
        return deaths >= KILLED_ITS_PROCESS;
    }

    StreamEntry parked() {
        return new StreamEntry(id, consumer, delivery, deaths, failures + 1, alone, null);
    }

    StreamEntry byItself() {
        return new StreamEntry(id, consumer, delivery, deaths, failures, true, fields);
    }
}
