package routes.operations;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.stages.StageEntry;
import routes.stages.StreamKeys;

/** The posts that have dead letters, and the number of dead letters of each stream; refreshed every few seconds. */
@Component
public class DeadLetters {
    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final int NEWEST = 10_000;

    private record Found(long number, Set<UUID> posts) {}

    private final StreamAdmin streams;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private volatile Map<String, Found> found = Map.of();

    DeadLetters(StreamAdmin streams, StreamCatalog catalog, StreamKeys keys) {
        this.streams = streams;
        this.catalog = catalog;
        this.keys = keys;
    }

    /** By stream name; only streams with dead letters. */
    public Map<String, Long> byStream() {
        return found.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> catalog.stream(entry.getKey()).name(),
                        entry -> entry.getValue().number(),
                        Long::sum,
                        TreeMap::new));
    }

    /** Posts of the newest {@value #NEWEST} dead letters of each stream. */
    public Set<UUID> posts() {
        return found.values().stream().flatMap(one -> one.posts().stream()).collect(Collectors.toSet());
    }

    @Scheduled(fixedDelay = 5_000, initialDelay = 1_000)
    void refresh() {
        try {
            Map<String, Found> now = new HashMap<>();
            for (EventStream stream : catalog.streams()) {
                for (String key : keys.of(stream)) {
                    long number = number(key);
                    if (number > 0) {
                        Found before = found.get(key);
                        now.put(
                                key,
                                before != null && before.number() == number ? before : new Found(number, read(key)));
                    }
                }
            }
            found = Map.copyOf(now);
        } catch (RedisException e) {
            LOG.debug("Dead letters cannot be read while Redis is away", e);
        }
    }

    private long number(String key) {
        try {
            return streams.stream(key).deadLetters();
        } catch (RedisCommandExecutionException e) {
            if (StreamStates.isOfAnotherType(e)) {
                return 0;
            }
            throw e;
        }
    }

    private Set<UUID> read(String key) {
        Set<UUID> posts = new HashSet<>();
        streams.readNewest(StreamGroup.deadLetterKey(key), NEWEST, entry -> StageEntry.postIn(entry.fields())
                .ifPresent(posts::add));
        return Set.copyOf(posts);
    }
}
