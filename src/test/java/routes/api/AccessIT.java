package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.api.OpenApiContract.Operation;
import routes.api.access.NewApiKey;
import routes.redis.RedisLink;

/** Who gets what: keys, their roles, and the tenants they belong to. */
class AccessIT {

    private static final UUID TENANT = UUID.fromString("7e4a0000-0000-4000-8000-000000000001");
    private static final NewApiKey READER = NewApiKey.make("reader", TENANT.toString(), "reader");
    private static final NewApiKey OPERATOR = NewApiKey.make("operator", TENANT.toString(), "operator");
    private static final NewApiKey ADMIN = NewApiKey.make("admin", TENANT.toString(), "admin");
    private static final NewApiKey INSTALLATION = NewApiKey.make("installation", "default", "admin");
    private static final NewApiKey FOREIGN_READER = NewApiKey.make("foreign-reader", "others", "reader");
    private static final NewApiKey FOREIGN_ADMIN = NewApiKey.make("foreign-admin", "others", "admin");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with(
                    "api.keys",
                    String.join(
                            ",",
                            READER.entry(),
                            OPERATOR.entry(),
                            ADMIN.entry(),
                            INSTALLATION.entry(),
                            FOREIGN_READER.entry(),
                            FOREIGN_ADMIN.entry()));

    private final OpenApiContract contract = OpenApiContract.INSTANCE;
    private final Fixtures fixtures = api.fixtures();
    private Map<String, String> ids;

    @BeforeEach
    void oneOfEach() {
        api.jdbc()
                .sql("INSERT INTO tenants (id, name) VALUES (?, 'own') ON CONFLICT DO NOTHING")
                .param(TENANT)
                .update();
        long user = fixtures.user(TENANT);
        UUID channel = fixtures.channelOf(user);
        UUID post = fixtures.post(TENANT, channel, Instant.parse("2026-01-31T12:00:00Z"), "text");
        AdminFixtures.reset(api.bean(RedisLink.class));
        fixtures.tags(post, "python");
        ids = new HashMap<>(Map.of(
                "{user_id}", Long.toString(user),
                "{channel_id}", channel.toString(),
                "{post_id}", post.toString(),
                "{album_id}", Long.toString(fixtures.album(TENANT, channel, List.of(post), "{}")),
                "{job_id}", fixtures.importJob(TENANT, user, "done", "[]").toString(),
                "{search_id}", fixtures.savedSearch(user).toString(),
                "{account}", fixtures.telegramAccount(TENANT, "7", "ready"),
                "{sha256}", "a".repeat(64),
                "{n}", "1",
                "{picture}", "1"));
        ids.put("{digest_id}", Long.toString(fixtures.digest(user)));
        ids.put("{tenant_id}", TENANT.toString());
        ids.put("{feed_id}", fixtures.feed(user).toString());
    }

    static Stream<Operation> operations() {
        return OpenApiContract.INSTANCE.operations().stream();
    }

    static Stream<Operation> operationsWithAKey() {
        return operations().filter(operation -> !isOpen(operation));
    }

    static Stream<Operation> operationsOnIds() {
        return operationsWithAKey()
                .filter(operation -> !isOfInstallation(operation))
                .filter(operation -> operation.pattern().contains("{"));
    }

    static Stream<Operation> operationsOfTheInstallation() {
        return operations().filter(AccessIT::isOfInstallation);
    }

    /** Streams and stages are those of all tenants. */
    private static boolean isOfInstallation(Operation operation) {
        return operation.pattern().startsWith("/admin/");
    }

    @ParameterizedTest
    @MethodSource("operationsOfTheInstallation")
    void only_an_admin_of_the_tenant_default_operates_the_installation(Operation operation) {
        for (NewApiKey tenants : List.of(ADMIN, FOREIGN_ADMIN)) {
            ApiClient.Answer answer = call(api.client(tenants.key()), operation, UnaryOperator.identity());
            contract.assertProblem(answer, 403);
            assertThat(answer.text("detail")).contains("requires a key of the tenant default");
        }
        assertThat(call(api.client(INSTALLATION.key()), operation, UnaryOperator.identity())
                        .status())
                .isNotIn(401, 403, 404, 500);
    }

    @ParameterizedTest
    @MethodSource("operationsWithAKey")
    void without_a_key_nothing_is_told(Operation operation) {
        ApiClient.Answer answer = call(api.client(), operation, request -> request);

        contract.assertProblem(answer, 401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.text("remedy")).contains("Authorization: Bearer");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'self'");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer nobody", "Bearer ", "Basic YTpi", "Bearer a b", "token", "Bearer \u00e9"})
    void what_is_no_key_of_ours_opens_nothing(String authorization) {
        ApiClient.Answer answer = api.client()
                .send("GET", path("/users/{user_id}"), null, request -> request.header("Authorization", authorization));

        contract.assertProblem(answer, 401);
        assertThat(answer.http().body()).doesNotContain("nobody", "YTpi");
    }

    @Test
    void a_hash_is_no_key() {
        String hash = ADMIN.entry().split(":")[1];

        contract.assertProblem(api.client(hash).get(path("/users/{user_id}")), 401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/health/live",
                "/health/ready",
                "/docs",
                "/redoc",
                "/openapi.yaml",
                "/openapi.json",
                "/webjars/swagger-ui/swagger-ui.css",
                "/docs.js",
                "/demo/shakey.html"
            })
    void health_and_documentation_are_open_also_with_a_key_that_is_unknown(String path) {
        assertThat(api.client()
                        .sendAnything("GET", path, null, UnaryOperator.identity())
                        .status())
                .isEqualTo(200);
        if (path.startsWith("/health")) {
            assertThat(api.client("unknown").get(path).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/error", "/users/1/", "/admin/nothing"})
    void what_is_there_is_not_told_without_a_key_either(String path) {
        contract.assertProblem(api.client().sendAnything("GET", path, null, UnaryOperator.identity()), 401);
        contract.assertProblem(api.client(READER.key()).sendAnything("GET", path, null, UnaryOperator.identity()), 404);
    }

    @ParameterizedTest
    @MethodSource("operationsOnIds")
    void a_key_of_another_tenant_finds_nothing(Operation operation) {
        contract.assertProblem(call(api.client(FOREIGN_ADMIN.key()), operation, UnaryOperator.identity()), 404);
        contract.assertProblem(
                call(api.client(FOREIGN_READER.key()), operation, UnaryOperator.identity()),
                role(operation).equals("reader") ? 404 : 403);
        assertThat(call(api.client(ADMIN.key()), operation, UnaryOperator.identity())
                        .status())
                .as("with a key of the tenant there is something")
                .isNotIn(401, 403)
                .satisfies(status ->
                        assertThat(status == 404).isEqualTo(operation.pattern().matches(".*\\{(sha256|n)}.*")));
    }

    @ParameterizedTest
    @MethodSource("operationsOnIds")
    void what_is_foreign_is_told_like_what_does_not_exist_whatever_is_sent(Operation operation) {
        String unknown = operation
                .pattern()
                .replace("{sha256}", ids.get("{sha256}"))
                .replace("{n}", "1")
                .replace("{picture}", "1")
                .replaceAll(
                        "\\{(post|job|channel|search|feed|tenant)_id}",
                        UUID.randomUUID().toString())
                .replaceAll("\\{\\w+}", "999999999");
        UnaryOperator<HttpRequest.Builder> json = request -> request.header("Content-Type", "application/json");
        for (NewApiKey foreign : List.of(FOREIGN_ADMIN, FOREIGN_READER)) {
            ApiClient client = api.client(foreign.key());
            assertThat(withoutIds(call(client, operation, UnaryOperator.identity(), path(operation.pattern()))))
                    .isEqualTo(withoutIds(call(client, operation, UnaryOperator.identity(), unknown)));
            for (UnaryOperator<HttpRequest.Builder> type :
                    List.of(json, UnaryOperator.<HttpRequest.Builder>identity())) {
                assertThat(withoutIds(client.send(operation.method(), path(operation.pattern()), "{", type)))
                        .isEqualTo(withoutIds(client.send(operation.method(), unknown, "{", type)));
            }
            ApiClient.Answer odd =
                    client.sendAnything(operation.method(), path(operation.pattern()) + "?limit=no", null, json);
            assertThat(odd.status()).isBetween(400, 499);
            assertThat(withoutIds(odd))
                    .isEqualTo(withoutIds(client.sendAnything(operation.method(), unknown + "?limit=no", null, json)));
        }
    }

    @Test
    void a_foreign_post_is_not_found_by_its_number_either() {
        long number = api.jdbc()
                .sql("SELECT number FROM posts WHERE id = ?::uuid")
                .param(ids.get("{post_id}"))
                .query(Long.class)
                .single();

        contract.assertProblem(api.client(FOREIGN_ADMIN.key()).get("/posts/" + number), 404);
        contract.assertProblem(api.client(FOREIGN_ADMIN.key()).delete("/posts/" + number), 404);
        assertThat(api.client(ADMIN.key()).get("/posts/" + number).status()).isEqualTo(200);
    }

    @Test
    void nothing_foreign_is_in_own_lists_whatever_the_filters() {
        ApiClient foreign = api.client(FOREIGN_ADMIN.key());
        String user = foreign.post("/users", "{}").header("Location");
        // the channel is one for all tenants, the posts in it are not
        foreign.post(user + "/channels", "{\"tg_channel_id\": " + telegramId() + "}");

        assertThat(foreign.get(user + "/channels").json().path("items")).hasSize(1);
        assertThat(foreign.get(user + "/channels").json().at("/items/0/title").asText())
                .as("what the channel is called tells who reads it")
                .isEmpty();
        assertThat(foreign.get(user + "/posts").json().path("posts")).isEmpty();
        assertThat(foreign.get(user + "/posts?channel_id=" + ids.get("{channel_id}"))
                        .json()
                        .path("posts"))
                .isEmpty();
        assertThat(foreign.get(user + "/search?q=text").json().path("items")).isEmpty();
        assertThat(foreign.get(user + "/tags").json().path("items")).isEmpty();
        assertThat(foreign.get(user + "/imports").json().path("items")).isEmpty();
        assertThat(foreign.get("/telegram/accounts").json().path("items")).isEmpty();
        assertThat(foreign.get(user + "/pipeline").json().path("parsed").asInt(-1))
                .isZero();
        assertThat(foreign.get("/users?limit=100").json().path("items"))
                .isNotEmpty()
                .allSatisfy(one -> assertThat(one.path("tenant_id").asText()).isNotEqualTo(TENANT.toString()));
        assertThat(foreign.get(user + "/posts/tagging_stats")
                        .json()
                        .path("total_posts")
                        .asInt())
                .isZero();
    }

    @Test
    void users_are_made_in_the_tenant_of_the_key_alone() {
        ApiClient foreign = api.client(FOREIGN_ADMIN.key());

        ApiClient.Answer own = foreign.post("/users", "{}");
        assertThat(own.status()).isEqualTo(201);
        assertThat(own.text("tenant_id")).isNotEqualTo(TENANT.toString());
        assertThat(foreign.post("/users", "{\"tenant\": \"others\"}").text("tenant_id"))
                .isEqualTo(own.text("tenant_id"));
        for (String tenant : List.of(TENANT.toString(), "own", "default", "one that is nowhere")) {
            ApiClient.Answer refused = foreign.post("/users", "{\"tenant\": \"" + tenant + "\"}");
            contract.assertProblem(refused, 404);
            assertThat(refused.text("field")).isEqualTo("tenant");
        }
        assertThat(api.jdbc()
                        .sql("SELECT count(*) FROM tenants WHERE name = 'one that is nowhere'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("operationsWithAKey")
    void a_role_may_do_what_the_document_says(Operation operation) {
        List<String> roles = List.of("reader", "operator", "admin");
        int needed = roles.indexOf(role(operation));
        for (NewApiKey key : List.of(READER, OPERATOR, isOfInstallation(operation) ? INSTALLATION : ADMIN)) {
            oneOfEach();
            int role = roles.indexOf(key.entry().split(":")[3]);
            ApiClient.Answer answer = call(api.client(key.key()), operation, UnaryOperator.identity());
            if (role < needed) {
                contract.assertProblem(answer, 403);
                assertThat(answer.text("detail")).contains(roles.get(needed));
            } else {
                assertThat(answer.status()).as(operation.name()).isNotIn(401, 403);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "readPost, reader",
        "deletePost, operator",
        "startImport, operator",
        "listTelegramAccounts, operator",
        "readTelegramQrCode, operator",
        "createUser, admin"
    })
    void roles_are_what_they_are_called(String operation, String role) {
        assertThat(operations().filter(one -> one.id().equals(operation)).map(AccessIT::role))
                .containsExactly(role);
    }

    @Test
    void every_operation_with_a_key_tells_what_a_refusal_looks_like() {
        assertThat(operationsWithAKey()).allSatisfy(operation -> assertThat(
                        operation.definition().path("responses").fieldNames())
                .toIterable()
                .as(operation.name())
                .contains("401", "403", "429"));
        assertThat(operations().filter(AccessIT::isOpen).map(Operation::pattern))
                .containsExactlyInAnyOrder(
                        "/health",
                        "/health/live",
                        "/health/ready",
                        // with keys of their own
                        "/feeds/{feed_key}/atom.xml",
                        "/feeds/{feed_key}/rss.xml",
                        "/feeds/{feed_key}/feed.json");
    }

    private static boolean isOpen(Operation operation) {
        return operation.definition().has("security")
                && operation.definition().path("security").isEmpty();
    }

    private static String role(Operation operation) {
        JsonNode own = operation.definition().path("security");
        JsonNode security =
                own.isMissingNode() ? OpenApiContract.INSTANCE.document().path("security") : own;
        return security.at("/0/key/0").asText();
    }

    private ApiClient.Answer call(ApiClient client, Operation operation, UnaryOperator<HttpRequest.Builder> more) {
        return call(client, operation, more, path(operation.pattern()));
    }

    private static ApiClient.Answer call(
            ApiClient client, Operation operation, UnaryOperator<HttpRequest.Builder> more, String path) {
        JsonNode example = operation.definition().at("/requestBody/content/application~1json/example");
        String query = operation.id().equals("search") ? "?q=text" : "";
        return client.send(
                operation.method(),
                path + query,
                example.isMissingNode() ? null : example.toString(),
                request -> more.apply(request.header("Content-Type", "application/json")));
    }

    private String path(String pattern) {
        String path = AdminFixtures.path(pattern);
        for (Map.Entry<String, String> id : ids.entrySet()) {
            path = path.replace(id.getKey(), id.getValue());
        }
        return path;
    }

    private long telegramId() {
        return api.jdbc()
                .sql("SELECT tg_channel_id FROM channels WHERE id = ?::uuid")
                .param(ids.get("{channel_id}"))
                .query(Long.class)
                .single();
    }

    private static String withoutIds(ApiClient.Answer problem) {
        return problem.status() + " "
                + problem.http().body().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}|(?<=[/ ])[0-9]+", "id");
    }
}
