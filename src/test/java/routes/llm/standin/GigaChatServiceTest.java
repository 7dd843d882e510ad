package routes.llm.standin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.events.Json;

class GigaChatServiceTest {
    private final ModelServer server = ModelServer.start();
    private final GigaChatService service = server.gigaChat();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = Json.newMapper();

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> chat(String token, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(server.gigaChatBaseUrl() + "/chat/completions"))
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.ofString(body)));
    }

    private String token() throws IOException, InterruptedException {
        send(Service.tokenRequest(server));
        return service.lastToken();
    }

    private void assertRefused(HttpResponse<String> response, int status, String field, int code, String message)
            throws IOException {
        JsonNode body = json.readTree(response.body());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(body.path(field).asInt()).isEqualTo(code);
        assertThat(body.path("message").asText()).startsWith(message);
    }

    @Test
    void a_token_is_long_and_expires_at_a_time_in_milliseconds() throws Exception {
        Instant before = Instant.now();
        JsonNode body = json.readTree(send(Service.tokenRequest(server)).body());

        assertThat(body.path("access_token").asText()).hasSize(1_200).isEqualTo(service.lastToken());
        assertThat(Instant.ofEpochMilli(body.path("expires_at").asLong()))
                .isBetween(before.plusSeconds(1_799), Instant.now().plusSeconds(1_800));
        assertThat(service.tokenCalls()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "c232ab00-9414-11ec-b3c8-9f6bdeced846"})
    void a_token_needs_a_request_id_of_version_4(String id) throws Exception {
        assertThat(send(Service.tokenRequest(server).setHeader("RqUID", id)).statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic *", "Basic c2VjcmV0", "Bearer aWQ6c2VjcmV0"})
    void a_token_needs_the_key_of_a_client(String header) throws Exception {
        assertRefused(send(Service.tokenRequest(server).setHeader("Authorization", header)), 401, "code", 4, "Can't");
    }

    @Test
    void a_token_needs_a_scope_in_a_form() throws Exception {
        var empty = BodyPublishers.ofString("scope=");
        var wrong = BodyPublishers.ofString("scope=EVERYTHING");
        assertRefused(send(Service.tokenRequest(server).POST(empty)), 400, "code", 5, "scope is empty");
        assertRefused(send(Service.tokenRequest(server).POST(wrong)), 400, "code", 1, "scope data format");
        assertRefused(
                send(Service.tokenRequest(server).setHeader("Content-Type", "application/json")),
                400,
                "code",
                5,
                "scope is empty");
    }

    @Test
    void the_token_endpoint_can_fail_too() throws Exception {
        service.nextTokenStatus(500, 429);
        assertThat(send(Service.tokenRequest(server)).statusCode()).isEqualTo(500);
        assertThat(send(Service.tokenRequest(server)).statusCode()).isEqualTo(429);
        assertThat(send(Service.tokenRequest(server)).statusCode()).isEqualTo(200);
        assertThat(service.tokenCalls()).isEqualTo(3);
    }

    @Test
    void only_a_token_that_was_issued_and_has_not_expired_is_accepted() throws Exception {
        assertRefused(chat("invented", Service.body("text")), 401, "status", 401, "Unauthorized");
        service.tokenLifetime(Duration.ZERO);
        assertRefused(chat(token(), Service.body("text")), 401, "status", 401, "Unauthorized");
        service.tokenLifetime(Duration.ofMinutes(1));
        assertThat(chat(token(), Service.body("text")).statusCode()).isEqualTo(200);
    }

    @Test
    void revoked_tokens_are_refused_and_new_ones_are_not() throws Exception {
        String first = token();
        assertThat(chat(first, Service.body("text")).statusCode()).isEqualTo(200);
        service.revokeTokens();
        assertRefused(chat(first, Service.body("text")), 401, "status", 401, "Token has expired");
        assertThat(chat(token(), Service.body("text")).statusCode()).isEqualTo(200);
    }

    @Test
    void the_list_of_models_needs_a_token() throws Exception {
        assertThat(send(HttpRequest.newBuilder(URI.create(server.gigaChatBaseUrl() + "/models")))
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model': 'GigaChat', 'messages': [{'role': 'user', 'content': 'a'}, {'role': 'system', 'content': 'b'}]}",
                "{'model': 'GigaChat', 'messages': [{'role': 'system', 'content': 'a'}, {'role': 'system', 'content': 'b'}]}",
                "{'model': 'GigaChat', 'messages': []}",
                "{'messages': [{'role': 'user', 'content': 'a'}]}"
            })
    void a_call_with_wrong_messages_or_without_a_model_is_refused(String body) throws Exception {
        assertRefused(chat(token(), body.replace('\'', '"')), 422, "status", 422, "Invalid params: ");
    }

    @Test
    void an_answer_names_the_version_of_the_model_and_has_no_id() throws Exception {
        JsonNode body = json.readTree(chat(token(), Service.body("text")).body());
        assertThat(body.path("model").asText()).startsWith("some-model:");
        assertThat(body.has("id")).isFalse();
        assertThat(body.at("/usage/precached_prompt_tokens").isInt()).isTrue();
    }

    @Test
    void every_answer_has_a_request_id_and_a_session_id_those_of_the_caller_if_it_sent_some() throws Exception {
        for (String token : new String[] {token(), "invented"}) {
            assertThat(chat(token, Service.body("text")).headers().map()).containsKeys("x-request-id", "x-session-id");
        }
        HttpResponse<String> named = send(Service.tokenRequest(server).header("X-Request-ID", "mine"));
        assertThat(named.headers().firstValue("X-Request-Id")).contains("mine");
    }
}
