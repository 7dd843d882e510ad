package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.api.access.NewApiKey;

/** The management port where other machines reach it, and the rate of a key. On a loopback address the port is open, see {@link HealthIT}. */
class ManagementAccessIT {

    private static final NewApiKey READER = NewApiKey.make("anna", "default", "reader");
    private static final NewApiKey OPERATOR = NewApiKey.make("prometheus", "default", "operator");
    private static final NewApiKey BUSY = NewApiKey.make("busy", "default", "reader");
    private static final NewApiKey QUIET = NewApiKey.make("quiet", "default", "reader");

    // the test itself listens on the loopback address all the same
    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", String.join(",", READER.entry(), OPERATOR.entry(), BUSY.entry(), QUIET.entry()))
            .with("api.rate-limit", "20")
            .with("management.address", "0.0.0.0");

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/health", "/health/ready", "/nothing"})
    void everything_needs_the_key_of_an_operator(String path) {
        assertThat(status(null, path)).isEqualTo(401);
        assertThat(status("unknown", path)).isEqualTo(401);
        assertThat(status(OPERATOR.key(), path)).isEqualTo(path.equals("/nothing") ? 404 : 200);
        assertThat(status(READER.key(), path)).isEqualTo(path.equals("/nothing") ? 404 : 403);
    }

    @Test
    void a_probe_without_a_key_learns_only_whether_the_process_lives() {
        assertThat(status(null, "/health/live")).isEqualTo(200);
        assertThat(status("unknown", "/health/live")).isEqualTo(401);
        for (String path : List.of("/health/live/ping", "/health/live/", "/health/db", "/health/live/../ready")) {
            assertThat(status(null, path)).as(path).isIn(400, 401);
        }
    }

    @Test
    void a_key_that_asks_too_often_is_told_when_to_come_back_and_others_go_on() {
        ApiClient busy = api.client(BUSY.key());

        List<ApiClient.Answer> answers =
                IntStream.range(0, 30).mapToObj(i -> busy.get("/users/1")).toList();

        assertThat(answers.subList(0, 20)).allMatch(answer -> answer.status() == 200);
        // not the last: every three seconds there is room for one more
        ApiClient.Answer refused = answers.stream()
                .filter(answer -> answer.status() != 200)
                .findFirst()
                .orElseThrow();
        OpenApiContract.INSTANCE.assertProblem(refused, 429);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.text("detail")).contains("API_RATE_LIMIT");
        assertThat(api.client(QUIET.key()).get("/users/1").status()).isEqualTo(200);
        assertThat(busy.get("/health/live").status()).isEqualTo(200);
    }

    private static int status(String key, String path) {
        return api.managementClient(key)
                .sendAnything("GET", path, null, UnaryOperator.identity())
                .status();
    }
}
