package routes.crawl;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import routes.events.PostCrawl;
import routes.events.Recorded;

/** The events of a batch and the pages they need. Several threads read pages at the same time. */
public final class CrawlPass {
    /** Owner of the leases of this batch. */
    final String id = UUID.randomUUID().toString();

    final List<PostCrawl> events;
    final Map<UUID, CrawlStore.StoredPost> posts;

    /** One for each event; null while it depends on the pages. */
    final Recorded[] answers;

    final Map<PageTask, CrawledPage> pages = new ConcurrentHashMap<>();

    /** The copies that the cache has of pages that are asked for again. */
    final Map<PageTask, CrawledPage> copies = new ConcurrentHashMap<>();

    /** Owners of the claims of this batch. */
    final Map<PageTask, String> claims = new ConcurrentHashMap<>();

    /** Pages that another worker is reading, or whose host is busy. */
    final Set<PageTask> held = ConcurrentHashMap.newKeySet();

    /** The pages, and before when a copy of each is too old; null for no such time. */
    private final Map<PageTask, Instant> tasks = new LinkedHashMap<>();

    /** When the work on each host began, as {@link System#nanoTime}. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    private final Map<PageTask, Duration> delays = new ConcurrentHashMap<>();
    private final AtomicReference<Exception> outage = new AtomicReference<>();

    CrawlPass(List<PostCrawl> events, Map<UUID, CrawlStore.StoredPost> posts) {
        this.events = List.copyOf(events);
        this.posts = posts;
        answers = new Recorded[events.size()];
    }

    /** @param notBefore copies that were checked earlier do not count; null if the age of copies does not matter */
    void add(PageTask task, Instant notBefore) {
        Instant before = tasks.get(task);
        tasks.put(task, before == null || (notBefore != null && notBefore.isAfter(before)) ? notBefore : before);
    }

    /** The latest time that one of the events demands; null if none does. */
    Instant notBefore(PageTask task) {
        return tasks.get(task);
    }

    /** The pages by host, so that a batch asks a host for one page at a time. */
    Collection<List<PageTask>> hosts() {
        return tasks.keySet().stream()
                .collect(Collectors.groupingBy(PageTask::host, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    /**
     * Records that a page is fetched after this delay.
     *
     * @return the time between the beginning of the work on its host and the fetch
     */
    Duration begin(PageTask task, Duration delay) {
        long now = System.nanoTime();
        delays.put(task, delay);
        Long first = begun.putIfAbsent(task.host(), now);
        return delay.plusNanos(first == null ? 0 : now - first);
    }

    Duration delay(PageTask task) {
        return delays.getOrDefault(task, Duration.ZERO);
    }

    /** Something that all pages need is unavailable. The first of several failures stays. */
    void outage(Exception failure) {
        outage.compareAndSet(null, failure);
    }

    /** Null if everything is available. */
    Exception outage() {
        return outage.get();
    }
}
