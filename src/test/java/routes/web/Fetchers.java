package routes.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;
import routes.testing.WebServer;

/** Fetchers for tests. */
final class Fetchers {
    private static final InetAddress WEB = address("127.0.0.1");

    private Fetchers() {}

    static CrawlProperties properties(Duration timeout, boolean allowPrivateNetworks, Integer... ports) {
        return properties(timeout, allowPrivateNetworks, Set.of(), ports);
    }

    private static CrawlProperties properties(
            Duration timeout, boolean allowPrivateNetworks, Set<String> privatePages, Integer... ports) {
        return new CrawlProperties(
                Set.of(ports),
                allowPrivateNetworks,
                timeout,
                Duration.ofSeconds(2),
                1 << 20,
                5,
                Duration.ZERO,
                "TestCrawler/1.0 (+https://crawler.example)",
                privatePages);
    }

    /** One that may go everywhere. */
    static PageFetcher free(Duration timeout) {
        return new PageFetcher(properties(timeout, true, 80), Clock.systemUTC());
    }

    /** One as in production, with these private pages. */
    static PageFetcher naming(String privatePages) {
        return new PageFetcher(
                properties(Duration.ofSeconds(5), false, Set.of(privatePages), 80, 443), Clock.systemUTC());
    }

    static PageFetcher trusting(SSLContext tls) {
        CrawlProperties properties = properties(Duration.ofSeconds(5), true, 80);
        return new PageFetcher(properties, Clock.systemUTC(), new AddressGuard(properties), tls);
    }

    /** One for which the server on 127.0.0.1 is in the internet, and every other address is what it is. */
    static PageFetcher guarded(WebServer server, AddressGuard.Resolver resolver) {
        CrawlProperties properties = properties(Duration.ofSeconds(5), false, 80, 443, server.port());
        AddressGuard guard = new AddressGuard(
                properties, resolver, address -> address.equals(WEB) || AddressGuard.isPublic(address));
        return new PageFetcher(properties, Clock.systemUTC(), guard, null);
    }

    static Fetched.Page page(PageFetcher fetcher, String url) {
        Fetched fetched = fetcher.fetch(PageFetcher.Wish.of(url));
        assertThat(fetched).isInstanceOf(Fetched.Page.class);
        return (Fetched.Page) fetched;
    }

    static Fetched.Failed failed(PageFetcher fetcher, String url) {
        Fetched fetched = fetcher.fetch(PageFetcher.Wish.of(url));
        assertThat(fetched).isInstanceOf(Fetched.Failed.class);
        return (Fetched.Failed) fetched;
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
