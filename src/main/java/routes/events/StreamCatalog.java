package routes.events;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All streams, their keys in Redis and their consumer groups: the only place that knows them. */
public final class StreamCatalog {

    /** Groups of stages that are not built yet. They exist from the first start, but nothing is kept for them. */
    private static final Set<String> PLANNED = Set.of(
            "vision_workers", "retagging_workers", "album_assemblers", "crawl_workers", "trend_workers", "digest_workers");

    private final Map<String, EventStream> byName = new LinkedHashMap<>();
    private final Map<String, EventStream> byKey = new LinkedHashMap<>();
    private final Map<Class<? extends Event>, EventStream> byType = new LinkedHashMap<>();

    public StreamCatalog() {
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
    }

    private void add(String name, Class<? extends Event> type, String publishers, String... groups) {
        String key = "stream:" + name.replace('.', ':');
        EventStream stream = new EventStream(name, key, type, List.of(publishers.split(", ")), List.of(groups));
        byName.put(name, stream);
        byKey.put(key, stream);
        byType.put(type, stream);
    }

    /** From the parsed post to the trend. */
    public List<EventStream> streams() {
        return List.copyOf(byName.values());
    }

    /** The logical names. */
    public Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /**
     * The stream of a name.
     *
     * @param nameOrKey a logical name or a key in Redis
     * @throws IllegalArgumentException for any other text, naming the known streams
     */
    public EventStream stream(String nameOrKey) {
        EventStream stream = byName.getOrDefault(nameOrKey, byKey.get(nameOrKey));
        if (stream == null) {
            String known = byName.keySet().stream().sorted().collect(joining(", "));
            throw new IllegalArgumentException("Unknown stream '" + nameOrKey + "', known are: " + known);
        }
        return stream;
    }

    /** The stream that carries events of this kind. */
    public EventStream stream(Class<? extends Event> type) {
        EventStream stream = byType.get(type);
        if (stream == null) {
            throw new IllegalArgumentException("No stream carries " + type.getName());
        }
        return stream;
    }

    /**
     * The key in Redis of a logical name.
     *
     * @throws IllegalArgumentException if the catalogue does not have the name
     */
    public String key(String name) {
        return stream(name).key();
    }

    /** The groups of a stream whose stages are built: entries are kept for them, and somebody should serve them. */
    public List<String> servedGroups(EventStream stream) {
        return stream.groups().stream().filter(group -> !PLANNED.contains(group)).toList();
    }

    /** Everything that a process creates at start: the groups by the key of their stream. */
    public Map<String, Set<String>> groupsByKey() {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        byName.values().forEach(stream -> groups.put(stream.key(), new LinkedHashSet<>(stream.groups())));
        return groups;
    }
}
