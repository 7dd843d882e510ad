package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.api.access.NewApiKey;
import routes.vectorindex.VectorIndex;

class DatabaseDownIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi().with("spring.datasource.hikari.connection-timeout", "1000");

    private static final NewApiKey KEY = NewApiKey.make("anna", "default", "reader");

    @RegisterExtension
    static final RunningApi locked = new RunningApi()
            .with("api.keys", KEY.entry())
            .with("spring.datasource.hikari.connection-timeout", "1000")
            // two of them in one process
            .with("spring.jmx.enabled", "false");

    private final ApiClient client = api.client();

    /** Together, since each waits for a connection. */
    @Test
    void without_the_database_every_operation_says_so_and_when_to_try_again() throws SQLException {
        List<String> operations = List.of(
                "GET /users/1",
                "GET /users",
                "GET /users/1/channels",
                "GET /users/1/imports",
                "GET /users/1/tags",
                "GET /users/1/pipeline",
                "GET /posts/1/media/" + "0".repeat(64),
                "GET /users/1/posts",
                "GET /users/1/posts/tagging_stats",
                "GET /users/1/search?q=a",
                "GET /posts/1",
                "GET /albums/1",
                "GET /imports/00000000-0000-0000-0000-000000000001",
                "POST /users",
                "POST /users/1/channels",
                "DELETE /users/1/channels/00000000-0000-0000-0000-000000000001");
        allowConnections(api, false);
        ExecutorService threads = Executors.newFixedThreadPool(operations.size());
        List<CompletableFuture<ApiClient.Answer>> answers = operations.stream()
                .map(operation -> CompletableFuture.supplyAsync(() -> send(operation), threads))
                .toList();
        try {
            assertThat(answers).allSatisfy(future -> {
                ApiClient.Answer answer = future.join();
                OpenApiContract.INSTANCE.assertProblem(answer, 503);
                assertThat(answer.header("Retry-After")).isEqualTo("5");
                assertThat(answer.http().body()).doesNotContainIgnoringCase("sql", "postgres", "jdbc", "java");
            });
        } finally {
            threads.shutdown();
            allowConnections(api, true);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(
                            () -> assertThat(client.get("/users/1").status()).isEqualTo(200));
        }
    }

    private ApiClient.Answer send(String operation) {
        String[] parts = operation.split(" ");
        String body = parts[0].equals("POST") ? "{\"username\": \"somebody\"}" : null;
        return client.send(parts[0], parts[1], body, request -> request.header("Content-Type", "application/json"));
    }

    @Test
    void with_keys_it_is_said_too_and_the_key_counts_when_the_database_is_back() throws SQLException {
        ApiClient reader = locked.client(KEY.key());
        allowConnections(locked, false);
        ApiClient.Answer away = reader.get("/users/1");
        ApiClient.Answer stranger = locked.client("unknown").get("/users/1");
        allowConnections(locked, true);

        OpenApiContract.INSTANCE.assertProblem(away, 503);
        assertThat(away.header("Retry-After")).isEqualTo("5");
        OpenApiContract.INSTANCE.assertProblem(stranger, 401);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(reader.get("/users/1").status()).isEqualTo(200));
    }

    @Test
    void the_process_is_not_ready_while_the_database_is_away_and_comes_back_with_it() throws SQLException {
        allowConnections(api, false);
        assertThat(client.get("/health/ready").status()).isEqualTo(503);
        assertThat(client.get("/health/live").status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(client.get("/health")
                        .json()
                        .at("/components/schedule/status")
                        .asText())
                .isEqualTo("UNKNOWN"));

        allowConnections(api, true);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(client.get("/health/ready").status()).isEqualTo(200);
            assertThat(client.get("/users/1").status()).isEqualTo(200);
        });
    }

    @Test
    void a_statement_that_does_not_end_is_given_up() throws SQLException {
        try (Connection other = DriverManager.getConnection(api.jdbcUrl());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");

            ApiClient.Answer answer = client.get("/posts/1");

            OpenApiContract.INSTANCE.assertProblem(answer, 503);
            other.rollback();
        }
    }

    @Test
    void without_the_index_a_search_says_so_while_the_rest_goes_on() throws Exception {
        UUID tenant = api.fixtures().tenant();
        long user = api.fixtures().user(tenant);
        api.fixtures().channelOf(user);
        api.bean(VectorIndex.class).close();

        ApiClient.Answer search = client.get("/users/" + user + "/search?q=Python");

        OpenApiContract.INSTANCE.assertProblem(search, 503);
        assertThat(search.header("Retry-After")).isEqualTo("5");
        assertThat(client.get("/users/" + user + "/posts").status()).isEqualTo(200);
    }

    private static void allowConnections(RunningApi api, boolean allowed) throws SQLException {
        String name = api.jdbcUrl().replaceFirst(".*/([^/?]+)\\?.*", "$1");
        try (Connection server = DriverManager.getConnection(api.jdbcUrl().replace("/" + name, "/postgres"));
                Statement statement = server.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + allowed);
            if (!allowed) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
            }
        }
    }
}
