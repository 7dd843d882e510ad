package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.api.access.NewApiKey;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.TelegramAccounts;

/** Signing Telegram accounts in and out over the API, with a stand-in for TDLib and Telegram. Each test is a tenant of its own. */
class TelegramSignInIT {
    private static final String ANNA = "+79991234567";
    private static final String BORIS = "+79991234568";
    private static final List<NewApiKey> KEYS = IntStream.range(0, 40)
            .mapToObj(i -> NewApiKey.make("operator-" + i, "tenant-" + i, "operator"))
            .toList();
    private static final AtomicInteger NEXT = new AtomicInteger();

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("telegram.api-id", "12345")
            .with("api.keys", KEYS.stream().map(NewApiKey::entry).collect(Collectors.joining(",")));

    private final TelegramStandIn telegram = api.bean(TelegramStandIn.class)
            .user(ANNA, "12345", "", "Anna")
            .user(BORIS, "67890", "correct horse", "Boris");

    private final String name = "account-" + NEXT.get();
    private final String account = "/telegram/accounts/" + name;
    private ApiClient client;

    @BeforeEach
    void aTenant() {
        client = api.client(KEYS.get(NEXT.getAndIncrement()).key());
        api.jdbc().sql("DELETE FROM telegram_accounts").update();
    }

    private ApiClient.Answer start(String phone) {
        String number = phone == null ? "" : ", \"phone_number\": \"" + phone + "\"";
        return client.post("/telegram/accounts", "{\"name\": \"" + name + "\"" + number + "}");
    }

    private ApiClient.Answer code(String code) {
        return client.post(account + "/code", "{\"code\": \"" + code + "\"}");
    }

    private ApiClient.Answer password(String password) {
        return client.post(account + "/password", "{\"password\": \"" + password + "\"}");
    }

    private static void assertState(ApiClient.Answer answer, String state) {
        assertThat(answer.status()).as(answer.http().body()).isIn(200, 202);
        assertThat(answer.text("state")).isEqualTo(state);
    }

    private static void assertRefused(ApiClient.Answer answer, int status, String reason, String field) {
        OpenApiContract.INSTANCE.assertProblem(answer, status);
        assertThat(answer.text("reason")).isEqualTo(reason);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("remedy")).isNotBlank();
    }

    private void signIn() {
        assertState(start(ANNA), "needs_code");
        assertState(code("12345"), "ready");
    }

    @Test
    void a_phone_number_a_code_and_a_password_sign_in_and_a_sign_out_leaves_nothing() {
        ApiClient.Answer started = start("+7 (999) 123-45-68");
        assertState(started, "needs_code");
        assertThat(started.header("Location")).isEqualTo(account);
        assertThat(started.text("code_way")).isEqualTo("app");
        assertRefused(code("11111"), 422, "code_invalid", "code");
        assertState(client.post(account + "/code/resend"), "needs_code");
        ApiClient.Answer hint = code(" 67890 ");
        assertState(hint, "needs_password");
        assertThat(hint.text("detail")).isEqualTo("the usual");
        assertRefused(password("wrong"), 422, "password_invalid", "password");
        assertState(password("correct horse"), "ready");
        await().until(() -> "Boris".equals(client.get(account).text("user")));

        JsonNode list = client.get("/telegram/accounts").json();
        assertThat(list.path("items")).hasSize(1);
        assertThat(list.path("problem").isNull()).isTrue();
        assertRefused(start(BORIS), 409, "signed_in", null);

        assertState(client.delete(account), "signed_out");
        assertThat(client.get(account).status()).isEqualTo(404);
        assertThat(client.get("/telegram/accounts").json().path("items")).isEmpty();
        assertThat(api.bean(TelegramAccounts.class).withSession()).doesNotContain(name);
        assertState(start(ANNA), "needs_code");
    }

    @Test
    void a_scanned_qr_code_signs_in_also_after_it_was_renewed() throws Exception {
        ApiClient.Answer started = start(null);
        assertState(started, "needs_scan");
        assertThat(decoded(client.get(account + "/qr_code").http().body())).isEqualTo(started.text("link"));
        telegram.renewLinks();
        await().until(() -> !client.get(account).text("link").equals(started.text("link")));
        telegram.scan(BORIS);
        await().until(() -> client.get(account).text("state").equals("needs_password"));
        assertRefused(client.get(account + "/qr_code"), 409, null, null);
        assertState(password("correct horse"), "ready");
    }

    /** Reads the code back from the squares of the image. */
    private static String decoded(String svg) throws Exception {
        int scale = 6;
        int size = Integer.parseInt(svg.replaceFirst("(?s).*viewBox=\"0 0 (\\d+) .*", "$1")) * scale;
        int[] pixels = new int[size * size];
        Arrays.fill(pixels, 0xffffff);
        Pattern.compile("M(\\d+) (\\d+)h1v1h-1z").matcher(svg).results().forEach(square -> {
            int x = Integer.parseInt(square.group(1)) * scale;
            int y = Integer.parseInt(square.group(2)) * scale;
            for (int row = y; row < y + scale; row++) {
                Arrays.fill(pixels, row * size + x, row * size + x + scale, 0);
            }
        });
        return new QRCodeReader()
                .decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(size, size, pixels))))
                .getText();
    }

    @ParameterizedTest
    @CsvSource({
        "400, PHONE_NUMBER_INVALID, 422, phone_number_invalid, phone_number",
        "400, PHONE_NUMBER_BANNED, 422, phone_number_banned, phone_number",
        "400, PHONE_NUMBER_FLOOD, 429, limited,",
        "400, API_ID_INVALID, 409, api_id_invalid,",
        "400, API_ID_PUBLISHED_FLOOD, 409, api_id_invalid,",
        "406, UPDATE_APP_TO_LOGIN, 409, refused,",
        "500, Request aborted, 409, refused,",
        "429, Too Many Requests: retry after 7200, 429, limited,"
    })
    void what_telegram_answers_to_a_phone_number_is_told_with_what_to_do(
            int code, String error, int status, String reason, String field) {
        telegram.fail("setAuthenticationPhoneNumber", code, error, 1);

        ApiClient.Answer answer = start(ANNA);

        assertRefused(answer, status, reason, field);
        assertThat(answer.http().body()).doesNotContain(ANNA.substring(3));
        if (error.contains("7200")) {
            assertThat(answer.header("Retry-After")).isEqualTo("7200");
            assertThat(Instant.parse(client.get(account).text("limited_until")))
                    .isAfter(Instant.now().plusSeconds(7000));
            assertRefused(start(ANNA), 429, "limited", null);
        } else {
            assertState(start(ANNA), "needs_code");
        }
        client.delete(account);
    }

    @ParameterizedTest
    @CsvSource({
        "PHONE_CODE_INVALID, 422, code_invalid, code",
        "PHONE_CODE_EXPIRED, 422, code_expired, code",
        "PHONE_CODE_EMPTY, 422, code_invalid, code",
        "Call to checkAuthenticationCode unexpected, 409, wrong_state,"
    })
    void what_telegram_answers_to_a_code_is_told_with_what_to_do(
            String error, int status, String reason, String field) {
        start(ANNA);
        telegram.fail("checkAuthenticationCode", 400, error, 1);

        assertRefused(code("12345"), status, reason, field);
        assertState(code("12345"), "ready");
        client.delete(account);
    }

    @Test
    void telegram_that_does_not_answer_is_unavailable_and_can_be_asked_again() {
        telegram.ignore("setAuthenticationPhoneNumber", 1);

        assertRefused(start(ANNA), 503, "no_answer", null);
        assertState(start(ANNA), "needs_code");
        client.delete(account);
    }

    @Test
    void an_e_mail_address_and_its_code_are_taken_where_telegram_wants_them() {
        String phone = "+79991234569";
        telegram.user(phone, "12345", "", "Vera").email(phone, "24680");
        assertState(start(phone), "needs_email_address");
        assertRefused(
                client.post(account + "/email_address", "{\"email_address\": \"nothing\"}"),
                422,
                "email_address_invalid",
                "email_address");
        ApiClient.Answer sent = client.post(account + "/email_address", "{\"email_address\": \"vera@example.org\"}");
        assertState(sent, "needs_email_code");
        assertThat(sent.text("detail")).isEqualTo("a***@example.org");
        assertRefused(code("1"), 422, "code_invalid", "code");
        assertState(code("24680"), "ready");
        client.delete(account);
    }

    @ParameterizedTest
    @CsvSource({
        "/code, code",
        "/password, password",
        "/email_address, email_address",
    })
    void a_step_that_the_account_does_not_wait_for_is_refused(String step, String field) {
        start(null);

        assertRefused(client.post(account + step, "{\"" + field + "\": \"x\"}"), 409, "wrong_state", null);
        assertThat(client.get(account).text("state")).isEqualTo("needs_scan");
        client.delete(account);
    }

    @ParameterizedTest
    @CsvSource({"Telegram", "12", "+7999", "+7 999 123 45 67 89 01 23 45 67 89 01", "+7999123456a"})
    void what_is_no_phone_number_is_not_sent_and_not_repeated(String number) {
        int before = telegram.requests("setAuthenticationPhoneNumber").size();

        ApiClient.Answer answer = start(number);

        OpenApiContract.INSTANCE.assertProblem(answer, 422);
        assertThat(answer.text("field")).isEqualTo("phone_number");
        if (!number.equals("+7999")) {
            assertThat(answer.http().body()).doesNotContain(number);
            assertThat(telegram.requests("setAuthenticationPhoneNumber")).hasSize(before);
        }
    }

    @Test
    void a_session_stays_over_a_restart_and_one_that_is_ended_elsewhere_is_told() {
        signIn();
        TelegramAccounts accounts = api.bean(TelegramAccounts.class);
        accounts.close();
        assertThat(client.get(account).text("state")).isEqualTo("closed");
        accounts.openAll();
        await().until(() -> client.get(account).text("state").equals("ready"));

        telegram.endSessions(ANNA);
        await().until(() -> client.get(account).text("state").equals("signed_out"));
        assertThat(client.get(account).text("problem")).contains("terminated the session");
        signIn();
        client.delete(account);
    }

    @Test
    void a_limit_of_telegram_is_told_with_its_end() throws Exception {
        signIn();
        telegram.flood("searchPublicChat", 600, 1);
        api.bean(TelegramAccounts.class)
                .client(name)
                .send(Tdlib.request("searchPublicChat").put("username", "x"), Duration.ofSeconds(5))
                .handle((answer, failure) -> failure)
                .get();

        assertThat(Instant.parse(client.get(account).text("limited_until")))
                .isBetween(Instant.now().plusSeconds(500), Instant.now().plusSeconds(601));
        client.delete(account);
    }

    @Test
    void another_tenant_sees_and_changes_nothing_and_cannot_take_the_name() {
        signIn();
        ApiClient other = api.client(KEYS.get(KEYS.size() - 1).key());

        assertThat(other.get("/telegram/accounts").json().path("items")).isEmpty();
        assertThat(other.get(account).status()).isEqualTo(404);
        assertThat(other.delete(account).status()).isEqualTo(404);
        ApiClient.Answer taken = other.post("/telegram/accounts", "{\"name\": \"" + name + "\"}");
        OpenApiContract.INSTANCE.assertProblem(taken, 409);
        assertThat(taken.text("field")).isEqualTo("name");
        assertThat(client.get(account).text("state")).isEqualTo("ready");
        client.delete(account);
    }

    @Test
    void there_are_no_more_accounts_than_a_few() {
        for (int i = 0; i < 16; i++) {
            api.fixtures().telegramAccount(Fixtures.DEFAULT_TENANT, "full-" + i, "ready");
        }
        ApiClient.Answer refused = start(ANNA);
        OpenApiContract.INSTANCE.assertProblem(refused, 409);
        assertThat(refused.text("detail")).contains("16 accounts");
    }
}
