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
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import routes.events.PostCrawl;
import routes.events.Recorded;

/** The events of a batch and the pages they need. Several threads read pages concurrently. */
public final class CrawlPass {
    /** Owner of the leases of this batch. */
    final String id = UUID.randomUUID().toString();

    final List<PostCrawl> events;
    final Map<UUID, CrawlStore.StoredPost> posts;

    /** One answer per event; null while it depends on pages. */
    final Recorded[] answers;

    final Map<PageTask, CrawledPage> pages = new ConcurrentHashMap<>();

    /** Cached copies of pages that are requested again. */
    final Map<PageTask, CrawledPage> copies = new ConcurrentHashMap<>();

    /** Owners of the claims of this batch. */
    final Map<PageTask, String> claims = new ConcurrentHashMap<>();

    /** Pages that another worker is reading, or whose host is in use. */
    final Set<PageTask> held = ConcurrentHashMap.newKeySet();

    /** Measures the time spent on a host. Tests replace it. */
    LongSupplier nanoTime = System::nanoTime;

    /** The pages with the minimum check time of cached copies; null for no minimum. */
    private final Map<PageTask, Instant> tasks = new LinkedHashMap<>();

    /** Start of the work on each host, as {@link #nanoTime}. */
    private final Map<String, Long> begun = new ConcurrentHashMap<>();

    private final Map<PageTask, Duration> delays = new ConcurrentHashMap<>();
    private final AtomicReference<Exception> outage = new AtomicReference<>();

    CrawlPass(List<PostCrawl> events, Map<UUID, CrawlStore.StoredPost> posts) {
        this.events = List.copyOf(events);
        this.posts = posts;
        answers = new Recorded[events.size()];
    }

    /** @param notBefore copies that were checked before this time are ignored; null to accept copies of any age */
    void add(PageTask task, Instant notBefore) {
        Instant before = tasks.get(task);
        tasks.put(task, before == null || (notBefore != null && notBefore.isAfter(before)) ? notBefore : before);
    }

    /** Returns the latest minimum check time of the events; null if there is none. */
    Instant notBefore(PageTask task) {
        return tasks.get(task);
    }

    /** Returns the pages by host, so that a batch requests one page of a host at a time. */
    Collection<List<PageTask>> hosts() {
        return tasks.keySet().stream()
                .collect(Collectors.groupingBy(PageTask::host, LinkedHashMap::new, Collectors.toList()))
                .values();
    }

    /**
     * Records that a page is to be fetched after this delay.
     *
     * @return time from the start of the work on the host to the fetch
     */
    Duration begin(PageTask task, Duration delay) {
        long now = nanoTime.getAsLong();
        delays.put(task, delay);
        Long first = begun.putIfAbsent(task.host(), now);
        return delay.plusNanos(first == null ? 0 : now - first);
    }

    Duration delay(PageTask task) {
        return delays.getOrDefault(task, Duration.ZERO);
    }

    /** Records that a service needed by all pages is unavailable. The first of several failures is kept. */
    void outage(Exception failure) {
        outage.compareAndSet(null, failure);
    }

    /** Returns the failure; null if all services are available. */
    Exception outage() {
        return outage.get();
    }
}
