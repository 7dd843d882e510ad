package routes.ingest;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The ids of a channel's messages that a source contains: one bit each where ids are close together. */
final class SeenMessages {
    private static final int PAGE_BITS = 12;
    private static final int IN_PAGE = (1 << PAGE_BITS) - 1;

    private final Map<Long, BitSet> pages = new HashMap<>();
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    /** @return whether it is new */
    boolean add(long id) {
        first = Math.min(first, id);
        last = Math.max(last, id);
        return addWithin(id);
    }

    /** Adds a message that does not extend the range that the source covers. */
    boolean addWithin(long id) {
        BitSet page = pages.computeIfAbsent(id >> PAGE_BITS, number -> new BitSet());
        boolean added = !page.get((int) (id & IN_PAGE));
        page.set((int) (id & IN_PAGE));
        return added;
    }

    boolean contains(long id) {
        BitSet page = pages.get(id >> PAGE_BITS);
        return page != null && page.get((int) (id & IN_PAGE));
    }

    boolean isEmpty() {
        return last < first;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
