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
import routes.redisstreams.StreamInspector;
import routes.redisstreams.StreamInspector.GroupState;
import routes.redisstreams.StreamInspector.StreamState;
import routes.stages.StreamKeys;

/**
 * What metrics and health know of the streams: read from Redis every few seconds, so that a scrape costs nothing. Where a stream
 * has more keys than one they are told together.
 */
@Component
class StreamStates {
    private static final Logger LOG = LoggerFactory.getLogger(StreamStates.class);

    /** {@code since}: when the group last had no backlog or settled an entry. */
    record Group(GroupState state, Instant since) {}

    private record Snapshot(Map<String, StreamState> streams, Map<String, Group> groups) {}

    private final StreamInspector inspector;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final Clock clock;
    private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());
    private final Set<String> noStreams = new HashSet<>();
    private volatile boolean away;

    StreamStates(StreamInspector inspector, StreamCatalog catalog, StreamKeys keys, Clock clock) {
        this.inspector = inspector;
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
            // the process stops
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
                    streams.merge(stream.name(), inspector.stream(key), StreamStates::together);
                    inspector.groups(key).forEach(state -> states.merge(state.group(), state, StreamStates::together));
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

    /** Whether the key that a command was about holds no stream. */
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

    // Lag falls as entries are delivered, pending as they are settled: either is progress, new entries are not.
    private Instant since(Group before, GroupState now) {
        boolean idle = now.lag() + now.pending() == 0;
        boolean moved = before == null
                || now.lag() < before.state().lag()
                || now.pending() < before.state().pending();
        return idle || moved ? clock.instant() : before.since();
    }

    /** False until Redis was read for the first time, and while it is away. */
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
