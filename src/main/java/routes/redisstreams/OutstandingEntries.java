package routes.redisstreams;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.models.stream.PendingMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the entries that a consumer group has not finished, without joining the group. */
public final class OutstandingEntries {
    private static final int PAGE = 500;
    private static final String BEFORE_ALL = "0-0";

    private final RedisLink link;

    public OutstandingEntries(RedisLink link) {
        this.link = link;
    }

    /** An entry as it is in the stream. */
    public record Entry(String id, Map<String, String> fields) {}

    /**
     * Reads undelivered entries, then pending ones, so that an entry delivered in between is not missed. For a group that does
     * not exist, all entries are undelivered.
     *
     * @param atMost how many to read, page by page
     * @return false if there are more
     * @throws io.lettuce.core.RedisException if Redis does not answer
     */
    public boolean read(String key, String group, int atMost, Consumer<Entry> each) {
        Optional<String> delivered = lastDelivered(key, group);
        int left = undelivered(key, delivered.orElse(BEFORE_ALL), atMost, each);
        if (left >= 0 && delivered.isPresent()) {
            left = pending(key, group, left, each);
        }
        return left >= 0;
    }

    /** Reads the newest entries of a stream, newest first. */
    public void readNewest(String key, int atMost, Consumer<Entry> each) {
        int left = atMost;
        Range<String> range = Range.unbounded();
        List<StreamMessage<String, String>> page;
        do {
            Range<String> part = range;
            int count = Math.min(PAGE, left);
            page = link.call(commands -> commands.xrevrange(key, part, Limit.from(count)));
            hand(page, each);
            left -= page.size();
            if (!page.isEmpty()) {
                range = Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(lastId(page)));
            }
        } while (page.size() == PAGE && left > 0);
    }

    private Optional<String> lastDelivered(String key, String group) {
        List<Object> groups;
        try {
            groups = link.call(commands -> commands.xinfoGroups(key));
        } catch (RedisCommandExecutionException e) {
            if (e.getMessage() != null && e.getMessage().contains("no such key")) {
                return Optional.empty();
            }
            throw e;
        }
        return groups.stream()
                .map(StreamInspector::attributes)
                .filter(attributes -> attributes.get("name").equals(group))
                .map(attributes -> (String) attributes.get("last-delivered-id"))
                .findFirst();
    }

    /** @return how many more may be read, negative if there were too many */
    private int undelivered(String key, String delivered, int atMost, Consumer<Entry> each) {
        int left = atMost;
        String after = delivered;
        List<StreamMessage<String, String>> page;
        do {
            Range<String> range = after(after);
            page = link.call(commands -> commands.xrange(key, range, Limit.from(PAGE)));
            hand(page, each);
            left -= page.size();
            after = page.isEmpty() ? after : lastId(page);
        } while (page.size() == PAGE && left >= 0);
        return left;
    }

    private int pending(String key, String group, int atMost, Consumer<Entry> each) {
        int left = atMost;
        Range<String> range = Range.unbounded();
        List<PendingMessage> page;
        do {
            Range<String> part = range;
            page = link.call(commands -> commands.xpending(key, group, part, Limit.from(PAGE)));
            for (PendingMessage one : page) {
                // empty if the entry was deleted
                hand(link.call(commands -> commands.xrange(key, Range.create(one.getId(), one.getId()))), each);
            }
            left -= page.size();
            range = page.isEmpty() ? range : after(page.get(page.size() - 1).getId());
        } while (page.size() == PAGE && left >= 0);
        return left;
    }

    private static Range<String> after(String id) {
        return Range.from(Range.Boundary.excluding(id), Range.Boundary.unbounded());
    }

    private static String lastId(List<StreamMessage<String, String>> page) {
        return page.get(page.size() - 1).getId();
    }

    private static void hand(List<StreamMessage<String, String>> page, Consumer<Entry> each) {
        page.forEach(message -> each.accept(new Entry(message.getId(), message.getBody())));
    }
}
