package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.opentest4j.TestAbortedException;
import routes.tdlib.RealTdlib;
import routes.telegram.TelegramAccounts;

/** Signing in over the API with the real library, as far as it goes without a network: up to the phone number. */
class TelegramRealLibraryIT {

    /** A condition and no assumption, since nothing else of the class may start without the library. */
    @RegisterExtension
    @Order(1)
    static final ExecutionCondition library = test -> {
        try {
            return ConditionEvaluationResult.enabled(RealTdlib.library().toString());
        } catch (TestAbortedException e) {
            return ConditionEvaluationResult.disabled(e.getMessage());
        }
    };

    @RegisterExtension
    @Order(2)
    static final RunningApi api = new RunningApi()
            .with("telegram.api-id", "12345")
            .with("telegram.test-servers", "true")
            .with("tdlib.library", () -> RealTdlib.library().toString());

    private final ApiClient client = api.client();

    @Test
    void the_library_is_opened_takes_a_number_and_removes_its_session() throws Exception {
        // first without a number, so that no connection is tried before there is a proxy that leads nowhere
        TelegramAccounts accounts = api.bean(TelegramAccounts.class);
        accounts.open("main");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> accounts.client("main").authorizationState().equals("authorizationStateWaitPhoneNumber"));
        accounts.client("main").call(RealTdlib.deadProxy(), Duration.ofSeconds(10));
        api.fixtures().telegramAccount(Fixtures.DEFAULT_TENANT, "main", "closed");
        assertThat(client.get("/telegram/accounts/main").text("state")).isEqualTo("needs_phone_number");

        ApiClient.Answer sent = client.post("/telegram/accounts", "{\"phone_number\": \"+9996612345\"}");

        OpenApiContract.INSTANCE.assertProblem(sent, 503);
        assertThat(sent.text("reason")).isEqualTo("no_answer");
        assertThat(client.delete("/telegram/accounts/main").text("state")).isEqualTo("signed_out");
        assertThat(accounts.withSession()).isEmpty();
    }
}
