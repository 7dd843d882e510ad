package routes.llm.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.events.Json;

/** Each fault in each service. */
class FaultTest {
    private static final String TEXT = "Нейросеть победила шахматистов";

    private final ModelServer server = ModelServer.start();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = Json.newMapper();

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> with(Fault fault, Service service) throws IOException, InterruptedException {
        service.of(server).next(fault);
        return service.chat(server, http, TEXT);
    }

    /** The body of an answer with status 200. */
    private JsonNode okWith(Fault fault, Service service) throws IOException, InterruptedException {
        HttpResponse<String> response = with(fault, service);
        assertThat(response.statusCode()).isEqualTo(200);
        return json.readTree(response.body());
    }

    private int status(Service service) throws IOException, InterruptedException {
        return service.chat(server, http, TEXT).statusCode();
    }

    @ParameterizedTest
    @EnumSource
    void faults_come_in_their_order_and_then_it_is_healthy(Service service) throws Exception {
        service.of(server).next(Fault.status(500), Fault.status(429));
        assertThat(status(service)).isEqualTo(500);
        assertThat(status(service)).isEqualTo(429);
        assertThat(status(service)).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void a_lasting_fault_comes_after_those_for_one_call_and_ends_when_told(Service service) throws Exception {
        ModelService model = service.of(server);
        model.always(Fault.status(503));
        model.next(Fault.status(429));
        assertThat(status(service)).isEqualTo(429);
        assertThat(status(service)).isEqualTo(503);
        assertThat(status(service)).isEqualTo(503);
        model.next(Fault.status(429));
        model.healthy();
        assertThat(status(service)).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void an_error_has_the_shape_of_the_service(Service service) throws Exception {
        for (int code : new int[] {400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529}) {
            HttpResponse<String> response = with(Fault.status(code), service);
            JsonNode error = json.readTree(response.body()).at(service.error());
            assertThat(response.statusCode()).isEqualTo(code);
            assertThat(error.path(service.code).asInt()).isEqualTo(code);
            assertThat(error.path("message").asText()).isNotEmpty();
        }
        assertThat(json.readTree(with(Fault.status(400, "too long"), service).body())
                        .at(service.error())
                        .path("message")
                        .asText())
                .isEqualTo("too long");
    }

    @ParameterizedTest
    @EnumSource
    void an_error_can_say_when_to_come_again(Service service) throws Exception {
        HttpResponse<String> response = with(Fault.retryAfter(429, 7), service);
        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.headers().firstValue("Retry-After")).contains("7");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_used_up_is_said_in_the_way_of_the_service(Service service) throws Exception {
        Instant reset = Instant.parse("2030-01-01T00:00:00Z");
        HttpResponse<String> response = with(Fault.dailyLimit(reset), service);
        JsonNode error = json.readTree(response.body()).at(service.error());
        if (service == Service.GIGACHAT) {
            assertThat(response.statusCode()).isEqualTo(402);
            assertThat(error.path("message").asText()).isEqualTo("Payment Required");
        } else {
            String time = Long.toString(reset.toEpochMilli());
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(error.path("message").asText()).startsWith("Rate limit exceeded: free-models-per-day");
            assertThat(error.at("/metadata/headers/X-RateLimit-Reset").asText()).isEqualTo(time);
            assertThat(response.headers().firstValue("X-RateLimit-Reset")).contains(time);
            assertThat(response.headers().firstValue("X-RateLimit-Remaining")).contains("0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_unknown_model_is_refused_in_the_way_of_the_service(Service service) throws Exception {
        HttpResponse<String> response = with(Fault.unknownModel(), service);
        String message = json.readTree(response.body())
                .at(service.error())
                .path("message")
                .asText();
        if (service == Service.GIGACHAT) {
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(message).isEqualTo("No such model");
        } else {
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(message).isEqualTo("some-model is not a valid model ID");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_dropped_call_has_no_answer(Service service) throws Exception {
        assertThatThrownBy(() -> with(Fault.drop(), service)).isInstanceOf(IOException.class);
        assertThat(status(service)).isEqualTo(200);
    }

    /** With a bare socket: the client of the JDK does not promise to show what came before the end. */
    @ParameterizedTest
    @EnumSource
    void a_call_dropped_in_the_body_has_one_half_of_it(Service service) throws Exception {
        service.of(server).next(Fault.dropInBody());
        URI url = URI.create(service.baseUrl(server));
        byte[] body = Service.body("text").getBytes(StandardCharsets.UTF_8);
        String head = "POST %s/chat/completions HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
                .formatted(url.getPath(), service.key(server, http), body.length);
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher length = Pattern.compile("Content-Length: (\\d+)").matcher(response);

            assertThat(response).startsWith("HTTP/1.1 200 ");
            assertThat(length.find()).isTrue();
            assertThat(response.substring(response.indexOf("\r\n\r\n") + 4))
                    .startsWith("{")
                    .hasSize(Integer.parseInt(length.group(1)) / 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_trickling_answer_never_begins_and_stays_in_flight_while_the_client_does(Service service) throws Exception {
        service.of(server).limit(1);
        service.of(server).next(Fault.trickle(Duration.ofMillis(1)));
        HttpResponse<InputStream> response = http.send(service.ask(server, http, TEXT), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(body.readNBytes(20)).containsOnly(' ');
            assertThat(status(service)).isEqualTo(429);
        }
        await().until(() -> status(service) == 200);
    }

    @ParameterizedTest
    @EnumSource
    void a_slow_answer_takes_its_time_instead_of_the_latency(Service service) throws Exception {
        service.of(server).latency(Duration.ofHours(1));
        long start = System.nanoTime();
        assertThat(with(Fault.slow(Duration.ofMillis(100)), service).statusCode())
                .isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @EnumSource
    void an_answer_can_be_empty_or_no_json(Service service) throws Exception {
        HttpResponse<String> empty = with(Fault.empty(), service);
        HttpResponse<String> garbage = with(Fault.garbage(), service);
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.body()).isEmpty();
        assertThat(garbage.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> json.readTree(garbage.body())).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void a_huge_answer_is_valid_and_does_not_tell_its_length(Service service) throws Exception {
        HttpResponse<String> response = with(Fault.huge(1_000_000), service);
        assertThat(response.body()).hasSize(1_000_000);
        assertThat(response.headers().firstValue("Content-Length")).isEmpty();
        assertThat(json.readTree(response.body())
                        .at("/choices/0/message/content")
                        .asText())
                .hasSizeGreaterThan(990_000);
    }

    @ParameterizedTest
    @EnumSource
    void the_content_can_be_anything_or_nothing(Service service) throws Exception {
        JsonNode something = okWith(Fault.content("[\"космос\"]"), service);
        JsonNode nothing = okWith(Fault.emptyContent(), service).at("/choices/0/message");
        assertThat(something.at("/choices/0/message/content").asText()).isEqualTo("[\"космос\"]");
        assertThat(nothing.has("content")).isTrue();
        assertThat(nothing.get("content").isNull()).isEqualTo(service == Service.OPENROUTER);
        assertThat(nothing.get("content").asText("")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void choices_can_be_missing(Service service) throws Exception {
        JsonNode none = okWith(Fault.noChoices(), service);
        JsonNode nulls = okWith(Fault.nullChoices(), service);
        assertThat(none.path("choices").isArray()).isTrue();
        assertThat(none.path("choices")).isEmpty();
        for (String field : new String[] {"id", "choices", "model", "usage"}) {
            assertThat(nulls.path(field).isNull()).as(field).isTrue();
        }
        assertThat(nulls.at(service.error()).path(service.code).asInt()).isEqualTo(502);
    }

    @ParameterizedTest
    @EnumSource
    void an_error_can_hide_in_200(Service service) throws Exception {
        JsonNode error = okWith(Fault.errorIn200(429, "upstream"), service).at(service.error());
        JsonNode choice = okWith(Fault.choiceError(502, "overloaded"), service).at("/choices/0");
        assertThat(error.path(service.code).asInt()).isEqualTo(429);
        assertThat(error.path("message").asText()).isEqualTo("upstream");
        assertThat(choice.path("finish_reason").asText()).isEqualTo("error");
        assertThat(choice.at("/error/code").asInt()).isEqualTo(502);
        assertThat(choice.at("/error/message").asText()).isEqualTo("overloaded");
        assertThat(choice.at("/message/content").asText()).startsWith("[\"Ней").doesNotContain("]");
    }

    @ParameterizedTest
    @EnumSource
    void a_service_can_refuse_to_talk_about_that(Service service) throws Exception {
        JsonNode choice = okWith(Fault.blacklist(), service).at("/choices/0");
        assertThat(choice.path("finish_reason").asText())
                .isEqualTo(service == Service.GIGACHAT ? "blacklist" : "content_filter");
        assertThat(choice.at("/message/content").asText()).doesNotContain("Нейросеть");
    }
}
