package routes.redis;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, inspects, trims and pauses streams and their groups without joining a group. All methods throw {@link
 * io.lettuce.core.RedisException} if Redis does not respond, or a key is not a stream.
 */
public record StreamAdmin(RedisLink link) {
    private static final Logger LOG = LoggerFactory.getLogger(StreamAdmin.class);
    private static final String BEFORE_ALL = "0-0";
    private static final int PAGE = 500;

    /**
     * Maximum number of entries per script call. The script blocks other clients and holds the bodies of that many entries in server
     * memory.
     */
    private static final int TRIM_STEP = 500;

    private static final Script TRIM = Script.read(StreamAdmin.class, "trim.lua");

    private static final int LAG_PAGE = 1_000;
    /** Maximum lag that is counted exactly where Redis does not report it. */
    private static final int MAX_COUNTED_LAG = 10_000;

    /** KEYS: stream. ARGV: id, count. Returns the number of entries after the id, at most count, and the id of the last of them. */
    private static final Script COUNT_AFTER = Script.of(
            """
            local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
            return {#entries, #entries > 0 and entries[#entries][1] or ARGV[1]}
            """);

    /**
     * @param length number of entries in the stream; 0 if it does not exist
     * @param deadLetters number of entries in its dead-letter stream
     */
    public record StreamState(String key, long length, long deadLetters) {}

    /**
     * @param lag number of entries not delivered yet; estimated beyond 10 000 entries where Redis does not report it
     * @param pending number of entries delivered and not acknowledged
     * @param oldestPendingAge time since the oldest pending entry was appended; zero if there are none
     * @param consumers number of known consumers, including those that no longer run
     * @param quiet time since a consumer last read, claimed or renewed an entry; zero if there are no consumers. Before Redis 7.2, it also
     *     grows while consumers wait for entries and none arrive
     */
    public record GroupState(
            String key,
            String group,
            long lag,
            long pending,
            Duration oldestPendingAge,
            long consumers,
            Duration quiet) {

        /** Returns the sum for a group of a stream with two keys. */
        public GroupState plus(GroupState other) {
            Duration least = Collections.min(List.of(quiet, other.quiet));
            return new GroupState(
                    key,
                    group,
                    lag + other.lag,
                    pending + other.pending,
                    Collections.max(List.of(oldestPendingAge, other.oldestPendingAge)),
                    consumers + other.consumers,
                    consumers == 0 ? other.quiet : other.consumers == 0 ? quiet : least);
        }
    }

    /**
     * @param removed number of removed entries
     * @param left number of entries beyond the length that were kept
     * @param heldBy the group for which they were kept; empty if none
     */
    public record Trimmed(long removed, long left, String heldBy) {}

    /** An entry of a stream, unchanged. */
    public record Entry(String id, Map<String, String> fields) {}

    /**
     * Creates missing streams and groups; existing ones are unchanged. New groups start at the first entry of their stream.
     *
     * @param groups names of groups by the Redis key of their stream
     */
    public void ensureGroups(Map<String, ? extends Collection<String>> groups) {
        groups.forEach((key, names) -> names.forEach(name -> ensureGroup(key, name)));
    }

    private void ensureGroup(String key, String group) {
        try {
            link.call(commands -> commands.xgroupCreate(
                    StreamOffset.from(key, BEFORE_ALL), group, XGroupCreateArgs.Builder.mkstream()));
        } catch (RedisBusyException e) {
            LOG.trace("Group {} of {} already exists", group, key, e);
        }
    }

    /**
     * Pauses all consumers of a group, in all processes, until it is resumed. Survives restarts.
     *
     * @param reason shown while the group is paused; not blank
     */
    public void pause(StreamGroup group, String reason) {
        if (reason == null || reason.isBlank()) {
            throw new IllegalArgumentException("A pause requires a reason");
        }
        link.call(commands -> commands.set(group.pauseMark(), reason));
    }

    /** @return whether the group was paused */
    public boolean resume(StreamGroup group) {
        return link.call(commands -> commands.del(group.pauseMark())) > 0;
    }

    /** Returns why the group is paused; null if it is not paused. */
    public String pausedBecause(StreamGroup group) {
        return link.call(commands -> commands.get(group.pauseMark()));
    }

    /** Returns the state of a stream, with a few commands whose cost does not grow with the stream. */
    public StreamState stream(String key) {
        return new StreamState(
                key,
                link.call(commands -> commands.xlen(key)),
                link.call(commands -> commands.xlen(StreamGroup.deadLetterKey(key))));
    }

    /** Returns the state of all groups of a stream, at the same cost; empty if the stream does not exist. */
    public List<GroupState> groups(String key) {
        return groupInfo(key).stream().map(group -> state(key, group)).toList();
    }

    /** Returns the id of the newest entry that was delivered to each group of a stream; empty if the stream does not exist. */
    public List<String> delivered(String key) {
        return groupInfo(key).stream()
                .map(group -> (String) group.get("last-delivered-id"))
                .toList();
    }

    /** Returns the attributes that Redis reports for the groups of a stream; empty if the stream does not exist. */
    private List<Map<String, Object>> groupInfo(String key) {
        try {
            return link.call(commands -> commands.xinfoGroups(key)).stream()
                    .map(StreamAdmin::attributes)
                    .toList();
        } catch (RedisCommandExecutionException e) {
            if (e.getMessage() != null && e.getMessage().contains("no such key")) {
                return List.of();
            }
            throw e;
        }
    }

    private GroupState state(String key, Map<String, Object> group) {
        String name = (String) group.get("name");
        Optional<PendingMessage> oldest =
                link.call(commands -> commands.xpending(key, name, Range.unbounded(), Limit.from(1))).stream()
                        .findFirst();
        return new GroupState(
                key,
                name,
                lag(key, group),
                (Long) group.get("pending"),
                oldest.map(this::age).orElse(Duration.ZERO),
                (Long) group.get("consumers"),
                quiet(key, name));
    }

    private Duration quiet(String key, String group) {
        return Duration.ofMillis(link.call(commands -> commands.xinfoConsumers(key, group)).stream()
                .mapToLong(consumer -> (Long) attributes(consumer).get("idle"))
                .min()
                .orElse(0));
    }

    private Duration age(PendingMessage entry) {
        long now = Long.parseLong(link.call(commands -> commands.time()).get(0)) * 1_000;
        return Duration.ofMillis(Math.max(0, now - milliseconds(entry.getId())));
    }

    private long lag(String key, Map<String, Object> group) {
        if (group.get("lag") instanceof Long told) {
            // Redis 7.0 still reports a lag after the stream has been trimmed to zero entries
            return Math.min(told, link.call(commands -> commands.xlen(key)));
        }
        String delivered = (String) group.get("last-delivered-id");
        long counted = countAfter(key, delivered, MAX_COUNTED_LAG);
        return counted < MAX_COUNTED_LAG ? counted : Math.max(counted, estimatedLag(key, milliseconds(delivered)));
    }

    /** Estimates the lag under the assumption that entries arrived at a constant rate. */
    private long estimatedLag(String key, long delivered) {
        Map<String, Object> stream = attributes(link.call(commands -> commands.xinfoStream(key)));
        long length = (Long) stream.get("length");
        if (length == 0) {
            return 0;
        }
        long first = milliseconds((String) ((List<?>) stream.get("first-entry")).get(0));
        long newest = milliseconds((String) stream.get("last-generated-id"));
        return Math.min(length, Math.round(length * (double) (newest - delivered) / Math.max(1, newest - first)));
    }

    /** Returns the server time at which the entry with this id was appended. */
    private static long milliseconds(String id) {
        return Long.parseUnsignedLong(id, 0, id.indexOf('-'), 10);
    }

    /** Converts the flat list of names and values in which Redis returns attributes. */
    private static Map<String, Object> attributes(Object list) {
        List<?> flat = (List<?>) list;
        Map<String, Object> attributes = new HashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            attributes.put((String) flat.get(i), flat.get(i + 1));
        }
        return attributes;
    }

    /** Returns the names of the consumers in a group, including those that no longer run. */
    public List<String> consumers(StreamGroup group) {
        return link.call(commands -> commands.xinfoConsumers(group.key(), group.group())).stream()
                .map(consumer -> (String) attributes(consumer).get("name"))
                .toList();
    }

    /**
     * Removes the oldest entries beyond the length, up to the first entry that one of the groups has not received or acknowledged. Removes
     * nothing while one of the groups does not exist. Other groups of the stream are ignored. One script selects and removes the entries,
     * so that concurrent readers and producers lose nothing.
     *
     * @param key Redis key of the stream, which need not exist
     * @param maxLength at least 1
     */
    public Trimmed trim(String key, Collection<String> groups, long maxLength) {
        if (maxLength < 1) {
            throw new IllegalArgumentException(
                    "The length to keep of " + key + " is " + maxLength + "; it must be at least 1");
        }
        long removed = 0;
        while (true) {
            List<Object> answer = link.run(TRIM, List.of(key), maxLength, TRIM_STEP, groups);
            long step = (Long) answer.get(0);
            removed += step;
            if (step < TRIM_STEP) {
                return new Trimmed(removed, (Long) answer.get(1), (String) answer.get(2));
            }
        }
    }

    /**
     * Reads the entries that a group has not finished: undelivered entries, then pending ones, so that an entry delivered in between is
     * not missed. For a group that does not exist, all entries are undelivered.
     *
     * @param atMost maximum number of entries to read, page by page
     * @return false if there are more
     */
    public boolean readOutstanding(String key, String group, int atMost, Consumer<Entry> each) {
        Optional<String> delivered = groupInfo(key).stream()
                .filter(info -> info.get("name").equals(group))
                .map(info -> (String) info.get("last-delivered-id"))
                .findFirst();
        int left = pages(
                delivered.orElse(BEFORE_ALL),
                atMost,
                (cursor, count) -> link.call(commands -> commands.xrange(key, after(cursor), Limit.from(count))),
                StreamMessage::getId,
                message -> hand(message, each));
        if (left >= 0 && delivered.isPresent()) {
            left = pages(
                    BEFORE_ALL,
                    left,
                    (cursor, count) ->
                            link.call(commands -> commands.xpending(key, group, after(cursor), Limit.from(count))),
                    PendingMessage::getId,
                    // nothing if the entry was deleted
                    one -> link.call(commands -> commands.xrange(key, Range.create(one.getId(), one.getId())))
                            .forEach(message -> hand(message, each)));
        }
        return left >= 0;
    }

    /** Returns the number of entries after an id, counted in pages up to the given number. */
    public long countAfter(String key, String id, long atMost) {
        long count = 0;
        String after = id;
        while (count < atMost) {
            List<Object> answer = link.run(COUNT_AFTER, List.of(key), after, LAG_PAGE);
            long found = (Long) answer.get(0);
            count += found;
            if (found < LAG_PAGE) {
                break;
            }
            after = (String) answer.get(1);
        }
        return Math.min(count, atMost);
    }

    /** Returns the id of the newest entry of a stream; empty if the stream has none. */
    public Optional<String> newestId(String key) {
        return link.call(commands -> commands.xrevrange(key, Range.unbounded(), Limit.from(1))).stream()
                .map(StreamMessage::getId)
                .findFirst();
    }

    /**
     * Reads the entries of a stream in order.
     *
     * @param from first id; - for the beginning
     * @param to   last id; + for the end
     */
    public List<Entry> read(String key, String from, String to, int atMost) {
        return link.call(commands -> commands.xrange(key, Range.create(from, to), Limit.from(atMost))).stream()
                .map(message -> new Entry(message.getId(), message.getBody()))
                .toList();
    }

    /** Reads the newest entries of a stream, newest first. */
    public void readNewest(String key, int atMost, Consumer<Entry> each) {
        pages(
                "+",
                atMost - 1,
                (cursor, count) -> link.call(commands -> commands.xrevrange(key, before(cursor), Limit.from(count))),
                StreamMessage::getId,
                message -> hand(message, each));
    }

    /**
     * Reads page by page, starting at a cursor, until there are no more items or one more than the maximum was read.
     *
     * @param read reads a number of items after a cursor, which is the id of the last item of the previous page
     * @return how many more could be read; negative if there were too many
     */
    private static <T> int pages(
            String start,
            int atMost,
            BiFunction<String, Integer, List<T>> read,
            Function<T, String> id,
            Consumer<T> each) {
        String cursor = start;
        int left = atMost;
        int count;
        List<T> page;
        do {
            count = Math.min(PAGE, left + 1);
            page = read.apply(cursor, count);
            page.forEach(each);
            left -= page.size();
            cursor = page.isEmpty() ? cursor : id.apply(page.get(page.size() - 1));
        } while (page.size() == count && left >= 0);
        return left;
    }

    /** Compares entry ids: by milliseconds, then by sequence. Both have up to 64 bits. */
    public static int compareIds(String one, String other) {
        String[] left = one.split("-", 2);
        String[] right = other.split("-", 2);
        int time = Long.compareUnsigned(Long.parseUnsignedLong(left[0]), Long.parseUnsignedLong(right[0]));
        return time != 0
                ? time
                : Long.compareUnsigned(Long.parseUnsignedLong(left[1]), Long.parseUnsignedLong(right[1]));
    }

    private static Range<String> after(String id) {
        return Range.from(Range.Boundary.excluding(id), Range.Boundary.unbounded());
    }

    private static Range<String> before(String id) {
        return id.equals("+")
                ? Range.unbounded()
                : Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(id));
    }

    private static void hand(StreamMessage<String, String> message, Consumer<Entry> each) {
        each.accept(new Entry(message.getId(), message.getBody()));
    }
}
