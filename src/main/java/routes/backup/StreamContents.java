package routes.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.StreamMessage;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import routes.events.EventStream;
import routes.events.StreamCatalog;
import routes.redis.RedisLink;
import routes.redis.Script;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;

/**
 * The contents of Redis that cannot be recreated: for each stream, the entries that a group has not finished, the positions and pending
 * lists of its groups, and its dead letters; and the values in {@link #VALUES}. Entries keep their ids. Leases, locks and caches of
 * processes are not copied.
 *
 * <p>One script reads the positions of all streams, at one moment. The effects of entries acknowledged at that time are in the database,
 * and therefore in a later snapshot; their outputs are in the streams. The entries themselves are read after that.
 */
record StreamContents(RedisLink redis, ObjectMapper json, Clock clock) {
    /** Keys that outlive a process: processed marks, budgets, pauses, pages, the dead letters of entries. */
    static final List<String> VALUES = List.of(
            "redis-streams:paused:*",
            "redis-streams:letters:*",
            "tagging:processed:*",
            "vision:processed:*",
            "retagging:processed:*",
            "llm:usage:*",
            "vision:budget:*",
            "crawl:budget:*",
            "crawl:cache:*");

    private static final Set<String> KINDS = Set.of("string", "hash", "set");
    private static final String LEASE = ":lease";
    private static final String STREAMS = "stream:*";
    private static final String DEAD_LETTERS = StreamGroup.deadLetterKey("");
    private static final int PAGE = 500;
    private static final int BATCH_ENTRIES = 200;
    private static final int BATCH_CHARACTERS = 1 << 20;

    /** A name that no process uses: the first consumer that scans claims its entries. */
    private static final String CONSUMER = "restored";

    private static final Script POSITIONS = Script.read(StreamContents.class, "positions.lua");
    private static final Script ADD = Script.read(StreamContents.class, "add.lua");
    private static final Script READ_VALUES = Script.read(StreamContents.class, "values.lua");
    private static final Script PUT_VALUES = Script.read(StreamContents.class, "put-values.lua");
    private static final Script GROUP = Script.read(StreamContents.class, "group.lua");

    /** The streams of the product. */
    private static final StreamCatalog CATALOG = new StreamCatalog();

    /**
     * A group at the time of the backup.
     *
     * @param delivered id of the last entry delivered to it
     * @param pending ids of its pending entries, each followed by its number of deliveries
     */
    private record Group(String name, String delivered, List<String> pending) {

        List<String> ids() {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < pending.size(); i += 2) {
                ids.add(pending.get(i));
            }
            return ids;
        }
    }

    /** A stream at the time of the backup. */
    record Position(String key, String lastId, List<Group> groups) {}

    /** Returns the streams of the product and of integrators, at one moment. */
    List<Position> positions() {
        List<String> keys = new ArrayList<>(scan(STREAMS, "stream"));
        CATALOG.streams().stream()
                .filter(EventStream::builtIn)
                .flatMap(stream -> Stream.of(stream.legacyKey(), StreamGroup.deadLetterKey(stream.legacyKey())))
                .filter(key -> redis.call(commands -> commands.type(key)).equals("stream"))
                .forEach(keys::add);
        if (keys.isEmpty()) {
            return List.of();
        }
        List<Object> answer = redis.run(POSITIONS, keys);
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            List<?> stream = (List<?>) answer.get(i);
            if (stream.isEmpty()) {
                continue; // removed in the meantime
            }
            String key = keys.get(i);
            List<Group> groups = ((List<?>) stream.get(1))
                    .stream().map(StreamContents::group).toList();
            positions.add(new Position(key, (String) stream.get(0), groups));
        }
        return positions;
    }

    private static Group group(Object fields) {
        List<?> group = (List<?>) fields;
        return new Group(
                (String) group.get(0),
                (String) group.get(1),
                ((List<?>) group.get(2)).stream().map(String.class::cast).toList());
    }

    /** Returns whether all streams are empty. */
    boolean isEmpty() {
        return scan(STREAMS, "stream").stream().allMatch(key -> redis.call(commands -> commands.xlen(key)) == 0);
    }

    private List<String> scan(String pattern, String type) {
        List<String> keys = new ArrayList<>();
        var wanted = ScanArgs.Builder.matches(pattern).limit(PAGE);
        KeyScanCursor<String> page = redis.call(commands -> commands.scan(ScanCursor.INITIAL, wanted));
        while (true) {
            page.getKeys().stream()
                    .filter(key -> type == null
                            || redis.call(commands -> commands.type(key)).equals(type))
                    .forEach(keys::add);
            if (page.isFinished()) {
                return keys.stream().distinct().sorted().toList();
            }
            ScanCursor next = page;
            page = redis.call(commands -> commands.scan(next, wanted));
        }
    }

    /** Writes one line for each stream, its entries and its groups. */
    void write(List<Position> positions, ArchiveWriter.PartStream out) throws IOException {
        for (Position stream : positions) {
            line(out, Map.of("stream", stream.key(), "last_id", stream.lastId()));
            boolean letters = stream.key().endsWith(DEAD_LETTERS);
            String from = letters ? "0-0" : firstUndelivered(stream);
            var pending = new TreeSet<String>(StreamAdmin::compareIds);
            stream.groups().forEach(group -> pending.addAll(group.ids()));
            for (String id : pending.headSet(from, true)) {
                entries(stream.key(), Range.create(id, id), out);
            }
            while (StreamAdmin.compareIds(from, stream.lastId()) < 0) {
                String after = from;
                String last = entries(
                        stream.key(),
                        Range.from(Range.Boundary.excluding(after), Range.Boundary.including(stream.lastId())),
                        out);
                from = last == null ? stream.lastId() : last;
            }
            for (Group group : stream.groups()) {
                line(out, Map.of("group", group.name(), "delivered", group.delivered(), "pending", group.pending()));
            }
        }
    }

    /**
     * Returns the id up to which all groups have received the entries. Groups that no stage uses are ignored, so entries that only
     * they have not read are not kept.
     */
    private String firstUndelivered(Position stream) {
        return stream.groups().stream()
                .filter(group -> !isUnused(stream.key(), group.name()))
                .map(Group::delivered)
                .min(StreamAdmin::compareIds)
                .orElse(stream.lastId());
    }

    private boolean isUnused(String key, String group) {
        return CATALOG.streams().stream()
                .filter(stream -> stream.key().equals(key))
                .anyMatch(stream -> stream.groups().contains(group)
                        && !CATALOG.servedGroups(stream).contains(group));
    }

    /** @return the last id; null if there were no entries */
    private String entries(String key, Range<String> range, ArchiveWriter.PartStream out) throws IOException {
        List<StreamMessage<String, String>> page =
                redis.call(commands -> commands.xrange(key, range, Limit.from(PAGE)));
        for (StreamMessage<String, String> entry : page) {
            line(out, Map.of("entry", entry.getId(), "fields", entry.getBody()));
            out.counted(1);
        }
        return page.isEmpty() ? null : page.get(page.size() - 1).getId();
    }

    /** Writes the values with their expiry times. */
    void writeValues(ArchiveWriter.PartStream out) throws IOException {
        for (String pattern : VALUES) {
            List<String> keys = scan(pattern, null).stream()
                    .filter(key -> !key.endsWith(LEASE))
                    .toList();
            for (int from = 0; from < keys.size(); from += BATCH_ENTRIES) {
                writeValues(keys.subList(from, Math.min(keys.size(), from + BATCH_ENTRIES)), out);
            }
        }
    }

    private void writeValues(List<String> keys, ArchiveWriter.PartStream out) throws IOException {
        List<Object> values = redis.run(READ_VALUES, keys);
        for (int i = 0; i < keys.size(); i++) {
            List<?> value = (List<?>) values.get(i);
            String kind = (String) value.get(0);
            if (!KINDS.contains(kind)) {
                continue; // expired
            }
            long left = (Long) value.get(1);
            line(
                    out,
                    Map.of(
                            "key",
                            keys.get(i),
                            "kind",
                            kind,
                            "ends_at",
                            left < 0 ? 0 : clock.millis() + left,
                            "value",
                            value.get(2)));
            out.counted(1);
        }
    }

    private void line(ArchiveWriter.PartStream out, Map<String, ?> value) throws IOException {
        out.write(json.writeValueAsBytes(value));
        out.write('\n');
    }

    /** Restores streams, each as a whole; an existing stream is replaced. */
    void restore(InputStream in) throws IOException {
        String key = null;
        String lastId = null;
        var batch = new Batch();
        MappingIterator<JsonNode> lines = json.readerFor(JsonNode.class).readValues(in);
        while (lines.hasNextValue()) {
            JsonNode line = lines.nextValue();
            if (line.has("stream")) {
                batch.send(key);
                key = line.path("stream").asText();
                lastId = line.path("last_id").asText();
                String stream = key;
                long unused = redis.call(commands -> commands.del(stream));
            } else if (line.has("entry")) {
                batch.add(line.path("entry").asText(), line.path("fields"));
                if (batch.isFull()) {
                    batch.send(key);
                }
            } else {
                batch.send(key);
                List<String> pending = new ArrayList<>();
                line.path("pending").forEach(one -> pending.add(one.asText()));
                redis.run(
                        GROUP,
                        List.of(key),
                        line.path("group").asText(),
                        line.path("delivered").asText(),
                        lastId,
                        CONSUMER,
                        pending);
            }
        }
        batch.send(key);
    }

    /** Entries for one call. */
    private final class Batch {
        private final List<Object> arguments = new ArrayList<>();
        private int entries;
        private int characters;

        void add(String id, JsonNode fields) {
            arguments.add(id);
            arguments.add(2 * fields.size());
            fields.properties().forEach(field -> {
                arguments.add(field.getKey());
                arguments.add(field.getValue().asText());
                characters +=
                        field.getKey().length() + field.getValue().asText().length();
            });
            entries++;
        }

        boolean isFull() {
            return entries >= BATCH_ENTRIES || characters >= BATCH_CHARACTERS;
        }

        void send(String key) {
            if (entries > 0) {
                redis.run(ADD, List.of(key), arguments);
            }
            arguments.clear();
            entries = 0;
            characters = 0;
        }
    }

    /** Restores the values that have not expired. */
    void restoreValues(InputStream in) throws IOException {
        MappingIterator<JsonNode> lines = json.readerFor(JsonNode.class).readValues(in);
        List<String> keys = new ArrayList<>();
        List<Object> arguments = new ArrayList<>();
        while (lines.hasNextValue()) {
            JsonNode line = lines.nextValue();
            long endsAt = line.path("ends_at").asLong();
            if (endsAt != 0 && endsAt <= clock.millis()) {
                continue;
            }
            keys.add(line.path("key").asText());
            arguments.addAll(List.of(
                    line.path("kind").asText(), endsAt, line.path("value").size()));
            line.path("value").forEach(one -> arguments.add(one.asText()));
            if (keys.size() == BATCH_ENTRIES) {
                redis.run(PUT_VALUES, keys, arguments);
                keys.clear();
                arguments.clear();
            }
        }
        if (!keys.isEmpty()) {
            redis.run(PUT_VALUES, keys, arguments);
        }
    }
}
