package routes.operations;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.redis.StreamAdmin.StreamState;
import routes.stages.StreamKeys;

/**
 * The state of the streams for metrics and health. Read from Redis every few seconds, so a scrape costs nothing. A stream with
 * several keys is reported as one.
 */
@Component
class StreamStates {
    private static final Logger LOG = LoggerFactory.getLogger(StreamStates.class);

    /** {@code since}: when the group last had no backlog or made progress. */
    record Group(GroupState state, Instant since) {}

    private record Snapshot(Map<String, StreamState> streams, Map<String, Group> groups) {}

    private final StreamAdmin admin;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final Clock clock;
    private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());
    private final Set<String> noStreams = new HashSet<>();
    private volatile boolean away;

    StreamStates(StreamAdmin admin, StreamCatalog catalog, StreamKeys keys, Clock clock) {
        this.admin = admin;
        this.catalog = catalog;
        this.keys = keys;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 5_000, initialDelay = 2_000)
    void refresh() {
        try {
            snapshot = read();
            away = false;
        } catch (RedisCommandInterruptedException e) {
            // the process is stopping
            Thread.currentThread().interrupt();
        } catch (RedisException e) {
            if (!away) {
                LOG.warn("The state of the streams is unknown while Redis is away: {}", e.getMessage());
            }
            away = true;
        }
    }

    private Snapshot read() {
        Map<String, StreamState> streams = new HashMap<>();
        Map<String, Group> groups = new HashMap<>();
        for (EventStream stream : catalog.streams()) {
            Map<String, GroupState> states = new HashMap<>();
            for (String key : keys.of(stream)) {
                try {
                    streams.merge(stream.name(), admin.stream(key), StreamStates::together);
                    admin.groups(key).forEach(state -> states.merge(state.group(), state, StreamStates::together));
                    noStreams.remove(key);
                } catch (RedisCommandExecutionException e) {
                    if (!isOfAnotherType(e)) {
                        throw e;
                    }
                    if (noStreams.add(key)) {
                        LOG.error("The Redis key {} or its dead letters hold no stream: rename what is there", key);
                    }
                }
            }
            states.forEach((group, state) -> {
                String id = id(stream.name(), group);
                groups.put(id, new Group(state, since(snapshot.groups().get(id), state)));
            });
        }
        return new Snapshot(streams, groups);
    }

    /** Whether the key of the command is not a stream. */
    static boolean isOfAnotherType(RedisCommandExecutionException e) {
        return String.valueOf(e.getMessage()).startsWith("WRONGTYPE");
    }

    private static StreamState together(StreamState one, StreamState other) {
        return new StreamState(one.key(), one.length() + other.length(), one.deadLetters() + other.deadLetters());
    }

    private static GroupState together(GroupState one, GroupState other) {
        return new GroupState(
                one.key(),
                one.group(),
                one.lag() + other.lag(),
                one.lagExact() && other.lagExact(),
                one.pending() + other.pending(),
                Collections.max(List.of(one.oldestPendingAge(), other.oldestPendingAge())),
                Collections.max(List.of(one.oldestPendingIdle(), other.oldestPendingIdle())),
                one.consumers() + other.consumers(),
                quiet(one, other));
    }

    private static Duration quiet(GroupState one, GroupState other) {
        if (one.consumers() == 0 || other.consumers() == 0) {
            return one.consumers() == 0 ? other.quiet() : one.quiet();
        }
        return Collections.min(List.of(one.quiet(), other.quiet()));
    }

    // Lag falls when entries are delivered, pending when they are settled. Both are progress; new entries are not.
    private Instant since(Group before, GroupState now) {
        boolean idle = now.lag() + now.pending() == 0;
        boolean moved = before == null
                || now.lag() < before.state().lag()
                || now.pending() < before.state().pending();
        return idle || moved ? clock.instant() : before.since();
    }

    /** False until the first successful read, and while Redis is unavailable. */
    boolean known() {
        return !away && !snapshot.streams().isEmpty();
    }

    Optional<StreamState> stream(String name) {
        return Optional.ofNullable(snapshot.streams().get(name));
    }

    Optional<Group> group(String stream, String group) {
        return Optional.ofNullable(snapshot.groups().get(id(stream, group)));
    }

    private static String id(String stream, String group) {
        return stream + " " + group;
    }
}
