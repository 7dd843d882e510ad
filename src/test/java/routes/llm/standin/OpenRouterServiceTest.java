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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.events.Json;

class OpenRouterServiceTest {
    private static final String MESSAGES = "\"messages\": [{\"role\": \"user\", \"content\": \"text\"}]";

    private final ModelServer server = ModelServer.start();
    private final OpenRouterService service = server.openRouter();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = Json.newMapper();

    @BeforeEach
    void needNoKey() {
        service.requireKey(false);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private HttpResponse<String> chat(String fields) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.openRouterBaseUrl() + "/chat/completions"))
                .POST(BodyPublishers.ofString("{" + fields + "}"))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void a_key_is_needed_unless_told_otherwise() throws Exception {
        assertThat(chat(MESSAGES).statusCode()).isEqualTo(200);
        service.requireKey(true);
        assertThat(chat(MESSAGES).statusCode()).isEqualTo(401);
    }

    @Test
    void the_model_that_is_named_answers() throws Exception {
        JsonNode body =
                json.readTree(chat("\"model\": \"a/x:free\", " + MESSAGES).body());
        assertThat(body.path("model").asText()).isEqualTo("a/x:free");
        assertThat(body.path("id").asText()).startsWith("gen-");
    }

    @Test
    void a_fallback_answers_for_a_model_that_is_unknown() throws Exception {
        service.unknownModels("a/x", "b/y");
        JsonNode body = json.readTree(chat("\"model\": \"a/x\", \"models\": [\"b/y\", \"c/z\"], " + MESSAGES)
                .body());
        assertThat(body.path("model").asText()).isEqualTo("c/z");
    }

    @Test
    void a_call_for_unknown_models_only_is_refused_with_the_error_of_the_last() throws Exception {
        service.unknownModels("a/x", "b/y");
        HttpResponse<String> response = chat("\"models\": [\"a/x\", \"b/y\"], " + MESSAGES);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(json.readTree(response.body()).at("/error/message").asText())
                .isEqualTo("b/y is not a valid model ID");
    }

    @Test
    void a_call_without_messages_is_refused() throws Exception {
        assertThat(chat("\"model\": \"a/x\"").statusCode()).isEqualTo(400);
    }

    @Test
    void usage_tells_the_cost() throws Exception {
        assertThat(json.readTree(chat(MESSAGES).body()).at("/usage/cost").asDouble())
                .isEqualTo(0.0001);
        service.cost(0.25);
        assertThat(json.readTree(chat(MESSAGES).body()).at("/usage/cost").asDouble())
                .isEqualTo(0.25);
    }

    @Test
    void a_message_may_come_in_parts() throws Exception {
        chat("\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"see \"},"
                + " {\"type\": \"image_url\"}, {\"type\": \"text\", \"text\": \"this\"}]}]");
        assertThat(service.calls().get(0).user()).isEqualTo("see this");
    }
}
