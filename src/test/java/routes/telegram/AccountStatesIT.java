package routes.telegram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.configuration.InstanceProperties;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccount.State;
import routes.testing.EmbeddedDatabase;

/** What a process writes of its accounts for the others, with a real database and a stand-in for TDLib and Telegram. */
class AccountStatesIT {
    private static final String ANNA = "+79990000001";
    private static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    @TempDir
    Path dir;

    private final TelegramStandIn telegram = new TelegramStandIn().user(ANNA, "12345", "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private final JdbcClient jdbc = database.jdbc();
    private TelegramAccounts accounts;
    private SignIns signIns;

    @BeforeEach
    void accounts() {
        jdbc.sql("DELETE FROM telegram_accounts").update();
        accounts = new TelegramAccounts(
                new TelegramProperties(12345, "0123456789abcdef0123456789abcdef", "a key of the sessions", true),
                dir,
                folder -> assertThat(folder.toFile().mkdirs() || Files.isDirectory(folder))
                        .isTrue(),
                () -> tdlib);
        signIns = new SignIns(accounts, true);
    }

    @AfterEach
    void close() {
        accounts.close();
    }

    private AccountStates states(Instant time) {
        return new AccountStates(accounts, jdbc, Clock.fixed(time, ZoneOffset.UTC), new InstanceProperties("reader-1"));
    }

    private Map<String, Object> row() {
        return jdbc.sql("SELECT * FROM telegram_accounts").query().singleRow();
    }

    private void signedIn() throws Exception {
        signIns.start("main", ANNA);
        signIns.code("main", "12345");
        await().until(() -> accounts.account("main").status().user().equals("Anna"));
    }

    @Test
    void an_account_of_the_command_line_becomes_one_of_the_default_tenant_and_follows_the_state() throws Exception {
        AccountStates states = states(Instant.now());
        states.store();
        assertThat(jdbc.sql("SELECT count(*) FROM telegram_accounts")
                        .query(Long.class)
                        .single())
                .isZero();

        signIns.start("main", ANNA);
        states.store();
        assertThat(row())
                .containsEntry("state", "needs_code")
                .containsEntry("tenant_id", DEFAULT_TENANT)
                .containsEntry("process", "reader-1");
        signIns.code("main", "12345");
        await().until(() -> accounts.account("main").status().user().equals("Anna"));
        telegram.flood("searchPublicChat", 600, 1);
        accounts.client("main")
                .send(Tdlib.request("searchPublicChat").put("username", "x"), Duration.ofSeconds(10))
                .handle((answer, failure) -> failure)
                .get();
        states.store();
        assertThat(row()).containsEntry("state", "ready").containsEntry("user_name", "Anna");
        assertThat(row().get("limited_until")).isNotNull();

        telegram.endSessions(ANNA);
        accounts.account("main").await(status -> status.state() == State.SIGNED_OUT, Duration.ofSeconds(10));
        states.store();
        assertThat(row()).containsEntry("state", "signed_out").containsEntry("user_name", null);
        assertThat((String) row().get("problem")).contains("terminated the session");
    }

    @Test
    void the_tenant_that_signed_an_account_in_keeps_it_and_an_account_that_is_gone_gets_no_row() throws Exception {
        UUID tenant = UUID.randomUUID();
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(tenant, tenant.toString())
                .update();
        jdbc.sql(
                        "INSERT INTO telegram_accounts (name, tenant_id, process, state, seen_at) VALUES ('main', ?, 'old', 'closed', now())")
                .param(tenant)
                .update();
        signedIn();
        AccountStates states = states(Instant.now());
        states.store();
        assertThat(row()).containsEntry("tenant_id", tenant).containsEntry("state", "ready");

        signIns.signOut("main");
        jdbc.sql("DELETE FROM telegram_accounts").update();
        states.store();
        assertThat(jdbc.sql("SELECT count(*) FROM telegram_accounts")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void what_has_not_changed_is_written_only_as_a_sign_of_life() throws Exception {
        signedIn();
        Instant now = Instant.now();
        AccountStates states = states(now);
        states.store();
        jdbc.sql("UPDATE telegram_accounts SET seen_at = '2020-01-01'").update();
        states.store();
        assertThat(row().get("seen_at").toString()).startsWith("2020");
        states(now.plus(AccountStates.HEARTBEAT)).store();
        assertThat(row().get("seen_at").toString()).doesNotStartWith("2020");
    }
}
