package routes.redisstreams;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reports the state of streams and groups, with a few commands whose cost does not grow with the stream. All methods throw
 * {@link io.lettuce.core.RedisException} if Redis does not answer.
 */
public final class StreamInspector {
    private static final int LAG_PAGE = 1_000;
    private static final int LAG_PAGES = 10;

    /** KEYS: stream. ARGV: id, count. Returns how many entries follow the id, at most count, and the last of them. */
    private static final String COUNT_AFTER =
            """
            local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
            return {#entries, #entries > 0 and entries[#entries][1] or ARGV[1]}
            """;

    private final RedisLink link;

    public StreamInspector(RedisLink link) {
        this.link = link;
    }

    /**
     * A stream.
     *
     * @param length entries in the stream, 0 if it does not exist
     * @param deadLetters entries in its dead-letter stream
     */
    public record StreamState(String key, long length, long deadLetters) {}

    /**
     * A consumer group.
     *
     * @param lag entries not delivered yet
     * @param lagExact false if the lag is estimated: Redis before 7 does not report it, and at most 10 000 entries are counted
     * @param pending entries delivered and not acknowledged
     * @param oldestPendingAge time since the oldest of them was appended; zero if there are none
     * @param oldestPendingIdle time since it was last delivered or renewed; zero if there are none
     * @param consumers known consumers, including those that no longer run
     * @param quiet time since one of them last read, claimed or renewed an entry; zero if there are none. Before Redis 7.2 it
     *     also grows while consumers wait for entries and none arrive
     */
    public record GroupState(
            String key,
            String group,
            long lag,
            boolean lagExact,
            long pending,
            Duration oldestPendingAge,
            Duration oldestPendingIdle,
            long consumers,
            Duration quiet) {}

    private record Lag(long entries, boolean exact) {}

    /** The state of a stream. */
    public StreamState stream(String key) {
        return new StreamState(
                key,
                link.call(commands -> commands.xlen(key)),
                link.call(commands -> commands.xlen(StreamGroup.deadLetterKey(key))));
    }

    /** The state of all groups of a stream; empty if the stream does not exist. */
    public List<GroupState> groups(String key) {
        try {
            List<Object> groups = link.call(commands -> commands.xinfoGroups(key));
            return groups.stream().map(group -> state(key, attributes(group))).toList();
        } catch (RedisCommandExecutionException e) {
            if (e.getMessage() != null && e.getMessage().contains("no such key")) {
                return List.of();
            }
            throw e;
        }
    }

    private GroupState state(String key, Map<String, Object> group) {
        String name = (String) group.get("name");
        Lag lag = lag(key, group);
        List<PendingMessage> oldest =
                link.call(commands -> commands.xpending(key, name, Range.unbounded(), Limit.from(1)));
        return new GroupState(
                key,
                name,
                lag.entries(),
                lag.exact(),
                (Long) group.get("pending"),
                oldest.isEmpty() ? Duration.ZERO : age(StreamId.of(oldest.get(0).getId())),
                oldest.isEmpty() ? Duration.ZERO : oldest.get(0).getSinceLastDelivery(),
                (Long) group.get("consumers"),
                quiet(key, name));
    }

    private Duration quiet(String key, String group) {
        List<Object> consumers = link.call(commands -> commands.xinfoConsumers(key, group));
        return Duration.ofMillis(consumers.stream()
                .mapToLong(consumer -> (Long) attributes(consumer).get("idle"))
                .min()
                .orElse(0));
    }

    private Duration age(StreamId id) {
        long now = Long.parseLong(link.call(commands -> commands.time()).get(0)) * 1_000;
        return Duration.ofMillis(Math.max(0, now - id.milliseconds()));
    }

    private Lag lag(String key, Map<String, Object> group) {
        if (group.get("lag") instanceof Long told) {
            // Redis 7.0 still reports a lag after the stream has been trimmed to zero entries
            return new Lag(Math.min(told, link.call(commands -> commands.xlen(key))), true);
        }
        Map<String, Object> stream = attributes(link.call(commands -> commands.xinfoStream(key)));
        long length = (Long) stream.get("length");
        StreamId delivered = StreamId.of((String) group.get("last-delivered-id"));
        StreamId newest = StreamId.of((String) stream.get("last-generated-id"));
        if (length == 0 || delivered.compareTo(newest) >= 0) {
            return new Lag(0, true);
        }
        StreamId first = StreamId.of((String) ((List<?>) stream.get("first-entry")).get(0));
        if (delivered.compareTo(first) < 0) {
            return new Lag(length, true);
        }
        return countedLag(key, delivered, first, newest, length);
    }

    private Lag countedLag(String key, StreamId delivered, StreamId first, StreamId newest, long length) {
        String after = delivered.toString();
        long count = 0;
        for (int page = 0; page < LAG_PAGES; page++) {
            String from = after;
            List<Object> answer = link.call(commands -> commands.eval(
                    COUNT_AFTER, ScriptOutputType.MULTI, new String[] {key}, from, Integer.toString(LAG_PAGE)));
            long found = (Long) answer.get(0);
            count += found;
            if (found < LAG_PAGE) {
                return new Lag(count, true);
            }
            after = (String) answer.get(1);
        }
        // assumes that entries arrived at a constant rate
        double share = (double) (newest.milliseconds() - delivered.milliseconds())
                / Math.max(1, newest.milliseconds() - first.milliseconds());
        return new Lag(Math.min(length, Math.max(count, Math.round(length * share))), false);
    }

    /** Redis returns attributes as a flat list of names and values. */
    static Map<String, Object> attributes(Object list) {
        List<?> flat = (List<?>) list;
        Map<String, Object> attributes = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            attributes.put((String) flat.get(i), flat.get(i + 1));
        }
        return attributes;
    }
}
