package routes.telegram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.LuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import routes.configuration.ConfigurationException;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;

/** Accounts and the dialogue of signing in, with a stand-in for TDLib and Telegram. */
@Timeout(60)
class TelegramAccountTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String ANNA = "+79990000001";
    private static final String BORIS = "+79990000002";
    /** Longer than any number that a log line has by chance. */
    private static final String BORIS_CODE = "678906789067890";

    private static final String KEY = "a key of thirty-two characters!!";
    private static final String HASH = "0123456789abcdef0123456789abcdef";
    private static final TelegramProperties PROPERTIES = new TelegramProperties(12345, HASH, KEY, true);

    @TempDir
    Path dir;

    private final TelegramStandIn telegram =
            new TelegramStandIn().user(ANNA, "12345", "", "Anna").user(BORIS, BORIS_CODE, "correct horse", "Boris");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private final List<TelegramAccounts> opened = new ArrayList<>();

    private TelegramAccounts accounts() {
        return accounts(PROPERTIES);
    }

    private TelegramAccounts accounts(TelegramProperties properties) {
        TelegramAccounts accounts = new TelegramAccounts(
                properties,
                dir,
                folder -> {
                    try {
                        Files.createDirectories(folder);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                () -> tdlib);
        opened.add(accounts);
        return accounts;
    }

    @AfterEach
    void close() {
        opened.forEach(TelegramAccounts::close);
    }

    private static Status await(TelegramAccount account, State state) throws InterruptedException {
        Status status = account.await(next -> next.state() == state, TIMEOUT);
        assertThat(status.state()).as("%s", status).isEqualTo(state);
        return status;
    }

    private TelegramAccount signedIn(TelegramAccounts accounts, String name) throws Exception {
        TelegramAccount account = accounts.open(name);
        await(account, State.NEEDS_PHONE_NUMBER);
        account.answer(State.NEEDS_PHONE_NUMBER, ANNA);
        await(account, State.NEEDS_CODE);
        account.answer(State.NEEDS_CODE, "12345");
        await(account, State.READY);
        return account;
    }

    @Test
    void a_phone_number_a_code_and_a_password_sign_in() throws Exception {
        TelegramAccount account = accounts().open("main");
        await(account, State.NEEDS_PHONE_NUMBER);
        assertThatThrownBy(() -> account.answer(State.NEEDS_PHONE_NUMBER, "+1"))
                .isInstanceOf(TelegramLoginException.class)
                .hasMessageContaining("this is not a valid phone number");
        account.answer(State.NEEDS_PHONE_NUMBER, BORIS);
        assertThat(await(account, State.NEEDS_CODE).detail())
                .isEqualTo("as a message in Telegram on your other devices");
        assertThatThrownBy(() -> account.answer(State.NEEDS_CODE, "00000"))
                .isInstanceOf(TelegramLoginException.class)
                .hasMessage("the code is wrong");
        account.answer(State.NEEDS_CODE, "");
        account.answer(State.NEEDS_CODE, BORIS_CODE);
        assertThat(await(account, State.NEEDS_PASSWORD).detail()).isEqualTo("the usual");
        assertThatThrownBy(() -> account.answer(State.NEEDS_PASSWORD, "wrong"))
                .isInstanceOf(TelegramLoginException.class)
                .hasMessage("the password is wrong");
        account.answer(State.NEEDS_PASSWORD, "correct horse");
        await(account, State.READY);
        assertThat(account.await(next -> !next.user().isEmpty(), TIMEOUT).user())
                .isEqualTo("Boris");
    }

    @Test
    void a_scanned_link_signs_in_also_after_it_was_renewed() throws Exception {
        TelegramAccount account = accounts().open("main");
        await(account, State.NEEDS_PHONE_NUMBER);
        account.answer(State.NEEDS_PHONE_NUMBER, "");
        String first = await(account, State.NEEDS_SCAN).link();
        telegram.renewLinks();
        Status second = account.await(next -> !next.link().equals(first), TIMEOUT);
        assertThat(second.link()).startsWith("tg://login?token=").isNotEqualTo(first);
        assertThat(second.toString())
                .as("the link signs in, so logs must not have it")
                .doesNotContain("token");
        telegram.scan(BORIS);
        await(account, State.NEEDS_PASSWORD);
        account.answer(State.NEEDS_PASSWORD, "correct horse");
        assertThat(await(account, State.READY).link()).isEmpty();
    }

    @Test
    void a_session_stays_signed_in_over_restarts_and_is_encrypted_with_the_configured_key() throws Exception {
        try (TelegramAccounts first = accounts()) {
            signedIn(first, "main");
            assertThat(first.withSession()).containsExactly("main");
        }
        assertThat(telegram.requests("setTdlibParameters")
                        .get(0)
                        .json()
                        .path("database_encryption_key")
                        .asText())
                .isEqualTo(Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.UTF_8)));
        try (TelegramAccounts second = accounts()) {
            second.openAll();
            await(second.account("main"), State.READY);
        }
        TelegramAccounts wrongKey = accounts(new TelegramProperties(12345, HASH, "quite another key", true));
        wrongKey.openAll();
        assertThat(await(wrongKey.account("main"), State.FAILED).problem())
                .startsWith("TELEGRAM_SESSION_KEY does not match the key that this session was encrypted with");
    }

    @Test
    void two_accounts_have_folders_and_states_of_their_own() throws Exception {
        TelegramAccounts accounts = accounts();
        signedIn(accounts, "main");
        accounts.open("second");
        await(accounts.account("second"), State.NEEDS_PHONE_NUMBER);

        assertThat(accounts.statuses()).extracting(Status::name).containsExactly("main", "second");
        assertThat(telegram.requests("setTdlibParameters"))
                .extracting(request -> request.json().path("database_directory").asText())
                .containsExactly(
                        dir.resolve("main/db").toString(),
                        dir.resolve("second/db").toString());
        assertThat(accounts.client("main")).isSameAs(accounts.account("main").client());
    }

    @Test
    void a_session_that_another_client_uses_is_named() throws Exception {
        signedIn(accounts(), "main");
        TelegramAccount other = accounts().open("main");
        assertThat(await(other, State.FAILED).problem())
                .isEqualTo("another process is using the session of main; stop it");
    }

    @Test
    void a_sign_out_ends_the_session_and_removes_it_and_the_account_can_sign_in_again() throws Exception {
        TelegramAccounts accounts = accounts();
        TelegramAccount account = signedIn(accounts, "main");
        account.signOut();
        assertThat(await(account, State.SIGNED_OUT).problem()).isEmpty();
        assertThat(accounts.withSession()).isEmpty();
        signedIn(accounts, "main");
    }

    @Test
    void a_session_that_is_ended_on_another_device_is_reported() throws Exception {
        TelegramAccount account = signedIn(accounts(), "main");
        telegram.endSessions(ANNA);
        assertThat(await(account, State.SIGNED_OUT).problem()).startsWith("Telegram terminated the session");
    }

    @Test
    void a_close_keeps_the_session_and_is_no_problem() throws Exception {
        TelegramAccounts accounts = accounts();
        signedIn(accounts, "main");
        accounts.open("second");
        accounts.close();
        assertThat(accounts.statuses()).extracting(Status::state).containsOnly(State.CLOSED);
        assertThat(accounts.statuses()).extracting(Status::problem).containsOnly("");
        assertThat(accounts.withSession()).containsExactly("main", "second");
    }

    @Test
    void a_session_that_tdlib_closes_unasked_is_reported_and_can_be_opened_again() throws Exception {
        TelegramAccounts accounts = accounts();
        TelegramAccount account = signedIn(accounts, "main");
        account.client().close();
        assertThat(await(account, State.FAILED).problem())
                .isEqualTo("TDLib closed the session unexpectedly; open it again");
        accounts.open("main");
        await(account, State.READY);
    }

    @Test
    void a_flood_wait_while_signing_in_is_told_with_its_end() throws Exception {
        TelegramAccount account = accounts().open("main");
        await(account, State.NEEDS_PHONE_NUMBER);
        telegram.flood("setAuthenticationPhoneNumber", 3_600, 1);
        assertThatThrownBy(() -> account.answer(State.NEEDS_PHONE_NUMBER, ANNA))
                .isInstanceOf(TelegramLoginException.class)
                .hasMessageMatching(
                        "Telegram allows the next attempt at \\S+Z; earlier attempts extend the waiting time");
        assertThat(account.floodWaits()).containsOnlyKeys("setAuthenticationPhoneNumber");
        account.answer(State.NEEDS_PHONE_NUMBER, "");
        await(account, State.NEEDS_SCAN);
    }

    @Test
    void states_that_only_an_app_can_serve_are_explained_and_do_not_end_the_session() throws Exception {
        TelegramAccount account = accounts().open("main");
        await(account, State.NEEDS_PHONE_NUMBER);
        for (String type : List.of(
                "authorizationStateWaitRegistration",
                "authorizationStateWaitPremiumPurchase",
                "authorizationStateWaitFingerprint")) {
            ObjectNode update = Contents.object("updateAuthorizationState");
            update.set("authorization_state", Contents.object(type));
            telegram.emit(update);
            assertThat(account.await(next -> next.state() == State.NEEDS_APP, TIMEOUT)
                            .problem())
                    .isNotEmpty();
            account.answer(State.NEEDS_PHONE_NUMBER, ANNA);
            await(account, State.NEEDS_CODE);
        }
    }

    @Test
    void missing_settings_and_names_that_cannot_be_are_refused() {
        assertThatThrownBy(() ->
                        accounts(new TelegramProperties(0, "", KEY, false)).open("main"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TELEGRAM_API_ID and TELEGRAM_API_HASH must both be set");
        assertThatThrownBy(() ->
                        accounts(new TelegramProperties(1, HASH, "", false)).open("main"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TELEGRAM_SESSION_KEY must be set");
        for (String name : List.of("", "..", "a/b", "Anna", "-a", "a".repeat(33))) {
            assertThatThrownBy(() -> accounts().open(name)).isInstanceOf(ConfigurationException.class);
        }
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void a_missing_library_is_reported_with_what_to_do() {
        TelegramAccounts accounts = new TelegramAccounts(PROPERTIES, dir, folder -> {}, () -> {
            throw new IOException("/x/libtdjson.so: there is no such file");
        });
        assertThatThrownBy(() -> accounts.open("main"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "/x/libtdjson.so: there is no such file; download TDLib with --fetch-tdlib, or set TDLIB_LIBRARY to a"
                                + " tdjson library");
    }

    // ---- the dialogue

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private TelegramLogin login(TelegramAccount account, String... given) {
        Deque<String> answers = new ArrayDeque<>(List.of(given));
        PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new TelegramLogin(
                account,
                (question, secret) -> {
                    out.println(question + (secret ? "(hidden)" : ""));
                    return Optional.ofNullable(answers.poll());
                },
                out);
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void the_dialogue_asks_for_what_is_needed_and_again_after_a_mistake() throws Exception {
        TelegramAccount account = accounts().open("main");
        assertThat(login(account, "12", BORIS, "11111", BORIS_CODE, "wrong", "correct horse")
                        .signIn())
                .isTrue();
        assertThat(shown().lines().filter(line -> !line.isBlank()))
                .containsExactly(
                        "Phone number with + and country code, or Enter for a QR code: ",
                        "this is not a valid phone number; use + and the country code",
                        "Phone number with + and country code, or Enter for a QR code: ",
                        "Code, sent as a message in Telegram on your other devices (Enter: send again): (hidden)",
                        "the code is wrong",
                        "Code, sent as a message in Telegram on your other devices (Enter: send again): (hidden)",
                        "Password (hint: the usual): (hidden)",
                        "the password is wrong",
                        "Password (hint: the usual): (hidden)",
                        "Signed in as Boris");
        assertThat(login(account).signOut()).isTrue();
    }

    @Test
    void the_dialogue_has_a_code_sent_again() throws Exception {
        TelegramAccount account = accounts().open("main");
        assertThat(login(account, ANNA, "", "12345").signIn()).isTrue();
        assertThat(telegram.requests("resendAuthenticationCode")).hasSize(1);
    }

    @Test
    void the_dialogue_takes_a_password_as_it_is_and_other_answers_without_spaces_around() throws Exception {
        telegram.user(BORIS, BORIS_CODE, " with spaces ", "Boris");
        TelegramAccount account = accounts().open("main");
        assertThat(login(account, "  " + BORIS, " " + BORIS_CODE + " ", " with spaces ")
                        .signIn())
                .isTrue();
    }

    @Test
    void the_dialogue_ends_with_its_input() throws Exception {
        assertThat(login(accounts().open("main"), ANNA).signIn()).isFalse();
        assertThat(shown()).endsWith("Not signed in: end of input" + System.lineSeparator());
    }

    @Test
    void the_dialogue_draws_each_link_as_a_qr_code() throws Exception {
        TelegramAccount account = accounts().open("main");
        TelegramLogin login = login(account, "");
        CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> {
            try {
                return login.signIn();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        String first = await(account, State.NEEDS_SCAN).link();
        org.awaitility.Awaitility.await().until(() -> shown().contains("Scan this"));
        telegram.renewLinks();
        org.awaitility.Awaitility.await().until(() -> shown().split("Scan this", -1).length == 3);
        telegram.scan(ANNA);

        assertThat(done.get(10, TimeUnit.SECONDS)).isTrue();
        String[] parts = shown().split("Scan this[^\n]*");
        assertThat(decoded(parts[0])).isEqualTo(first);
        assertThat(decoded(parts[1])).startsWith("tg://login?token=").isNotEqualTo(first);
    }

    /** Reads the code back from the characters. */
    private static String decoded(String text) throws Exception {
        List<String> lines = text.lines()
                .filter(line -> line.length() > 20 && line.matches("[█▀▄ ]+"))
                .toList();
        int scale = 8;
        int width = lines.get(0).length();
        byte[] light = new byte[width * scale * lines.size() * 2 * scale];
        for (int y = 0; y < lines.size() * 2 * scale; y++) {
            for (int x = 0; x < width * scale; x++) {
                char c = lines.get(y / scale / 2).charAt(x / scale);
                boolean upper = y / scale % 2 == 0;
                boolean isLight = c == '█' || (upper ? c == '▀' : c == '▄');
                light[y * width * scale + x] = (byte) (isLight ? 255 : 0);
            }
        }
        var source = new LuminanceSource(width * scale, lines.size() * 2 * scale) {
            @Override
            public byte[] getRow(int y, byte[] row) {
                return java.util.Arrays.copyOfRange(light, y * getWidth(), (y + 1) * getWidth());
            }

            @Override
            public byte[] getMatrix() {
                return light;
            }
        };
        return new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(source)))
                .getText();
    }

    // ---- secrets

    @Test
    void no_code_password_key_hash_link_or_phone_number_is_in_any_log_line_with_everything_at_trace() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level level = root.getLevel();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                String failure =
                        event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy());
                lines.add(event.getLoggerName() + " " + event.getFormattedMessage() + failure);
            }
        };
        appender.setContext(root.getLoggerContext());
        appender.start();
        boolean additive = root.isAdditive();
        List<ch.qos.logback.core.Appender<ILoggingEvent>> others = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
        // an application that ran before in this JVM has set it
        Logger own = (Logger) LoggerFactory.getLogger("routes");
        Level ownLevel = own.getLevel();
        own.setLevel(Level.TRACE);
        String link;
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            TelegramAccounts accounts = accounts();
            camel.getRegistry().bind("clients", accounts);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("tdlib:main").to("log:updates?level=TRACE&showAll=true");
                }
            });
            camel.start();
            TelegramAccount account = accounts.open("main");
            await(account, State.NEEDS_PHONE_NUMBER);
            account.answer(State.NEEDS_PHONE_NUMBER, "");
            link = await(account, State.NEEDS_SCAN).link();
            account.answer(State.NEEDS_PHONE_NUMBER, BORIS);
            await(account, State.NEEDS_CODE);
            assertThatThrownBy(() -> account.answer(State.NEEDS_CODE, "248602486024860"))
                    .isInstanceOf(TelegramLoginException.class);
            telegram.fail("checkAuthenticationCode", 500, "Request aborted", 1);
            assertThatThrownBy(() -> account.answer(State.NEEDS_CODE, "248602486024860"))
                    .isInstanceOf(TelegramLoginException.class);
            account.answer(State.NEEDS_CODE, BORIS_CODE);
            await(account, State.NEEDS_PASSWORD);
            telegram.ignore("checkAuthenticationPassword", 1);
            assertThatThrownBy(() -> account.client()
                            .call(
                                    Tdlib.request("checkAuthenticationPassword").put("password", "correct horse"),
                                    Duration.ofMillis(50)))
                    .isInstanceOf(routes.tdlib.TdlibException.class);
            account.answer(State.NEEDS_PASSWORD, "correct horse");
            await(account, State.READY);
            LoggerFactory.getLogger("test").trace("{} {} {}", PROPERTIES, account.status(), accounts.statuses());
            account.signOut();
            await(account, State.SIGNED_OUT);
        } finally {
            root.setLevel(level);
            own.setLevel(ownLevel);
            root.setAdditive(additive);
            root.detachAppender(appender);
            others.forEach(root::addAppender);
        }
        String key = Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.UTF_8));
        assertThat(lines)
                .as("it was at TRACE")
                .anyMatch(line -> line.contains("TdlibClient main sends checkAuthenticationPassword"))
                .as("routes log what they get")
                .anyMatch(line -> line.contains("authorizationStateWaitOtherDeviceConfirmation"));
        for (String secret : List.of(
                "248602486024860", BORIS_CODE, "correct horse", KEY, key, HASH, link, BORIS, BORIS.substring(1))) {
            assertThat(lines).noneMatch(line -> line.contains(secret));
        }
    }
}
