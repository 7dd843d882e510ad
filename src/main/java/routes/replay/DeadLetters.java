package routes.replay;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.InvalidEventException;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.redis.StreamRepair;
import routes.redis.StreamRepair.Replayed;
import routes.replay.OperatorAudit.Done;
import routes.stages.StreamKeys;

/**
 * Lists, groups, replays and removes dead letters of streams. One script replays a dead letter, only for the group in which it failed, and
 * removes it. So it is never in both places and never published twice. If it fails again, it becomes a new dead letter with a higher
 * {@code replay_count}. No operation includes dead letters that were added after it began.
 */
@Component
public record DeadLetters(
        StreamCatalog catalog,
        StreamKeys keys,
        StreamAdmin admin,
        StreamRepair repair,
        EventCodec codec,
        EditedLetters edited,
        OperatorAudit audit,
        ReplayRate rate) {
    /** Maximum number of entries that one call replays. */
    public static final int MAX_REPLAYED = 1_000;

    /** Maximum number of dead letters of a stream that are read. */
    public static final int MAX_READ = 10_000;

    private static final Pattern ENTRY_ID = Pattern.compile("\\d{1,19}-\\d{1,19}");

    /**
     * The dead letters of one cause.
     *
     * @param newest time at which the newest failed; null if the entry does not contain it
     */
    public record CauseCount(DeadLetter.Cause cause, long count, String oldest, String newest, String example) {}

    /** @param replayedAs id of the edited entry that was published instead of the dead letter; null if it was not edited */
    public record Shown(DeadLetter letter, String replayedAs, String editedBy) {}

    /**
     * Returns the dead letters of a stream, newest first.
     *
     * @param cause only those of this cause; null for all
     * @param before only those before this one; null for the newest
     */
    public List<DeadLetter> list(String stream, String cause, String before, int limit) {
        EventStream known = stream(stream);
        return read(known, cause).stream()
                .sorted(Comparator.comparing(DeadLetter::id, StreamAdmin::compareIds)
                        .reversed())
                .filter(letter -> before == null || StreamAdmin.compareIds(letter.id(), entryId("cursor", before)) < 0)
                .limit(limit)
                .toList();
    }

    /** Returns the causes of the newest {@value #MAX_READ} dead letters of a stream, most frequent first. */
    public List<CauseCount> causes(String stream) {
        Map<String, CauseCount> causes = new LinkedHashMap<>();
        for (DeadLetter letter : read(stream(stream), null)) {
            var one = new CauseCount(letter.cause(), 1, letter.failedAt(), letter.failedAt(), letter.id());
            causes.merge(
                    letter.cause().id(),
                    one,
                    (all, next) ->
                            new CauseCount(all.cause(), all.count() + 1, all.oldest(), next.newest(), next.example()));
        }
        return causes.values().stream()
                .sorted(Comparator.comparingLong(CauseCount::count).reversed())
                .toList();
    }

    /** Returns a dead letter, or the kept original of one that was edited and replayed. */
    public Shown show(String stream, String id) {
        EventStream known = stream(stream);
        return find(known, id)
                .map(letter -> new Shown(letter, null, null))
                .or(() -> edited.find(known.name(), id))
                .orElseThrow(() -> noSuch(known, id));
    }

    public Replayed replay(Operator who, String stream, String id) {
        EventStream known = stream(stream);
        return audit.record(who, "replayDeadLetter", Map.of("stream", known.name(), "id", id), () -> {
            DeadLetter letter = find(known, id).orElseThrow(() -> noSuch(known, id));
            Replayed copy = publish(letter, Map.of()).orElseThrow(() -> noSuch(known, id));
            return new Done<>(copy, 1, "published again as " + copy.id() + ", replay " + copy.count());
        });
    }

    /**
     * Replays a dead letter with other fields. The original is kept in the table {@code dead_letter_originals}.
     *
     * @param fields all fields of the entry; they must form a valid event
     */
    public Replayed replayEdited(Operator who, String stream, String id, Map<String, String> fields) {
        EventStream known = stream(stream);
        Optional<DeadLetter> before = find(known, id);
        // names only: the values contain text of posts
        Map<String, Object> arguments = Map.of(
                "stream",
                known.name(),
                "id",
                id,
                "changed",
                before.map(letter -> changed(letter.fields(), fields)).orElse(List.of()));
        return audit.record(who, "replayEdited", arguments, () -> {
            DeadLetter letter = before.orElseThrow(() -> noSuch(known, id));
            requireValid(known, fields);
            edited.keep(letter, fields, who);
            Replayed copy = publish(letter, fields).orElseThrow(() -> noSuch(known, id));
            edited.replayed(letter, copy.id());
            return new Done<>(copy, 1, "edited and published as " + copy.id() + ", replay " + copy.count());
        });
    }

    /** @param edited replacement for the fields of the dead letter; empty for none */
    private Optional<Replayed> publish(DeadLetter letter, Map<String, String> edited) {
        rate.await();
        return repair.replay(letter.key(), letter.id(), letter.group(), edited);
    }

    private static List<String> changed(Map<String, String> before, Map<String, String> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
        return List.copyOf(names);
    }

    private void requireValid(EventStream stream, Map<String, String> fields) {
        if (fields.isEmpty()) {
            throw RefusedException.invalid("fields", "An entry must have at least one field");
        }
        for (String name : fields.keySet()) {
            if (name.startsWith("dlq_")
                    || name.equals(StreamRepair.REPLAY_COUNT)
                    || name.equals(StreamRepair.REPLAY_GROUP)) {
                throw RefusedException.invalid("fields", "The field " + name + " is reserved for the program");
            }
        }
        try {
            if (stream.builtIn()) {
                codec.read(stream.name(), fields);
            } else {
                codec.readOwn(stream.name(), fields);
            }
        } catch (InvalidEventException e) {
            throw RefusedException.invalid("fields", e.getMessage());
        }
    }

    /**
     * Replays the oldest dead letters of a stream, in order.
     *
     * @param cause only those of this cause; null for all
     * @param max 1 to {@value #MAX_REPLAYED}
     * @param expected number reported by a dry run; null to skip the check
     */
    public Replay replayAll(Operator who, String stream, String cause, int max, Integer expected, boolean dryRun) {
        EventStream known = stream(stream);
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("stream", known.name());
        arguments.put("cause", cause == null ? "" : cause);
        arguments.put("max", max);
        arguments.put("dry_run", dryRun);
        return audit.record(who, cause == null ? "replayDeadLetters" : "replayCause", arguments, () -> {
            requireMax(max);
            List<DeadLetter> all = read(known, cause);
            if (cause != null && all.isEmpty()) {
                throw RefusedException.unknown(
                        "cause", "No dead letter of " + known.name() + " has the cause " + cause);
            }
            List<DeadLetter> chosen = all.subList(0, Math.min(max, all.size()));
            requireCount(expected, chosen.size());
            int replayed = dryRun
                    ? 0
                    : (int) chosen.stream()
                            .filter(letter -> publish(letter, Map.of()).isPresent())
                            .count();
            return Replay.of(dryRun, chosen.size(), replayed, all.size() > chosen.size())
                    .done();
        });
    }

    /**
     * Permanently removes dead letters.
     *
     * @param cause only those of this cause; null for all
     * @param expected expected number of dead letters
     * @return number of removed dead letters
     */
    public long purge(Operator who, String stream, String cause, long expected) {
        EventStream known = stream(stream);
        Map<String, Object> arguments =
                Map.of("stream", known.name(), "cause", cause == null ? "" : cause, "expected_count", expected);
        return audit.record(who, "purgeDeadLetters", arguments, () -> {
            long removed = cause == null ? purgeAll(known, expected) : purgeCause(known, cause, expected);
            return new Done<>(removed, removed, removed + " dead letters were deleted");
        });
    }

    private long purgeAll(EventStream stream, long expected) {
        StreamRepair.Purge purge = repair.purge(keys.of(stream), expected);
        if (!purge.removed()) {
            throw unexpected(expected, purge.found());
        }
        return purge.found();
    }

    private long purgeCause(EventStream stream, String cause, long expected) {
        List<DeadLetter> found = read(stream, cause);
        if (found.size() != expected) {
            throw unexpected(expected, found.size());
        }
        long removed = 0;
        for (String key : keys.of(stream)) {
            removed += repair.remove(
                    key,
                    found.stream()
                            .filter(letter -> letter.key().equals(key))
                            .map(DeadLetter::id)
                            .toList());
        }
        return removed;
    }

    /** Permanently removes one dead letter. */
    public long purgeOne(Operator who, String stream, String id) {
        EventStream known = stream(stream);
        return audit.record(who, "purgeDeadLetter", Map.of("stream", known.name(), "id", id), () -> {
            DeadLetter letter = find(known, id).orElseThrow(() -> noSuch(known, id));
            long removed = repair.remove(letter.key(), List.of(letter.id()));
            return new Done<>(removed, removed, removed + " dead letters were deleted");
        });
    }

    static void requireMax(int max) {
        if (max < 1 || max > MAX_REPLAYED) {
            throw RefusedException.invalid("max", "max is " + max + "; it must be 1 to " + MAX_REPLAYED);
        }
    }

    static void requireCount(Integer expected, int found) {
        if (expected != null && expected != found) {
            throw unexpected(expected, found);
        }
    }

    static RefusedException unexpected(long expected, long found) {
        return RefusedException.conflict(
                "expected_count",
                expected + " dead letters were expected, but there are " + found + "; nothing was changed");
    }

    private static RefusedException noSuch(EventStream stream, String id) {
        return RefusedException.unknown("entry_id", "The stream " + stream.name() + " has no dead letter " + id);
    }

    EventStream stream(String nameOrKey) {
        return stream(catalog, nameOrKey);
    }

    static EventStream stream(StreamCatalog catalog, String nameOrKey) {
        try {
            return catalog.stream(nameOrKey);
        } catch (IllegalArgumentException e) {
            throw RefusedException.unknown("stream", e.getMessage());
        }
    }

    private Optional<DeadLetter> find(EventStream stream, String id) {
        String exact = entryId("entry_id", id);
        return keys.of(stream).stream()
                .flatMap(key -> admin.read(StreamGroup.deadLetterKey(key), exact, exact, 1).stream()
                        .map(entry -> DeadLetter.of(stream.name(), key, entry)))
                .findFirst();
    }

    static String entryId(String field, String id) {
        if (id == null || !ENTRY_ID.matcher(id).matches()) {
            throw RefusedException.invalid(field, "'" + id + "' is not the id of an entry, such as 1769860800000-0");
        }
        return id;
    }

    /** Reads the newest {@value #MAX_READ} dead letters, oldest first. */
    private List<DeadLetter> read(EventStream stream, String cause) {
        Predicate<DeadLetter> wanted =
                cause == null ? letter -> true : letter -> letter.cause().id().equals(cause);
        List<DeadLetter> found = new ArrayList<>();
        for (String key : keys.of(stream)) {
            List<DeadLetter> ofKey = new ArrayList<>();
            admin.readNewest(StreamGroup.deadLetterKey(key), MAX_READ, entry -> {
                DeadLetter letter = DeadLetter.of(stream.name(), key, entry);
                if (wanted.test(letter)) {
                    ofKey.add(letter);
                }
            });
            Collections.reverse(ofKey);
            found.addAll(ofKey);
        }
        return found;
    }
}
