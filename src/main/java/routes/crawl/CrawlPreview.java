package routes.crawl;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import routes.web.Fetched;
import routes.web.TelegramLink;
import routes.web.WebAddress;

/** Shows the result that the stage would store for a link. Does not use the cache. */
@Component
public class CrawlPreview {
    private static final int MAX_TEXT = 1_000;

    private final Crawl crawl;
    private final CrawlStore store;
    private final ObjectMapper json;
    private final Clock clock;

    CrawlPreview(Crawl crawl, CrawlStore store, ObjectMapper json, Clock clock) {
        this.crawl = crawl;
        this.store = store;
        this.json = json;
        this.clock = clock;
    }

    /** @param text the result as JSON, with the first {@value #MAX_TEXT} characters of the article */
    public record Page(boolean isRead, String text) {}

    /** Returns the post that a Telegram link points to; empty for a web link. */
    public Optional<Page> post(UUID tenant, String url) {
        PageTask task = task(tenant, url);
        return TelegramLink.of(task.address())
                .map(link -> page(
                        Crawl.post(task, store.linkedPosts(Map.of(task, link)).get(task))
                                .at(clock.instant())));
    }

    /** @param exchange the exchange returned by the route {@code direct:fetch} */
    public Page page(UUID tenant, String url, Exchange exchange) {
        PageTask task = task(tenant, url);
        var source = new CrawledPage.Source(
                exchange.getProperty(Fetches.PROVIDER, "other", String.class),
                exchange.getProperty(Fetches.FALLBACK, String.class),
                clock.instant());
        return page(crawl.page(task, exchange.getMessage().getBody(Fetched.class), source));
    }

    private Page page(CrawledPage page) {
        return new Page(page.isRead(), page.row(json, MAX_TEXT).toPrettyString());
    }

    private static PageTask task(UUID tenant, String url) {
        return new PageTask(tenant, WebAddress.of(url).orElseThrow().withoutFragment());
    }
}
