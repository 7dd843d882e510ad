package routes.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.testing.WebServer;

/** Addresses that must not be fetched, with a server on this machine that notices every attempt. */
class AddressGuardTest {
    private static final String PORT = "{port}";
    /** Names as an attacker's name server answers them. */
    private static final Map<String, String[]> NAMES = Map.of(
            "web.example", new String[] {"127.0.0.1"},
            "localhost", new String[] {"127.0.0.2"},
            "inside.example", new String[] {"127.0.0.2"},
            "mixed.example", new String[] {"127.0.0.1", "127.0.0.2"},
            "mixed6.example", new String[] {"127.0.0.1", "::1"},
            "metadata.google.internal", new String[] {"169.254.169.254"},
            "nothing.example", new String[] {});

    private static WebServer server;
    private static PageFetcher fetcher;

    @BeforeAll
    static void start() {
        server = new WebServer(WebServer.pages((request, out) -> {
            if (request.path().equals("/demo/away")) {
                WebServer.redirect(out, "/users/1/posts");
            } else if (request.path().startsWith("/to?")) {
                WebServer.redirect(out, URLDecoder.decode(request.path().substring("/to?".length()), UTF_8));
            } else {
                WebServer.html(out, "<p>page</p>");
            }
        }));
        fetcher = Fetchers.guarded(server, AddressGuardTest::lookUp);
    }

    @AfterAll
    static void stop() throws Exception {
        fetcher.close();
        server.close();
    }

    @BeforeEach
    void forget() {
        server.connections.clear();
        server.requests.clear();
    }

    private static InetAddress[] lookUp(String host) throws UnknownHostException {
        String[] known = NAMES.get(host);
        if (known == null) {
            return InetAddress.getAllByName(host);
        }
        InetAddress[] addresses = new InetAddress[known.length];
        for (int i = 0; i < known.length; i++) {
            addresses[i] = InetAddress.getByName(known[i]);
        }
        return addresses;
    }

    @Test
    void a_page_of_the_web_is_fetched_by_its_name() {
        assertThat(Fetchers.page(fetcher, "http://web.example:" + server.port() + "/")
                        .text())
                .isEqualTo("<p>page</p>");
        assertThat(server.requests).last().satisfies(request -> assertThat(request.header("Host"))
                .isEqualTo("web.example:" + server.port()));
    }

    /** Only the pages that a setting names exactly, whatever else the same server has. */
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:{port}/demo/a.html, ",
        "http://127.0.0.1:{port}/demo/deep/b.html, ",
        "http://127.0.0.1:{port}/demo/./a.html, ",
        "http://127.0.0.1:{port}/, refused_port",
        "http://127.0.0.1:{port}/users/1/posts, refused_port",
        "http://127.0.0.1:{port}/demo, refused_port",
        "http://127.0.0.1:{port}/demonstration/a.html, refused_port",
        "http://127.0.0.1:{port}/demo/../users/1, refused_port",
        "http://127.0.0.1:{port}/demo/%2e%2e/users/1, refused_port",
        "http://127.0.0.1:{port}/demo/..%2fusers/1, refused_port",
        "http://127.0.0.1:{port}/demo/..;/users/1, refused_port",
        "http://127.0.0.1:{port}/demo/a.html?to=x, refused_port",
        "http://127.0.0.1:{port}//demo/a.html, refused_port",
        "https://127.0.0.1:{port}/demo/a.html, refused_port",
        "http://127.0.0.2:{port}/demo/a.html, refused_port",
        "http://localhost:{port}/demo/a.html, refused_port",
        "http://[::1]:{port}/demo/a.html, refused_port",
        "http://127.1:{port}/demo/a.html, refused_port",
        "http://user@127.0.0.1:{port}/demo/a.html, bad_address",
        "http://127.0.0.1/demo/a.html, refused_address"
    })
    void only_private_pages_that_are_named_exactly_are_fetched(String url, String reason) {
        try (PageFetcher named = Fetchers.naming("http://127.0.0.1:" + server.port() + "/demo/")) {
            Fetched fetched = named.fetch(PageFetcher.Wish.of(url.replace(PORT, String.valueOf(server.port()))));

            if (reason == null) {
                assertThat(fetched).isInstanceOf(Fetched.Page.class);
            } else {
                assertThat(((Fetched.Failed) fetched).reason()).isEqualTo(reason);
                assertThat(server.connections).isEmpty();
            }
        }
    }

    @Test
    void a_redirect_from_a_named_page_leads_no_further_into_the_network() {
        try (PageFetcher named = Fetchers.naming("http://127.0.0.1:" + server.port() + "/demo/")) {
            Fetched fetched = named.fetch(PageFetcher.Wish.of("http://127.0.0.1:" + server.port() + "/demo/away"));

            assertThat(((Fetched.Failed) fetched).reason()).isEqualTo("refused_port");
            assertThat(server.pages()).containsExactly("/demo/away");
        }
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/attack-addresses.csv", delimiter = '|')
    void an_attack_is_refused_before_a_packet_leaves(String url, String reason) {
        Fetched.Failed failed = Fetchers.failed(fetcher, at(url));

        assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
        assertThat(server.connections).isEmpty();
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/attack-addresses.csv", delimiter = '|')
    void an_attack_behind_a_redirect_is_refused_before_a_packet_leaves(String url, String reason) {
        // a relative address stays on the site
        if (url.startsWith("http:") && !url.startsWith("http://")) {
            return;
        }
        Fetched.Failed failed = Fetchers.failed(fetcher, server.url("/to?" + URLEncoder.encode(at(url), UTF_8)));

        String expected = url.startsWith("//") ? "refused_address" : reason;
        assertThat(failed.reason())
                .as(failed.detail())
                .isIn(expected, expected.equals("bad_address") ? "bad_redirect" : expected);
        assertThat(server.connections).isNotEmpty().containsOnly(Fetchers.address("127.0.0.1"));
    }

    private static String at(String url) {
        return url.replace(PORT, Integer.toString(server.port()));
    }

    @Test
    void the_address_that_was_checked_is_the_address_that_is_connected_to() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        // the page, robots.txt, and every later question
        AddressGuard.Resolver rebinding = host ->
                new InetAddress[] {Fetchers.address(lookups.getAndIncrement() % 2 == 0 ? "127.0.0.1" : "127.0.0.2")};
        try (PageFetcher rebound = Fetchers.guarded(server, rebinding)) {
            for (int i = 0; i < 20; i++) {
                rebound.fetch(PageFetcher.Wish.of("http://site" + i + ".example:" + server.port() + "/"));
            }
        }

        assertThat(lookups).hasValueGreaterThanOrEqualTo(20);
        assertThat(server.connections).isNotEmpty().containsOnly(Fetchers.address("127.0.0.1"));
    }

    @Test
    void an_open_connection_is_not_used_for_another_address_of_the_name() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        // web.example moves into the private network after the first page
        AddressGuard.Resolver moving =
                host -> new InetAddress[] {Fetchers.address(lookups.getAndIncrement() < 2 ? "127.0.0.1" : "127.0.0.2")};
        try (PageFetcher moved = Fetchers.guarded(server, moving)) {
            String url = "http://web.example:" + server.port() + "/";
            assertThat(Fetchers.page(moved, url).status()).isEqualTo(200);
            assertThat(Fetchers.failed(moved, url).reason()).isEqualTo("refused_address");
        }
    }

    @Test
    void robots_txt_does_not_lead_into_the_private_network() throws Exception {
        try (WebServer site = new WebServer((request, out) ->
                        WebServer.redirect(out, "http://127.0.0.2:" + server.port() + "/robots.txt"));
                PageFetcher follower = Fetchers.guarded(site, InetAddress::getAllByName)) {
            Fetched.Failed failed = Fetchers.failed(follower, site.url("/"));

            assertThat(failed.reason()).isIn("refused_address", "refused_port");
        }
        assertThat(server.connections).isEmpty();
    }

    @Test
    void without_the_guard_private_networks_and_all_ports_are_open_but_not_user_names() throws Exception {
        try (PageFetcher free = Fetchers.free(Duration.ofSeconds(5))) {
            String address = "127.0.0.2:" + server.port() + "/";
            assertThat(Fetchers.page(free, "http://" + address).status()).isEqualTo(200);
            assertThat(Fetchers.failed(free, "http://user@" + address).reason()).isEqualTo("bad_address");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "93.184.216.34",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "192.0.1.1",
                "198.17.255.255",
                "198.20.0.1",
                "223.255.255.255",
                "2a00:1450:4010:c0d::8b",
                "2606:4700::1111",
                "2001:4860:4860::8888",
                "2001:200::1"
            })
    void addresses_of_the_internet_are_public(String address) {
        assertThat(AddressGuard.isPublic(Fetchers.address(address))).isTrue();
    }
}
