package routes.operations;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.redis.StreamGroup;
import routes.stages.StageEntry;
import routes.stages.StreamKeys;

/**
 * The state of the streams and the posts with dead letters, for metrics, health and the API. Read from Redis every few seconds, so that a
 * scrape needs no access to Redis. A stream with several keys is reported as one stream.
 */
@Component
public class StreamStates {
    private static final Logger LOG = LoggerFactory.getLogger(StreamStates.class);

    /** Longer than the interval between two reads, so that new entries do not count as waiting. */
    private static final Duration WAITING = Duration.ofSeconds(10);

    private static final int NEWEST_DEAD_LETTERS = 10_000;

    /**
     * A consumer group of a stream.
     *
     * @param lag number of entries not delivered yet
     * @param pending number of entries delivered and not acknowledged
     * @param quiet time without an active consumer
     * @param since time at which the group last had no backlog or made progress
     */
    record Group(long lag, long pending, Duration oldestPending, Duration quiet, Instant since) {
        private static final Duration NO_CONSUMER = ChronoUnit.FOREVER.getDuration();

        /** Lag falls when entries are delivered, pending when they are settled. Both are progress; new entries are not. */
        private static Group of(GroupState state, Optional<Group> before, Instant now) {
            Instant progress = before.filter(last -> state.lag() + state.pending() > 0
                            && state.lag() >= last.lag
                            && state.pending() >= last.pending)
                    .map(Group::since)
                    .orElse(now);
            Duration quiet = state.consumers() == 0 ? NO_CONSUMER : state.quiet();
            return new Group(state.lag(), state.pending(), state.oldestPendingAge(), quiet, progress);
        }

        private boolean hasEntries() {
            return lag + pending > 0;
        }
    }

    /** By stream name, and by stream and group name. */
    private record Snapshot(Map<String, Long> deadLetters, Map<String, Group> groups) {

        Optional<Group> group(String stream, String group) {
            return Optional.ofNullable(groups.get(id(stream, group)));
        }

        boolean hasEntries(String stream, String group) {
            return group(stream, group).filter(Group::hasEntries).isPresent();
        }
    }

    /** The posts with dead letters in a stream. */
    private record DeadPosts(long deadLetters, Set<UUID> posts) {}

    private final StreamAdmin admin;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final StreamConsumers consumers;
    private final Clock clock;
    private final Set<String> noStreams = ConcurrentHashMap.newKeySet();
    private volatile Snapshot snapshot = new Snapshot(Map.of(), Map.of());
    private volatile Map<String, DeadPosts> deadPosts = Map.of();
    private volatile boolean unreachable;

    StreamStates(StreamAdmin admin, StreamCatalog catalog, StreamKeys keys, StreamConsumers consumers, Clock clock) {
        this.admin = admin;
        this.catalog = catalog;
        this.keys = keys;
        this.consumers = consumers;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 5_000, initialDelay = 2_000)
    void refresh() {
        try {
            snapshot = read();
            deadPosts = deadPosts(snapshot);
            unreachable = false;
        } catch (RedisCommandInterruptedException e) {
            Thread.currentThread().interrupt(); // the process is stopping
        } catch (RedisException e) {
            if (!unreachable) {
                LOG.warn("The state of the streams is unknown until Redis is available: {}", e.getMessage());
            }
            unreachable = true;
        }
    }

    private Snapshot read() {
        Map<String, Long> deadLetters = new TreeMap<>();
        Map<String, GroupState> states = new HashMap<>();
        for (EventStream stream : catalog.streams()) {
            for (String key : keys.of(stream)) {
                try {
                    deadLetters.merge(stream.name(), admin.stream(key).deadLetters(), Long::sum);
                    admin.groups(key)
                            .forEach(state -> states.merge(id(stream.name(), state.group()), state, GroupState::plus));
                    noStreams.remove(key);
                } catch (RedisCommandExecutionException e) {
                    if (!String.valueOf(e.getMessage()).startsWith("WRONGTYPE")) {
                        throw e;
                    }
                    if (noStreams.add(key)) {
                        LOG.error(
                                "The Redis key {} or the key of its dead letters is not a stream: rename or delete that key",
                                key);
                    }
                }
            }
        }
        Map<String, Group> before = snapshot.groups();
        Instant now = clock.instant();
        Map<String, Group> groups = new HashMap<>();
        states.forEach((id, state) -> groups.put(id, Group.of(state, Optional.ofNullable(before.get(id)), now)));
        return new Snapshot(deadLetters, groups);
    }

    /** Reads the dead letters of streams in which their number has changed. */
    private Map<String, DeadPosts> deadPosts(Snapshot now) {
        Map<String, DeadPosts> found = new HashMap<>();
        now.deadLetters().forEach((stream, number) -> {
            DeadPosts before = deadPosts.getOrDefault(stream, new DeadPosts(0, Set.of()));
            found.put(stream, before.deadLetters() == number ? before : new DeadPosts(number, readDead(stream)));
        });
        return found;
    }

    private Set<UUID> readDead(String stream) {
        Set<UUID> posts = new HashSet<>();
        for (String key : keys.of(catalog.stream(stream))) {
            admin.readNewest(
                    StreamGroup.deadLetterKey(key), NEWEST_DEAD_LETTERS, entry -> StageEntry.postIn(entry.fields())
                            .ifPresent(posts::add));
        }
        return posts;
    }

    /** Returns false until the first successful read, and while Redis is unavailable. */
    boolean known() {
        return !unreachable && !snapshot.deadLetters().isEmpty();
    }

    /** Returns the number of dead letters by stream name. Streams that could not be read are missing. */
    Map<String, Long> deadLetters() {
        return snapshot.deadLetters();
    }

    /** Returns the posts of the newest {@value #NEWEST_DEAD_LETTERS} dead letters of each stream. */
    public Set<UUID> postsWithDeadLetters() {
        return deadPosts.values().stream()
                .flatMap(dead -> dead.posts().stream())
                .collect(Collectors.toSet());
    }

    Optional<Group> group(String stream, String group) {
        return snapshot.group(stream, group);
    }

    /** Returns whether no stage of any process has entries left, as of the last read. */
    boolean isIdle() {
        return known()
                && catalog.streams().stream().allMatch(stream -> catalog.servedGroups(stream).stream()
                        .noneMatch(group -> snapshot.hasEntries(stream.name(), group)));
    }

    /**
     * Returns whether the stages of this process currently have no entries left. Reads the streams in order. The acknowledgement of an
     * entry and the publication of its outputs are atomic, so no entry is missed. Entries that wait for a retry are pending.
     */
    boolean isIdleNow() {
        Snapshot now = read();
        return consumers.list().stream().noneMatch(one -> now.hasEntries(one.stream(), one.group()));
    }

    /** Returns the current number of dead letters. */
    long deadLettersNow() {
        return read().deadLetters().values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Returns whether entries of a catalogue group wait without a consumer: no route of this process serves the group, and no consumer of
     * another process was active recently. Redis keeps stopped consumers, so their existence is no evidence.
     *
     * @param quiet time without an active consumer
     */
    boolean isUnserved(String stream, String group, Duration quiet) {
        return catalog.knows(stream, group)
                && !consumers.serves(stream, group)
                && group(stream, group)
                        .filter(found ->
                                found.lag() > 0 && found.since().plus(WAITING).isBefore(clock.instant()))
                        .filter(found -> found.quiet().compareTo(quiet) > 0)
                        .isPresent();
    }

    private static String id(String stream, String group) {
        return stream + " " + group;
    }
}
