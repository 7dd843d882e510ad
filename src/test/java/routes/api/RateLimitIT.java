package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.api.access.NewApiKey;

class RateLimitIT {

    private static final NewApiKey BUSY = NewApiKey.make("busy", "default", "reader");
    private static final NewApiKey QUIET = NewApiKey.make("quiet", "default", "reader");

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("api.keys", BUSY.entry() + "," + QUIET.entry())
            .with("api.rate-limit", "20");

    @Test
    void aKeyThatAsksTooOftenIsToldWhenToComeBackAndOthersGoOn() {
        ApiClient busy = api.client(BUSY.key());

        List<ApiClient.Answer> answers =
                IntStream.range(0, 30).mapToObj(i -> busy.get("/users/1")).toList();

        assertThat(answers.subList(0, 20)).allMatch(answer -> answer.status() == 200);
        ApiClient.Answer last = answers.get(29);
        OpenApiContract.INSTANCE.assertProblem(last, 429);
        assertThat(Integer.parseInt(last.header("Retry-After"))).isBetween(1, 60);
        assertThat(last.text("detail")).contains("API_RATE_LIMIT");
        assertThat(api.client(QUIET.key()).get("/users/1").status()).isEqualTo(200);
        assertThat(busy.get("/health/live").status()).isEqualTo(200);
    }
}
