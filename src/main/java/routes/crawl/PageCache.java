package routes.crawl;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.SetArgs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.crawl4ai.Crawl4aiProperties;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.redis.RedisLink;
import routes.redis.Script;
import routes.web.CrawlProperties;
import routes.web.HostLeases;
import routes.web.WebAddress;

/**
 * Cache of pages for all processes. Redis contains the metadata of a page, the object store its article. Articles are stored per
 * tenant; a tenant can reuse a page that was fetched for another tenant.
 */
@Component
public class PageCache {
    private static final Logger LOG = LoggerFactory.getLogger(PageCache.class);
    private static final Duration KEPT = Duration.ofDays(7);
    /** An older copy is used only after the site has confirmed it, or if the site does not respond. */
    private static final Duration FRESH = Duration.ofDays(1);

    private static final Duration PERMANENT_FAILURE = Duration.ofDays(1);
    private static final Duration PASSING_FAILURE = Duration.ofMinutes(10);
    private static final int MAX_ARTICLE = 2 << 20;
    private static final String MARKDOWN = "text/markdown; charset=utf-8";

    /** Number of consecutive failures after which requests to a host are suspended for some time. */
    private static final int MAX_HOST_FAILURES = 3;

    private static final Duration HOST_BACKOFF = Duration.ofMinutes(10);
    /** Time for work besides the fetch: the delay before it, extraction and storage. */
    private static final Duration RESERVE = Duration.ofSeconds(20);

    /** KEYS: failures of the host. ARGV: time until they expire, in milliseconds. */
    private static final Script COUNT_FAILURE = Script.of(
            """
            local failures = redis.call('INCR', KEYS[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            return {failures}
            """);

    private final RedisLink redis;
    private final ObjectStore objects;
    private final ObjectMapper json;
    private final Clock clock;
    private final CrawlProperties limits;
    private final Crawl4aiProperties crawl4ai;

    PageCache(
            RedisLink redis,
            ObjectStore objects,
            ObjectMapper json,
            Clock clock,
            CrawlProperties limits,
            Crawl4aiProperties crawl4ai) {
        this.redis = redis;
        this.objects = objects;
        this.json = json;
        this.clock = clock;
        this.limits = limits;
        this.crawl4ai = crawl4ai;
    }

    /** Returns a cache for trials that is read but never written. */
    PageCache rehearsal() {
        return new PageCache(redis, objects, json, clock, limits, crawl4ai) {
            @Override
            void keep(PageTask task, CrawledPage page) {
                // not stored
            }

            @Override
            void put(String key, byte[] markdown) {
                // not stored
            }

            @Override
            Optional<String> claim(PageTask task) {
                return Optional.of("try");
            }

            @Override
            void release(PageTask task, String owner) {
                // nothing was claimed
            }

            @Override
            void recordHost(PageTask task, boolean answered) {
                // not recorded
            }
        };
    }

    /** Returns the maximum time of work on a page. After this time, the worker is considered crashed. */
    Duration lease() {
        Duration longest = limits.timeout();
        if (!crawl4ai.url().isEmpty()) {
            // addresses are checked before and after the call of crawl4ai, and the built-in fetcher may take over
            longest = longest.multipliedBy(3).plus(crawl4ai.timeout());
        }
        return longest.plus(RESERVE);
    }

    /** Returns the Redis key of a page. */
    public static String key(WebAddress address) {
        return "crawl:cache:" + PageTask.urlHash(address);
    }

    private static String key(PageTask task) {
        return key(task.address());
    }

    private static String lock(PageTask task) {
        return "crawl:lock:" + task.urlHash();
    }

    private static String host(PageTask task) {
        return "crawl:host:" + task.address().host();
    }

    /** Returns the cached page with its article; empty if the page is unknown or its article no longer exists. */
    Optional<CrawledPage> find(PageTask task) throws IOException {
        String text = redis.call(commands -> commands.get(key(task)));
        if (text == null) {
            return Optional.empty();
        }
        CrawledPage page;
        try {
            page = json.readValue(text, CrawledPage.class);
        } catch (JsonProcessingException e) {
            LOG.warn("The Redis key {} does not contain a page; the page is fetched again", key(task));
            return Optional.empty();
        }
        if (!page.isRead()) {
            return Optional.of(page);
        }
        Optional<InputStream> article = objects.get(page.markdownKey());
        if (article.isEmpty()) {
            return Optional.empty();
        }
        byte[] markdown;
        try (InputStream in = article.get()) {
            markdown = in.readNBytes(MAX_ARTICLE);
        }
        String own = articleKey(task);
        if (!own.equals(page.markdownKey()) && !objects.exists(own)) {
            put(own, markdown);
        }
        return Optional.of(page.with(new String(markdown, UTF_8), own, page.fetchedAt()));
    }

    /**
     * Whether a cached page can be used without a request to its site.
     *
     * @param notBefore minimum time of the last request for the page; null for the default freshness
     */
    boolean isFresh(CrawledPage page, Instant notBefore) {
        if (notBefore != null) {
            return !page.checkedAt().isBefore(notBefore);
        }
        // failures without a copy expire in Redis
        return !page.isRead() || page.checkedAt().plus(timeOf(page, FRESH)).isAfter(clock.instant());
    }

    private static Duration timeOf(CrawledPage page, Duration ofArticle) {
        if (page.isRead() && page.failure() == null) {
            return ofArticle;
        }
        return page.permanent() ? PERMANENT_FAILURE : PASSING_FAILURE;
    }

    static String articleKey(PageTask task) {
        return ObjectKeys.article(task.tenantId(), task.urlHash());
    }

    void save(PageTask task, CrawledPage page) throws IOException {
        if (page.isRead()) {
            put(page.markdownKey(), page.markdown().getBytes(UTF_8));
        }
        keep(task, page);
    }

    /** Stores the metadata of a page whose article is already stored. */
    void keep(PageTask task, CrawledPage page) {
        Duration time = page.isRead() ? KEPT : timeOf(page, KEPT);
        String text = json.valueToTree(page.with(null, page.markdownKey(), page.fetchedAt()))
                .toString();
        SetArgs expiry = SetArgs.Builder.px(time.toMillis());
        redis.call(commands -> commands.set(key(task), text, expiry));
    }

    void put(String key, byte[] markdown) throws IOException {
        objects.put(key, MARKDOWN, markdown.length, new ByteArrayInputStream(markdown));
    }

    /**
     * Claims a page, so that no other worker fetches it at the same time.
     *
     * @return owner of the claim, for {@link #release}; empty if another worker holds the claim
     */
    Optional<String> claim(PageTask task) {
        String owner = UUID.randomUUID().toString();
        SetArgs once = SetArgs.Builder.nx().px(lease().toMillis());
        return Optional.ofNullable(redis.call(commands -> commands.set(lock(task), owner, once)))
                .map(reply -> owner);
    }

    void release(PageTask task, String owner) {
        redis.run(HostLeases.RELEASE, List.of(lock(task)), owner);
    }

    /** Whether the last pages of this host failed without a response, so that requests to it are suspended. */
    boolean isBackedOff(PageTask task) {
        String failures = redis.call(commands -> commands.get(host(task)));
        return failures != null && Integer.parseInt(failures) >= MAX_HOST_FAILURES;
    }

    /** @param answered whether the host sent a response */
    void recordHost(PageTask task, boolean answered) {
        if (answered) {
            redis.call(commands -> commands.del(host(task)));
        } else {
            redis.run(COUNT_FAILURE, List.of(host(task)), HOST_BACKOFF);
        }
    }
}
