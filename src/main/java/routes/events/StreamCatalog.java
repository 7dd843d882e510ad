package routes.events;

import static java.util.Map.entry;
import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All streams, their Redis keys and their consumer groups. This class is the only place that defines them. */
public final class StreamCatalog {
    /** Stages by their consumer groups. */
    private static final Map<String, String> STAGES = Map.ofEntries(
            entry("post_persist_workers", "post-persistence"),
            entry("album_persist_workers", "post-persistence"),
            entry("tagging_workers", "tagging"),
            entry("vision_workers", "vision"),
            entry("retagging_workers", "retagging"),
            entry("album_assemblers", "album-assembler"),
            entry("tag_persist_workers", "tag-persistence"),
            entry("crawl_trigger_workers", "crawl-trigger"),
            entry("crawl_workers", "crawl"),
            entry("enrich_workers", "enrichment"),
            entry("indexing_workers", "indexing"),
            entry("digest_workers", "digest"),
            entry("cleanup_workers", "cleanup"));

    /** Groups of stages that read the database instead of the stream (decision 48). The groups exist, but no entries are kept for them. */
    private static final Map<String, String> UNUSED = Map.of("trend_workers", "trends");

    /** All streams; replaced as a whole when integrators change their streams. */
    private static final class Contents {
        final Map<String, EventStream> byName = new LinkedHashMap<>();
        final Map<String, EventStream> byKey = new LinkedHashMap<>();
        final Map<Class<? extends Event>, EventStream> byType = new LinkedHashMap<>();

        Contents(OwnStreams own) {
            add("posts.parsed", PostParsed.class, "ingest, API", "post_persist_workers", "tagging_workers");
            add("albums.parsed", AlbumParsed.class, "ingest", "album_persist_workers", "album_assemblers");
            add("posts.vision.uploaded", VisionUploaded.class, "ingest", "vision_workers");
            add("posts.vision.analyzed", VisionAnalyzed.class, "vision", "retagging_workers", "album_assemblers");
            add(
                    "posts.tagged",
                    PostTagged.class,
                    "tagging, retagging",
                    "tag_persist_workers",
                    "crawl_trigger_workers",
                    "enrich_workers");
            add("posts.crawl", PostCrawl.class, "crawl trigger", "crawl_workers");
            add("posts.enriched", PostEnriched.class, "enrichment, crawl", "indexing_workers");
            add("posts.indexed", PostIndexed.class, "indexing", "trend_workers");
            add("album.assembled", AlbumAssembled.class, "album assembler", "indexing_workers");
            add("posts.deleted", PostDeleted.class, "ingest, clean-up, API", "cleanup_workers");
            add("digests.generate", DigestsGenerate.class, "scheduler, API", "digest_workers");
            add("trends.emerging", TrendsEmerging.class, "trends");
            own.groups().forEach((name, groups) -> {
                EventStream known = byName.get(name);
                Set<String> all = new LinkedHashSet<>(known == null ? List.of() : known.groups());
                all.addAll(groups);
                put(
                        known == null
                                ? new EventStream(name, keyOf(name), null, List.of(), List.copyOf(all))
                                : new EventStream(
                                        name, known.key(), known.type(), known.publishers(), List.copyOf(all)));
            });
        }

        private void add(String name, Class<? extends Event> type, String publishers, String... groups) {
            put(new EventStream(name, keyOf(name), type, List.of(publishers.split(", ")), List.of(groups)));
        }

        private void put(EventStream stream) {
            byName.put(stream.name(), stream);
            byKey.put(stream.key(), stream);
            if (stream.type() != null) {
                byType.put(stream.type(), stream);
            }
        }
    }

    private volatile Contents contents;

    /** Creates a catalogue of the product's streams only. */
    public StreamCatalog() {
        this(OwnStreams.NONE);
    }

    /** Creates a catalogue that includes the streams and groups of integrators. */
    public StreamCatalog(OwnStreams own) {
        update(own);
    }

    /** Replaces the streams and groups of integrators. */
    public void update(OwnStreams own) {
        contents = new Contents(own);
    }

    private static String keyOf(String name) {
        return "stream:" + name.replace('.', ':');
    }

    /** Returns the product's stage that a group of a stream belongs to, whether or not it uses the group; empty for other groups. */
    public Optional<String> stage(String stream, String group) {
        EventStream known = contents.byName.get(stream);
        return known != null && known.groups().contains(group)
                ? Optional.ofNullable(STAGES.getOrDefault(group, UNUSED.get(group)))
                : Optional.empty();
    }

    /** Returns whether the stream has this group. */
    public boolean knows(String stream, String group) {
        EventStream known = contents.byName.get(stream);
        return known != null && known.groups().contains(group);
    }

    /** Returns the streams in pipeline order, from the parsed post to the trend, then those of integrators. */
    public List<EventStream> streams() {
        return List.copyOf(contents.byName.values());
    }

    public Set<String> names() {
        return Set.copyOf(contents.byName.keySet());
    }

    /**
     * Returns the stream with this name.
     *
     * @param nameOrKey a logical name or a key in Redis
     * @throws IllegalArgumentException with the known streams, for any other text
     */
    public EventStream stream(String nameOrKey) {
        Contents now = contents;
        EventStream stream = now.byName.getOrDefault(nameOrKey, now.byKey.get(nameOrKey));
        if (stream == null) {
            String known = now.byName.keySet().stream().sorted().collect(joining(", "));
            throw new IllegalArgumentException("Unknown stream '" + nameOrKey + "', known streams are: " + known);
        }
        return stream;
    }

    /** Returns the stream that carries events of this type. */
    public EventStream stream(Class<? extends Event> type) {
        EventStream stream = contents.byType.get(type);
        if (stream == null) {
            throw new IllegalArgumentException("No stream carries " + type.getName());
        }
        return stream;
    }

    /**
     * Returns the Redis key for a logical name.
     *
     * @throws IllegalArgumentException if the catalogue does not contain the name
     */
    public String key(String name) {
        return stream(name).key();
    }

    /** Returns the groups of a stream that stages use: entries are kept for them, and a process should serve them. */
    public List<String> servedGroups(EventStream stream) {
        return stream.groups().stream()
                .filter(group -> !UNUSED.containsKey(group))
                .toList();
    }

    /** Returns everything that a process creates at start: the groups by the key of their stream. */
    public Map<String, Set<String>> groupsByKey() {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        contents.byName.values().forEach(stream -> groups.put(stream.key(), new LinkedHashSet<>(stream.groups())));
        return groups;
    }
}
