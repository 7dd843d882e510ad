package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.api.access.NewApiKey;

/** The API of a process that does not read Telegram. */
class TelegramElsewhereIT {

    private static final NewApiKey KEY = NewApiKey.make("anna", Fixtures.DEFAULT_TENANT.toString(), "operator");
    private static final NewApiKey OTHER = NewApiKey.make("bob", "others", "operator");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("telegram.api-id", "12345")
            .with("pipeline.routes", "api")
            .with("api.keys", KEY.entry() + "," + OTHER.entry());

    private final ApiClient client = api.client(KEY.key());

    @Test
    void accounts_of_another_process_are_shown_as_it_wrote_them_and_steps_are_refused_with_where_to_go() {
        api.fixtures().telegramAccount(Fixtures.DEFAULT_TENANT, "main", "ready");

        JsonNode list = client.get("/telegram/accounts").json();
        assertThat(list.path("reason").asText()).isEqualTo("other_process");
        assertThat(list.path("remedy").asText()).contains("stage telegram");
        assertThat(list.path("items")).anySatisfy(account -> {
            assertThat(account.path("name").asText()).isEqualTo("main");
            assertThat(account.path("state").asText()).isEqualTo("ready");
            assertThat(account.path("user").asText()).isEqualTo("Anna");
            assertThat(account.path("process").asText()).isEqualTo("elsewhere");
        });
        ApiClient.Answer refused = client.post("/telegram/accounts/main/code", "{\"code\": \"12345\"}");
        OpenApiContract.INSTANCE.assertProblem(refused, 409);
        assertThat(refused.text("reason")).isEqualTo("other_process");
    }

    @Test
    void an_account_whose_process_has_not_written_for_minutes_is_closed() {
        api.fixtures().telegramAccount(Fixtures.DEFAULT_TENANT, "left", "ready");
        api.jdbc()
                .sql("UPDATE telegram_accounts SET seen_at = now() - interval '5 minutes' WHERE name = 'left'")
                .update();

        ApiClient.Answer account = client.get("/telegram/accounts/left");
        assertThat(account.text("state")).isEqualTo("closed");
        assertThat(account.text("problem")).contains("elsewhere", "does not run");
    }

    @Test
    void more_steps_than_people_need_are_refused_for_a_time() {
        ApiClient other = api.client(OTHER.key());
        ApiClient.Answer answer = null;
        for (int i = 0; i < 40 && (answer == null || answer.status() != 429); i++) {
            answer = other.post("/telegram/accounts", "{\"phone_number\": \"+79991234567\"}");
        }

        OpenApiContract.INSTANCE.assertProblem(answer, 429);
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 21);
        assertThat(answer.text("reason")).isEqualTo("limited");
        assertThat(client.post("/telegram/accounts/none/code/resend").status())
                .as("each tenant counts for itself")
                .isEqualTo(404);
    }
}
