package routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpCookie;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import routes.embedded.PostgresService;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.operations.RunOptions;
import routes.replay.OperatorAudit;

/** Hawtio and Jolokia on the management port: who gets in, and what is shown to who is in. */
class ConsoleIT {
    private static final String PASSWORD = "correct horse battery";
    private static final String KEY = "c2VjcmV0LWtleS1vZi1naWdhY2hhdA==";
    private static final String OTHER_KEY = "secret-key-of-openrouter-0123456789";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String CONTEXT = "org.apache.camel:context=telegram-assistant,";

    @TempDir
    static Path folder;

    private static ConfigurableApplicationContext application;
    private static String base;

    @BeforeAll
    static void start() {
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                "--api.port=0",
                "--management.port=0",
                "--hawtio.user=operator",
                "--hawtio.password=" + PASSWORD,
                "--gigachat.api-key=" + KEY,
                "--gigachat.auth-url=http://127.0.0.1:1/oauth",
                "--openrouter.api-key=" + OTHER_KEY,
                "--openrouter.base-url=http://127.0.0.1:1/api/v1"));
        base = "http://127.0.0.1:" + application.getEnvironment().getRequiredProperty("local.management.port");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/hawtio",
                "/actuator/hawtio/",
                "/actuator/hawtio/index.html",
                "/actuator/hawtio/jolokia",
                "/actuator/hawtio/plugin",
                "/actuator/hawtio/proxy/http/127.0.0.1/80/",
                "/actuator/hawtio/camel/routes",
                "/actuator/jolokia",
                "/actuator/jolokia/list",
                "/actuator/jolokia/read/java.lang:type=Memory"
            })
    void without_the_login_nothing_is_shown(String path) {
        for (String login : new String[] {null, "operator:wrong"}) {
            HttpResponse<String> answer = call("GET", path, null, login, null);
            assertThat(answer.statusCode()).as("%s with %s", path, login).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .hasValueSatisfying(way -> assertThat(way).startsWith("Basic"));
            assertThat(answer.body()).doesNotContain("org.apache.camel", "hawtio-static");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin:" + PASSWORD, "operator:", ":", PASSWORD, "operator:" + PASSWORD + " "})
    void what_is_nearly_the_login_is_none(String login) {
        assertThat(call("GET", "/actuator/jolokia", null, login, null).statusCode())
                .isEqualTo(401);
    }

    @Test
    void with_the_login_the_page_is_there_and_health_and_metrics_need_none() {
        assertThat(call("GET", "/actuator/hawtio/", null, "operator:" + PASSWORD, null)
                        .body())
                .contains("<title>Hawtio</title>");
        assertThat(call("GET", "/health", null, null, null).statusCode()).isEqualTo(200);
        assertThat(call("GET", "/metrics", null, null, null).statusCode()).isEqualTo(200);
    }

    @Test
    void what_changes_something_needs_the_token_of_the_page() {
        String exec = exec(CONTEXT + "type=services,name=StreamReplay", "listStreams");

        assertThat(call("POST", "/actuator/jolokia", exec, "operator:" + PASSWORD, null)
                        .statusCode())
                .isEqualTo(403);
        assertThat(call("POST", "/actuator/jolokia", exec, null, token()).statusCode())
                .isEqualTo(401);
        assertThat(jolokia(exec).path("status").asInt()).isEqualTo(200);
        assertThat(jolokia(exec).path("value").toString()).contains("posts.enriched");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/version", "/list/java.lang", "/read/java.lang:type=Runtime/Uptime"})
    void a_get_reads_without_the_token_of_the_page(String path) throws Exception {
        HttpResponse<String> answer = call("GET", "/actuator/jolokia" + path, null, "operator:" + PASSWORD, null);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(answer.body()).path("status").asInt()).isEqualTo(200);
    }

    /** A link on another page can send such a request, and the browser adds the login. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator/jolokia/exec/",
                "/actuator/jolokia/exec/?p=",
                "/actuator/jolokia?p=exec/",
                "/actuator/jolokia/?p=/exec/",
                "/actuator/jolokia/%65xec/",
                "/actuator/%6Aolokia/exec/",
                "/actuator/jolokia/read/../exec/",
                "/actuator/jolokia//exec/",
                "/actuator/jolokia/exec/jolokia/read/?p=exec/",
                "/actuator/hawtio/jolokia/exec/"
            })
    void a_link_executes_nothing(String begin) {
        long before = reconciled();

        HttpResponse<String> answer = call(
                "GET",
                begin + CONTEXT + "type=services,name=StreamReplay/reconcileNow",
                null,
                "operator:" + PASSWORD,
                null);

        assertThat(answer.statusCode()).isBetween(400, 599);
        assertThat(reconciled()).as(answer.body()).isEqualTo(before);
    }

    /** Many clients send headers and body separately. They must not send their next request over a connection that is being closed. */
    @ParameterizedTest
    @CsvSource({
        "403, /actuator/jolokia, Content-Length: 9",
        "403, /actuator/jolokia, Content-Length: 60000",
        "403, /actuator/jolokia, Transfer-Encoding: chunked",
        "404, /env, Content-Length: 9",
        "404, /env, Content-Length: 60000",
        "404, /env, Transfer-Encoding: chunked",
        "405, /health, Content-Length: 9"
    })
    void a_refusal_before_the_body_has_arrived_says_that_it_ends_the_connection(int status, String path, String body)
            throws IOException {
        try (var socket = new Socket("127.0.0.1", URI.create(base).getPort())) {
            socket.setSoTimeout(10_000);
            String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + body + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(UTF_8));

            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("\r\nConnection: close\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/env",
                "/heapdump",
                "/threaddump",
                "/loggers",
                "/configprops",
                "/beans",
                "/mappings",
                "/shutdown",
                "/actuator/env",
                "/actuator/heapdump",
                "/actuator/threaddump",
                "/actuator",
                "/jolokia",
                "/hawtio",
                "/jmx",
                "/actuator/hawtio/proxy/http/127.0.0.1/80/"
            })
    void other_endpoints_are_not_there_even_with_the_login(String path) {
        assertThat(call("GET", path, null, "operator:" + PASSWORD, null).statusCode())
                .isEqualTo(404);
    }

    @Test
    void no_mbean_outside_of_camel_and_the_basic_ones_of_the_jvm_is_named_or_read() {
        var domains = new TreeSet<String>();
        jolokia("{\"type\":\"search\",\"mbean\":\"*:*\"}")
                .path("value")
                .forEach(name -> domains.add(name.asText().split(":")[0]));
        assertThat(domains).containsExactly("java.lang", "org.apache.camel");
        assertThat(jolokia("{\"type\":\"list\"}").path("value").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("java.lang", "org.apache.camel");
        for (String name : List.of(
                "com.sun.management:type=DiagnosticCommand",
                "com.sun.management:type=HotSpotDiagnostic",
                "java.util.logging:type=Logging",
                "JMImplementation:type=MBeanServerDelegate",
                "com.zaxxer.hikari:type=Pool (postgres)",
                "org.springframework.boot:type=Admin,name=SpringApplication",
                "jolokia:type=Config")) {
            // one without attributes is answered by an empty object
            assertThat(jolokia("{\"type\":\"read\",\"mbean\":\"" + name + "\"}").path("value"))
                    .as(name)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "com.sun.management:type=DiagnosticCommand | vmSystemProperties",
                "com.sun.management:type=DiagnosticCommand | compilerDirectivesAdd",
                "com.sun.management:type=HotSpotDiagnostic | dumpHeap",
                "java.lang:type=Memory | gc",
                "java.lang:type=Threading | dumpAllThreads(boolean,boolean)",
                "org.apache.camel:context=telegram-assistant,type=context,name=\"telegram-assistant\" | stop()",
                "org.apache.camel:context=telegram-assistant,type=context,name=\"telegram-assistant\" | sendStringBody",
                "org.apache.camel:context=telegram-assistant,type=context,name=\"telegram-assistant\" | requestBody",
                "org.apache.camel:context=telegram-assistant,type=context,name=\"telegram-assistant\" | getGlobalOption",
                "org.apache.camel:context=telegram-assistant,type=routes,name=\"tagging\" | remove()",
                "org.apache.camel:context=telegram-assistant,type=routes,name=\"tagging\" | updateRouteFromXml",
                "org.apache.camel:context=telegram-assistant,type=tracer,name=BacklogTracer | dumpAllTracedMessages()",
                "org.apache.camel:context=telegram-assistant,type=threadpools,name=x | purge"
            })
    void what_could_harm_is_not_done(String mbean, String operation) {
        JsonNode answer = jolokia(exec(mbean, operation));

        assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.has("stacktrace")).isFalse();
    }

    @Test
    void nothing_is_written_and_no_other_machine_is_asked() {
        ObjectNode write = JSON.createObjectNode()
                .put("type", "write")
                .put("mbean", CONTEXT + "type=routes,name=\"tagging\"")
                .put("attribute", "StatisticsEnabled")
                .put("value", false);
        assertThat(jolokia(write.toString()).path("status").asInt()).isEqualTo(403);
        JsonNode proxied = jolokia(
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"Name\",\"target\":{\"url\":\"service:jmx:rmi:///jndi/rmi://127.0.0.1:1/jmxrmi\"}}");
        assertThat(proxied.path("error_type").asText() + proxied.path("value").asText())
                .as("answered by this process alone")
                .doesNotContain("ConnectException", "ServiceUnavailable");
    }

    @Test
    void no_attribute_of_any_mbean_and_no_dump_of_a_route_shows_a_secret() {
        List<String> secrets = new ArrayList<>(List.of(
                PASSWORD,
                KEY,
                OTHER_KEY,
                application.getBean(PostgresService.class).getPassword(),
                String.valueOf(application.getBean(RedisService.class).uri().getPassword())));
        String all = jolokia("{\"type\":\"list\"}").path("value").toString();
        List<JsonNode> names = new ArrayList<>();
        jolokia("{\"type\":\"search\",\"mbean\":\"*:*\"}").path("value").forEach(names::add);
        assertThat(names).hasSizeGreaterThan(100);
        int read = 0;
        for (int from = 0; from < names.size(); from += 100) {
            var requests = JSON.createArrayNode();
            names.subList(from, Math.min(from + 100, names.size())).forEach(name -> requests.addObject()
                    .put("type", "read")
                    .put("mbean", name.asText())
                    .set("config", JSON.createObjectNode().put("ignoreErrors", true)));
            JsonNode answers = jolokia(requests.toString());
            for (JsonNode answer : answers) {
                read += answer.path("status").asInt() == 200 ? 1 : 0;
            }
            all += answers;
        }
        assertThat(read).as("MBeans that were read").isGreaterThan(100);
        // with the values of placeholders
        ObjectNode dump = JSON.createObjectNode()
                .put("type", "exec")
                .put("mbean", CONTEXT + "type=context,name=\"telegram-assistant\"")
                .put("operation", "dumpRoutesAsXml(boolean)");
        dump.putArray("arguments").add(true);
        JsonNode routes = jolokia(dump.toString());
        assertThat(routes.path("value").asText()).as(routes.toString()).contains("llm-gigachat");
        all += routes;
        assertThat(all).doesNotContain(secrets);
    }

    @Test
    void a_route_is_stopped_and_started() {
        String route = CONTEXT + "type=routes,name=\"enrichment\"";
        assertThat(jolokia(exec(route, "stop()")).path("status").asInt()).isEqualTo(200);
        assertThat(state(route)).isEqualTo("Stopped");
        assertThat(jolokia(exec(route, "start()")).path("status").asInt()).isEqualTo(200);
        assertThat(state(route)).isEqualTo("Started");
    }

    private static String state(String route) {
        ObjectNode read =
                JSON.createObjectNode().put("type", "read").put("mbean", route).put("attribute", "State");
        return jolokia(read.toString()).path("value").asText();
    }

    @Test
    void what_who_is_logged_in_did_is_in_the_audit_under_their_name() {
        jolokia(exec(CONTEXT + "type=services,name=StreamReplay", "reconcileNow"));

        assertThat(jolokia("{\"type\":\"exec\",\"mbean\":\"" + CONTEXT
                                + "type=services,name=StreamReplay\",\"operation\":\"listAudit\",\"arguments\":[10]}")
                        .path("value")
                        .toString())
                .contains("\"operator\":\"operator\"", "\"operation\":\"reconcileNow\"");
    }

    @Test
    void a_click_that_a_page_sends_twice_is_done_once_and_what_a_script_repeats_is_done_again() throws Exception {
        String exec = exec(CONTEXT + "type=services,name=StreamReplay", "reconcileNow");
        long before = reconciled();
        String token = token();
        HttpRequest click = request("POST", "/actuator/jolokia", exec, "operator:" + PASSWORD, token)
                .header("Origin", base)
                .build();

        var first = CLIENT.sendAsync(click, BodyHandlers.ofString());
        var second = CLIENT.sendAsync(click, BodyHandlers.ofString());
        assertThat(JSON.readTree(first.get().body()).path("value"))
                .isEqualTo(JSON.readTree(second.get().body()).path("value"));
        assertThat(reconciled()).isEqualTo(before + 1);

        jolokia(exec);
        jolokia(exec);
        assertThat(reconciled()).isEqualTo(before + 3);
    }

    private static long reconciled() {
        return application.getBean(OperatorAudit.class).latest(null, 100).stream()
                .filter(entry -> entry.operation().equals("reconcileNow"))
                .count();
    }

    @Test
    void the_console_shows_the_route_files_and_takes_their_edits_but_tries_no_file_of_the_machine() {
        String edits = CONTEXT + "type=services,name=RouteEdits";

        assertThat(jolokia("{\"type\":\"read\",\"mbean\":\"" + edits + "\",\"attribute\":\"Routes\"}")
                        .path("value")
                        .toString())
                .contains("tagging: built_in");
        assertThat(jolokia(exec(edits, "reload")).path("value").toString()).contains("loaded");
        assertThat(jolokia("{\"type\":\"exec\",\"mbean\":\"" + edits
                                + "\",\"operation\":\"tryRoute\",\"arguments\":[\"/etc/passwd\",\"1\"]}")
                        .path("status")
                        .asInt())
                .isEqualTo(403);
    }

    private static String exec(String mbean, String operation) {
        return JSON.createObjectNode()
                .put("type", "exec")
                .put("mbean", mbean)
                .put("operation", operation)
                .toString();
    }

    private static JsonNode jolokia(String body) {
        try {
            HttpResponse<String> answer = call("POST", "/actuator/jolokia", body, "operator:" + PASSWORD, token());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String token() {
        return call("GET", "/actuator/jolokia", null, "operator:" + PASSWORD, null)
                .headers()
                .allValues("Set-Cookie")
                .stream()
                .flatMap(cookie -> HttpCookie.parse(cookie).stream())
                .filter(cookie -> cookie.getName().equals("XSRF-TOKEN"))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElseThrow();
    }

    private static HttpResponse<String> call(String method, String path, String body, String login, String token) {
        try {
            return CLIENT.send(request(method, path, body, login, token).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest.Builder request(String method, String path, String body, String login, String token) {
        var request = HttpRequest.newBuilder(URI.create(base + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60));
        if (login != null) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        }
        if (token != null) {
            request.header("Cookie", "XSRF-TOKEN=" + token).header("X-XSRF-TOKEN", token);
        }
        return request;
    }
}
