package routes.api;

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
import java.util.function.UnaryOperator;

/** Real HTTP to the API; every answer is held against the OpenAPI document. */
final class ApiClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();
    private final String base;
    private final String key;

    ApiClient(int port) {
        this(port, null);
    }

    /** @param key sent with every request; null for none */
    ApiClient(int port, String key) {
        this.base = "http://127.0.0.1:" + port;
        this.key = key;
    }

    /** What came back; {@code json} is null where the body is none. */
    record Answer(String method, String path, int status, HttpResponse<String> http, JsonNode json) {

        String text(String field) {
            return json.path(field).asText(null);
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse(null);
        }
    }

    Answer get(String path) {
        return send("GET", path, null, request -> request);
    }

    Answer post(String path, String json) {
        return send("POST", path, json, request -> request.header("Content-Type", "application/json"));
    }

    Answer post(String path) {
        return send("POST", path, null, request -> request);
    }

    Answer delete(String path) {
        return send("DELETE", path, null, request -> request);
    }

    /** The answer of an operation of the document. */
    Answer send(String method, String path, String body, UnaryOperator<HttpRequest.Builder> more) {
        Answer answer = sendAnything(method, path, body, more);
        OpenApiContract.INSTANCE.check(answer);
        return answer;
    }

    /** The answer to a request that is not in the document. */
    Answer sendAnything(String method, String path, String body, UnaryOperator<HttpRequest.Builder> more) {
        return exchange(method, path, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body), more);
    }

    /** The answer to any request with any body. */
    Answer exchange(
            String method, String path, HttpRequest.BodyPublisher body, UnaryOperator<HttpRequest.Builder> more) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body)
                .timeout(Duration.ofSeconds(60));
        if (key != null) {
            builder.header("Authorization", "Bearer " + key);
        }
        HttpRequest request = more.apply(builder).build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            String type = response.headers().firstValue("Content-Type").orElse("");
            JsonNode json = type.contains("json") ? JSON.readTree(response.body()) : null;
            return new Answer(method, path, response.statusCode(), response, json);
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
