package routes.ingest;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The ids of a channel's messages in a source. Dense ranges use one bit per id. */
final class SeenMessages {
    private static final int PAGE_BITS = 12;
    private static final BitSet NONE = new BitSet();

    private final Map<Long, BitSet> pages = new HashMap<>();
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;

    /** @return whether the id was not in the set */
    boolean add(long id) {
        first = Math.min(first, id);
        last = Math.max(last, id);
        return addWithin(id);
    }

    /** Adds a message that does not extend the range that the source covers. */
    boolean addWithin(long id) {
        boolean added = !contains(id);
        pages.computeIfAbsent(id >> PAGE_BITS, number -> new BitSet()).set(bit(id));
        return added;
    }

    boolean contains(long id) {
        return pages.getOrDefault(id >> PAGE_BITS, NONE).get(bit(id));
    }

    private static int bit(long id) {
        return (int) (id & ((1 << PAGE_BITS) - 1));
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
