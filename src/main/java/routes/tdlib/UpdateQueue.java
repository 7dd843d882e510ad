package routes.tdlib;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * The updates that one consumer has not taken yet. Adding never blocks because the receiving thread serves all clients and their
 * responses. A full queue drops updates until it is half empty. It never drops silently: the consumer gets one {@value #LOST} for each
 * gap, at the position of the gap, with the chats to read again.
 *
 * <pre>{"@type": "updatesLost", "count": 17, "since": "2026-11-29T08:51:00Z", "types": ["updateNewMessage"],
 *  "chat_ids": [-1001234567890], "all_chats": false}</pre>
 */
public final class UpdateQueue {
    /** The {@code @type} of the object that reports lost updates. */
    public static final String LOST = "updatesLost";

    /** Maximum number of chats that a gap lists; beyond it, {@code all_chats} is true. */
    private static final int MAX_CHATS = 10_000;

    private final Set<String> types;
    private final int maxUpdates;
    private final long maxBytes;
    private final Runnable end;

    /** Elements are {@link Received} or {@link Gap}. */
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();

    private long bytes;
    private boolean refusing;
    private boolean paused;
    private boolean closed;
    private Gap gap;
    private long lost;

    /** Consecutive lost updates. */
    private static final class Gap {
        private final Instant since = Clock.systemUTC().instant();
        private final Set<String> types = new TreeSet<>();
        private final Set<Long> chats = new TreeSet<>();
        private boolean allChats;
        private long count;

        void add(String type, long chatId) {
            count++;
            types.add(type);
            if (chatId != 0) {
                allChats |= !chats.contains(chatId) && chats.size() == MAX_CHATS;
                if (!allChats) {
                    chats.add(chatId);
                }
            }
        }

        void add(ObjectNode other) {
            count += other.path("count").asLong();
            other.path("types").forEach(type -> types.add(type.asText()));
            other.path("chat_ids").forEach(chat -> chats.add(chat.asLong()));
            allChats |= other.path("all_chats").asBoolean() || chats.size() > MAX_CHATS;
        }

        ObjectNode toJson() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("@type", LOST).put("count", count).put("since", since.toString());
            types.forEach(json.putArray("types")::add);
            chats.forEach(json.putArray("chat_ids")::add);
            return json.put("all_chats", allChats);
        }
    }

    /**
     * @param types      the updates to queue; empty for all
     * @param maxUpdates maximum number of waiting updates
     * @param maxBytes   maximum size of the waiting updates as JSON
     * @param end        unsubscribes
     */
    UpdateQueue(Set<String> types, int maxUpdates, long maxBytes, Runnable end) {
        this.types = Set.copyOf(types);
        this.maxUpdates = maxUpdates;
        this.maxBytes = maxBytes;
        this.end = end;
    }

    /** @return false if the update is not of a wanted type */
    synchronized boolean offer(Received update) {
        if (!types.isEmpty() && !types.contains(update.type())) {
            return false;
        }
        int size = update.json().length();
        boolean full = waiting.size() >= maxUpdates || (bytes + size > maxBytes && !waiting.isEmpty());
        refusing = full || (refusing && (waiting.size() > maxUpdates / 2 || bytes > maxBytes / 2));
        if (refusing) {
            gap().add(update.type(), update.chatId());
            lost++;
        } else {
            if (gap != null) {
                waiting.add(gap);
                gap = null;
            }
            waiting.add(update);
            bytes += size;
        }
        notifyAll();
        return true;
    }

    private Gap gap() {
        if (gap == null) {
            gap = new Gap();
        }
        return gap;
    }

    /**
     * Takes the oldest updates out of the queue.
     *
     * @param max  maximum number
     * @param wait how long to wait for the first
     * @return empty if no update arrived in that time
     */
    public List<ObjectNode> take(int max, Duration wait) throws InterruptedException {
        return taken(max, wait).stream()
                .map(next -> next instanceof Received update ? update.tree() : ((Gap) next).toJson())
                .toList();
    }

    private synchronized List<Object> taken(int max, Duration wait) throws InterruptedException {
        List<Object> taken = new ArrayList<>();
        long end = System.nanoTime() + wait.toNanos();
        long left = wait.toMillis();
        while (!closed && (paused || (waiting.isEmpty() && gap == null)) && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        while (!paused && taken.size() < max && !waiting.isEmpty()) {
            Object next = waiting.poll();
            bytes -= next instanceof Received update ? update.json().length() : 0;
            taken.add(next);
        }
        if (!paused && taken.size() < max && waiting.isEmpty() && gap != null) {
            taken.add(gap);
            gap = null;
        }
        return taken;
    }

    /** Adds updates whose processing failed, or their {@value #LOST}, to a gap, so that they are reported as lost. */
    public synchronized void lost(List<ObjectNode> updates) {
        for (ObjectNode update : updates) {
            if (update.path("@type").asText().equals(LOST)) {
                gap().add(update);
            } else {
                gap().add(update.path("@type").asText(), chatId(update));
                lost++;
            }
        }
        notifyAll();
    }

    private static long chatId(ObjectNode update) {
        return update.path("chat_id")
                .asLong(update.at("/message/chat_id")
                        .asLong(update.at("/chat/id").asLong()));
    }

    /** Pauses or resumes the queue. While paused, it returns no updates and fills up to its limit. */
    synchronized void pause(boolean pause) {
        paused = pause;
        notifyAll();
    }

    /** Returns the number of waiting updates. */
    public synchronized int size() {
        return waiting.size();
    }

    /** Returns the number of updates dropped or failed since the start. */
    public synchronized long lostCount() {
        return lost;
    }

    /** Ends the subscription and wakes its waiting consumer. */
    public void close() {
        end.run();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }
}
