package routes.crawl;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.article.Article;
import routes.article.ArticleExtractor;
import routes.crawl.CrawlStore.LinkedPost;
import routes.crawl.CrawlStore.StoredPost;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostCrawl;
import routes.events.PostEnriched;
import routes.events.PostEnrichedBuilder;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.StorableText;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.idempotency.InProgressElsewhereException;
import routes.outbox.Outbox;
import routes.posts.PostNotThereYetException;
import routes.web.CrawlProperties;
import routes.web.Fetched;
import routes.web.HostLeases;
import routes.web.PageFetcher.Wish;
import routes.web.TelegramLink;
import routes.web.WebAddress;

/**
 * The stage {@code crawl}: reads the pages that posts link to, each once for all posts, and stores their articles. A page that
 * cannot be read gives a result with a reason; it does not fail the entry.
 */
@Component("crawl")
public class Crawl {
    /** The page contains no words. */
    static final String NO_TEXT = "no_text";
    /** The article could not be extracted from the page. */
    static final String UNREADABLE = "unreadable";
    /** The link leads to a Telegram post that the tenant does not have. */
    static final String NOT_STORED = "not_stored";
    /** Another worker is reading the page, or another page of the host. A later delivery adds the page to the row. */
    public static final String WAITING = "waiting";
    /** The host failed to respond several times in a row. It is requested again some minutes later. */
    static final String HOST_BACKOFF = "host_backoff";

    private static final Logger LOG = LoggerFactory.getLogger(Crawl.class);
    private static final String PASS = "crawlPass";
    private static final String TASK = "crawlTask";
    private static final String SOURCE = "crawl";
    private static final int TIMEOUT_SECONDS = 30;
    /** The trigger publishes fewer pages; other producers may publish more. */
    private static final int MAX_PAGES = 20;
    /** Maximum number of an article's characters in the row. The object store contains the whole article. */
    private static final int MAX_ROW_TEXT = 20_000;
    /** Maximum number of an article's characters in the event. */
    private static final int MAX_EVENT_TEXT = 4_000;
    /** Reasons that mean that the host sent no response. */
    private static final Set<String> SILENT = Set.of("timeout", "connect", "dns", "reset");
    /**
     * Maximum time that a batch spends on one host. The host's other pages are deferred to a later delivery, so that it does not
     * delay other hosts.
     */
    private static final Duration HOST_TIME = Duration.ofSeconds(5);
    /** Maximum Crawl-delay accepted from robots.txt. */
    private static final Duration MAX_CRAWL_DELAY = Duration.ofMinutes(1);

    private static final Duration MAX_RETRY_AFTER = Duration.ofMinutes(10);

    private final CrawlStore store;
    private final Outbox outbox;
    private final PageCache cache;
    private final HostLeases leases;
    private final CrawlProperties limits;
    private final ArticleExtractor extractor;
    private final CrawlMetrics metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Crawl(
            CrawlStore store,
            Outbox outbox,
            PageCache cache,
            HostLeases leases,
            CrawlProperties limits,
            ArticleExtractor extractor,
            CrawlMetrics metrics,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.store = store;
        this.outbox = outbox;
        this.cache = cache;
        this.leases = leases;
        this.limits = limits;
        this.extractor = extractor;
        this.metrics = metrics;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /** Returns an instance for trials, which claims, caches and counts nothing; the caller rolls back its database changes. */
    public Crawl rehearsal() {
        return new Crawl(
                store,
                outbox,
                cache.rehearsal(),
                leases.rehearsal(),
                limits,
                extractor,
                new CrawlMetrics(new SimpleMeterRegistry()),
                Objects.requireNonNull(transaction.getTransactionManager()),
                clock);
    }

    /**
     * Up to eight threads that wait for hosts, in addition to the threads of the stage. If all of them are waiting, the stage's
     * thread waits itself.
     */
    @Bean(destroyMethod = "shutdownNow")
    static ExecutorService crawlFetchers() {
        var threads = new CustomizableThreadFactory("crawl-fetch-");
        threads.setDaemon(true);
        return new ThreadPoolExecutor(
                0,
                8,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads,
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /** Determines the pages that the posts need. */
    public CrawlPass begin(@Body List<PostCrawl> batch) {
        CrawlPass pass = new CrawlPass(batch, store.posts(batch));
        Map<PageTask, TelegramLink> links = new LinkedHashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            PostCrawl event = batch.get(i);
            StoredPost post = pass.posts.get(event.postId());
            if (post == null) {
                pass.answers[i] = EntryFailure.counted(new PostNotThereYetException(event.postId()));
            } else if (post.deleted()) {
                pass.answers[i] = StageOutcome.skipped("deleted");
            } else {
                urls(event).forEach(url -> task(event, url).ifPresent(task -> TelegramLink.of(task.address())
                        .ifPresentOrElse(link -> links.put(task, link), () -> pass.add(task, event.notBefore()))));
            }
        }
        readPosts(pass, links);
        return pass;
    }

    /** Reads linked Telegram posts from the database; they are never fetched. */
    private void readPosts(CrawlPass pass, Map<PageTask, TelegramLink> links) {
        Map<PageTask, LinkedPost> posts = links.isEmpty() ? Map.of() : store.linkedPosts(links);
        links.keySet().forEach(task -> {
            CrawledPage page = post(task, posts.get(task));
            pass.pages.put(task, page);
            if (page.isRead()) {
                metrics.success(CrawledPage.TELEGRAM);
            } else {
                metrics.failed(page.reason());
            }
        });
    }

    /** @param post null if the tenant does not have the post */
    static CrawledPage post(PageTask task, LinkedPost post) {
        var source = new CrawledPage.Source(CrawledPage.TELEGRAM, null, null);
        return post == null
                ? CrawledPage.failed(task.url(), NOT_STORED, false, source)
                : CrawledPage.ofPost(task, post, source);
    }

    private static List<String> urls(PostCrawl event) {
        return event.urls().stream().distinct().limit(MAX_PAGES).toList();
    }

    /** Returns an empty result for anything but a web address. */
    private static Optional<PageTask> task(PostCrawl event, String url) {
        return WebAddress.of(url).map(address -> new PageTask(event.tenantId(), address.withoutFragment()));
    }

    /** Returns the pages of the batch by host. */
    public Collection<List<PageTask>> hosts(@ExchangeProperty(PASS) CrawlPass pass) {
        return pass.hosts();
    }

    /**
     * Whether a page must be fetched: it is not cached, no other worker is fetching it or another page of its host, and the host is
     * not in backoff.
     */
    public boolean isWanted(@ExchangeProperty(PASS) CrawlPass pass, @Body PageTask task) {
        if (pass.outage() != null) {
            return false;
        }
        try {
            if (isKnown(pass, task) || isBackedOff(pass, task)) {
                return false;
            }
            Optional<String> owner = holdsHost(pass, task) ? cache.claim(task) : Optional.empty();
            if (owner.isEmpty()) {
                pass.held.add(task);
                return false;
            }
            // another worker may have stored the page between the first check and the claim
            boolean isWanted = !isKnown(pass, task);
            if (isWanted) {
                pass.claims.put(task, owner.get());
            } else {
                cache.release(task, owner.get());
            }
            return isWanted;
        } catch (IOException | RuntimeException e) {
            pass.outage(e);
            return false;
        }
    }

    private boolean holdsHost(CrawlPass pass, PageTask task) {
        Duration delay = leases.acquire(task.host(), pass.id, cache.lease()).orElse(null);
        return delay != null && pass.begin(task, delay).compareTo(HOST_TIME) <= 0;
    }

    /** Returns the milliseconds to wait before the page is fetched. */
    public long delay(@ExchangeProperty(PASS) CrawlPass pass, @ExchangeProperty(TASK) PageTask task) {
        return pass.delay(task).toMillis();
    }

    /** Called when the pages of a host have been fetched or deferred. */
    public void release(@ExchangeProperty(PASS) CrawlPass pass, @Body List<PageTask> pages) {
        try {
            leases.release(pages.get(0).host(), pass.id);
        } catch (RuntimeException e) {
            pass.outage(e);
        }
    }

    private boolean isKnown(CrawlPass pass, PageTask task) throws IOException {
        CrawledPage known = cache.find(task).orElse(null);
        if (known != null && cache.isFresh(known, pass.notBefore(task))) {
            pass.pages.put(task, known);
            metrics.skipped("cached");
            return true;
        }
        if (known != null && known.isRead()) {
            pass.copies.put(task, known);
        }
        return false;
    }

    private boolean isBackedOff(CrawlPass pass, PageTask task) {
        if (!cache.isBackedOff(task)) {
            return false;
        }
        CrawledPage copy = pass.copies.get(task);
        var none = new CrawledPage.Source("none", null, clock.instant());
        pass.pages.put(task, copy != null ? copy : CrawledPage.failed(task.url(), HOST_BACKOFF, false, none));
        metrics.skipped(HOST_BACKOFF);
        return true;
    }

    /** Returns the request for the page, with the validators of the cached copy. */
    public Wish wish(@ExchangeProperty(PASS) CrawlPass pass, @ExchangeProperty(TASK) PageTask task) {
        CrawledPage copy = pass.copies.get(task);
        return copy == null ? Wish.of(task.url()) : new Wish(task.url(), copy.etag(), copy.lastModified());
    }

    /** Stores the result of a provider immediately, so that a crash does not repeat the fetch. */
    public void fetched(
            @ExchangeProperty(PASS) CrawlPass pass,
            @ExchangeProperty(TASK) PageTask task,
            @ExchangeProperty(Fetches.PROVIDER) String provider,
            @ExchangeProperty(Fetches.FALLBACK) String fallback,
            @Body Fetched fetched) {
        if (fallback != null) {
            metrics.fallback(fallback);
        }
        var source = new CrawledPage.Source(provider == null ? "other" : provider, fallback, now(pass, task));
        try {
            CrawledPage page = page(pass, task, fetched, source);
            cache.recordHost(task, page.isRead() || !SILENT.contains(page.reason()));
            leases.delay(task.host(), delayAfter(fetched));
            pass.pages.put(task, page);
            cache.release(task, pass.claims.get(task));
        } catch (IOException | RuntimeException e) {
            pass.outage(e);
        }
    }

    /** Returns the delay that the site requests, within limits. */
    private Duration delayAfter(Fetched fetched) {
        if (fetched instanceof Fetched.Failed failed) {
            return longer(failed.retryAfter(), MAX_RETRY_AFTER);
        }
        return longer(
                fetched instanceof Fetched.Page page ? page.crawlDelay() : ((Fetched.NotModified) fetched).crawlDelay(),
                MAX_CRAWL_DELAY);
    }

    private Duration longer(Duration asked, Duration max) {
        if (asked == null || asked.compareTo(limits.hostDelay()) < 0) {
            return limits.hostDelay();
        }
        return asked.compareTo(max) < 0 ? asked : max;
    }

    /**
     * Returns a time not before the time that an event requires, even if this process's clock is slow. Otherwise, the event would
     * repeat forever.
     */
    private Instant now(CrawlPass pass, PageTask task) {
        Instant now = clock.instant();
        Instant notBefore = pass.notBefore(task);
        return notBefore == null || now.isAfter(notBefore) ? now : notBefore;
    }

    /** Handles a failure of the provider's route. */
    public void failed(
            @ExchangeProperty(PASS) CrawlPass pass,
            @ExchangeProperty(TASK) PageTask task,
            @ExchangeException Exception problem) {
        LOG.warn("Cannot fetch {}: {}", task.url(), problem.toString());
        fetched(
                pass,
                task,
                null,
                null,
                new Fetched.Failed("provider_failed", false, task.url(), problem.toString(), null, Duration.ZERO));
    }

    private CrawledPage page(CrawlPass pass, PageTask task, Fetched fetched, CrawledPage.Source source)
            throws IOException {
        CrawledPage copy = pass.copies.get(task);
        if (fetched instanceof Fetched.NotModified && copy != null) {
            metrics.success("not_modified");
            cache.keep(task, copy.confirmed(source.at()));
            // if no event required a check, the row keeps its time, so that an unchanged page causes no write
            return copy.confirmed(pass.notBefore(task) == null ? copy.fetchedAt() : source.at());
        }
        CrawledPage page = page(task, fetched, source);
        if (page.isRead()) {
            metrics.success("fetched");
        } else {
            metrics.failed(page.reason());
            if (copy != null) {
                // the copy is kept although the page cannot be read
                CrawledPage kept = copy.keptAfter(page);
                cache.keep(task, kept);
                return kept;
            }
        }
        cache.save(task, page);
        return page;
    }

    /** Returns the result of a provider, ignoring the cached copy. */
    CrawledPage page(PageTask task, Fetched fetched, CrawledPage.Source source) {
        if (fetched instanceof Fetched.Page found) {
            return read(task, found, source);
        } else if (fetched instanceof Fetched.Failed failed) {
            return CrawledPage.failed(task, failed, source);
        }
        return CrawledPage.failed(task.url(), "protocol", false, source);
    }

    private CrawledPage read(PageTask task, Fetched.Page page, CrawledPage.Source source) {
        Optional<Article> article;
        try {
            article = page.isHtml()
                    ? extractor.extract(page.text(), page.url())
                    : extractor.ofPlainText(page.title(), page.text(), page.url());
        } catch (RuntimeException e) {
            LOG.warn("Cannot extract the article of {}", page.url(), e);
            return CrawledPage.failed(task, page, UNREADABLE, source);
        }
        return article.map(text -> CrawledPage.of(task, page, text, PageCache.articleKey(task), source))
                .orElseGet(() -> CrawledPage.failed(task, page, NO_TEXT, source));
    }

    /**
     * Stores the results in one transaction. A post that waits for a page is stored with its other pages, and the event about these
     * is published through the outbox, so that a slow host does not delay the other pages.
     *
     * @return an answer for each event: the enriched event, or a failure while a page is pending
     * @throws Exception if the cache or the object store was unavailable; pages that were stored are not fetched again
     */
    public List<Recorded> end(@ExchangeProperty(PASS) CrawlPass pass) throws Exception {
        if (pass.outage() != null) {
            throw pass.outage();
        }
        Map<UUID, CrawlStore.Row> rows = new LinkedHashMap<>();
        Map<UUID, PostEnriched> early = new LinkedHashMap<>();
        for (int i = 0; i < pass.events.size(); i++) {
            if (pass.answers[i] == null) {
                answer(pass, i, rows, early);
            }
        }
        Set<UUID> stored = rows.isEmpty() ? Set.of() : transaction.execute(status -> save(rows, early));
        List<Recorded> answers = new ArrayList<>();
        for (int i = 0; i < pass.events.size(); i++) {
            UUID post = pass.events.get(i).postId();
            boolean gone = rows.containsKey(post) && !stored.contains(post);
            answers.add(gone ? EntryFailure.counted(new PostNotThereYetException(post)) : pass.answers[i]);
        }
        return answers;
    }

    /** @return ids of the posts that exist */
    private Set<UUID> save(Map<UUID, CrawlStore.Row> rows, Map<UUID, PostEnriched> early) {
        Map<UUID, Boolean> changed = store.save(rows.values());
        outbox.append(early.entrySet().stream()
                // no event if a repeated delivery found no further page
                .filter(event -> changed.getOrDefault(event.getKey(), false))
                .map(Map.Entry::getValue)
                .toList());
        return changed.keySet();
    }

    /** @param early events about posts that have a page and wait for another one */
    private void answer(CrawlPass pass, int index, Map<UUID, CrawlStore.Row> rows, Map<UUID, PostEnriched> early) {
        PostCrawl event = pass.events.get(index);
        StoredPost post = pass.posts.get(event.postId());
        List<CrawledPage> pages = new ArrayList<>();
        String waiting = null;
        for (String url : urls(event)) {
            PageTask task = task(event, url).orElse(null);
            CrawledPage page = task == null ? notAsked(event, url, "bad_address", true) : pass.pages.get(task);
            CrawledPage copy = post.known().get(task == null ? url : task.url());
            if (task != null && pass.held.contains(task)) {
                waiting = url;
                page = copy == null ? notAsked(event, task.url(), WAITING, false) : copy;
            } else if (page.isPost()) {
                // uses the event's time, so that the row does not change
                page = page.at(event.occurredAt());
            }
            boolean failed = !page.isRead() && copy != null;
            pages.add(failed ? copy.keptAfter(page) : page);
        }
        // adds the pages of links that exceed the current budgets
        Set<String> found = pages.stream().map(CrawledPage::url).collect(Collectors.toSet());
        post.known().values().stream()
                .filter(page -> !found.contains(page.url()) && post.hasLink(page.url()))
                .forEach(pages::add);
        CrawlStore.Row row = row(event.postId(), pages);
        PostEnriched enriched = enriched(event, post, pages, row);
        if (waiting == null) {
            rows.put(event.postId(), row);
            early.remove(event.postId());
            pass.answers[index] = enriched;
            return;
        }
        if (pages.stream().anyMatch(CrawledPage::isRead) && rows.putIfAbsent(event.postId(), row) == null) {
            early.put(event.postId(), enriched);
        }
        pass.answers[index] = new EntryFailure(
                new InProgressElsewhereException(waiting + " or its host"), EntryFailure.Kind.UNCOUNTED);
    }

    /** Uses the event's time, so that the row does not change. */
    private static CrawledPage notAsked(PostCrawl event, String url, String reason, boolean permanent) {
        var none = new CrawledPage.Source("none", null, event.occurredAt());
        return CrawledPage.failed(url, reason, permanent, none);
    }

    private CrawlStore.Row row(UUID post, List<CrawledPage> pages) {

        long read = pages.stream().filter(CrawledPage::isRead).count();
        Optional<String> problem = pages.stream()
                .map(page -> page.isRead() ? page.failure() : page.reason())
                .filter(Objects::nonNull)
                .findFirst();
        String status = problem.isEmpty() ? "ok" : "partial";
        Optional<CrawledPage> first = pages.stream()
                .filter(CrawledPage::isRead)
                .findFirst()
                .or(() -> pages.stream().findFirst());
        return new CrawlStore.Row(
                post,
                first.map(CrawledPage::provider).orElse("none"),
                store.data(pages, MAX_ROW_TEXT),
                read == 0 ? "error" : status,
                problem.orElse(null));
    }

    private static PostEnriched enriched(
            PostCrawl event, StoredPost post, List<CrawledPage> pages, CrawlStore.Row row) {
        List<CrawledPage> read = pages.stream().filter(CrawledPage::isRead).toList();
        boolean isTagged = post.tagsHash() != null;
        // without stored tags, the tags of the event have the lowest version, so that any stored tags replace them
        List<String> tags = isTagged ? post.tags() : event.tags();
        String tagsHash = isTagged ? post.tagsHash() : TagsHash.of(tags);
        int ownWords = CrawledPage.words(post.content());
        return PostEnrichedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(event.traceId())
                // the time of the tags, which determines their order: see docs/decisions/0006-enriched-occurred-at.md
                .occurredAt(isTagged ? post.taggedAt() : Instant.EPOCH)
                .idempotencyKey(IdempotencyKeys.postEnriched(
                        event.postId(),
                        SOURCE,
                        List.of(
                                Long.toString(post.contentVersion()),
                                String.valueOf(post.visionVersion()),
                                tagsHash,
                                row.data())))
                .postId(event.postId())
                .tenantId(event.tenantId())
                .source(SOURCE)
                .tags(tags)
                .tagsHash(tagsHash)
                .trigger(isTagged ? post.trigger() : Trigger.INITIAL)
                .contentVersion(post.contentVersion())
                .visionVersion(post.visionVersion())
                .enrichmentData(read.isEmpty() ? null : data(read.get(0)))
                .sourceUrls(urls(event))
                .wordCount(ownWords
                        + read.stream().mapToInt(CrawledPage::wordCount).sum())
                .originalWordCount(ownWords)
                .skipped(read.isEmpty())
                .skipReason(read.isEmpty() ? "no_page" : null)
                .crawlDurationMs(
                        pages.stream().mapToInt(CrawledPage::durationMs).sum())
                .crawlSuccess(!read.isEmpty())
                .build();
    }

    private static Map<String, Object> data(CrawledPage page) {
        Map<String, Object> data = new HashMap<>();
        data.put("title", page.title());
        data.put("content", StorableText.cut(page.markdown(), MAX_EVENT_TEXT));
        data.put("author", page.author());
        data.put("published_at", page.publishedAt());
        data.put("summary", page.excerpt());
        data.put("language", page.language());
        data.values().removeIf(Objects::isNull);
        return data;
    }
}
