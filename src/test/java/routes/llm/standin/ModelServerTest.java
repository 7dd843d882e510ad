package routes.llm.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.events.Json;

/** What both services do while nothing goes wrong, and how their calls are counted. */
class ModelServerTest {
    private static final String TEXT = "Нейросеть GPT победила шахматистов, но нейросеть ошиблась в 2024 году";

    private final ModelServer server = ModelServer.start();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = Json.newMapper();

    @AfterEach
    void close() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_call_is_answered_with_key_words_and_the_count_of_tokens(Service service) throws Exception {
        HttpResponse<String> response = service.chat(server, http, TEXT);
        JsonNode body = json.readTree(response.body());
        String content = "[\"Нейросеть\",\"победила\",\"шахматистов\"]";
        int asked = ("Name the tags" + TEXT).length() / 4 + 1;
        int answered = content.length() / 4 + 1;

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(body.at("/choices/0/message/content").asText()).isEqualTo(content);
        assertThat(body.at("/choices/0/message/role").asText()).isEqualTo("assistant");
        assertThat(body.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(body.at("/usage/prompt_tokens").asInt()).isEqualTo(asked);
        assertThat(body.at("/usage/completion_tokens").asInt()).isEqualTo(answered);
        assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(asked + answered);
    }

    @ParameterizedTest
    @EnumSource
    void an_answerer_of_the_test_answers(Service service) throws Exception {
        service.of(server).answer(call -> call.system() + " of " + call.user());

        JsonNode body = json.readTree(service.chat(server, http, "this").body());

        assertThat(body.at("/choices/0/message/content").asText()).isEqualTo("Name the tags of this");
    }

    @ParameterizedTest
    @EnumSource
    void calls_are_remembered_in_order_until_they_are_to_be_forgotten(Service service) throws Exception {
        ModelService model = service.of(server);
        model.next(Fault.status(500));
        service.chat(server, http, "one");
        service.chat(server, http, "two");

        assertThat(model.calls()).extracting(ChatCall::user).containsExactly("one", "two");
        ChatCall call = model.calls().get(0);
        assertThat(call.model()).isEqualTo("some-model");
        assertThat(call.system()).isEqualTo("Name the tags");
        assertThat(call.messages()).extracting(ChatCall.Message::role).containsExactly("system", "user");
        assertThat(call.body()).containsEntry("temperature", 0.1);
        assertThat(call.headers()).containsEntry("content-type", "application/json");
        assertThat(call.at()).isBeforeOrEqualTo(model.calls().get(1).at());
        assertThat(model.maxConcurrent()).isEqualTo(1);

        model.forget();
        assertThat(model.calls()).isEmpty();
        assertThat(model.maxConcurrent()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void hundreds_of_calls_are_in_flight_at_once_and_counted(Service service) throws Exception {
        int calls = 200;
        var all = new CountDownLatch(calls);
        service.of(server).answer(call -> meet(all));
        HttpRequest request = service.ask(server, http, TEXT);

        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            responses.add(http.sendAsync(request, BodyHandlers.ofString()));
        }

        for (CompletableFuture<HttpResponse<String>> response : responses) {
            assertThat(response.get(30, TimeUnit.SECONDS).body()).contains("all met");
        }
        assertThat(service.of(server).maxConcurrent()).isEqualTo(calls);
    }

    private static String meet(CountDownLatch all) {
        all.countDown();
        try {
            return all.await(30, TimeUnit.SECONDS) ? "all met" : "some did not come";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_call_beyond_the_limit_is_refused_at_once(Service service) throws Exception {
        ModelService model = service.of(server);
        model.limit(1);
        model.next(Fault.hang());
        CompletableFuture<?> hanging = http.sendAsync(service.ask(server, http, "one"), BodyHandlers.ofString());
        await().until(() -> model.calls().size() == 1);

        HttpResponse<String> refused = service.chat(server, http, "two");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(json.readTree(refused.body())
                        .at(service.error())
                        .path(service.code)
                        .asInt())
                .isEqualTo(429);
        assertThat(hanging).isNotDone();
        assertThat(model.maxConcurrent()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void calls_one_after_another_are_never_beyond_a_limit_of_one(Service service) throws Exception {
        service.of(server).limit(1);
        HttpClient other = HttpClient.newHttpClient();
        for (int i = 0; i < 50; i++) {
            assertThat(service.chat(server, i % 2 == 0 ? http : other, TEXT).statusCode())
                    .isEqualTo(200);
        }
        assertThat(service.of(server).maxConcurrent()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void a_client_that_gives_up_is_not_in_flight_any_more(Service service) throws Exception {
        ModelService model = service.of(server);
        model.limit(1);
        model.next(Fault.hang());
        CompletableFuture<?> impatient = http.sendAsync(service.ask(server, http, TEXT), BodyHandlers.ofString());
        // only a call that has arrived can use up the fault
        await().until(() -> model.calls().size() == 1);

        assertThat(impatient.cancel(true)).isTrue();

        await().until(() -> service.chat(server, http, TEXT).statusCode() == 200);
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_takes_the_latency(Service service) throws Exception {
        service.of(server).latency(Duration.ofMillis(100));
        long start = System.nanoTime();
        service.chat(server, http, TEXT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @EnumSource
    void a_call_without_a_key_is_refused_without_latency_and_uses_up_no_fault(Service service) throws Exception {
        ModelService model = service.of(server);
        model.latency(Duration.ofHours(1));
        model.next(Fault.content("of the fault"));
        HttpRequest anonymous = HttpRequest.newBuilder(URI.create(service.baseUrl(server) + "/chat/completions"))
                .POST(BodyPublishers.ofString(Service.body(TEXT)))
                .build();

        HttpResponse<String> refused = http.send(anonymous, BodyHandlers.ofString());

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(json.readTree(refused.body())
                        .at(service.error())
                        .path(service.code)
                        .asInt())
                .isEqualTo(401);
        model.latency(Duration.ZERO);
        assertThat(service.chat(server, http, TEXT).body()).contains("of the fault");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_no_chat_request_is_refused_in_the_shape_of_the_service(Service service) throws Exception {
        HttpRequest broken = service.request(server, http)
                .POST(BodyPublishers.ofString("{\"model\":"))
                .build();
        HttpRequest unknown = HttpRequest.newBuilder(URI.create(service.baseUrl(server) + "/poems"))
                .build();

        assertThat(json.readTree(http.send(broken, BodyHandlers.ofString()).body())
                        .at(service.error())
                        .path(service.code)
                        .asInt())
                .isEqualTo(400);
        assertThat(json.readTree(http.send(unknown, BodyHandlers.ofString()).body())
                        .at(service.error())
                        .path(service.code)
                        .asInt())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @EnumSource
    void models_are_listed(Service service) throws Exception {
        HttpRequest list = HttpRequest.newBuilder(URI.create(service.baseUrl(server) + "/models"))
                .header("Authorization", "Bearer " + service.key(server, http))
                .build();
        JsonNode models = json.readTree(http.send(list, BodyHandlers.ofString()).body());
        assertThat(models.path("data"))
                .isNotEmpty()
                .allSatisfy(model -> assertThat(model.path("id").asText()).isNotEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void a_body_may_come_in_chunks_and_wait_for_leave(Service service) throws Exception {
        byte[] body = Service.body("Длинный текст ".repeat(10_000)).getBytes(StandardCharsets.UTF_8);
        HttpRequest chunked = service.request(server, http)
                .expectContinue(true)
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();

        assertThat(http.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        assertThat(service.of(server).calls().get(0).user()).hasSize(140_000);
    }

    @ParameterizedTest
    @EnumSource
    void a_hanging_call_ends_when_the_server_closes(Service service) throws Exception {
        service.of(server).always(Fault.hang());
        CompletableFuture<?> hanging = http.sendAsync(service.ask(server, http, TEXT), BodyHandlers.ofString());
        await().until(() -> service.of(server).calls().size() == 1);

        server.close();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> hanging.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(IOException.class);
    }

    @Test
    void it_can_be_closed_twice_and_its_port_used_again() {
        server.close();
        server.close();
        int port = URI.create(server.openRouterBaseUrl()).getPort();
        try (ModelServer next = ModelServer.start(port)) {
            assertThat(next.openRouterBaseUrl()).isEqualTo(server.openRouterBaseUrl());
        }
    }

    @Test
    void by_hand_it_takes_its_settings_from_the_command_line_and_tells_how_to_call_it() throws Exception {
        var process = new ModelServerProcess("--port=0", "--latency=1ms", "--limit=1");
        try (ModelServer started = process.start()) {
            assertThat(process.environment(started))
                    .contains("=" + started.gigaChatBaseUrl() + "\n")
                    .contains("=" + started.gigaChatAuthUrl() + "\n")
                    .contains("=" + started.openRouterBaseUrl() + "\n");
            assertThat(Service.OPENROUTER.chat(started, http, TEXT).statusCode())
                    .isEqualTo(200);
        }
        assertThatThrownBy(() -> new ModelServerProcess("--speed=1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--speed=1");
    }
}
