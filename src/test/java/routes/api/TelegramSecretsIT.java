package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.tdlib.standin.TelegramStandIn;

/** What is entered at a sign-in, with everything that can be logged logged. */
class TelegramSecretsIT {
    /** All digits that E.164 allows, and a code of as many: parts of shorter numbers occur in the times of a log. */
    private static final String PHONE = "+799912377540618";

    private static final String CODE = "831264057193826";
    private static final String PASSWORD = "correct horse 83127";
    private static final Path LOG = Path.of("target", "telegram-secrets.log");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("telegram.api-id", "12345")
            .with("logging.config", AccessSecretsIT.everythingTo(LOG).toString())
            .with("logging.level.root", "trace")
            .with("logging.level.routes", "trace");

    private final ApiClient client = api.client();

    private ApiClient.Answer post(String path, String json) {
        return client.post("/telegram/accounts" + path, json);
    }

    @Test
    void no_code_password_number_link_or_key_is_in_a_log_line_an_error_or_a_metric_with_everything_at_trace()
            throws IOException {
        TelegramStandIn telegram = api.bean(TelegramStandIn.class).user(PHONE, CODE, PASSWORD, "Anna");
        String link = post("", "{\"name\": \"scan\"}").text("link");
        String image = client.get("/telegram/accounts/scan/qr_code").http().body();
        List<ApiClient.Answer> refused = List.of(
                post("", "{\"phone_number\": \"" + PHONE + "x\"}"),
                post("", "{\"phone_number\": " + PHONE.substring(1) + "}"),
                post("", "{\"phone_number\": [\"" + PHONE + "\"]}"),
                post("", "{\"phone_number\": " + PHONE + "}"),
                post("", "{\"name\": \"NO\", \"phone_number\": \"" + PHONE + "\"}"));
        assertThat(post("", "{\"phone_number\": \"" + PHONE + "\"}").status()).isEqualTo(202);
        telegram.fail("checkAuthenticationCode", 500, "Request aborted", 1);
        List<ApiClient.Answer> codes = List.of(
                post("/main/code", "{\"code\": \"" + CODE + "\"}"),
                post("/main/code", "{\"code\": \"" + CODE + "0\"}"),
                post("/main/code", "{\"code\": " + CODE + "}"),
                post("/main/code", "{\"code\": {\"it\": \"" + CODE + "\"}}"),
                post("/main/code", "{\"code\": x" + CODE + "}"),
                post("/main/code", "{\"code\": \"" + CODE),
                post("/main/password", "{\"password\": \"" + PASSWORD + "\"}"),
                client.sendAnything("POST", "/telegram/accounts/main/code", CODE, request -> request));
        assertThat(post("/main/code", "{\"code\": \"" + CODE + "\"}").text("state"))
                .isEqualTo("needs_password");
        List<ApiClient.Answer> passwords = List.of(
                post("/main/password", "{\"password\": \"" + PASSWORD + "0\"}"),
                post("/main/password", "{\"password\": " + PASSWORD + "}"),
                post("/main/password", "{\"password\": \"" + PASSWORD + "\", \"password\": \"" + PASSWORD + "\"}"));
        assertThat(post("/main/password", "{\"password\": \"" + PASSWORD + "\"}")
                        .text("state"))
                .isEqualTo("ready");
        String metrics = api.managementClient()
                .sendAnything("GET", "/metrics", null, request -> request)
                .http()
                .body();
        await().until(() -> Files.readString(LOG).contains("Telegram account main: READY"));

        List<String> secrets = List.of(
                PHONE.substring(4, 14),
                CODE,
                PASSWORD,
                link.substring(link.indexOf('=') + 1),
                image.substring(image.lastIndexOf("d=\"") + 3, image.lastIndexOf("d=\"") + 90),
                RunningApi.SESSION_KEY,
                Base64.getEncoder().encodeToString(RunningApi.SESSION_KEY.getBytes(StandardCharsets.UTF_8)));
        assertThat(List.of(refused, codes, passwords))
                .allSatisfy(answers -> assertThat(answers).allSatisfy(answer -> {
                    assertThat(answer.status()).isBetween(400, 499);
                    assertThat(answer.http().body()).doesNotContain(secrets);
                }));
        assertThat(metrics).contains("http_server_requests").doesNotContain(secrets);
        List<String> lines = Files.readAllLines(LOG);
        assertThat(lines)
                .as("it was at TRACE")
                .anyMatch(line -> line.startsWith("TRACE") && line.contains("TelegramController"))
                .anyMatch(line -> line.contains("Read \"application/json"))
                .anyMatch(line -> line.contains("TdlibClient main sends checkAuthenticationPassword"));
        for (String secret : secrets) {
            assertThat(lines).filteredOn(line -> line.contains(secret)).isEmpty();
        }
    }
}
