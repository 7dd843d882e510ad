package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProblemsIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private final ApiClient client = api.client();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/users/abc                                       | user_id",
                "/users/99999999999999999999                      | user_id",
                "/users/1/posts?limit=0                           | limit",
                "/users/1/posts?limit=101                         | limit",
                "/users/1/posts?limit=ten                         | limit",
                "/users/1/posts?limit=1&limit=2                   | limit",
                "/users/1/posts?limit=                            | limit",
                "/users/1/posts?limit=0x10                        | limit",
                "/users/1/posts?limit=%201                        | limit",
                "/users/1/posts?limit=%D9%A1                      | limit",
                "/users/1/posts?channel_id=                       | channel_id",
                "/users/1/posts?channel_id=1-1-1-1-1              | channel_id",
                "/users/%2B1                                      | user_id",
                "/users/0x1                                       | user_id",
                "/imports/1-1-1-1-1                               | job_id",
                "/posts/9223372036854775808                       | post_id",
                "/users/1/posts?tagging_status=done               | tagging_status",
                "/users/1/posts?tagging_status=FAILED             | tagging_status",
                "/users/1/posts?taging_status=failed              | taging_status",
                "/users/1/posts?channel_id=7                      | channel_id",
                "/users/1/posts?q=%00                             | q",
                "/users/1/posts?q=a%00b                           | q",
                "/users/1/posts?q=                                | q",
                "/users/1/posts?q=%20%C2%A0                       | q",
                "/users/1/posts?tag=%00                           | tag",
                "/users/1/posts?cursor=abc                        | cursor",
                "/users/1/posts?from=yesterday                    | from",
                "/users/1/posts?to=2026-02-30                     | to",
                "/users/1/posts?from=2026-02-02&to=2026-02-01     | from",
                "/users/1/channels?limit=101                      | limit",
                "/users?limit=0                                   | limit",
                "/users?limit=101                                 | limit",
                "/users?cursor=abc                                | cursor",
                "/users/1/imports?limit=101                       | limit",
                "/users/1/imports?cursor=abc                      | cursor",
                "/users/1/tags?limit=201                          | limit",
                "/users/1/tags?q=%00                              | q",
                "/users/1/pipeline?limit=1                        | limit",
                "/posts/1/media/0                                 | sha256",
                "/posts/abc/media/0000000000000000000000000000000000000000000000000000000000000000                    "
                        + "           | post_id",
                "/users/1?verbose=1                               | verbose",
                "/posts/abc                                       | post_id",
                "/posts/1-1-1-1-1                                 | post_id",
                "/posts/-1                                        | post_id",
                "/albums/first                                    | album_id",
                "/imports/1                                       | job_id",
                "/users/1/search                                  | q",
                "/users/1/search?q=                               | q",
                "/users/1/search?q=a&limit=51                     | limit",
                "/users/1/search?q=a&from=yesterday               | from",
                "/users/1/search?q=a&to=2026-02-30                | to",
                "/users/1/search?q=a&from=2026-02-02&to=2026-02-01 | from",
                "/users/1/search?q=a&from=%2B1000000000-12-31T23:59:59Z | from",
            })
    void a_parameter_that_is_not_allowed_is_named(String path, String field) {
        ApiClient.Answer answer = client.get(path.strip());

        OpenApiContract.INSTANCE.assertProblem(answer, 400);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/users/0",
                "/users/-1",
                "/users/999999",
                "/users/999999/posts",
                "/users/999999/posts/tagging_stats",
                "/users/999999/channels",
                "/users/999999/imports",
                "/users/999999/tags",
                "/users/999999/pipeline",
                "/posts/999999999999999999/media/0000000000000000000000000000000000000000000000000000000000000000",
                "/users/999999/search?q=a",
                "/posts/999999999999999999",
                "/posts/00000000-0000-0000-0000-00000000dead",
                "/albums/999999",
                "/imports/00000000-0000-0000-0000-00000000dead"
            })
    void what_is_not_there_is_not_found(String path) {
        OpenApiContract.INSTANCE.assertProblem(client.get(path), 404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/users          | {\"telegram_id\": \"5\"}         | 400 | telegram_id",
                "/users          | {\"telegram_id\": 1.5}           | 400 | telegram_id",
                "/users          | {\"telegram_id\": 1e30}          | 400 | telegram_id",
                "/users          | {\"telegram_id\": {}}            | 400 | telegram_id",
                "/users          | {\"username\": 5}                | 400 | username",
                "/users          | {\"user_name\": \"a\"}           | 400 | user_name",
                "/users          | {\"telegram_id\": 0}             | 422 | telegram_id",
                "/users          | {\"username\": \"a b\"}          | 422 | username",
                "/users          | {\"tenant\": \"a\\u0000b\"}      | 422 | tenant",
                "/users          | {\"tenant\": \"\"}               | 422 | tenant",
                "/users          | {\"telegram_id\": \"\"}        | 400 | telegram_id",
                "/users/1/channels | {\"username\": \"durov\", \"tg_channel_id\": \"\"} | 400 | tg_channel_id",
                "/users/1/channels | {}                             | 422 | username",
                "/users/1/channels | {\"username\": \"abcd\", \"tg_channel_id\": 1} | 422 | username",
                "/users/1/channels | {\"username\": \"no\"}         | 422 | username",
                "/users/1/channels | {\"username\": \"durov'--\"}   | 422 | username",
                "/users/1/channels | {\"tg_channel_id\": 0}         | 422 | tg_channel_id",
                "/users/1/channels | {\"tg_channel_id\": -5}        | 422 | tg_channel_id",
                "/users/1/channels | {\"tg_channel_id\": -9223372036854775808} | 422 | tg_channel_id",
                "/users/1/imports | {}                              | 422 | path",
                "/users/1/imports | {\"path\": \"\"}                | 422 | path",
                "/users/1/imports | {\"path\": \"../pom.xml\"}      | 422 | path",
                "/users/1/imports | {\"path\": \"/etc/passwd\"}     | 422 | path",
                "/users/1/imports | {\"path\": \"a\\u0000b\"}       | 422 | path",
                "/users/1/imports | {\"path\": \"missing.json\"}    | 422 | path",
            })
    void a_field_that_is_not_allowed_is_named(String path, String body, int status, String field) {
        ApiClient.Answer answer = client.post(path.strip(), body.strip());

        OpenApiContract.INSTANCE.assertProblem(answer, status);
        assertThat(answer.text("field")).isEqualTo(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"username\": \"a\"} x",
                "null",
                "{\"username\":\"a\",\"username\":\"b\"}",
                "\"a\""
            })
    void a_body_that_is_not_the_json_expected_is_refused(String body) {
        OpenApiContract.INSTANCE.assertProblem(client.post("/users", body), 400);
    }

    @Test
    void a_deeply_nested_body_is_refused() {
        OpenApiContract.INSTANCE.assertProblem(client.post("/users", "[".repeat(30_000)), 400);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /users/1",
        "GET, /health/live",
        "OPTIONS, /posts/1",
        "DELETE, /users/1/channels/00000000-0000-0000-0000-000000000009"
    })
    void a_body_that_no_operation_reads_does_not_change_the_answer(String method, String path) {
        assertThat(client.sendAnything(method, path, "{\"a\": 1}", UnaryOperator.identity())
                        .status())
                .isEqualTo(client.sendAnything(method, path, null, UnaryOperator.identity())
                        .status())
                .isLessThan(500);
    }

    @Test
    void a_body_above_the_limit_is_too_large_whatever_length_it_announces() {
        String body = "{\"username\": \"" + "a".repeat(70_000) + "\"}";

        OpenApiContract.INSTANCE.assertProblem(client.post("/users", body), 413);
        OpenApiContract.INSTANCE.assertProblem(client.post("/users", " ".repeat(70_000) + "{}"), 413);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x"
            })
    void only_json_is_taken(String type) {
        ApiClient.Answer answer =
                client.send("POST", "/users/1/channels", "--x--", request -> request.header("Content-Type", type));

        OpenApiContract.INSTANCE.assertProblem(answer, 415);
        assertThat(answer.text("remedy")).contains("application/json");
    }

    @Test
    void a_body_without_content_type_is_refused() {
        OpenApiContract.INSTANCE.assertProblem(client.send("POST", "/users", "{}", UnaryOperator.identity()), 415);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, /users/1",
        "DELETE, /users/1",
        "PUT, /posts/1",
        "POST, /users/1/search",
        "POST, /health",
        "DELETE, /users"
    })
    void a_method_that_is_not_possible_is_told_with_the_possible_ones(String method, String path) {
        ApiClient.Answer answer = client.sendAnything(method, path, null, UnaryOperator.identity());

        OpenApiContract.INSTANCE.assertProblem(answer, 405);
        assertThat(answer.header("Allow")).isNotBlank();
        assertThat(answer.text("remedy")).contains(answer.header("Allow").replaceFirst(",.*", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nothing", "/users/1/", "/error", "/actuator", "/users/1/rag/nothing", "/openapi/openapi.yaml"})
    void an_unknown_path_is_a_problem_for_a_program_and_a_page_for_a_browser(String path) {
        OpenApiContract.INSTANCE.assertProblem(client.sendAnything("GET", path, null, UnaryOperator.identity()), 404);
        OpenApiContract.INSTANCE.assertProblem(
                client.sendAnything(
                        "GET", path, null, request -> request.header("Accept", "application/json, text/html;q=0.5")),
                404);

        ApiClient.Answer page = client.sendAnything(
                "GET",
                path,
                null,
                request -> request.header(
                        "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"));
        assertThat(page.status()).isEqualTo(404);
        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
        assertThat(page.http().body()).contains("There is nothing to see here", "Здесь ничего нет", "href=\"/\"");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'self'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "//users/1", "/posts//timeline", "///?a=b"})
    void a_path_that_is_not_what_it_seems_is_refused(String path) {
        ApiClient.Answer answer = client.sendAnything("GET", path, null, UnaryOperator.identity());

        OpenApiContract.INSTANCE.assertProblem(answer, 400);
    }

    @Test
    void what_cannot_be_accepted_is_a_problem() {
        ApiClient.Answer answer =
                client.sendAnything("GET", "/users/1", null, request -> request.header("Accept", "text/html"));

        OpenApiContract.INSTANCE.assertProblem(answer, 406);
    }

    @Test
    void an_answer_is_no_problem_also_for_a_client_that_names_only_these() {
        ApiClient.Answer answer =
                client.send("GET", "/users/1", null, request -> request.header("Accept", "application/problem+json"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /users/[1] HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /users/1%2F..%2F2 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /posts/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /webjars/swagger-ui/../../application.yml HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "Connection: close\r\n\r\n",
                "GET /users/1;a=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET //users/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /users/1?%01=a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /users/%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /users/1 HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /users/1 HTTP/1.1\r\n\r\n",
                "\u0001\u0002\r\n\r\n"
            })
    void what_is_not_well_formed_http_gets_no_html(String request) throws IOException {
        String answer = raw(request);

        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContainIgnoringCase("<html", "tomcat", "exception");
        assertThat(answer).contains("application/problem+json", "\"remedy\":");
    }

    @Test
    void no_other_site_may_read_answers() {
        ApiClient.Answer preflight = client.sendAnything(
                "OPTIONS", "/users", null, request -> request.header("Origin", "https://evil.example")
                        .header("Access-Control-Request-Method", "POST"));
        ApiClient.Answer read =
                client.send("GET", "/users/1", null, request -> request.header("Origin", "https://evil.example"));
        ApiClient.Answer change = client.send("POST", "/users/1/posts/retry_tagging", null, request -> request.header(
                        "Origin", "https://evil.example")
                .header("Content-Type", "text/plain"));

        OpenApiContract.INSTANCE.assertProblem(read, 403);
        OpenApiContract.INSTANCE.assertProblem(change, 403);
        assertThat(preflight.http().headers().map()).doesNotContainKey("access-control-allow-origin");
        assertThat(read.http().headers().map()).doesNotContainKey("access-control-allow-origin");
        assertThat(read.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(read.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /users/1/imports, cross-site, 403",
        "POST, /users/1/posts/retry_tagging, cross-site, 403",
        "DELETE, /posts/9, same-site, 403",
        "POST, /users/1/posts/retry_tagging, same-origin, 200",
        "POST, /users/1/posts/retry_tagging, none, 200",
        "GET, /users/1, cross-site, 200"
    })
    void no_page_of_another_site_may_have_a_browser_change_anything(
            String method, String path, String from, int status) {
        ApiClient.Answer answer =
                client.sendAnything(method, path, path.endsWith("imports") ? "--x--" : null, request -> request.header(
                                "Sec-Fetch-Site", from)
                        .header("Content-Type", "multipart/form-data; boundary=x"));

        assertThat(answer.status()).isEqualTo(status);
        if (status == 403) {
            OpenApiContract.INSTANCE.assertProblem(answer, 403);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "***=(", "https://127.0.0.1:99999999", "http://127.0.0.1", "http://localhost:1"})
    void what_is_not_the_origin_of_this_server_is_refused(String origin) {
        OpenApiContract.INSTANCE.assertProblem(
                client.send("GET", "/users/1", null, request -> request.header("Origin", origin)), 403);
        assertThat(client.send(
                                "GET",
                                "/users/1",
                                null,
                                request -> request.header("Origin", "http://127.0.0.1:" + api.port()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void no_other_site_may_have_its_name_point_here() throws IOException {
        assertThat(raw("GET /users/1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403")
                .contains("application/problem+json", "API_KEYS");
        for (String host : List.of("localhost", "127.0.0.1:80", "[::1]:8010", "assistant.localhost")) {
            assertThat(raw("GET /users/1 HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                    .as(host)
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_problem_tells_the_path_that_was_asked_for() {
        ApiClient.Answer answer = client.get("/users/999999");

        assertThat(answer.text("instance")).isEqualTo("/users/999999");
        assertThat(answer.text("type")).isEqualTo("urn:telegram-assistant:problem:not-found");
        assertThat(answer.text("detail")).isEqualTo("There is no user 999999");
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
