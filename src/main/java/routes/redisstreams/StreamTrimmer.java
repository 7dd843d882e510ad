package routes.redisstreams;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Trims streams without removing entries that their groups need. One script selects and removes the entries, so that
 * concurrent readers and producers lose nothing.
 */
public final class StreamTrimmer {
    /** Maximum entries per script call. The script blocks other clients and holds that many bodies in server memory. */
    private static final int STEP = 500;

    private final RedisLink link;

    public StreamTrimmer(RedisLink link) {
        this.link = link;
    }

    /**
     * The result of a trim.
     *
     * @param removed entries removed
     * @param left entries beyond the length that were kept
     * @param heldBy the group that they were kept for; empty if none
     */
    public record Trimmed(long removed, long left, String heldBy) {}

    /**
     * Removes the oldest entries beyond the length, up to the first that one of the groups has not received or acknowledged.
     * Removes nothing while one of the groups does not exist. Other groups of the stream are ignored.
     *
     * @param key Redis key of the stream, which need not exist
     * @param maxLength at least 1
     * @throws io.lettuce.core.RedisException if Redis does not answer, or the key is not a stream
     */
    public Trimmed trim(String key, Collection<String> groups, long maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException("The length to keep of " + key + " is " + maxLength + "; at least 1");
        }
        List<String> arguments = new ArrayList<>(List.of(Long.toString(maxLength), Integer.toString(STEP)));
        arguments.addAll(groups);
        ScriptCall call = new ScriptCall(Script.TRIM, List.of(key), arguments);
        long removed = 0;
        while (true) {
            List<Object> answer = link.run(call);
            long step = (Long) answer.get(0);
            removed += step;
            if (step < STEP) {
                return new Trimmed(removed, (Long) answer.get(1), (String) answer.get(2));
            }
        }
    }
}
