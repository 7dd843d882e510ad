package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ImportsIT {

    private static final String EXPORT = "{\"path\": \"channel\"}";

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();

    @Test
    void an_import_is_accepted_followed_and_its_posts_are_the_users() {
        long user = fixtures.user(fixtures.tenant());

        ApiClient.Answer accepted = client.post("/users/" + user + "/imports", EXPORT);
        awaitStatus(accepted, "done");

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("Location")).isEqualTo("/imports/" + accepted.text("job_id"));
        JsonNode done = client.get(accepted.header("Location")).json();
        assertThat(done.path("user_id").asLong()).isEqualTo(user);
        assertThat(done.path("file").asText()).isEqualTo("channel");
        assertThat(done.path("posts_done").asLong())
                .isPositive()
                .isEqualTo(done.path("posts_total").asLong());
        assertThat(client.get("/users/" + user + "/channels").json().path("items"))
                .hasSize(1);
        assertThat(client.get("/users/" + user + "/posts/tagging_stats")
                        .json()
                        .path("total_posts")
                        .asLong())
                .isEqualTo(done.path("posts_new").asLong());
    }

    @Test
    void when_too_many_wait_the_next_is_told_to_come_back() throws Exception {
        String imports = "/users/" + fixtures.user(fixtures.tenant()) + "/imports";
        try (Connection other = DriverManager.getConnection(api.jdbcUrl());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
            ApiClient.Answer running = client.post(imports, EXPORT);
            awaitStatus(running, "running");
            ApiClient.Answer waiting = client.post(imports, EXPORT);

            ApiClient.Answer refused = client.post(imports, EXPORT);

            OpenApiContract.INSTANCE.assertProblem(refused, 429);
            assertThat(refused.header("Retry-After")).isEqualTo("5");
            other.rollback();
            awaitStatus(running, "done");
            awaitStatus(waiting, "done");
        }
    }

    @Test
    void a_folder_without_an_export_is_refused() {
        ApiClient.Answer answer = client.post("/users/1/imports", "{\"path\": \"channel/photos\"}");

        OpenApiContract.INSTANCE.assertProblem(answer, 422);
        assertThat(answer.text("field")).isEqualTo("path");
        assertThat(answer.text("remedy")).contains("result.json");
    }

    private void awaitStatus(ApiClient.Answer accepted, String status) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                        client.get(accepted.header("Location")).text("status"))
                .isEqualTo(status));
    }
}
