package routes.redisstreams;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Keeps streams short without taking anything from their groups. What may go is decided and removed in one script, so that
 * readers and producers at work at the same time lose nothing.
 */
public final class StreamTrimmer {
    /** Entries of one script, which holds up other clients and has as many bodies in the memory of the server. */
    private static final int STEP = 500;

    private final RedisLink link;

    public StreamTrimmer(RedisLink link) {
        this.link = link;
    }

    /**
     * What became of a stream.
     *
     * @param removed entries
     * @param left entries beyond the length that had to stay
     * @param heldBy the group that they had to stay for, empty without any
     */
    public record Trimmed(long removed, long left, String heldBy) {}

    /**
     * Removes the oldest entries beyond the length, except those that one of the groups was not delivered or has not
     * acknowledged. While one of the groups does not exist nothing is removed. Other groups of the stream are not asked.
     *
     * @param key Redis key of the stream, which need not exist
     * @param maxLength at least 1
     * @throws io.lettuce.core.RedisException if Redis does not answer, or the key holds something else than a stream
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
