package routes.crawl4ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.testing.WebServer;
import routes.web.CrawlProperties;
import routes.web.Fetched;
import routes.web.PageFetcher;

/** The client against a stand-in of the server that answers as its versions do, and as it fails. */
class Crawl4aiTest {
    private static final String JSON = "application/json";
    private static final String RESULT =
            """
            {"url":"%s","success":true,"status_code":200,"redirected_url":"%s","html":"<html><p>Page</p></html>",
             "cleaned_html":"<p>Page</p>","markdown":{"raw_markdown":"# T","fit_markdown":""},"fit_html":"<property object at 0x7f>",
             "metadata":{"title":"T","author":null},"error_message":"","server_memory_mb":NaN}
            """;

    private final AtomicInteger calls = new AtomicInteger();
    private final PageFetcher fetcher = fetcher(true);
    /** The site whose pages are wanted; it allows everything. */
    private final WebServer site = new WebServer((request, out) -> WebServer.send(out, 404, "text/plain", ""));

    @AfterEach
    void stop() throws Exception {
        fetcher.close();
        site.close();
    }

    @BeforeEach
    void start() {
        calls.set(0);
    }

    private static PageFetcher fetcher(boolean allowPrivateNetworks) {
        return new PageFetcher(
                new CrawlProperties(
                        Set.of(80),
                        allowPrivateNetworks,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(2),
                        1 << 20,
                        5,
                        Duration.ZERO,
                        "TestCrawler/1.0",
                        Set.of()),
                Clock.systemUTC());
    }

    private interface Fetch {
        void with(Crawl4ai crawl4ai, WebServer server) throws Exception;
    }

    private void server(WebServer.Site answers, Fetch fetch) throws Exception {
        server(answers, Duration.ofSeconds(5), fetch);
    }

    private void server(WebServer.Site answers, Duration timeout, Fetch fetch) throws Exception {
        try (WebServer server = new WebServer(answers)) {
            fetch.with(new Crawl4ai(new Crawl4aiProperties(server.url("/"), "secret-token", timeout), fetcher), server);
        }
    }

    private String page() {
        return site.url("/page");
    }

    private String result() {
        return RESULT.formatted(page(), page());
    }

    /** The later of two equal names counts. */
    private String different(String difference) {
        String result = result().strip();
        return result.substring(0, result.length() - 1) + "," + difference + "}";
    }

    @Test
    void a_page_is_read_by_the_browser_of_the_server() throws Exception {
        server(
                (request, out) -> WebServer.send(out, 200, JSON, "{\"success\":true,\"results\":[" + result() + "]}"),
                (crawl4ai, server) -> {
                    Fetched.Page page = (Fetched.Page) crawl4ai.fetch(page());

                    assertThat(page.text()).isEqualTo("<html><p>Page</p></html>");
                    assertThat(page.mediaType()).isEqualTo("text/html");
                    assertThat(page.url()).isEqualTo(page());
                    assertThat(page.title()).isEqualTo("T");
                    assertThat(server.requests).singleElement().satisfies(request -> {
                        assertThat(request.path()).isEqualTo("/crawl");
                        assertThat(request.head()).startsWith("POST ");
                        assertThat(request.header("Authorization")).isEqualTo("Bearer secret-token");
                    });
                });
    }

    @Test
    void health_tells_whether_the_server_answers() throws Exception {
        server(
                (request, out) -> WebServer.send(out, request.path().equals("/health") ? 200 : 500, JSON, "{}"),
                (crawl4ai, server) -> assertThat(crawl4ai.problem()).isEmpty());
        server((request, out) -> WebServer.send(out, 503, JSON, "{}"), (crawl4ai, server) -> assertThat(
                        crawl4ai.problem().orElseThrow())
                .contains("status 503"));
        server((request, out) -> WebServer.hang(), (crawl4ai, server) -> assertThat(
                        crawl4ai.problem().orElseThrow())
                .contains("did not respond in time"));
        var gone = new Crawl4aiProperties("http://127.0.0.1:9", "", Duration.ofSeconds(5));
        assertThat(new Crawl4ai(gone, fetcher).problem().orElseThrow()).contains("Crawl4AI at http://127.0.0.1:9");
        var none = new Crawl4aiProperties("", "", Duration.ofSeconds(5));
        assertThat(new Crawl4ai(none, fetcher).problem()).isEmpty();
    }

    @Test
    void the_request_holds_the_address_and_fixed_settings_only() throws Exception {
        JsonNode request =
                new ObjectMapper().readTree(Crawl4aiAnswers.request("https://site.example/?q=\",\"hooks\":{"));

        assertThat(request.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("urls", "browser_config", "crawler_config");
        assertThat(request.path("urls").path(0).asText()).isEqualTo("https://site.example/?q=\",\"hooks\":{");
        assertThat(request.at("/crawler_config/params/cache_mode/type").asText())
                .isEqualTo("CacheMode");
        assertThat(request.at("/crawler_config/params/check_robots_txt").asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"success\":true,\"results\":[%s]}",
                "{\"success\":true,\"result\":%s}",
                "{\"task_id\":\"x\",\"status\":\"completed\",\"result\":%s}",
                "{\"task_id\":\"crawl_1\",\"status\":\"completed\",\"result\":{\"success\":true,\"results\":[%s]}}",
                "{\"status\":\"completed\",\"results\":[%s]}"
            })
    void the_result_is_found_wherever_a_version_has_it(String form) throws Exception {
        String body = form.replace("%s", result());
        server(
                (request, out) -> WebServer.send(out, 200, JSON, body),
                (crawl4ai, server) -> assertThat(crawl4ai.fetch(page())).isInstanceOf(Fetched.Page.class));
    }

    @ParameterizedTest
    @CsvSource({"abc-1, /task/abc-1", "crawl_1a2b, /crawl/job/crawl_1a2b"})
    void a_task_is_asked_for_until_it_is_done(String task, String path) throws Exception {
        server(
                (request, out) -> {
                    String state = calls.getAndIncrement() < 2
                            ? "\"status\":\"processing\""
                            : "\"status\":\"completed\",\"result\":" + result();
                    String body = request.path().equals("/crawl") ? "" : "," + state;
                    WebServer.send(
                            out,
                            request.path().equals("/crawl") ? 202 : 200,
                            JSON,
                            "{\"task_id\":\"" + task + "\"" + body + "}");
                },
                (crawl4ai, server) -> {
                    assertThat(crawl4ai.fetch(page())).isInstanceOf(Fetched.Page.class);
                    assertThat(server.requests.stream()
                                    .map(WebServer.Request::path)
                                    .skip(1))
                            .containsOnly(path);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // what differs in the result | reason | permanent
                "\"status_code\":404 | http_404 | true",
                "\"status_code\":410 | http_410 | true",
                "\"status_code\":503 | http_503 | false",
                "\"status_code\":429 | http_429 | false",
                "\"status_code\":403,\"success\":false,\"error_message\":\"Access denied by robots.txt\" | robots | true",
                "\"success\":false,\"status_code\":null,\"error_message\":\"Page.goto: net::ERR_NAME_NOT_RESOLVED, timeout 15000 ms\" | dns | false",
                "\"success\":false,\"status_code\":null,\"error_message\":\"net::ERR_CONNECTION_REFUSED\" | connect | false",
                "\"success\":false,\"status_code\":null,\"error_message\":\"Page.goto: Timeout 15000ms exceeded\" | timeout | false",
                "\"success\":false,\"status_code\":null,\"error_message\":\"net::ERR_CERT_DATE_INVALID\" | tls | false",
                "\"success\":false,\"status_code\":200,\"error_message\":\"Blocked by anti-bot protection: x\" | http_403 | true",
                "\"html\":\"\",\"markdown\":{\"raw_markdown\":\"\\n\"} | empty | false",
                "\"html\":\"\",\"markdown\":\"Error converting HTML to markdown: x\" | empty | false",
                "\"html\":null,\"markdown\":null | empty | false"
            })
    void a_page_that_the_browser_did_not_get_is_a_reason(String difference, String reason, boolean permanent)
            throws Exception {
        String result = different(difference);
        server(
                (request, out) -> WebServer.send(out, 200, JSON, "{\"success\":true,\"results\":[" + result + "]}"),
                (crawl4ai, server) -> {
                    Fetched.Failed failed = (Fetched.Failed) crawl4ai.fetch(page());

                    assertThat(failed.reason()).isEqualTo(reason);
                    assertThat(failed.permanent()).isEqualTo(permanent);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"html\":\"\",\"markdown\":\"# Old\" | # Old",
                "\"html\":\"\",\"markdown\":{\"raw_markdown\":\"# Raw\",\"fit_markdown\":\"\"} | # Raw",
                "\"html\":\"\",\"markdown\":{\"raw_markdown\":\"# Raw\",\"fit_markdown\":\"# Fit\"} | # Fit"
            })
    void markdown_counts_if_there_is_nothing_else(String difference, String text) throws Exception {
        String result = different(difference);
        server(
                (request, out) -> WebServer.send(out, 200, JSON, "{\"success\":true,\"results\":[" + result + "]}"),
                (crawl4ai, server) -> {
                    Fetched.Page page = (Fetched.Page) crawl4ai.fetch(page());

                    assertThat(page.mediaType()).isEqualTo("text/markdown");
                    assertThat(page.text()).isEqualTo(text);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "401 | {\"detail\":\"Authentication required\"} | crawl4ai_unauthorized | true",
                "403 | {\"detail\":\"Forbidden\"} | crawl4ai_unauthorized | true",
                "404 | {\"detail\":\"Not Found\"} | crawl4ai_unsupported | true",
                "422 | {\"detail\":[{\"loc\":[\"body\"],\"msg\":\"x\"}]} | crawl4ai_unsupported | true",
                "400 | {\"detail\":\"Rejected config: field 'x' is not permitted\"} | crawl4ai_unsupported | true",
                "429 | {\"detail\":\"1000 per 1 minute\"} | crawl4ai_busy | true",
                "503 | {\"detail\":\"queue full\"} | crawl4ai_busy | true",
                "500 | {\"error\":\"Internal server error\",\"correlation_id\":\"1\"} | crawl4ai_failed | false",
                "500 | {\"detail\":\"{\\\"error\\\":\\\"boom\\\",\\\"server_memory_delta_mb\\\":1}\"} | crawl4ai_failed | false",
                "502 | <html>Bad gateway</html> | crawl4ai_failed | false",
                "500 | ~~ | crawl4ai_failed | false",
                "200 | <html>Updating</html> | crawl4ai_bad_answer | true",
                "200 | ~~ | crawl4ai_bad_answer | true",
                "200 | null | crawl4ai_bad_answer | true",
                "200 | [] | crawl4ai_bad_answer | true",
                "200 | {\"success\":true,\"results\":[]} | crawl4ai_bad_answer | true",
                "200 | {\"success\":true,\"results\":[null]} | crawl4ai_bad_answer | true",
                "200 | {\"success\":true,\"results\":[\"x\"]} | crawl4ai_bad_answer | true",
                "200 | {\"success\":true,\"results\":[{}]} | crawl4ai_failed | false",
                "202 | {\"task_id\":\"../../admin\"} | crawl4ai_bad_answer | true",
                "200 | {\"task_id\":\"x\",\"status\":\"failed\",\"error\":\"boom\"} | crawl4ai_failed | false",
                "302 | {} | crawl4ai_failed | false"
            })
    void a_server_that_fails_says_nothing_about_the_page(int status, String body, String reason, boolean isFault)
            throws Exception {
        String text = body == null ? "" : body;
        server((request, out) -> WebServer.send(out, status, JSON, text), (crawl4ai, server) -> {
            var failure = catchThrowableOfType(Crawl4aiException.class, () -> crawl4ai.fetch(page()));

            assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
            assertThat(failure.isFault()).isEqualTo(isFault);
            assertThat(failure.getMessage()).doesNotContain("secret-token").hasSizeLessThan(400);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "500 | {\"detail\":\"Crawl request failed: net::ERR_NAME_NOT_RESOLVED\"} | dns",
                "400 | {\"detail\":\"URL blocked (SSRF protection): http://10.0.0.1\"} | refused_address",
                "504 | {\"detail\":\"took too long\"} | timeout",
                "200 | {\"task_id\":\"x\",\"status\":\"failed\",\"error\":\"net::ERR_CONNECTION_REFUSED\"} | connect"
            })
    void an_error_of_the_server_that_names_the_page_is_a_reason(int status, String body, String reason)
            throws Exception {
        server((request, out) -> WebServer.send(out, status, JSON, body), (crawl4ai, server) -> assertThat(
                        ((Fetched.Failed) crawl4ai.fetch(page())).reason())
                .isEqualTo(reason));
    }

    @Test
    void a_server_that_hangs_drips_or_is_gone_costs_the_time_limit() throws Exception {
        List<WebServer.Site> sites = List.of(
                (request, out) -> WebServer.hang(),
                (request, out) -> {
                    WebServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
                    while (true) {
                        WebServer.raw(out, " ");
                        WebServer.dawdle(Duration.ofMillis(50));
                    }
                },
                (request, out) -> WebServer.send(out, 202, JSON, "{\"task_id\":\"x\"}"),
                (request, out) -> {});
        List<String> reasons =
                List.of("crawl4ai_timeout", "crawl4ai_timeout", "crawl4ai_timeout", "crawl4ai_unreachable");
        for (int i = 0; i < sites.size(); i++) {
            String reason = reasons.get(i);
            server(sites.get(i), Duration.ofSeconds(1), (crawl4ai, server) -> {
                long start = System.nanoTime();
                var failure = catchThrowableOfType(Crawl4aiException.class, () -> crawl4ai.fetch(page()));

                assertThat(failure.reason()).isEqualTo(reason);
                assertThat(failure.isFault()).isTrue();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
            });
        }
    }

    @Test
    void an_endless_answer_is_cut() throws Exception {
        server(
                (request, out) -> {
                    WebServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
                    endless(out);
                },
                Duration.ofSeconds(20),
                (crawl4ai, server) -> {
                    var failure = catchThrowableOfType(Crawl4aiException.class, () -> crawl4ai.fetch(page()));
                    assertThat(failure.reason()).isEqualTo("crawl4ai_unreachable");
                    assertThat(failure.getMessage()).contains("bytes");
                });
    }

    private static void endless(OutputStream out) throws Exception {
        while (true) {
            WebServer.raw(out, " ".repeat(100_000));
        }
    }

    @Test
    void what_our_guard_refuses_is_not_sent_to_the_server() throws Exception {
        try (PageFetcher guarded = fetcher(false);
                WebServer server = new WebServer((request, out) -> WebServer.send(out, 200, JSON, "{}"))) {
            var crawl4ai = new Crawl4ai(new Crawl4aiProperties(server.url(""), "", Duration.ofSeconds(5)), guarded);
            for (String url :
                    List.of("http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd", "raw:<p>x</p>")) {
                assertThat(((Fetched.Failed) crawl4ai.fetch(url)).reason()).isIn("refused_address", "bad_address");
            }
            assertThat(server.connections).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://169.254.169.254/latest, refused_address",
        "http://[::1]/, refused_address",
        "http://8.8.8.8:6379/, refused_port",
        "file:///etc/passwd, bad_address"
    })
    void a_page_that_comes_from_a_private_address_is_refused(String from, String reason) throws Exception {
        try (PageFetcher guarded = fetcher(false)) {
            var answers = new Crawl4aiAnswers(url -> guarded.refusal(url).orElse(null));
            String body = "{\"results\":[" + RESULT.formatted("http://site.example/", from) + "]}";
            var done = (Crawl4aiAnswers.Step.Done) answers.answer("http://site.example/", 200, body, Duration.ZERO);

            assertThat(((Fetched.Failed) done.fetched()).reason()).isEqualTo(reason);
        }
    }

    @Test
    void without_an_address_there_is_no_server() {
        assertThat(new Crawl4ai(new Crawl4aiProperties("", "", Duration.ofSeconds(1)), fetcher).isConfigured())
                .isFalse();
    }
}
