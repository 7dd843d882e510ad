package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.Health;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.api.RunningApi.SwitchableHealth;

class HealthIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private final ApiClient client = api.client();
    private final SwitchableHealth redis = api.bean("redisHealthIndicator", SwitchableHealth.class);
    private final SwitchableHealth index = api.bean("indexHealthIndicator", SwitchableHealth.class);

    @BeforeEach
    void allUp() {
        redis.is(Health.up());
        index.is(Health.up());
    }

    @Test
    void every_part_is_named_with_its_status_and_without_details() {
        redis.is(Health.up());

        ApiClient.Answer answer = client.get("/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("UP");
        assertThat(answer.json().at("/components/database/status").asText()).isEqualTo("UP");
        assertThat(answer.json().at("/components/redis/status").asText()).isEqualTo("UP");
        assertThat(answer.http().body()).doesNotContain("10.0.0.1", "PostgreSQL");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DOWN", "DEGRADED", "OUT_OF_SERVICE"})
    void a_part_that_the_work_does_not_need_only_degrades(String status) {
        index.is(Health.status(status));

        ApiClient.Answer answer = client.get("/health");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("DEGRADED");
        assertThat(answer.json().at("/components/index/status").asText()).isEqualTo(status);
        assertThat(client.get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void without_redis_the_process_is_not_ready_but_alive() {
        redis.is(Health.down());

        assertThat(client.get("/health").status()).isEqualTo(503);
        assertThat(client.get("/health").text("status")).isEqualTo("DOWN");
        assertThat(client.get("/health/ready").status()).isEqualTo(503);
        assertThat(client.get("/health/ready")
                        .json()
                        .at("/components/redis/status")
                        .asText())
                .isEqualTo("DOWN");
        assertThat(client.get("/health/live").status()).isEqualTo(200);
    }

    @Test
    void the_schedule_says_when_each_job_ran_and_runs_next_but_not_why_it_fails() {
        JdbcClient jdbc = api.bean("jdbcClient", JdbcClient.class);
        jdbc.sql(
                        """
                        INSERT INTO jobs (name, last_started_at, last_ended_at, next_run_at, last_outcome, last_error, failures) VALUES
                            ('well', '2026-11-30T04:00:00Z', '2026-11-30T04:00:07Z', '2026-12-01T04:00:00Z', 'success', NULL, 0),
                            ('ill', '2026-11-30T04:00:00Z', '2026-11-30T04:00:01Z', '2026-11-30T04:30:00Z', 'failed',
                                'IOException: 10.0.0.1', 3),
                            ('planned', NULL, NULL, '2026-12-01T00:00:00Z', NULL, NULL, 0)
                        """)
                .update();
        try {
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                ApiClient.Answer answer = client.get("/health");
                JsonNode schedule = answer.json().at("/components/schedule");
                assertThat(schedule.at("/status").asText()).isEqualTo("DEGRADED");
                assertThat(schedule.at("/components/well"))
                        .hasToString(
                                """
                        {"status":"UP","last_run_at":"2026-11-30T04:00:07Z","next_run_at":"2026-12-01T04:00:00Z"}""");
                assertThat(schedule.at("/components/ill"))
                        .hasToString(
                                """
                        {"status":"DEGRADED","last_run_at":"2026-11-30T04:00:01Z","next_run_at":"2026-11-30T04:30:00Z"}""");
                assertThat(schedule.at("/components/planned"))
                        .hasToString(
                                """
                        {"status":"UNKNOWN","next_run_at":"2026-12-01T00:00:00Z"}""");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.http().body()).doesNotContain("10.0.0.1");
            });
            assertThat(api.managementClient()
                            .sendAnything("GET", "/health", null, request -> request)
                            .json()
                            .at("/components/schedule/details/problems/ill")
                            .asText())
                    .isEqualTo("IOException: 10.0.0.1");
        } finally {
            jdbc.sql("DELETE FROM jobs WHERE name IN ('well', 'ill', 'planned')")
                    .update();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(client.get("/health").text("status")).isEqualTo("UP"));
    }

    @Test
    void the_management_port_has_metrics_and_health_with_details() {
        ApiClient management = api.managementClient();
        client.get("/health/live");

        ApiClient.Answer metrics = management.sendAnything("GET", "/metrics", null, request -> request);
        ApiClient.Answer health = management.sendAnything("GET", "/health", null, request -> request);

        assertThat(metrics.header("Content-Type")).startsWith("text/plain");
        assertThat(metrics.http().body())
                .contains("jvm_memory_used_bytes", "http_server_requests_seconds_count")
                .contains("uri=\"/health/live\"");
        assertThat(health.json().at("/components/redis/details/address").asText())
                .isEqualTo("redis://10.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/env",
                "/heapdump",
                "/beans",
                "/threaddump",
                "/configprops",
                "/loggers",
                "/mappings",
                "/shutdown",
                "/prometheus",
                "/actuator/env",
                "/users/1",
                "/",
                "/index.html",
                "/docs",
                "/openapi.yaml",
                "/webjars/swagger-ui/index.html"
            })
    void the_management_port_has_nothing_else(String path) {
        assertThat(api.managementClient()
                        .sendAnything("GET", path, null, request -> request)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void metrics_are_not_on_the_port_of_the_api() {
        OpenApiContract.INSTANCE.assertProblem(client.sendAnything("GET", "/metrics", null, request -> request), 404);
    }
}
