package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

/** Questions and saved searches over HTTP. */
class AnswersApiIT {
    @RegisterExtension
    static final RunningApi api = new RunningApi().with("answer.max-concurrent", "2");

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final String TOKAMAK = "Токамак удерживает плазму магнитным полем. Его предложили Тамм и Сахаров.";

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private UUID tenant;
    private long user;
    private UUID channel;

    @BeforeEach
    void aReaderOfOneChannel() {
        tenant = fixtures.tenant();
        user = fixtures.user(tenant);
        channel = fixtures.channelOf(user);
    }

    @AfterEach
    void modelsAnswerAgain() {
        RunningApi.Application.MODEL.set(null);
    }

    private UUID indexed(String text) {
        UUID post = fixtures.post(tenant, channel, NOON, text);
        fixtures.set(post, "telegram_post_url", "https://t.me/news/7");
        var payload = new PostPayload(
                post, tenant, channel, 1, List.of(), NOON, null, null, text, false, null, false, Set.of());
        api.bean(VectorIndex.class)
                .upsert(new IndexedPoint(
                        payload,
                        api.bean(EmbeddingProvider.class).embed(List.of(text)).get(0),
                        text,
                        1,
                        "hash"));
        return post;
    }

    private ApiClient.Answer ask(String body) {
        return client.post("/users/" + user + "/rag/query", body);
    }

    @Test
    void an_answer_has_the_fields_of_the_contract_and_leads_to_the_post() {
        UUID post = indexed(TOKAMAK);

        ApiClient.Answer answer = ask("{\"query\": \"Что такое токамак?\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("answer")).contains("Токамак удерживает плазму магнитным полем. [1]");
        assertThat(answer.json().at("/sources/0/post_id").asText()).isEqualTo(post.toString());
        assertThat(answer.json().at("/sources/0/link").asText()).isEqualTo("https://t.me/news/7");
        assertThat(answer.json().at("/sentences/0/support").asText()).isEqualTo("words");
        assertThat(answer.text("intent")).isEqualTo("ask");
    }

    @Test
    void that_nothing_is_found_is_the_answer() {
        ApiClient.Answer answer = ask("{\"query\": \"Какой курс доллара?\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("answer")).isEqualTo("В каналах, которые вы читаете, об этом ничего не нашлось.");
        assertThat(answer.text("outcome")).isEqualTo("nothing");
        assertThat(answer.json().path("confidence").asDouble()).isZero();
    }

    @Test
    void a_follow_up_question_keeps_its_thread_and_a_foreign_thread_is_not_continued() {
        indexed(TOKAMAK);
        String thread = ask("{\"query\": \"Что такое токамак?\"}").text("thread_id");
        String next = "{\"query\": \"А кто его предложил?\", \"thread_id\": \"" + thread + "\"}";

        assertThat(ask(next).text("answer")).contains("Тамм и Сахаров");
        ApiClient.Answer foreign = client.post("/users/" + fixtures.user(tenant) + "/rag/query", next);
        assertThat(foreign.text("thread_id")).isNotEqualTo(thread);
        assertThat(foreign.text("understood_as")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"query\": \"\"}",
                "{\"query\": \"   \"}",
                "{\"query\": \"a\\u0000b\"}",
                "{\"query\": \"x\", \"limit\": 0}",
                "{\"query\": \"x\", \"limit\": 21}",
                "{\"query\": \"x\", \"channel_ids\": [null]}",
                "{\"query\": \"x\", \"tag\": \"\"}",
                "{\"query\": \"x\", \"from\": \"2026-02-01T00:00:00Z\", \"to\": \"2026-01-01T00:00:00Z\"}",
                "{\"query\": \"x\", \"unknown\": 1}",
                "{\"query\": 5}"
            })
    void a_wrong_question_is_refused_with_the_field(String body) {
        assertThat(ask(body).status()).isBetween(400, 422);
    }

    /** Events of a stream, as {@code name data}. */
    private List<String> events(String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + api.port() + "/users/" + user + "/rag/query"))
                .header("Accept", "text/event-stream")
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<Stream<String>> response =
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines());
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> events = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        response.body().forEach(line -> {
            if (line.startsWith("event:")) {
                name.setLength(0);
                name.append(line.substring(6).strip());
            } else if (line.startsWith("data:")) {
                events.add(name + " " + line.substring(5).strip());
            }
        });
        return events;
    }

    private Socket open(String body) throws IOException {
        Socket socket = new Socket("127.0.0.1", api.port());
        socket.setSoTimeout(20_000);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream()
                .write(("POST /users/" + user
                                + "/rag/query HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                                + "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return socket;
    }

    @Test
    void a_stream_shows_each_sentence_after_its_sources_and_ends_with_the_whole_answer() throws Exception {
        indexed(TOKAMAK);

        List<String> events = events("{\"query\": \"Что такое токамак?\"}");

        assertThat(events)
                .extracting(event -> event.substring(0, event.indexOf(' ')))
                .startsWith("status", "status", "status", "sources", "sentence")
                .endsWith("done");
        JsonNode done =
                new ObjectMapper().readTree(events.get(events.size() - 1).substring("done ".length()));
        assertThat(done.path("answer").asText()).contains("Токамак удерживает плазму");
        assertThat(events.get(4)).contains("\"citations\":[1]", "\"support\":\"words\"");
    }

    @Test
    void a_stream_says_what_went_wrong() throws Exception {
        indexed(TOKAMAK);
        RunningApi.Application.MODEL.set(() -> {
            throw new StackOverflowError("a fault of the program");
        });
        List<String> events = events("{\"query\": \"Что такое токамак?\"}");

        // the fault of a provider does not end the answer
        assertThat(events.get(events.size() - 1)).startsWith("done ").contains("without_model");

        fixtures.breakConversations(true);
        try {
            List<String> failed = events("{\"query\": \"Что такое токамак?\"}");
            assertThat(failed.get(failed.size() - 1))
                    .startsWith("error ")
                    .contains("\"status\":500")
                    .doesNotContain("rag_queries");
        } finally {
            fixtures.breakConversations(false);
        }
    }

    @Test
    void the_departure_of_the_asker_ends_the_work_and_too_many_questions_are_refused() throws Exception {
        indexed(TOKAMAK);
        CountDownLatch ended = new CountDownLatch(2);
        CountDownLatch begun = new CountDownLatch(2);
        RunningApi.Application.MODEL.set(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                ended.countDown();
                Thread.currentThread().interrupt();
            }
        });
        double cancelled = cancelled();
        Socket one = open("{\"query\": \"Что такое токамак?\"}");
        Socket other = open("{\"query\": \"Что такое токамак?\"}");
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        ApiClient.Answer refused = ask("{\"query\": \"Что такое токамак?\"}");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isNotBlank();

        one.close();
        other.close();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(cancelled()).isEqualTo(cancelled + 2));
        RunningApi.Application.MODEL.set(null);
        // the place is free a moment after the count
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        ask("{\"query\": \"Что такое токамак?\"}").status())
                .isEqualTo(200));
    }

    private static double cancelled() {
        return api.bean(MeterRegistry.class)
                .counter("rag.queries", "intent", "ask", "outcome", "cancelled")
                .count();
    }

    @Test
    void a_search_is_saved_under_a_name_once_and_deleted() {
        String path = "/users/" + user + "/searches";
        ApiClient.Answer saved = client.post(path, "{\"name\": \"Космос\", \"query\": \"космос -реклама\"}");

        assertThat(saved.status()).isEqualTo(201);
        assertThat(client.post(path, "{\"name\": \"КОСМОС\", \"query\": \"другое\"}")
                        .status())
                .isEqualTo(409);
        assertThat(client.post(path, "{\"name\": \"Плохо\", \"query\": \"before:2x\"}")
                        .status())
                .isEqualTo(422);
        assertThat(client.get(path).json().path("items")).hasSize(1);
        assertThat(client.get("/users/" + fixtures.user(tenant) + "/searches")
                        .json()
                        .path("items"))
                .isEmpty();
        assertThat(client.delete("/users/" + fixtures.user(tenant) + "/searches/" + saved.text("id"))
                        .status())
                .isEqualTo(404);
        assertThat(client.delete(path + "/" + saved.text("id")).status()).isEqualTo(204);
        assertThat(client.get(path).json().path("items")).isEmpty();
    }
}
