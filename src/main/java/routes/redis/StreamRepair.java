package routes.redis;

import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replays dead letters and entries, removes dead letters, and moves consumer groups. Each call is one script and therefore atomic. All
 * methods throw {@link io.lettuce.core.RedisException} if Redis does not respond, or a key is not a stream.
 */
public record StreamRepair(RedisLink link) {
    /** Field of a replayed entry: the number of replays. */
    public static final String REPLAY_COUNT = "replay_count";

    /** Field of a replayed entry: the group that it is for. Other groups acknowledge it without processing it. */
    public static final String REPLAY_GROUP = "replay_group";

    /** Longer than any claimMinIdle. */
    private static final Duration IDLE = Duration.ofDays(1);

    private static final Script REPLAY = Script.read(StreamRepair.class, "replayed.lua", "replay.lua");
    private static final Script COPY = Script.read(StreamRepair.class, "replayed.lua", "copy.lua");
    private static final Script PURGE = Script.read(StreamRepair.class, "purge.lua");
    private static final Script RELEASE = Script.read(StreamRepair.class, "release.lua");

    /**
     * A replayed entry.
     *
     * @param id id of the new entry
     * @param count number of replays, starting at 1
     */
    public record Replayed(String id, int count) {}

    /**
     * The result of removing all dead letters.
     *
     * @param found number of dead letters found
     * @param removed whether they were removed
     */
    public record Purge(long found, boolean removed) {}

    /**
     * Appends a dead letter to its stream again and removes it from the dead letters.
     *
     * @param key Redis key of the stream
     * @param id id of the dead letter
     * @param group the only group that processes the entry; empty for every group
     * @param edited replacement for the fields of the dead letter; empty for none
     * @return empty if there is no such dead letter
     */
    public Optional<Replayed> replay(String key, String id, String group, Map<String, String> edited) {
        List<Object> answer = link.run(REPLAY, List.of(StreamGroup.deadLetterKey(key), key), id, group, edited);
        String copy = (String) answer.get(0);
        return copy.isEmpty() ? Optional.empty() : Optional.of(new Replayed(copy, ((Long) answer.get(1)).intValue()));
    }

    /**
     * Appends a copy of an entry to the end of its stream.
     *
     * @param group the only group that processes the copy; empty for every group
     * @return the id of the copy; empty if there is no such entry, or it is itself a copy for another group
     */
    public Optional<String> copy(String key, String id, String group) {
        String copy = (String) link.run(COPY, List.of(key), id, group).get(0);
        return Optional.of(copy).filter(found -> !found.isEmpty());
    }

    /** Removes all dead letters of the streams with these keys, if their number is as expected. */
    public Purge purge(Collection<String> keys, long expected) {
        List<String> letters = keys.stream().map(StreamGroup::deadLetterKey).toList();
        List<Object> answer = link.run(PURGE, letters, expected);
        return new Purge((Long) answer.get(0), answer.get(1).equals(1L));
    }

    /** @return how many of these dead letters existed and were removed */
    public long remove(String key, Collection<String> ids) {
        return ids.isEmpty()
                ? 0
                : link.call(commands -> commands.xdel(StreamGroup.deadLetterKey(key), ids.toArray(String[]::new)));
    }

    /**
     * Lets the consumers of a group claim the pending entries of consumers that no longer run in their next scan, without waiting for the
     * entries to become idle.
     *
     * @param consumers names of all consumers of the group
     * @return number of released entries
     */
    public long release(StreamGroup group, Collection<String> consumers, int atMost) {
        List<String> keys = new ArrayList<>(List.of(group.key()));
        consumers.forEach(name -> keys.add(group.nameLease(name)));
        return (Long)
                link.run(RELEASE, keys, group.group(), IDLE, atMost, consumers).get(0);
    }

    /** Moves the read position of a group to this id. Its pending entries stay pending. */
    public void moveGroup(StreamGroup group, String id) {
        String unused = link.call(commands -> commands.xgroupSetid(StreamOffset.from(group.key(), id), group.group()));
    }
}
