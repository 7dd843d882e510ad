package routes.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.redis.StreamGroup;
import routes.redis.StreamRepair;
import routes.replay.OperatorAudit.Done;
import routes.stages.StreamKeys;

/** Streams and their groups: shown, ranges published again, pending entries released, groups moved. */
@Component
public record StreamOperations(
        StreamCatalog catalog,
        StreamKeys keys,
        StreamAdmin admin,
        StreamRepair repair,
        OperatorAudit audit,
        ReplayRate rate) {
    private static final int MAX_RELEASED = 10_000;
    private static final long MAX_LAG_COUNTED = 1_000_000;
    private static final String ID_OR_ALL = "-|\\+|\\d{1,19}(-\\d{1,19})?";

    /**
     * A stream. One with several keys is shown as one.
     *
     * @param length      entries in Redis, processed ones included
     * @param deadLetters entries that a group gave up
     */
    public record StreamRow(String stream, long length, long deadLetters, List<GroupRow> groups) {}

    /**
     * A consumer group.
     *
     * @param stage                the stage that reads; null for a group of an integrator, which may be a route of any name
     * @param lag                  entries that were not delivered
     * @param pending              entries that were delivered and not acknowledged
     * @param oldestPendingSeconds age of the oldest of them; 0 if there are none
     * @param consumers            known consumers, those that no longer run included
     * @param pausedBecause        null if the group is not paused
     */
    public record GroupRow(
            String group,
            String stage,
            long lag,
            long pending,
            long oldestPendingSeconds,
            long consumers,
            String pausedBecause) {}

    /** All streams, in the order of the pipeline, as they are now. */
    public List<StreamRow> list() {
        List<StreamRow> rows = new ArrayList<>();
        for (EventStream stream : catalog.streams()) {
            long length = 0;
            long dead = 0;
            Map<String, GroupState> groups = new LinkedHashMap<>();
            for (String key : keys.of(stream)) {
                StreamAdmin.StreamState state = admin.stream(key);
                length += state.length();
                dead += state.deadLetters();
                admin.groups(key).stream()
                        .filter(group -> isRead(stream, group))
                        .forEach(group -> groups.merge(group.group(), group, GroupState::plus));
            }
            rows.add(new StreamRow(
                    stream.name(),
                    length,
                    dead,
                    groups.values().stream().map(group -> row(stream, group)).toList()));
        }
        return rows;
    }

    /** The lag of a built-in group without consumers means nothing. */
    private boolean isRead(EventStream stream, GroupState group) {
        return group.consumers() > 0
                || !stream.groups().contains(group.group())
                || catalog.servedGroups(stream).contains(group.group());
    }

    private GroupRow row(EventStream stream, GroupState state) {
        return new GroupRow(
                state.group(),
                catalog.stage(stream.name(), state.group()).orElse(null),
                state.lag(),
                state.pending(),
                state.oldestPendingAge().toSeconds(),
                state.consumers(),
                keys.of(stream).stream()
                        .map(key -> admin.pausedBecause(new StreamGroup(stream.name(), key, state.group())))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null));
    }

    /**
     * Publishes entries of a stream again, at its end. Stages recognise what they have done, unless their idempotency was cleared.
     *
     * @param from  id of the first entry; - for the oldest
     * @param to    id of the last; + for the newest one there is now
     * @param group that alone processes the copies; empty for every group
     * @param max   1 to {@value DeadLetters#MAX_REPLAYED}
     * @param expected how many the operator saw in a dry run; null for not checked
     */
    public Replay replayRange(
            Operator who,
            String stream,
            String from,
            String to,
            String group,
            int max,
            Integer expected,
            boolean dryRun) {
        EventStream known = DeadLetters.stream(catalog, stream);
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("stream", known.name());
        arguments.put("from", from);
        arguments.put("to", to);
        arguments.put("group", group);
        arguments.put("max", max);
        arguments.put("dry_run", dryRun);
        return audit.record(who, "replayRange", arguments, () -> {
            DeadLetters.requireMax(max);
            requireId("from_id", from);
            requireId("to_id", to);
            if (!group.isEmpty()) {
                groupsOf(known, group);
            }
            // all are read before the first is published, so that no copy is copied
            Map<String, List<String>> chosen = new LinkedHashMap<>();
            int found = 0;
            boolean more = false;
            for (String key : keys.of(known)) {
                List<String> ids = admin.read(key, from, to, max - found + 1).stream()
                        .map(StreamAdmin.Entry::id)
                        .toList();
                more |= ids.size() > max - found;
                chosen.put(key, ids.subList(0, Math.min(ids.size(), max - found)));
                found += chosen.get(key).size();
            }
            DeadLetters.requireCount(expected, found);
            int replayed = dryRun ? 0 : copy(chosen, group);
            return Replay.of(dryRun, found, replayed, more).done();
        });
    }

    private int copy(Map<String, List<String>> chosen, String group) {
        int replayed = 0;
        for (Map.Entry<String, List<String>> ofKey : chosen.entrySet()) {
            for (String id : ofKey.getValue()) {
                rate.await();
                replayed += repair.copy(ofKey.getKey(), id, group).isPresent() ? 1 : 0;
            }
        }
        return replayed;
    }

    /**
     * Lets the running consumers of a group take over what consumers that no longer run left pending, at their next look (within
     * {@code claimInterval}) and however short it has been pending.
     *
     * @return how many entries
     */
    public long claimNow(Operator who, String stream, String group) {
        EventStream known = DeadLetters.stream(catalog, stream);
        return audit.record(who, "claimNow", Map.of("stream", known.name(), "group", group), () -> {
            long released = 0;
            for (StreamGroup one : groupsOf(known, group)) {
                released += repair.release(one, admin.consumers(one), MAX_RELEASED);
            }
            return new Done<>(
                    released,
                    released,
                    released + " pending entries will be claimed at the next scan of the consumers");
        });
    }

    /**
     * Makes a group read on after an id. Its pending entries stay pending.
     *
     * @param id          0 for all entries of the stream; $ for none but new ones
     * @param expectedLag how many entries the group reads then; the pipeline must be at rest, so that it stays right
     * @return that number
     */
    public long resetGroup(Operator who, String stream, String group, String id, long expectedLag) {
        EventStream known = DeadLetters.stream(catalog, stream);
        Map<String, Object> arguments =
                Map.of("stream", known.name(), "group", group, "id", id, "expected_lag", expectedLag);
        return audit.record(who, "resetGroup", arguments, () -> {
            if (!id.equals("$")) {
                requireId("id", id);
            }
            List<StreamGroup> groups = groupsOf(known, group);
            Map<StreamGroup, String> positions = new LinkedHashMap<>();
            long lag = 0;
            for (StreamGroup one : groups) {
                String position = position(one, id);
                positions.put(one, position);
                lag += admin.countAfter(one.key(), position, MAX_LAG_COUNTED);
            }
            if (lag != expectedLag) {
                throw RefusedException.conflict(
                        "expected_lag",
                        expectedLag + " entries were expected after " + id + ", but there are " + lag
                                + "; nothing was changed");
            }
            positions.forEach(repair::moveGroup);
            return new Done<>(lag, lag, "the group has " + lag + " entries to read");
        });
    }

    private String position(StreamGroup group, String id) {
        return switch (id) {
            case "$", "+" -> Optional.of(group.key()).flatMap(admin::newestId).orElse("0-0");
            case "-" -> "0-0";
            default -> id;
        };
    }

    private List<StreamGroup> groupsOf(EventStream stream, String group) {
        List<StreamGroup> found = keys.of(stream).stream()
                .filter(key -> admin.groups(key).stream()
                        .anyMatch(state -> state.group().equals(group)))
                .map(key -> new StreamGroup(stream.name(), key, group))
                .toList();
        if (found.isEmpty()) {
            throw RefusedException.unknown("group", "The stream " + stream.name() + " has no group " + group);
        }
        return found;
    }

    private static void requireId(String field, String id) {
        if (id == null || !id.matches(ID_OR_ALL)) {
            throw RefusedException.invalid(
                    field, "'" + id + "' is neither the id of an entry, such as 1769860800000-0, nor - or +");
        }
    }
}
