package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.charset.CodingErrorAction;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Fetches pages from the web with HTTP/1.1 or HTTP/2, within limits of time and size, subject to robots.txt, and never from a
 * private network. Blocks the calling thread; thread-safe. The caller limits the number of fetches per site.
 */
@Component
public final class PageFetcher implements AutoCloseable {
    private static final String PDF = "application/pdf";
    /** Accepted media types. If the server declares none, the type is detected from the bytes. */
    private static final Set<String> MEDIA_TYPES = Set.of("", "text/html", "application/xhtml+xml", "text/plain", PDF);

    private static final Set<String> PICTURES = Set.of("image/jpeg", "image/png", "image/gif", "image/webp");

    private static final String ACCEPT = "text/html, application/xhtml+xml, application/pdf;q=0.9, text/plain;q=0.8";
    private static final String ACCEPT_LANGUAGE = "ru, en;q=0.8, *;q=0.5";
    private static final int MAX_HEADER_LINE = 16 << 10;
    private static final int MAX_HEADERS = 200;
    private static final int MAX_HEADER_LIST = 64 << 10;
    private static final int MAX_CONNECTIONS = 200;
    private static final int MAX_CONNECTIONS_PER_ROUTE = 8;
    /** Maximum number of a host's addresses to try. */
    private static final int MAX_ADDRESSES = 3;

    private static final int MIN_CALLS = 2;
    private static final Set<String> RETRIED = Set.of(FetchReason.CONNECT.text(), FetchReason.RESET.text());
    private static final TimeValue IDLE = TimeValue.ofSeconds(20);
    private static final int MAX_DETAIL = 200;
    private static final int MAX_VALIDATOR = 1024;
    private static final int NOT_MODIFIED = 304;
    private static final int FIRST_ERROR = 400;
    private static final int SERVER_ERROR = 500;
    private static final int LAST_ERROR = 599;
    /** Temporary client errors: request timeout, too early, too many requests. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private final CrawlProperties properties;
    private final AddressGuard guard;
    private final Robots robots;
    private final PdfText pdfs;
    private final Clock clock;
    private final CloseableHttpAsyncClient client;

    /**
     * A page to fetch.
     *
     * @param etag ETag of the cached copy; null if there is none
     * @param lastModified Last-Modified of the cached copy; null if there is none
     */
    public record Wish(String url, String etag, String lastModified) {
        public static Wish of(String url) {
            return new Wish(url, null, null);
        }
    }

    @Autowired
    public PageFetcher(CrawlProperties properties, Clock clock) {
        this(properties, clock, new AddressGuard(properties), null);
    }

    /** @param tls the trusted certificates; null for those of the JDK */
    PageFetcher(CrawlProperties properties, Clock clock, AddressGuard guard, SSLContext tls) {
        this.properties = properties;
        this.guard = guard;
        this.robots = new Robots(properties.robotName());
        this.pdfs = new PdfText();
        this.clock = clock;
        this.client = client(properties, tls);
        client.start();
    }

    private static CloseableHttpAsyncClient client(CrawlProperties properties, SSLContext tls) {
        Timeout connect = Timeout.of(properties.connectTimeout());
        Timeout total = Timeout.of(properties.timeout());
        var connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setDnsResolver(new NoNames())
                // a slow host must not block the pool for others
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setMaxConnPerRoute(MAX_CONNECTIONS_PER_ROUTE)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(connect)
                        .setSocketTimeout(total)
                        .build())
                .setDefaultTlsConfig(
                        TlsConfig.custom().setHandshakeTimeout(connect).build());
        if (tls != null) {
            connections.setTlsStrategy(new DefaultClientTlsStrategy(tls));
        }
        return HttpAsyncClients.custom()
                .setConnectionManager(connections.build())
                .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(2).build())
                .setHttp1Config(Http1Config.custom()
                        .setMaxLineLength(MAX_HEADER_LINE)
                        .setMaxHeaderCount(MAX_HEADERS)
                        .build())
                .setH2Config(H2Config.custom()
                        .setPushEnabled(false)
                        .setMaxHeaderListSize(MAX_HEADER_LIST)
                        .build())
                // some servers redirect to addresses that are not percent-encoded
                .setCharCodingConfig(CharCodingConfig.custom()
                        .setCharset(UTF_8)
                        .setMalformedInputAction(CodingErrorAction.REPLACE)
                        .setUnmappableInputAction(CodingErrorAction.REPLACE)
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(total)
                        .setResponseTimeout(total)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                .setUserAgent(properties.userAgent())
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .evictIdleConnections(IDLE)
                .build();
    }

    /** Prevents connections by name, because {@link AddressGuard} resolves the addresses. */
    private static final class NoNames implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) throws UnknownHostException {
            throw new UnknownHostException(host);
        }
    }

    /** Never throws for failures of the web. Takes at most a second longer than the time limit. */
    public Fetched fetch(Wish wish) {
        return fetched(wish, properties.timeout(), Run::read);
    }

    /**
     * Returns why this page must not be fetched by any means: its address is not in the public internet, or robots.txt excludes it.
     * Resolves the name and may fetch robots.txt, within the limits of a fetch.
     */
    public Optional<Fetched.Failed> refusal(String url) {
        return Optional.ofNullable((Fetched.Failed) fetched(Wish.of(url), properties.timeout(), run -> {
            guard.addresses(run.page, properties.timeout());
            robots.check(run.page, run::robotsFile);
            return null;
        }));
    }

    /**
     * Returns a picture of a page, or why it could not be fetched, within the limits of a fetch. For pictures that a reader has
     * requested, so robots.txt, which applies to crawlers, is not checked.
     */
    public Fetched picture(String url) {
        return fetched(Wish.of(url), properties.timeout(), run -> run.file(PICTURES, properties.maxBytes(), false));
    }

    /**
     * Returns a file of a page, in memory, or why it could not be fetched. As for pages, robots.txt applies.
     *
     * @param types accepted media types, such as {@code video/mp4}
     * @param maxBytes maximum size; larger files are rejected
     * @param timeout time limit from the lookup of the address to the last byte
     */
    public Fetched file(String url, Set<String> types, int maxBytes, Duration timeout) {
        return fetched(Wish.of(url), timeout, run -> run.file(types, maxBytes, true));
    }

    @FunctionalInterface
    private interface Work {
        Fetched with(Run run) throws FetchException;
    }

    private Fetched fetched(Wish wish, Duration timeout, Work work) {
        WebAddress address =
                WebAddress.of(wish.url()).map(WebAddress::withoutFragment).orElse(null);
        if (address == null) {
            return new Fetched.Failed(
                    FetchReason.BAD_ADDRESS.text(), true, wish.url(), "not an http or https URL", null, Duration.ZERO);
        }
        var run = new Run(wish, address, timeout);
        try {
            return work.with(run);
        } catch (FetchException e) {
            return e.at(run.page, run.elapsed());
        }
    }

    /** One fetch with its redirects. */
    private final class Run {
        private final long start = System.nanoTime();
        private final Wish wish;
        private final long deadline;
        private final Set<WebAddress> seen = new LinkedHashSet<>();
        private WebAddress page;
        /** The delay that the site requests; null if it requests none. */
        private Duration crawlDelay;

        Run(Wish wish, WebAddress page, Duration timeout) {
            this.wish = wish;
            this.page = page;
            deadline = start + timeout.toNanos();
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - start);
        }

        Fetched read() throws FetchException {
            FetchResponse answer = answer(MEDIA_TYPES, properties.maxBytes(), true, true);
            return answer.status() == NOT_MODIFIED
                    ? new Fetched.NotModified(page.toString(), crawlDelay, elapsed())
                    : page(answer);
        }

        Fetched file(Set<String> types, int most, boolean asksRobots) throws FetchException {
            FetchResponse answer = answer(types, most, asksRobots, false);
            return new Fetched.File(page.toString(), answer.mediaType(), answer.body(), elapsed());
        }

        /** Follows redirects. */
        private FetchResponse answer(Set<String> types, int most, boolean asksRobots, boolean isPage)
                throws FetchException {
            while (true) {
                seen.add(page);
                if (asksRobots) {
                    // before robots.txt is requested, which has another address
                    guard.check(page);
                    crawlDelay = robots.check(page, this::robotsFile);
                }
                FetchResponse answer = call(page, new FetchResponse(most, types), isPage);
                if (answer.isRedirect()) {
                    page = target(page, answer, seen);
                } else if (answer.isSuccess() || isPage && answer.status() == NOT_MODIFIED) {
                    return answer;
                } else {
                    throw failure(answer);
                }
            }
        }

        /**
         * Fetches robots.txt. Its redirects pass the same guard. A redirect that leads nowhere means that there are no rules (RFC
         * 9309, section 2.3.1.2).
         */
        private Robots.Answer robotsFile(WebAddress file) throws FetchException {
            Set<WebAddress> files = new LinkedHashSet<>();
            WebAddress at = file;
            while (true) {
                files.add(at);
                FetchResponse answer = call(at, FetchResponse.truncating(Robots.MAX_BYTES), false);
                if (!answer.isRedirect()) {
                    return new Robots.Answer(answer.status(), answer.body());
                }
                try {
                    at = target(at, answer, files);
                } catch (FetchException e) {
                    return new Robots.Answer(answer.status(), new byte[0]);
                }
            }
        }

        private WebAddress target(WebAddress from, FetchResponse answer, Set<WebAddress> before) throws FetchException {
            String location = answer.header("Location");
            WebAddress to = from.resolve(location)
                    .map(WebAddress::withoutFragment)
                    .orElseThrow(() -> FetchReason.BAD_REDIRECT.exception("redirect to " + shortened(location)));
            if (before.contains(to)) {
                throw FetchReason.REDIRECT_LOOP.exception("redirect to " + to + " once more");
            }
            if (before.size() > properties.maxRedirects()) {
                throw FetchReason.TOO_MANY_REDIRECTS.exception("more than " + properties.maxRedirects() + " redirects");
            }
            return to;
        }

        private FetchResponse call(WebAddress to, FetchResponse response, boolean isPage) throws FetchException {
            List<InetAddress> addresses = guard.addresses(to, remaining());
            addresses = addresses.subList(0, Math.min(MAX_ADDRESSES, addresses.size()));
            int calls = Math.max(MIN_CALLS, addresses.size());
            for (int i = 1; ; i++) {
                try {
                    return call(to, addresses.get((i - 1) % addresses.size()), response, isPage);
                } catch (FetchException e) {
                    // the address does not respond, or the server closed a kept-alive connection
                    if (i == calls || response.isAnswered() || !RETRIED.contains(e.reason())) {
                        throw e;
                    }
                }
            }
        }

        private FetchResponse call(WebAddress to, InetAddress address, FetchResponse response, boolean isPage)
                throws FetchException {
            // the target contains the address, so that a connection is never used for another address of the name
            var target = new HttpHost(to.scheme(), address, bare(to.host()), to.effectivePort());
            HttpRequest request = new BasicHttpRequest("GET", target, to.target());
            if (isPage) {
                request.setHeader("Accept", ACCEPT);
                request.setHeader("Accept-Language", ACCEPT_LANGUAGE);
                request.setHeader("Accept-Encoding", Body.CODINGS);
                conditional(request, "If-None-Match", wish.etag());
                conditional(request, "If-Modified-Since", wish.lastModified());
            }
            Duration left = remaining();
            Future<FetchResponse> answer = client.execute(
                    target, new BasicRequestProducer(request, null), response, null, HttpClientContext.create(), null);
            try {
                return answer.get(left.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw timeout();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw FetchReason.TIMEOUT.exception("interrupted");
            } catch (ExecutionException e) {
                return responseOf(e.getCause(), response);
            } finally {
                answer.cancel(true);
            }
        }

        private Duration remaining() throws FetchException {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.toMillis() <= 0) {
                throw timeout();
            }
            return left;
        }

        private FetchException timeout() {
            return FetchReason.TIMEOUT.exception("no complete response within " + properties.timeout());
        }

        private Fetched page(FetchResponse answer) throws FetchException {
            byte[] body = Body.decompress(answer.body(), answer.header("Content-Encoding"), properties.maxBytes());
            if (body.length == 0) {
                throw FetchReason.EMPTY.exception("status " + answer.status() + " without content");
            }
            String type = answer.mediaType().isEmpty() ? Body.mediaType(body) : answer.mediaType();
            PdfText.Text found =
                    type.equals(PDF) ? pdfs.read(body) : new PdfText.Text("", Body.decode(body, answer.charset()));
            return new Fetched.Page(
                    page.toString(),
                    answer.status(),
                    type,
                    found.text(),
                    found.title(),
                    validator(answer, "ETag"),
                    validator(answer, "Last-Modified"),
                    crawlDelay,
                    elapsed());
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static void conditional(HttpRequest request, String name, String value) {
        // stored values are not trusted
        if (value != null && value.length() <= MAX_VALIDATOR && value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            request.setHeader(name, value);
        }
    }

    private static String validator(FetchResponse answer, String name) {
        String value = answer.header(name);
        return value == null || value.isEmpty() || value.length() > MAX_VALIDATOR ? null : value;
    }

    /** Returns the response if it was only ended early; otherwise throws the reason of the failure. */
    private static FetchResponse responseOf(Throwable cause, FetchResponse response) throws FetchException {
        if (cause instanceof FetchResponse.EndException end) {
            if (end.reason() == null) {
                return response;
            }
            throw end.reason();
        }
        throw reason(cause).exception(shortened(cause.getClass().getSimpleName() + ": " + cause.getMessage()));
    }

    private static FetchReason reason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException
                || cause instanceof ConnectException
                || cause instanceof NoRouteToHostException) {
            return FetchReason.CONNECT;
        } else if (cause instanceof SSLException) {
            return FetchReason.TLS;
        } else if (cause instanceof InterruptedIOException) {
            return FetchReason.TIMEOUT;
        } else if (cause instanceof TruncatedChunkException) {
            return FetchReason.RESET;
        } else if (cause instanceof HttpException
                || cause instanceof MessageConstraintException
                || cause instanceof MalformedChunkCodingException) {
            return FetchReason.PROTOCOL;
        }
        return FetchReason.RESET;
    }

    private static String shortened(String text) {
        String line = String.valueOf(text).replaceAll("\\p{Cntrl}+", " ");
        return line.length() > MAX_DETAIL ? line.substring(0, MAX_DETAIL) + "…" : line;
    }

    private FetchException failure(FetchResponse answer) {
        int status = answer.status();
        boolean isError = status >= FIRST_ERROR && status <= LAST_ERROR;
        String reason = isError ? "http_" + status : FetchReason.PROTOCOL.text();
        boolean passes = !isError || status >= SERVER_ERROR || PASSING.contains(status);
        return new FetchException(reason, !passes, "status " + status, retryAfter(answer.header("Retry-After")));
    }

    /** Parses seconds or a date (RFC 9110, section 10.2.3). */
    private Duration retryAfter(String value) {
        if (value == null) {
            return null;
        }
        if (value.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(clock.instant(), until);
            return wait.isNegative() ? Duration.ZERO : wait;
        } catch (DateTimeException e) {
            return null;
        }
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
        guard.close();
    }
}
