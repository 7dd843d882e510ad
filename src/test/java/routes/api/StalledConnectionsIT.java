package routes.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import routes.api.access.NewApiKey;

/** Clients that begin a request and do not go on, many at once. They hold no thread, so others are answered as fast as ever. */
class StalledConnectionsIT {

    private static final NewApiKey KEY = NewApiKey.make("anna", "default", "admin");
    private static final int STALLED = 1000;
    private static final long LIMIT_MILLIS = 200;
    private static final String POST = "POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    private static final String AUTHORIZED = POST + "Authorization: Bearer " + KEY.key() + "\r\n";

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", KEY.entry())
            .with("api.rate-limit", "100000")
            // the test opens its connections faster than they are accepted; the system repeats what finds no place
            // after seconds
            .with("server.tomcat.accept-count", Integer.toString(STALLED))
            .with("server.tomcat.connection-timeout", "4s");

    private final List<Socket> open = new ArrayList<>();
    /** Milliseconds. A machine that is busy with other things gets more time, by what it takes without stalled clients. */
    private static long limit;

    @BeforeAll
    static void measure() {
        limit = Math.max(LIMIT_MILLIS, tenfold());
    }

    private static long tenfold() {
        return 10 * percentile99(api.client(KEY.key()), "/users/1");
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ",
                POST + "Content-Length: 60000\r\n\r\n{",
                POST + "Authorization: Bearer unknown\r\nTransfer-Encoding: chunked\r\n\r\n5;",
                "POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: 60000\r\n\r\na=",
                "PUT /users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: 60000\r\n\r\na=",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /users/1/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n"
                        + "Content-Length: 60000\r\n\r\n--x\r\n"
            })
    void clients_without_a_key_keep_nobody_waiting(String begun) throws IOException {
        stall(api.port(), begun);
        othersAreAnsweredAtOnce();
    }

    @Test
    void bodies_with_a_key_keep_nobody_waiting() throws IOException {
        stall(api.port(), AUTHORIZED + "Content-Length: 60000\r\n\r\n{");
        othersAreAnsweredAtOnce();
        stall(api.port(), AUTHORIZED + "Transfer-Encoding: chunked\r\n\r\n5;");
        othersAreAnsweredAtOnce();
    }

    @Test
    void clients_that_do_not_read_their_answers_keep_nobody_waiting() throws IOException {
        String large = "GET /webjars/redoc/bundles/redoc.standalone.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertThat(answer(large.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")))
                .startsWith("HTTP/1.1 200");
        stall(api.port(), large.repeat(20));
        othersAreAnsweredAtOnce();
    }

    @Test
    void bodies_on_the_management_port_keep_nobody_waiting() throws IOException {
        int port = api.managementPort();
        stall(port, "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{");
        stall(port, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{");
        assertAnsweredAtOnce(Map.of("/health/live", api.managementClient()));
    }

    /** What is refused, and whatever is answered without its body, ends the connection without waiting for that body. */
    @ParameterizedTest
    @CsvSource({
        "401, POST, /users, no",
        "401, POST, /users/1/imports, no",
        "404, POST, /nothing, yes",
        "405, PUT, /users, yes",
        "415, POST, /users/1/imports, text/plain",
        "413, POST, /users, yes",
        "200, GET, /health/live, no"
    })
    void the_answer_does_not_wait_for_the_body(int status, String method, String path, String with) throws IOException {
        String request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (with.equals("no") ? "" : "Authorization: Bearer " + KEY.key() + "\r\n")
                + "Content-Type: " + (with.contains("/") ? with : "application/json")
                + "\r\nContent-Length: " + (status == 413 ? 600_000 : 60_000) + "\r\n\r\n{";
        // repeated because the machine may be busy; a server that waits for the body needs 4 s for each attempt
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            Instant start = Instant.now();
            String answer = answer(request);
            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            if (status >= 400) {
                assertThat(answer).containsIgnoringCase("\r\nConnection: close\r\n");
            }
            return Duration.between(start, Instant.now()).toMillis() < 3_000;
        });
    }

    @Test
    void a_body_that_trickles_is_ended_without_a_warning() throws IOException {
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(log);
        try {
            Socket slow = begin(api.port(), AUTHORIZED + "Content-Length: 60000\r\n\r\n{");
            await().atMost(Duration.ofSeconds(25))
                    .pollInterval(Duration.ofMillis(300))
                    .until(() -> {
                        // first, since the connection ends soon after the answer
                        if (slow.getInputStream().available() > 0) {
                            return true;
                        }
                        slow.getOutputStream().write(' ');
                        return false;
                    });
            assertThat(new String(slow.getInputStream().readNBytes(12), US_ASCII))
                    .isEqualTo("HTTP/1.1 408");
        } finally {
            root.detachAppender(log);
        }
        assertThat(log.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    }

    @Test
    void headers_that_trickle_are_ended() throws IOException {
        Socket slow = begin(api.port(), "GET /health/live HTTP/1.1\r\nX: ");
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    try {
                        slow.getOutputStream().write('a');
                        slow.setSoTimeout(1);
                        return slow.getInputStream().read() < 0;
                    } catch (SocketTimeoutException stillOpen) {
                        return false;
                    } catch (IOException closed) {
                        return true;
                    }
                });
    }

    @Test
    void a_client_that_asks_first_is_told_to_go_on() throws IOException {
        Socket socket = begin(
                api.port(), AUTHORIZED + "Expect: 100-continue\r\nContent-Length: 20\r\nConnection: close\r\n\r\n");
        assertThat(new String(socket.getInputStream().readNBytes(12), US_ASCII)).isEqualTo("HTTP/1.1 100");
        socket.getOutputStream().write("{\"username\": \"abcd\"}".getBytes(US_ASCII));
        assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).contains("HTTP/1.1 201");
    }

    @Test
    void two_keys_in_one_request_are_refused() throws IOException {
        String key = "Authorization: Bearer " + KEY.key() + "\r\n";
        assertThat(answer("GET /users/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + key + key + "\r\n"))
                .startsWith("HTTP/1.1 401")
                .contains("more than one Authorization header");
    }

    @Test
    void what_is_too_long_is_named() throws IOException {
        String much = "a".repeat(10_000);
        assertThat(answer("GET /users/1?q=" + much + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 414");
        assertThat(answer("GET /users/1 HTTP/1.1\r\nHost: localhost\r\nX: " + much + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
        assertThat(answer("GET /users/1 HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    private void stall(int port, String begun) throws IOException {
        for (int i = 0; i < STALLED; i++) {
            begin(port, begun);
        }
    }

    private Socket begin(int port, String begun) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        open.add(socket);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(begun.getBytes(US_ASCII));
        return socket;
    }

    private String answer(String request) throws IOException {
        return new String(begin(api.port(), request).getInputStream().readAllBytes(), US_ASCII);
    }

    private void othersAreAnsweredAtOnce() throws IOException {
        assertAnsweredAtOnce(Map.of("/health/live", api.client(), "/users/1", api.client(KEY.key())));
    }

    /** One of three rounds, since the machine may be busy with other things. */
    private void assertAnsweredAtOnce(Map<String, ApiClient> clients) throws IOException {
        var millis = new TreeMap<String, Long>();
        clients.forEach((path, client) -> {
            for (int round = 0; round < 3 && millis.getOrDefault(path, limit) >= limit; round++) {
                millis.merge(path, percentile99(client, path), Math::min);
            }
        });
        if (Collections.max(millis.values()) >= limit) {
            // the machine may be busier than it was when the limit was measured
            close();
            long limitNow = Math.max(limit, tenfold());
            assertThat(millis).allSatisfy((path, time) -> assertThat(time).isLessThan(limitNow));
        }
    }

    private static long percentile99(ApiClient client, String path) {
        long[] millis = IntStream.range(0, 100)
                .mapToLong(i -> {
                    long start = System.nanoTime();
                    assertThat(client.sendAnything("GET", path, null, UnaryOperator.identity())
                                    .status())
                            .isEqualTo(200);
                    return Duration.ofNanos(System.nanoTime() - start).toMillis();
                })
                .sorted()
                .toArray();
        return millis[98];
    }
}
