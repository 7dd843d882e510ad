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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
            if (request.path().startsWith("/to?")) {
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

    /** The port is the server's, so that every one of them that leads to this machine would be noticed. */
    private static final String ATTACKS =
            """
            http://127.0.0.2:{port}/                              | refused_address
            http://127.1:{port}/                                  | refused_address
            http://127.0.2:{port}/                                | refused_address
            http://2130706434:{port}/                             | refused_address
            http://0177.0.0.2:{port}/                             | refused_address
            http://0x7f.0.0.2:{port}/                             | refused_address
            http://0x7f000002:{port}/                             | refused_address
            http://017700000002:{port}/                           | refused_address
            http://127.0.0.0x2:{port}/                            | refused_address
            http://127.0.0.02:{port}/                             | refused_address
            http://0300.0250.1.1:{port}/                          | refused_address
            http://127.0.0.2.:{port}/                             | refused_address
            http://0x:{port}/                                     | refused_address
            http://4294967297:{port}/                             | refused_address
            http://0.0.0.0:{port}/                                | refused_address
            http://0:{port}/                                      | refused_address
            http://0.1.2.3:{port}/                                | refused_address
            http://10.0.0.1:{port}/                               | refused_address
            http://172.16.0.1:{port}/                             | refused_address
            http://172.31.255.255:{port}/                         | refused_address
            http://192.168.0.1:{port}/                            | refused_address
            http://100.64.0.1:{port}/                             | refused_address
            http://100.100.100.200:{port}/latest/meta-data/       | refused_address
            http://169.254.169.254:{port}/latest/meta-data/       | refused_address
            http://169.254.170.2:{port}/v2/credentials            | refused_address
            http://192.0.0.192:{port}/opc/v2/instance/            | refused_address
            http://168.63.129.16:{port}/machine                   | refused_address
            http://192.0.0.8:{port}/                              | refused_address
            http://192.0.2.1:{port}/                              | refused_address
            http://192.88.99.1:{port}/                            | refused_address
            http://198.18.0.1:{port}/                             | refused_address
            http://198.19.255.255:{port}/                         | refused_address
            http://203.0.113.1:{port}/                            | refused_address
            http://224.0.0.1:{port}/                              | refused_address
            http://239.255.255.250:{port}/                        | refused_address
            http://240.0.0.1:{port}/                              | refused_address
            http://255.255.255.255:{port}/                        | refused_address
            http://[::1]:{port}/                                  | refused_address
            http://[::]:{port}/                                   | refused_address
            http://[0:0:0:0:0:0:0:1]:{port}/                      | refused_address
            http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/ | refused_address
            http://[::ffff:127.0.0.2]:{port}/                     | refused_address
            http://[::ffff:7f00:2]:{port}/                        | refused_address
            http://[::ffff:169.254.169.254]:{port}/               | refused_address
            http://[::127.0.0.2]:{port}/                          | refused_address
            http://[::ffff:0:127.0.0.2]:{port}/                   | refused_address
            http://[64:ff9b::7f00:2]:{port}/                      | refused_address
            http://[64:ff9b:1::7f00:2]:{port}/                    | refused_address
            http://[2002:7f00:2::1]:{port}/                       | refused_address
            http://[2002:a9fe:a9fe::]:{port}/                     | refused_address
            http://[2001:0:7f00:2::1]:{port}/                     | refused_address
            http://[2a00:1450::5efe:7f00:2]:{port}/               | refused_address
            http://[2a00:1450::200:5efe:7f00:2]:{port}/           | refused_address
            http://[2001:db8::1]:{port}/                          | refused_address
            http://[3fff::1]:{port}/                              | refused_address
            http://[fe80::1]:{port}/                              | refused_address
            http://[fec0::1]:{port}/                              | refused_address
            http://[fc00::1]:{port}/                              | refused_address
            http://[fd00:ec2::254]:{port}/                        | refused_address
            http://[fd20:ce::254]:{port}/                         | refused_address
            http://[ff02::1]:{port}/                              | refused_address
            http://[100::1]:{port}/                               | refused_address
            http://[5f00::1]:{port}/                              | refused_address
            http://localhost:{port}/                              | refused_address
            http://LOCALHOST.:{port}/                             | refused_address
            http://inside.example:{port}/                         | refused_address
            http://inside.example.:{port}/                        | refused_address
            http://INSIDE.example:{port}/                         | refused_address
            http://mixed.example:{port}/                          | refused_address
            http://mixed6.example:{port}/                         | refused_address
            http://metadata.google.internal:{port}/               | refused_address
            http://１２７.0.0.2:{port}/                            | refused_address
            http://①②⑦.⓪.⓪.②:{port}/                             | refused_address
            http://127。0。0。2:{port}/                             | refused_address
            http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/                             | refused_address
            http://%31%32%37.0.0.2:{port}/                        | refused_address
            http://127.0.0.2%00.example:{port}/                   | bad_address
            http://inside%2eexample:{port}/                       | refused_address
            http://user@web.example:{port}/                       | bad_address
            http://user:password@web.example:{port}/              | bad_address
            http://web.example@127.0.0.2:{port}/                  | bad_address
            http://web.example:80@127.0.0.2:{port}/               | bad_address
            http://@127.0.0.2:{port}/                             | refused_address
            http://127.0.0.2\\@web.example:{port}/                | refused_address
            http://127.0.0.2:{port}\\@web.example/                | refused_address
            http://[fe80::1%25lo]:{port}/                         | bad_address
            http://[::1:{port}/                                   | bad_address
            http://127.0.0.2 :{port}/                             | bad_address
            http://127.0.0.2%20:{port}/                           | bad_address
            http://web.example:22/                                | refused_port
            http://web.example:6379/                              | refused_port
            http://web.example:8001/                              | refused_port
            http://web.example:0/                                 | refused_port
            http://web.example:65536/                             | bad_address
            http://web.example:99999999999/                       | bad_address
            http://web.example:-1/                                | bad_address
            http://nothing.example:{port}/                        | dns
            file:///etc/passwd                                    | bad_address
            file://127.0.0.2/etc/passwd                           | bad_address
            gopher://127.0.0.2:{port}/_QUIT                       | bad_address
            ftp://127.0.0.2:{port}/                               | bad_address
            dict://127.0.0.2:{port}/                              | bad_address
            ldap://127.0.0.2:{port}/                              | bad_address
            jar:http://127.0.0.2:{port}/a!/b                      | bad_address
            netdoc:///etc/passwd                                  | bad_address
            data:text/html,<p>page</p>                            | bad_address
            javascript:alert(1)                                   | bad_address
            raw:<p>page</p>                                       | bad_address
            //127.0.0.2:{port}/                                   | bad_address
            http:/127.0.0.2:{port}/                               | bad_address
            http:127.0.0.2:{port}/                                | bad_address
            http://                                               | bad_address
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = ATTACKS)
    void an_attack_is_refused_before_a_packet_leaves(String url, String reason) {
        Fetched.Failed failed = Fetchers.failed(fetcher, at(url));

        assertThat(failed.reason()).as(failed.detail()).isEqualTo(reason);
        assertThat(server.connections).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = ATTACKS)
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
