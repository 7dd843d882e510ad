package routes.outbox;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;

/**
 * Limits the number of unread entries in a stream, so that a large import waits in the database instead of the memory of Redis. Only the
 * position of the most advanced group counts, so a slow or unserved group does not delay the others.
 *
 * <p>Redis before 7.0 does not report the number of unread entries, and counting them costs as much as reading them. Therefore this class
 * stores the ids of its own publications. It starts at zero after a restart.
 */
public final class UnreadLimit {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadLimit.class);
    private static final int MARKS = 20;

    private final StreamAdmin redis;
    private final StreamCatalog catalog;
    private final int limit;
    private final Map<String, Unread> unread = new HashMap<>();

    /** The number of entries between the previous mark and an id. */
    private record Mark(String id, int entries) {}

    private static final class Unread {
        private final Deque<Mark> marks = new ArrayDeque<>();
        private int afterLastMark;
        private int entries;
    }

    /** @param limit maximum number of entries of a stream that no group has read */
    public UnreadLimit(StreamAdmin redis, StreamCatalog catalog, int limit) {
        this.redis = redis;
        this.catalog = catalog;
        this.limit = limit;
    }

    /** Must be called after each publication. */
    synchronized void published(String stream, int entries) {
        Unread known = unread.computeIfAbsent(stream, name -> new Unread());
        known.entries += entries;
        known.afterLastMark += entries;
        if (known.afterLastMark * MARKS >= limit) {
            redis.newestId(key(stream)).ifPresent(id -> known.marks.add(new Mark(id, known.afterLastMark)));
            known.afterLastMark = 0;
        }
    }

    /** Returns the streams that have reached the limit of unread entries. */
    synchronized Set<String> reached() {
        return unread.entrySet().stream()
                .filter(known -> isReached(key(known.getKey()), known.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private boolean isReached(String key, Unread known) {
        if (known.entries < limit) {
            return false;
        }
        try {
            String read =
                    redis.delivered(key).stream().max(StreamAdmin::compareIds).orElse(null);
            // a deleted or emptied stream has no unread entries
            if (read == null || redis.stream(key).length() < limit) {
                known.marks.clear();
                known.afterLastMark = 0;
                known.entries = 0;
                return false;
            }
            while (!known.marks.isEmpty()
                    && StreamAdmin.compareIds(known.marks.peek().id(), read) <= 0) {
                known.entries -= known.marks.remove().entries();
            }
            return known.entries >= limit;
        } catch (RedisCommandExecutionException e) {
            // the key is not a stream; publishing reports the error
            LOG.debug("Cannot read the groups of {}", key, e);
            return false;
        }
    }

    private String key(String stream) {
        return catalog.stream(stream).key();
    }
}
