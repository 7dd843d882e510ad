package routes.telegram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccount.Status;
import routes.telegram.TelegramLoginException.Reason;

/** Signing in step by step, with a stand-in for TDLib and Telegram. */
@Timeout(60)
class SignInsTest {
    private static final String ANNA = "+79990000001";
    private static final String HASH = "0123456789abcdef0123456789abcdef";
    private static final String KEY = "a key of thirty-two characters!!";

    @TempDir
    Path dir;

    private final TelegramStandIn telegram = new TelegramStandIn().user(ANNA, "12345", "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private TelegramAccounts accounts;
    private SignIns signIns;

    @BeforeEach
    void signIns() {
        accounts = accounts(new TelegramProperties(12345, HASH, KEY, true), () -> tdlib);
        signIns = new SignIns(accounts, true);
    }

    private TelegramAccounts accounts(TelegramProperties properties, TelegramAccounts.Loader loader) {
        return new TelegramAccounts(
                properties,
                dir,
                folder -> assertThat(folder.toFile().mkdirs() || folder.toFile().isDirectory())
                        .isTrue(),
                loader);
    }

    @AfterEach
    void close() {
        accounts.close();
    }

    private static TelegramLoginException refusal(ThrowingCallable step) {
        return catchThrowableOfType(TelegramLoginException.class, step);
    }

    @Test
    void each_step_answers_with_what_is_needed_next() throws Exception {
        assertThat(signIns.start("main", ANNA).state()).isEqualTo(State.NEEDS_CODE);
        assertThat(signIns.resendCode("main").state()).isEqualTo(State.NEEDS_CODE);
        assertThat(signIns.code("main", "12345").state()).isEqualTo(State.READY);
        assertThat(signIns.signOut("main").state()).isEqualTo(State.SIGNED_OUT);
        assertThat(accounts.withSession()).isEmpty();
    }

    @Test
    void a_phone_number_can_be_given_instead_of_a_scan_and_the_other_way_round() throws Exception {
        assertThat(signIns.start("main", null).state()).isEqualTo(State.NEEDS_SCAN);
        assertThat(signIns.start("main", ANNA).state()).isEqualTo(State.NEEDS_CODE);
        assertThat(telegram.requests("logOut"))
                .as("TDLib takes no number while it waits for a scan")
                .hasSize(1);
        Status scan = signIns.start("main", null);
        assertThat(scan.state()).isEqualTo(State.NEEDS_SCAN);
        assertThat(signIns.start("main", null).link()).as("asked again").isEqualTo(scan.link());
    }

    @Test
    void a_second_step_of_an_account_at_the_same_time_is_refused_and_that_of_another_is_not() throws Exception {
        signIns.start("main", ANNA);
        signIns.start("second", ANNA);
        telegram.holdAnswers("checkAuthenticationCode", 1);
        CompletableFuture<Status> first = CompletableFuture.supplyAsync(() -> {
            try {
                return signIns.code("main", "12345");
            } catch (TelegramLoginException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().until(() -> telegram.requests("checkAuthenticationCode").size() == 1);

        assertThat(refusal(() -> signIns.code("main", "12345")).reason()).isEqualTo(Reason.BUSY);
        assertThat(signIns.code("second", "12345").state()).isEqualTo(State.READY);
        telegram.release(0);
        assertThat(first.get(10, TimeUnit.SECONDS).state()).isEqualTo(State.READY);
        assertThat(refusal(() -> signIns.code("main", "12345")).reason()).isEqualTo(Reason.WRONG_STATE);
    }

    @Test
    void a_session_that_cannot_be_opened_is_told_and_can_be_removed() throws Exception {
        signIns.start("main", ANNA);
        signIns.code("main", "12345");
        accounts.close();
        TelegramAccounts wrongKey =
                accounts(new TelegramProperties(12345, HASH, "quite another key", true), () -> tdlib);
        SignIns others = new SignIns(wrongKey, true);
        wrongKey.openAll();

        TelegramLoginException refusal = refusal(() -> others.start("main", ANNA));
        assertThat(refusal.reason()).isEqualTo(Reason.FAILED);
        assertThat(refusal).hasMessageContaining("TELEGRAM_SESSION_KEY does not match the key");
        assertThat(others.signOut("main").state()).isEqualTo(State.SIGNED_OUT);
        assertThat(wrongKey.withSession()).isEmpty();
    }

    @Test
    void what_a_process_lacks_is_named_before_anything_is_asked_of_telegram() {
        assertThat(refusal(() -> new SignIns(accounts, false).start("main", ANNA)))
                .hasMessageContaining("PIPELINE_ROUTES")
                .extracting(TelegramLoginException::reason)
                .isEqualTo(Reason.OTHER_PROCESS);
        var noKey = accounts(new TelegramProperties(12345, HASH, "", true), () -> tdlib);
        assertThat(refusal(() -> new SignIns(noKey, true).start("main", ANNA)))
                .hasMessageContaining("TELEGRAM_SESSION_KEY")
                .extracting(TelegramLoginException::reason)
                .isEqualTo(Reason.NOT_CONFIGURED);
        var noId = accounts(new TelegramProperties(0, "", KEY, true), () -> tdlib);
        assertThat(refusal(() -> new SignIns(noId, true).start("main", ANNA)))
                .hasMessageContaining("TELEGRAM_API_ID")
                .extracting(TelegramLoginException::reason)
                .isEqualTo(Reason.NOT_CONFIGURED);
        var noLibrary = accounts(new TelegramProperties(12345, HASH, KEY, true), () -> {
            throw new IOException("/x/libtdjson.so: there is no such file");
        });
        assertThat(refusal(() -> new SignIns(noLibrary, true).start("main", ANNA)))
                .hasMessageContaining("--fetch-tdlib")
                .extracting(TelegramLoginException::reason)
                .isEqualTo(Reason.NO_LIBRARY);
        assertThat(dir).isEmptyDirectory();
    }
}
