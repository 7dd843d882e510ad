package routes.crawl;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.crawl4ai.Crawl4ai;
import routes.crawl4ai.Crawl4aiException;
import routes.web.Fetched;
import routes.web.PageFetcher;
import routes.web.PageFetcher.Wish;

/**
 * The page providers, for use in routes. A route {@code direct:fetch-<name>} receives a {@link Wish} in the body and replaces it
 * with a {@link Fetched}.
 */
@Component("fetches")
public class Fetches {
    /** Exchange property: the provider that responded. */
    static final String PROVIDER = "crawlProvider";
    /** Exchange property: why crawl4ai was not used; null if it responded. */
    static final String FALLBACK = "crawlFallback";

    private static final Logger LOG = LoggerFactory.getLogger(Fetches.class);
    private static final String WISH = "crawlWish";

    private final PageFetcher fetcher;
    private final Crawl4ai crawl4ai;

    Fetches(PageFetcher fetcher, Crawl4ai crawl4ai) {
        this.fetcher = fetcher;
        this.crawl4ai = crawl4ai;
    }

    /** Whether pages are first read with crawl4ai. */
    public boolean hasCrawl4ai() {
        return crawl4ai.isConfigured();
    }

    /** Fetches a page by HTTP. */
    public Fetched builtin(Exchange exchange, @Body Wish wish) {
        exchange.setProperty(PROVIDER, "builtin");
        return fetcher.fetch(wish);
    }

    /**
     * Reads a page with crawl4ai.
     *
     * @return the wish itself if crawl4ai works but cannot read this page
     * @throws Crawl4aiException if the server is not working
     */
    public Object crawl4ai(Exchange exchange, @Body Wish wish) throws Crawl4aiException, InterruptedException {
        exchange.setProperty(PROVIDER, "crawl4ai");
        exchange.setProperty(WISH, wish);
        exchange.removeProperty(FALLBACK);
        try {
            return crawl4ai.fetch(wish.url());
        } catch (Crawl4aiException e) {
            if (e.isFault()) {
                throw e;
            }
            LOG.debug("Crawl4AI cannot read {}: {}", wish.url(), e.getMessage());
            exchange.setProperty(FALLBACK, e.reason());
            return wish;
        }
    }

    /** Records why crawl4ai was not used. */
    public void recordFallback(Exchange exchange) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        String reason = "crawl4ai_failed";
        if (cause == null || cause instanceof CallNotPermittedException) {
            reason = "crawl4ai_paused";
        } else if (cause instanceof Crawl4aiException answer) {
            reason = answer.reason();
        }
        LOG.debug("Crawl4AI is not used: {}", reason, cause);
        exchange.setProperty(FALLBACK, reason);
    }
}
