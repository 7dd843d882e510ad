package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.NoopEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.impl.nio.bootstrap.H2ServerBootstrap;
import org.apache.hc.core5.http2.ssl.H2ServerTlsStrategy;
import org.apache.hc.core5.io.CloseMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.llm.standin.TestCertificate;
import routes.testing.FreePort;
import routes.testing.WebServer;

class PageFetcherTest {
    private static final String RUSSIAN = "<p>Съешь ещё этих мягких французских булок, да выпей чаю. "
            + "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства.</p>";

    private PageFetcher fetcher;

    @BeforeEach
    void start() {
        fetcher = Fetchers.free(Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        fetcher.close();
    }

    private static WebServer serving(WebServer.Site site) {
        return new WebServer(WebServer.pages(site));
    }

    @Test
    void a_page_comes_with_all_that_the_next_fetch_needs() throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.send(
                out,
                200,
                "text/html; charset=utf-8",
                RUSSIAN,
                "ETag: \"v1\"",
                "Last-Modified: Sat, 28 Nov 2026 10:00:00 GMT"))) {
            Fetched.Page page = Fetchers.page(fetcher, server.url("/a?b=1#part"));

            assertThat(page.url()).isEqualTo(server.url("/a?b=1"));
            assertThat(page.status()).isEqualTo(200);
            assertThat(page.mediaType()).isEqualTo("text/html");
            assertThat(page.text()).isEqualTo(RUSSIAN);
            assertThat(page.etag()).isEqualTo("\"v1\"");
            assertThat(page.lastModified()).isEqualTo("Sat, 28 Nov 2026 10:00:00 GMT");
            assertThat(page.crawlDelay()).isNull();
            assertThat(page.duration()).isPositive();
            assertThat(server.pages()).containsExactly("/a?b=1");
            assertThat(server.requests).last().satisfies(request -> {
                assertThat(request.header("User-Agent")).isEqualTo("TestCrawler/1.0 (+https://crawler.example)");
                assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + server.port());
                assertThat(request.header("Accept-Encoding")).isEqualTo("gzip, deflate, br");
                assertThat(request.header("Cookie")).isEmpty();
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/film.mp4, video/mp4, 1000, ''",
        "/film.mp4, video/mp4, 999, too_large",
        "/page.html, text/html, 1000, content_type",
        "/secret/film.mp4, video/mp4, 1000, robots",
        "/moved/film.mp4, video/mp4, 1000, ''"
    })
    void a_file_has_limits_of_its_own_and_robots_txt_decides(String path, String type, int limit, String reason)
            throws Exception {
        try (WebServer server = new WebServer((request, out) -> {
            if (request.path().equals("/robots.txt")) {
                WebServer.send(out, 200, "text/plain", "User-agent: *\nDisallow: /secret/");
            } else if (request.path().startsWith("/moved")) {
                WebServer.redirect(out, "/film.mp4");
            } else {
                WebServer.send(out, 200, type, new byte[1_000]);
            }
        })) {
            Fetched fetched = fetcher.file(server.url(path), Set.of("video/mp4"), limit, Duration.ofSeconds(5));

            if (reason.isEmpty()) {
                assertThat(((Fetched.File) fetched).bytes()).hasSize(1_000);
                assertThat(((Fetched.File) fetched).mediaType()).isEqualTo("video/mp4");
            } else {
                assertThat(((Fetched.Failed) fetched).reason()).isEqualTo(reason);
            }
        }
    }

    @Test
    void a_file_that_takes_longer_than_its_time_is_given_up() throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.hang())) {
            Fetched fetched = fetcher.file(server.url("/film.mp4"), Set.of("video/mp4"), 10, Duration.ofMillis(500));

            assertThat(((Fetched.Failed) fetched).reason()).isEqualTo("timeout");
            assertThat(((Fetched.Failed) fetched).permanent()).isFalse();
        }
    }

    @Test
    void a_page_that_has_not_changed_is_not_sent_again() throws Exception {
        try (WebServer server = serving((request, out) -> {
            boolean known = request.header("If-None-Match").equals("\"v1\"")
                    && request.header("If-Modified-Since").equals("Sat, 28 Nov 2026 10:00:00 GMT");
            WebServer.raw(out, known ? "HTTP/1.1 304 X\r\n\r\n" : "HTTP/1.1 500 X\r\n\r\n");
        })) {
            assertThat(fetcher.fetch(new PageFetcher.Wish(server.url("/"), "\"v1\"", "Sat, 28 Nov 2026 10:00:00 GMT")))
                    .isInstanceOf(Fetched.NotModified.class);
        }
    }

    @Test
    void a_stored_validator_cannot_add_headers() throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.html(out, request.head()))) {
            var wish = new PageFetcher.Wish(server.url("/"), "\"v1\"\r\nX-Evil: 1", null);
            assertThat(((Fetched.Page) fetcher.fetch(wish)).text()).doesNotContain("X-Evil");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400, http_400, true, false",
        "401, http_401, true, false",
        "403, http_403, true, false",
        "404, http_404, true, true",
        "410, http_410, true, true",
        "451, http_451, true, false",
        "408, http_408, false, false",
        "429, http_429, false, false",
        "500, http_500, false, false",
        "503, http_503, false, false",
        "600, protocol, false, false",
        "999, protocol, false, false",
        "300, protocol, false, false",
        "204, empty, false, false",
        "200, empty, false, false"
    })
    void an_answer_without_a_page_says_whether_the_link_is_dead(
            int status, String reason, boolean permanent, boolean dead) throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.send(out, status, "text/html", ""))) {
            Fetched.Failed failed = Fetchers.failed(fetcher, server.url("/"));

            assertThat(failed.reason()).isEqualTo(reason);
            assertThat(failed.permanent()).isEqualTo(permanent);
            assertThat(failed.isDead()).isEqualTo(dead);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"120 | 120", "0 | 0", "Sun, 06 Nov 1994 08:49:37 GMT | 0", "soon | "})
    void the_wait_that_a_server_asks_for_is_reported(String value, Long seconds) throws Exception {
        try (WebServer server = serving(
                (request, out) -> WebServer.send(out, 429, "text/html", "slow down", "Retry-After: " + value))) {
            assertThat(Fetchers.failed(fetcher, server.url("/")).retryAfter())
                    .isEqualTo(seconds == null ? null : Duration.ofSeconds(seconds));
        }
    }

    @Test
    void redirects_are_followed_to_the_page() throws Exception {
        try (WebServer server = serving((request, out) -> {
            switch (request.path()) {
                case "/a" -> WebServer.redirect(out, "b");
                case "/b" -> WebServer.redirect(out, "/путь?utm_source=x#top");
                default -> WebServer.html(out, RUSSIAN);
            }
        })) {
            Fetched.Page page = Fetchers.page(fetcher, server.url("/a"));

            assertThat(page.url()).isEqualTo(server.url("/%D0%BF%D1%83%D1%82%D1%8C?utm_source=x"));
            assertThat(server.pages()).containsExactly("/a", "/b", "/%D0%BF%D1%83%D1%82%D1%8C?utm_source=x");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/a, redirect_loop, 1",
        "/b, redirect_loop, 2",
        "javascript:alert(1), bad_redirect, 1",
        "ftp://example.org/, bad_redirect, 1",
    })
    void a_redirect_that_leads_nowhere_ends_the_fetch(String to, String reason, int requests) throws Exception {
        try (WebServer server =
                serving((request, out) -> WebServer.redirect(out, request.path().equals("/b") ? "/a" : to))) {
            assertThat(Fetchers.failed(fetcher, server.url("/a")).reason()).isEqualTo(reason);
            assertThat(server.pages()).hasSize(requests);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/html, text/html",
        "TEXT/HTML;charset=utf-8, text/html",
        "application/xhtml+xml, application/xhtml+xml",
        "text/plain, text/plain",
        "text/html; charset=\"nonsense, text/html",
        "text/html; charset=no-such-charset, text/html"
    })
    void pages_of_known_types_are_read(String type, String mediaType) throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.send(out, 200, type, RUSSIAN))) {
            Fetched.Page page = Fetchers.page(fetcher, server.url("/"));

            assertThat(page.mediaType()).isEqualTo(mediaType);
            assertThat(page.text()).isEqualTo(RUSSIAN);
        }
    }

    @ParameterizedTest
    @CsvSource({"<!DOCTYPE html><p>a</p>, text/html", "plain words, text/plain"})
    void the_bytes_tell_the_type_that_the_server_does_not(String body, String type) throws Exception {
        try (WebServer server = serving((request, out) ->
                WebServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body))) {
            assertThat(Fetchers.page(fetcher, server.url("/")).mediaType()).isEqualTo(type);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image/png",
                "application/zip",
                "video/mp4",
                "application/octet-stream",
                "text/css",
                "html",
                "*/*"
            })
    void other_types_are_refused_before_their_body_is_read(String type) throws Exception {
        try (WebServer server = serving((request, out) -> {
            WebServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: 900000\r\n\r\n");
            WebServer.hang();
        })) {
            Fetched.Failed failed = Fetchers.failed(fetcher, server.url("/"));

            assertThat(failed.reason()).isEqualTo("content_type");
            assertThat(failed.duration()).isLessThan(Duration.ofSeconds(3));
        }
    }

    private enum Coding {
        GZIP("gzip") {
            @Override
            OutputStream over(OutputStream out) throws IOException {
                return new GZIPOutputStream(out);
            }
        },
        X_GZIP("X-GZip") {
            @Override
            OutputStream over(OutputStream out) throws IOException {
                return new GZIPOutputStream(out);
            }
        },
        DEFLATE("deflate") {
            @Override
            OutputStream over(OutputStream out) {
                return new DeflaterOutputStream(out);
            }
        },
        RAW_DEFLATE("deflate") {
            @Override
            OutputStream over(OutputStream out) {
                return new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
            }
        },
        IDENTITY("identity") {
            @Override
            OutputStream over(OutputStream out) {
                return out;
            }
        };

        private final String header;

        Coding(String header) {
            this.header = header;
        }

        abstract OutputStream over(OutputStream out) throws IOException;

        byte[] bytes(String text) throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (OutputStream out = over(bytes)) {
                out.write(text.getBytes(UTF_8));
            }
            return bytes.toByteArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void compressed_pages_are_unpacked(Coding coding) throws Exception {
        byte[] body = coding.bytes(RUSSIAN);
        try (WebServer server = serving(
                (request, out) -> WebServer.send(out, 200, "text/html", body, "Content-Encoding: " + coding.header))) {
            assertThat(Fetchers.page(fetcher, server.url("/")).text()).isEqualTo(RUSSIAN);
        }
    }

    @Test
    void brotli_is_unpacked() throws Exception {
        // a block that is stored as it is, and an empty last one
        byte[] body = Base64.getDecoder().decode("wAAQPHA+YnJvdGxpPC9wPgM=");
        try (WebServer server =
                serving((request, out) -> WebServer.send(out, 200, "text/html", body, "Content-Encoding: br"))) {
            assertThat(Fetchers.page(fetcher, server.url("/")).text()).isEqualTo("<p>brotli</p>");
        }
    }

    @ParameterizedTest
    @CsvSource({"zstd", "'gzip, gzip'", "gzip", "br", "deflate"})
    void a_coding_that_is_unknown_or_wrong_is_a_reason(String coding) throws Exception {
        try (WebServer server = serving(
                (request, out) -> WebServer.send(out, 200, "text/html", RUSSIAN, "Content-Encoding: " + coding))) {
            assertThat(Fetchers.failed(fetcher, server.url("/")).reason()).isEqualTo("content_encoding");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // encoded in | header | meta
                "UTF-8 | utf-8 | -",
                "UTF-8 | - | -",
                "UTF-8 | - | utf-8",
                "UTF-8 | windows-1251 | -",
                "UTF-8 | iso-8859-1 | windows-1251",
                "windows-1251 | windows-1251 | -",
                "windows-1251 | cp1251 | utf-8",
                "windows-1251 | - | windows-1251",
                "windows-1251 | - | -",
                "windows-1251 | utf-8 | -",
                "windows-1251 | utf-8 | windows-1251",
                "KOI8-R | koi8-r | -",
                "KOI8-R | - | koi8-r",
                "KOI8-R | - | -",
                "IBM866 | - | -",
                "UTF-16 | - | -",
                "UTF-16 | utf-8 | -",
            })
    void the_charset_is_the_one_that_the_bytes_have(String encoded, String header, String meta) throws Exception {
        String html = (meta == null ? "" : "<meta charset=\"" + meta + "\">") + RUSSIAN;
        byte[] body = html.getBytes(Charset.forName(encoded));
        String type = "text/html" + (header == null ? "" : "; charset=" + header);
        try (WebServer server = serving((request, out) -> WebServer.send(out, 200, type, body))) {
            assertThat(Fetchers.page(fetcher, server.url("/")).text()).isEqualTo(html);
        }
    }

    @Test
    void a_page_in_utf_8_with_a_broken_character_is_still_utf_8() throws Exception {
        byte[] body = (RUSSIAN + "?").getBytes(UTF_8);
        body[body.length - 1] = (byte) 0xd0;
        try (WebServer server = serving((request, out) -> WebServer.send(out, 200, "text/html", body))) {
            assertThat(Fetchers.page(fetcher, server.url("/")).text()).startsWith(RUSSIAN);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/open, true",
        "/closed/page, false",
        "/closed/but-open, true",
        "/file.pdf, false",
        "/file.pdfx, true",
        "/a?print=1, false"
    })
    void robots_txt_says_which_pages_may_be_fetched(String path, boolean allowed) throws Exception {
        String rules =
                """
                User-agent: *
                Disallow: /

                User-agent: testcrawler
                Disallow: /closed/
                Allow: /closed/but-open
                Disallow: /*.pdf$
                Disallow: /*?print=
                Crawl-delay: 7
                """;
        try (WebServer server = new WebServer((request, out) ->
                WebServer.send(out, 200, "text/html", request.path().equals("/robots.txt") ? rules : RUSSIAN))) {
            Fetched fetched = fetcher.fetch(PageFetcher.Wish.of(server.url(path)));

            if (allowed) {
                assertThat(((Fetched.Page) fetched).crawlDelay()).isEqualTo(Duration.ofSeconds(7));
            } else {
                assertThat(((Fetched.Failed) fetched).reason()).isEqualTo("robots");
                assertThat(server.pages()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, true",
        "403, true",
        "404, true",
        "410, true",
        "429, false",
        "500, false",
        "503, false",
        "204, true"
    })
    void a_site_without_robots_txt_is_open_and_one_that_fails_is_closed(int status, boolean open) throws Exception {
        try (WebServer server = new WebServer((request, out) -> WebServer.send(
                out, request.path().equals("/robots.txt") ? status : 200, "text/html", "User-agent: *\nDisallow: /"))) {
            Fetched fetched = fetcher.fetch(PageFetcher.Wish.of(server.url("/")));

            if (open) {
                assertThat(fetched).isInstanceOf(Fetched.Page.class);
            } else {
                assertThat(((Fetched.Failed) fetched).reason()).isEqualTo("robots_unavailable");
                assertThat(((Fetched.Failed) fetched).permanent()).isFalse();
            }
        }
    }

    @Test
    void robots_txt_is_asked_for_once_and_may_be_elsewhere() throws Exception {
        try (WebServer server = new WebServer((request, out) -> {
            switch (request.path()) {
                case "/robots.txt" -> WebServer.redirect(out, "/rules");
                case "/rules" -> WebServer.send(out, 200, "text/plain", "User-agent: *\nDisallow: /b");
                default -> WebServer.html(out, RUSSIAN);
            }
        })) {
            assertThat(Fetchers.page(fetcher, server.url("/a")).status()).isEqualTo(200);
            assertThat(Fetchers.failed(fetcher, server.url("/b")).reason()).isEqualTo("robots");
            assertThat(server.requests.stream().map(WebServer.Request::path))
                    .containsExactly("/robots.txt", "/rules", "/a");
        }
    }

    @Test
    void the_rules_of_the_site_that_a_redirect_leads_to_count_too() throws Exception {
        try (WebServer closed = new WebServer(
                        (request, out) -> WebServer.send(out, 200, "text/plain", "User-agent: *\nDisallow: /"));
                WebServer server = serving((request, out) -> WebServer.redirect(out, closed.url("/a")))) {
            Fetched.Failed failed = Fetchers.failed(fetcher, server.url("/"));

            assertThat(failed.reason()).isEqualTo("robots");
            assertThat(failed.url()).isEqualTo(closed.url("/a"));
            assertThat(closed.pages()).isEmpty();
        }
    }

    @Test
    void a_site_that_cannot_be_reached_is_no_rule_of_the_site() throws Exception {
        Fetched.Failed failed = Fetchers.failed(fetcher, "http://127.0.0.1:" + FreePort.next() + "/");

        assertThat(failed.reason()).isEqualTo("connect");
        assertThat(failed.permanent()).isFalse();
    }

    @Test
    void an_unknown_name_is_a_reason() {
        CrawlProperties properties = Fetchers.properties(Duration.ofSeconds(5), true, 80);
        AddressGuard guard = new AddressGuard(
                properties,
                host -> {
                    throw new UnknownHostException(host);
                },
                address -> true);
        try (PageFetcher lost = new PageFetcher(properties, Clock.systemUTC(), guard, null)) {
            assertThat(Fetchers.failed(lost, "http://no-such-name.example/").reason())
                    .isEqualTo("dns");
        }
    }

    @Test
    void the_next_address_of_a_name_is_tried_if_one_does_not_answer() throws Exception {
        try (WebServer server = serving((request, out) -> WebServer.html(out, RUSSIAN))) {
            CrawlProperties properties = Fetchers.properties(Duration.ofSeconds(10), true, 80);
            // nothing listens on the first one
            AddressGuard guard = new AddressGuard(
                    properties,
                    host -> new InetAddress[] {Fetchers.address("240.0.0.1"), Fetchers.address("127.0.0.1")},
                    address -> true);
            try (PageFetcher patient = new PageFetcher(properties, Clock.systemUTC(), guard, null)) {
                assertThat(Fetchers.page(patient, "http://web.example:" + server.port() + "/")
                                .status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void a_kept_connection_that_the_server_closed_meanwhile_is_no_failure() throws Exception {
        try (WebServer server = serving((request, out) ->
                WebServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\na"))) {
            for (int i = 0; i < 20; i++) {
                assertThat(Fetchers.page(fetcher, server.url("/" + i)).text()).isEqualTo("a");
            }
        }
    }

    /** Answers with the version of HTTP that it was called with. */
    private static final class VersionPage implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {
        @Override
        public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
                HttpRequest request, EntityDetails entity, HttpContext context) {
            return new BasicRequestConsumer<>(entity == null ? null : new NoopEntityConsumer());
        }

        @Override
        public void handle(Message<HttpRequest, Void> message, ResponseTrigger trigger, HttpContext context)
                throws HttpException, IOException {
            String version = HttpCoreContext.cast(context).getProtocolVersion().toString();
            trigger.submitResponse(
                    AsyncResponseBuilder.create(200)
                            .setEntity("<p>" + version + "</p>", ContentType.TEXT_HTML)
                            .build(),
                    context);
        }
    }

    @Test
    void http_2_is_spoken_where_the_server_can(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.create(folder);
        HttpAsyncServer server = H2ServerBootstrap.bootstrap()
                .setTlsStrategy(new H2ServerTlsStrategy(tls(certificate.keyStore(), certificate.password())))
                .setVersionPolicy(HttpVersionPolicy.NEGOTIATE)
                .setCanonicalHostName("127.0.0.1")
                .register("*", new VersionPage())
                .create();
        server.start();
        try (PageFetcher trusting = Fetchers.trusting(tls(certificate.keyStore(), certificate.password()))) {
            int port = ((InetSocketAddress) server.listen(new InetSocketAddress("127.0.0.1", 0), URIScheme.HTTPS)
                            .get()
                            .getAddress())
                    .getPort();
            assertThat(Fetchers.page(trusting, "https://127.0.0.1:" + port + "/")
                            .text())
                    .isEqualTo("<p>HTTP/2.0</p>");
            // a second one over the same connection
            assertThat(Fetchers.page(trusting, "https://127.0.0.1:" + port + "/b")
                            .text())
                    .isEqualTo("<p>HTTP/2.0</p>");
            assertThat(Fetchers.failed(fetcher, "https://127.0.0.1:" + port + "/")
                            .reason())
                    .as("a certificate that nobody vouches for")
                    .isEqualTo("tls");
        } finally {
            server.close(CloseMode.IMMEDIATE);
        }
    }

    @Test
    void a_certificate_for_another_name_is_refused(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.create(folder);
        SSLContext tls = tls(certificate.keyStore(), certificate.password());
        CrawlProperties properties = Fetchers.properties(Duration.ofSeconds(5), true, 80);
        AddressGuard guard = new AddressGuard(
                properties, host -> new InetAddress[] {Fetchers.address("127.0.0.1")}, address -> true);
        try (WebServer server =
                        new WebServer(tls.getServerSocketFactory(), (request, out) -> WebServer.html(out, RUSSIAN));
                PageFetcher trusting = new PageFetcher(properties, Clock.systemUTC(), guard, tls)) {
            assertThat(Fetchers.failed(trusting, "https://other.example:" + server.port() + "/")
                            .reason())
                    .isEqualTo("tls");
            assertThat(Fetchers.page(trusting, "https://localhost:" + server.port() + "/")
                            .text())
                    .isEqualTo(RUSSIAN);
        }
    }

    private static SSLContext tls(KeyStore store, char[] password) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        for (String alias : Collections.list(store.aliases())) {
            trusted.setCertificateEntry(alias, store.getCertificate(alias));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
