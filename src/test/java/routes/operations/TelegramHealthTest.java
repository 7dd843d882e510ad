package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibException;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.SignIns;
import routes.telegram.TelegramAccount;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramProperties;

/** What health says of Telegram accounts. */
class TelegramHealthTest {
    private static final String PHONE = "+79990000001";

    @Test
    void accounts_that_are_not_signed_in_degrade_and_refused_functions_are_shown(@TempDir Path dir) throws Exception {
        TelegramStandIn telegram = new TelegramStandIn().user(PHONE, "12345", "", "Anna");
        Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
        var properties = new TelegramProperties(1, "0".repeat(32), "key of the session", true);
        try (var accounts = new TelegramAccounts(properties, dir, folder -> {}, () -> tdlib)) {
            var health = new HealthConfiguration().telegram(accounts, new SignIns(accounts, true));
            assertThat(health.health().getStatus()).isEqualTo(new Status("DEGRADED"));
            assertThat(health.health().getDetails())
                    .containsEntry(
                            "problems",
                            List.of(
                                    "no account is signed in; sign in an account on the web page or with --telegram-login"));

            TelegramAccount account = accounts.open("main");
            account.await(status -> status.state() == State.NEEDS_PHONE_NUMBER, Duration.ofSeconds(10));
            assertThat(health.health().getStatus()).isEqualTo(new Status("DEGRADED"));
            assertThat(health.health().getDetails()).containsEntry("problems", List.of("main: NEEDS_PHONE_NUMBER"));

            account.answer(TelegramAccount.State.NEEDS_PHONE_NUMBER, PHONE);
            account.answer(TelegramAccount.State.NEEDS_CODE, "12345");
            account.await(status -> status.state() == State.READY, Duration.ofSeconds(10));
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);

            telegram.flood("searchPublicChat", 600, 1);
            try {
                account.client().call(Tdlib.request("searchPublicChat").put("username", "x"), Duration.ofSeconds(10));
            } catch (TdlibException expected) {
                assertThat(expected.code()).isEqualTo(429);
            }
            Health flooded = health.health();
            assertThat(flooded.getStatus()).as("waiting is no problem").isEqualTo(Status.UP);
            assertThat(flooded.getDetails().get("main")).asString().contains("searchPublicChat=");
        }
    }
}
