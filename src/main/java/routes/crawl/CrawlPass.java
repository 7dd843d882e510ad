package routes.crawl;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import routes.events.PostCrawl;
import routes.events.Recorded;

/** The events of a batch and the pages they need. Several threads read pages at the same time. */
public final class CrawlPass {
    private final List<PostCrawl> events;
    private final Map<UUID, CrawlStore.StoredPost> posts;
    private final Recorded[] answers;
    /** The pages, and before when a copy of each is too old; null for no such time. */
    private final Map<PageTask, Instant> tasks = new LinkedHashMap<>();

    private final Map<PageTask, CrawledPage> pages = new ConcurrentHashMap<>();
    /** The copies that the cache has of pages that are asked for again. */
    private final Map<PageTask, CrawledPage> copies = new ConcurrentHashMap<>();

    /** Owners of the claims of this batch. */
    private final Map<PageTask, String> claims = new ConcurrentHashMap<>();

    /** When the work on each host began, as {@link System#nanoTime}. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    private final Map<PageTask, Duration> delays = new ConcurrentHashMap<>();
    private final String id = UUID.randomUUID().toString();
    private final Set<PageTask> held = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Exception> outage = new AtomicReference<>();

    CrawlPass(List<PostCrawl> events, Map<UUID, CrawlStore.StoredPost> posts) {
        this.events = List.copyOf(events);
        this.posts = posts;
        this.answers = new Recorded[events.size()];
    }

    List<PostCrawl> events() {
        return events;
    }

    CrawlStore.StoredPost post(UUID id) {
        return posts.get(id);
    }

    /** The answer to an event that is known already; null if it depends on the pages. */
    Recorded answer(int event) {
        return answers[event];
    }

    void answer(int event, Recorded answer) {
        answers[event] = answer;
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
        Map<String, List<PageTask>> hosts = new LinkedHashMap<>();
        tasks.keySet().forEach(task -> hosts.computeIfAbsent(task.host(), host -> new ArrayList<>())
                .add(task));
        return hosts.values();
    }

    /** The owner of the leases of this batch. */
    String id() {
        return id;
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

    Map<PageTask, CrawledPage> pages() {
        return pages;
    }

    Map<PageTask, CrawledPage> copies() {
        return copies;
    }

    Map<PageTask, String> claims() {
        return claims;
    }

    /** Pages that another worker is reading, or whose host is busy. */
    Set<PageTask> held() {
        return held;
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
