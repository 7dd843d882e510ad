package routes.tdlib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.testing.ChildJvm;

/** The real library, without a network: what it says before a login, and how it opens and closes. */
class TdlibIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String KEY = "a key of a session";

    @TempDir
    Path dir;

    private static Tdlib tdlib;
    private final List<TdlibClient> clients = new ArrayList<>();

    @BeforeAll
    static void load() {
        tdlib = RealTdlib.load();
    }

    @AfterEach
    void close() {
        clients.forEach(client -> client.close().join());
    }

    private TdlibClient open() {
        TdlibClient client = tdlib.client("client" + clients.size());
        clients.add(client);
        client.open();
        awaitState(client, "authorizationStateWaitTdlibParameters");
        return client;
    }

    private TdlibClient openAt(Path folder) throws Exception {
        TdlibClient client = open();
        client.call(RealTdlib.parameters(folder, KEY), TIMEOUT);
        client.call(RealTdlib.deadProxy(), TIMEOUT);
        awaitState(client, "authorizationStateWaitPhoneNumber");
        return client;
    }

    private static void awaitState(TdlibClient client, String state) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(client.authorizationState()).isEqualTo(state));
    }

    @Test
    void entities_of_a_text_are_found_without_a_client_and_count_in_utf16_units() throws Exception {
        String text = "Привет 👍 @telegram https://example.com #новости";
        ObjectNode answer = tdlib.execute(Tdlib.request("getTextEntities").put("text", text));

        assertThat(answer.path("entities"))
                .extracting(entity -> text.substring(
                        entity.path("offset").asInt(),
                        entity.path("offset").asInt() + entity.path("length").asInt()))
                .containsExactly("@telegram", "https://example.com", "#новости");
    }

    @Test
    void a_function_that_needs_a_client_is_refused_without_one() {
        assertThatThrownBy(() -> tdlib.execute(Tdlib.request("testSquareInt").put("x", 7)))
                .isInstanceOf(TdlibException.class)
                .hasMessageContaining("testSquareInt: 400 ");
    }

    @Test
    void a_client_asks_for_parameters_then_for_a_phone_number_and_closes_and_opens_again() throws Exception {
        TdlibClient client = openAt(dir);
        client.close().get(20, TimeUnit.SECONDS);
        assertThat(client.isOpen()).isFalse();
        assertThat(client.authorizationState()).isEqualTo("authorizationStateClosed");
        assertThat(dir.resolve("db")).isNotEmptyDirectory();

        client.open();
        awaitState(client, "authorizationStateWaitTdlibParameters");
        client.call(RealTdlib.parameters(dir, KEY), TIMEOUT);
        awaitState(client, "authorizationStateWaitPhoneNumber");
    }

    @Test
    void a_session_opens_only_with_its_key() throws Exception {
        openAt(dir).close().get(20, TimeUnit.SECONDS);

        TdlibClient other = open();
        assertThatThrownBy(() -> other.call(RealTdlib.parameters(dir, "another key"), TIMEOUT))
                .isInstanceOfSatisfying(TdlibException.class, e -> {
                    assertThat(e.code()).isEqualTo(401);
                    assertThat(e.error()).contains("Wrong database encryption key");
                });
    }

    @Test
    void a_second_client_on_the_same_folder_is_refused() throws Exception {
        openAt(dir);
        TdlibClient second = open();
        assertThatThrownBy(() -> second.call(RealTdlib.parameters(dir, KEY), TIMEOUT))
                .isInstanceOf(TdlibException.class)
                .hasMessageContaining("Can't lock file");
    }

    @Test
    void requests_before_the_login_and_after_the_close_fail_with_tdlibs_reason() throws Exception {
        TdlibClient client = openAt(dir);
        assertThatThrownBy(() -> client.call(Tdlib.request("getMe"), TIMEOUT))
                .isInstanceOfSatisfying(TdlibException.class, e -> {
                    assertThat(e.kind()).isEqualTo(TdlibException.Kind.ANSWERED);
                    assertThat(e.code()).isEqualTo(401);
                });
        assertThatThrownBy(() -> client.call(Tdlib.request("noSuchFunction"), TIMEOUT))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.code()).isEqualTo(400));
        client.close().join();
        assertThatThrownBy(() -> client.call(Tdlib.request("getMe"), TIMEOUT))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.kind()).isEqualTo(TdlibException.Kind.CLOSED));
    }

    @Test
    void a_request_that_tdlib_does_not_answer_ends_with_our_time_out_and_does_not_hinder_others() throws Exception {
        TdlibClient client = openAt(dir);
        ObjectNode unanswerable = Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", "+79990000000");
        assertThatThrownBy(() -> client.call(unanswerable, Duration.ofMillis(300)))
                .isInstanceOfSatisfying(TdlibException.class, e -> {
                    assertThat(e.kind()).isEqualTo(TdlibException.Kind.TIMED_OUT);
                    assertThat(e).hasMessage("setAuthenticationPhoneNumber: no answer within 300 ms");
                });
        assertThat(client.timedOut()).isEqualTo(1);
        assertThat(client.pending()).isZero();
        assertThat(client.call(square(3), TIMEOUT).path("value").asInt()).isEqualTo(9);
    }

    @Test
    void the_close_ends_requests_that_wait() throws Exception {
        TdlibClient client = openAt(dir);
        var waiting =
                client.send(Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", "+79990000000"), TIMEOUT);
        client.close().join();
        assertThatThrownBy(waiting::join).rootCause().isInstanceOf(TdlibException.class);
        assertThat(client.pending()).isZero();
    }

    @Test
    void a_thousand_requests_at_once_of_two_clients_get_their_own_answers() {
        TdlibClient first = open();
        TdlibClient second = open();
        List<CompletableFuture<ObjectNode>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add((i % 2 == 0 ? first : second).send(square(i), TIMEOUT));
        }
        for (int i = 0; i < 1_000; i++) {
            ObjectNode answer = answers.get(i).join();
            assertThat(answer.path("value").asInt()).isEqualTo(i * i);
            assertThat(answer.has("@extra")).isFalse();
        }
        assertThat(first.pending() + second.pending()).isZero();
    }

    private static ObjectNode square(int x) {
        return Tdlib.request("testSquareInt").put("x", x);
    }

    @Test
    void a_subscriber_that_takes_nothing_hinders_nobody_and_learns_what_it_lost() throws Exception {
        TdlibClient client = tdlib.client("slow");
        clients.add(client);
        UpdateQueue slow = client.subscribe(Set.of("updateOption"), 10, Long.MAX_VALUE);
        client.open();
        awaitState(client, "authorizationStateWaitTdlibParameters");
        client.call(RealTdlib.parameters(dir, KEY), TIMEOUT);
        awaitState(client, "authorizationStateWaitPhoneNumber");

        assertThat(slow.size()).isEqualTo(10);
        List<ObjectNode> taken = slow.take(1_000, TIMEOUT);
        assertThat(taken).hasSize(11);
        assertThat(taken.get(10).path("@type").asText()).isEqualTo(UpdateQueue.LOST);
        assertThat(taken.get(10).path("count").asLong())
                .isEqualTo(slow.lostCount())
                .isGreaterThan(50);
        assertThat(taken.get(10).path("types")).hasSize(1);
    }

    /** How a JVM ends with open clients. Without the hook about every third such exit aborts, so each way is tried several times. */
    @ParameterizedTest
    @ValueSource(strings = {"return", "exit", "exception", "sigterm"})
    void an_exit_of_the_jvm_with_open_clients_closes_them_and_does_not_abort(String way) throws Exception {
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(child(i, OpenClients.class, Files.createDirectory(dir.resolve(way + i)), way));
        }
        int expected =
                switch (way) {
                    case "exception" -> 1;
                    case "sigterm" -> 128 + 15;
                    default -> 0;
                };
        for (int i = 0; i < 3; i++) {
            Process child = children.get(i);
            Path log = log(i);
            if (way.equals("sigterm")) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> Files.readString(log).contains("open"));
                child.destroy();
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).as(Files.readString(log)).isEqualTo(expected);
        }
    }

    private Path log(int number) {
        return dir.resolve("log" + number);
    }

    private Process child(int number, Class<?> main, Path folder, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(RealTdlib.library().toString(), folder.toString()));
        all.addAll(List.of(arguments));
        return new ProcessBuilder(ChildJvm.command(List.of(), main, all.toArray(String[]::new)))
                .redirectErrorStream(true)
                .redirectOutput(log(number).toFile())
                .start();
    }

    @Test
    void a_second_process_on_the_same_folder_is_refused() throws Exception {
        openAt(dir.resolve("0"));
        Process child = child(0, OpenClients.class, dir, "return");
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log(0))).contains("Can't lock file");
        assertThat(child.exitValue()).isEqualTo(1);
    }

    /** What TDLib itself prints goes past our log. */
    @Test
    void the_library_prints_no_secret_of_a_request_that_it_refuses() throws Exception {
        Process child = child(0, Indiscreet.class, dir);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log(0))).contains("all refused").doesNotContain(Indiscreet.SECRET);
        assertThat(child.exitValue()).isZero();
    }

    /** Main class: sends secrets in requests that fail in all ways that need no network. */
    static final class Indiscreet {
        private static final String SECRET = "0123456789abcdef0123456789abcdef";

        private Indiscreet() {}

        public static void main(String[] arguments) throws Exception {
            Tdlib tdlib = Tdlib.load(Path.of(arguments[0]), Duration.ZERO);
            Path folder = Path.of(arguments[1]).resolve("session");
            TdlibClient client = tdlib.client("first");
            client.open();
            client.call(RealTdlib.parameters(folder, SECRET), TIMEOUT);
            client.call(RealTdlib.deadProxy(), TIMEOUT);
            ObjectNode wrongKind = Tdlib.request("checkAuthenticationPassword");
            wrongKind.putObject("password").put("text", SECRET);
            List<ObjectNode> requests = new ArrayList<>(List.of(
                    wrongKind,
                    Tdlib.request("checkAuthenticationPassword").put("password", SECRET),
                    Tdlib.request("checkAuthenticationCode").put("code", SECRET),
                    Tdlib.request("noSuchFunction").put("password", SECRET),
                    Tdlib.request(SECRET)));
            TdlibClient second = tdlib.client("second");
            second.open();
            awaitState(second, "authorizationStateWaitTdlibParameters");
            requests.add(RealTdlib.parameters(folder, SECRET));
            requests.add(RealTdlib.parameters(folder, SECRET).put("database_encryption_key", SECRET + "?"));
            requests.add(RealTdlib.parameters(folder, SECRET).put("system_language_code", ""));
            for (ObjectNode request : requests) {
                boolean ofSecond = request.path("@type").asText().equals("setTdlibParameters");
                try {
                    (ofSecond ? second : client).call(request, TIMEOUT);
                    throw new IllegalStateException(request.path("@type").asText() + " succeeded");
                } catch (TdlibException e) {
                    System.out.println("refused with code " + e.code());
                }
            }
            System.out.println("all refused");
        }
    }

    /** Main class: opens five clients and ends the JVM without closing them. */
    static final class OpenClients {
        private OpenClients() {}

        public static void main(String[] arguments) throws Exception {
            Tdlib tdlib = Tdlib.load(Path.of(arguments[0]), Duration.ZERO);
            for (int i = 0; i < 5; i++) {
                TdlibClient client = tdlib.client("client" + i);
                client.open();
                awaitState(client, "authorizationStateWaitTdlibParameters");
                client.call(RealTdlib.parameters(Path.of(arguments[1]).resolve(Integer.toString(i)), KEY), TIMEOUT);
                client.call(RealTdlib.deadProxy(), TIMEOUT);
            }
            System.out.println("open");
            switch (arguments[2]) {
                case "exit" -> System.exit(0);
                case "exception" -> throw new IllegalStateException("the end");
                case "sigterm" -> new CountDownLatch(1).await();
                default -> {}
            }
        }
    }
}
