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

/** Operations on streams and their groups: list, replay ranges, release pending entries, move groups. */
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
     * A stream. A stream with several keys is shown as one.
     *
     * @param length number of entries in Redis, including processed entries
     * @param deadLetters number of entries that failed in a group
     */
    public record StreamRow(String stream, long length, long deadLetters, List<GroupRow> groups) {}

    /**
     * @param stage stage that reads; null for a group of an integrator, which may belong to a route of any name
     * @param lag number of entries not delivered yet
     * @param pending number of entries delivered and not acknowledged
     * @param oldestPendingSeconds age of the oldest pending entry; 0 if there are none
     * @param consumers number of known consumers, including those that no longer run
     * @param pausedBecause null if the group is not paused
     */
    public record GroupRow(
            String group,
            String stage,
            long lag,
            long pending,
            long oldestPendingSeconds,
            long consumers,
            String pausedBecause) {}

    /** Returns the current state of all streams, in pipeline order. */
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

    /** Returns whether the group is read. The lag of a built-in group without consumers is meaningless. */
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
     * Appends copies of entries to the end of their stream. Stages recognise entries that they have already processed, unless their
     * idempotency keys were deleted.
     *
     * @param from id of the first entry; - for the oldest
     * @param to id of the last entry; + for the newest at this time
     * @param group the only group that processes the copies; empty for every group
     * @param max 1 to {@value DeadLetters#MAX_REPLAYED}
     * @param expected number reported by a dry run; null to skip the check
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
            // read all entries before the first is published, so that no copy is copied
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
     * Lets the running consumers of a group claim the pending entries of consumers that no longer run, in their next scan (within {@code
     * claimInterval}) and regardless of how long the entries have been pending.
     *
     * @return number of entries
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
     * Moves the read position of a group to an id. Its pending entries stay pending.
     *
     * @param id 0 for all entries of the stream; $ for new entries only
     * @param expectedLag number of entries that the group will then read; no new entries may arrive meanwhile, otherwise the number
     *     differs
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
