package routes.llm.standin;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;

/** The two services as the tests of the stand-in call them. */
enum Service {
    GIGACHAT("status") {
        @Override
        ModelService of(ModelServer server) {
            return server.gigaChat();
        }

        @Override
        String baseUrl(ModelServer server) {
            return server.gigaChatBaseUrl();
        }

        @Override
        String key(ModelServer server, HttpClient http) throws IOException, InterruptedException {
            http.send(tokenRequest(server).build(), BodyHandlers.discarding());
            return server.gigaChat().lastToken();
        }
    },
    OPENROUTER("code") {
        @Override
        ModelService of(ModelServer server) {
            return server.openRouter();
        }

        @Override
        String baseUrl(ModelServer server) {
            return server.openRouterBaseUrl();
        }

        @Override
        String key(ModelServer server, HttpClient http) {
            return "sk-or-v1-test";
        }
    };

    /** Name of the field of an error with the code. */
    final String code;

    Service(String code) {
        this.code = code;
    }

    abstract ModelService of(ModelServer server);

    abstract String baseUrl(ModelServer server);

    abstract String key(ModelServer server, HttpClient http) throws IOException, InterruptedException;

    /** Pointer to the fields of an error. */
    String error() {
        return this == OPENROUTER ? "/error" : "";
    }

    HttpRequest.Builder request(ModelServer server, HttpClient http) throws IOException, InterruptedException {
        return HttpRequest.newBuilder(URI.create(baseUrl(server) + "/chat/completions"))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key(server, http));
    }

    HttpRequest ask(ModelServer server, HttpClient http, String text) throws IOException, InterruptedException {
        return request(server, http).POST(BodyPublishers.ofString(body(text))).build();
    }

    HttpResponse<String> chat(ModelServer server, HttpClient http, String text)
            throws IOException, InterruptedException {
        return http.send(ask(server, http, text), BodyHandlers.ofString());
    }

    static String body(String text) {
        return """
                {"model": "some-model", "temperature": 0.1, "messages": [
                  {"role": "system", "content": "Name the tags"}, {"role": "user", "content": "%s"}]}"""
                .formatted(text);
    }

    static HttpRequest.Builder tokenRequest(ModelServer server) {
        return HttpRequest.newBuilder(URI.create(server.gigaChatAuthUrl()))
                .header("Authorization", "Basic aWQ6c2VjcmV0")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("RqUID", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString("scope=GIGACHAT_API_PERS"));
    }
}
