package routes.redisstreams;

import java.util.Comparator;

/** An entry id: the server's time in milliseconds when the entry was appended, and a sequence number. */
record StreamId(long milliseconds, long sequence) implements Comparable<StreamId> {
    private static final Comparator<StreamId> ORDER = Comparator.comparing(
                    StreamId::milliseconds, Long::compareUnsigned)
            .thenComparing(StreamId::sequence, Long::compareUnsigned);

    static StreamId of(String id) {
        int dash = id.indexOf('-');
        return new StreamId(
                Long.parseUnsignedLong(id, 0, dash, 10), Long.parseUnsignedLong(id, dash + 1, id.length(), 10));
    }

    @Override
    public int compareTo(StreamId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(milliseconds) + "-" + Long.toUnsignedString(sequence);
    }
}
