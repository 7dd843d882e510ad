package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import routes.llm.ModelFailureException.Kind;

class ModelPassTest {
    private static final Duration QUOTA_PAUSE = Duration.ofHours(1);
    private final ModelPass pass = pass(0, "a", "b", "c", "d");

    private static ModelPass pass(double jitter, String... models) {
        return new ModelPass(
                null, "provider", List.of(models), 1, new ModelPass.Retries(3, 2.0, Duration.ofSeconds(60)), jitter);
    }

    @Test
    void call_n_asks_model_n_after_growing_pauses() {
        List<String> models = new ArrayList<>();
        List<Long> pauses = new ArrayList<>();
        while (pass.isOpen()) {
            models.add(pass.getModel());
            pauses.add(pass.pause().toMillis());
            pass.failed(new ModelFailureException(Kind.SERVER_ERROR, "503"), null);
        }

        assertThat(models).containsExactly("a", "b", "c", "d");
        assertThat(pauses).containsExactly(0L, 2_000L, 4_000L, 8_000L);
        assertThatThrownBy(pass::result)
                .isInstanceOf(ModelFailureException.class)
                .hasMessageContaining("a 503, b 503, c 503, d 503");
    }

    @Test
    void with_fewer_models_than_calls_the_first_one_is_asked_again() {
        ModelPass two = pass(0, "a", "b");
        two.failed(new ModelFailureException(Kind.EMPTY, "empty"), null);
        two.failed(new ModelFailureException(Kind.EMPTY, "empty"), null);

        assertThat(two.getModel()).isEqualTo("a");
    }

    @Test
    void jitter_makes_a_pause_up_to_a_tenth_longer() {
        ModelPass jittered = pass(1, "a");
        jittered.failed(new ModelFailureException(Kind.TIMEOUT, "none"), null);

        assertThat(jittered.pause().toMillis()).isEqualTo(2_200);
    }

    @Test
    void what_the_provider_asks_for_wins() {
        pass.failed(new ModelFailureException(Kind.RATE_LIMIT, "429", Duration.ofSeconds(7), null), null);

        assertThat(pass.pause().toMillis()).isEqualTo(7_000);
        assertThat(pass.rest(QUOTA_PAUSE)).isZero();
    }

    @Test
    void a_provider_that_asks_for_too_much_is_left_alone() {
        pass.failed(new ModelFailureException(Kind.RATE_LIMIT, "429", Duration.ofMinutes(2), null), null);

        assertThat(pass.isOpen()).isFalse();
        assertThat(pass.rest(QUOTA_PAUSE)).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void used_up_credits_end_the_pass_and_have_the_provider_left_alone() {
        pass.failed(new ModelFailureException(Kind.QUOTA, "402"), null);

        assertThat(pass.isOpen()).isFalse();
        assertThat(pass.rest(QUOTA_PAUSE)).isEqualTo(QUOTA_PAUSE);
    }

    @Test
    void unknown_models_are_passed_over_without_a_pause_and_without_using_up_repetitions() {
        pass.failed(new ModelFailureException(Kind.UNKNOWN_MODEL, "404"), null);
        pass.failed(new ModelFailureException(Kind.UNKNOWN_MODEL, "404"), null);
        assertThat(pass.pause().toMillis()).isZero();
        assertThat(pass.getModel()).isEqualTo("c");

        pass.failed(new ModelFailureException(Kind.SERVER_ERROR, "503"), null);
        assertThat(pass.pause().toMillis()).isEqualTo(2_000);
    }

    @Test
    void a_pass_with_no_model_that_exists_ends() {
        for (int i = 0; i < 4; i++) {
            assertThat(pass.isOpen()).isTrue();
            pass.failed(new ModelFailureException(Kind.UNKNOWN_MODEL, "404"), null);
        }
        assertThat(pass.isOpen()).isFalse();
    }

    @Test
    void an_answer_that_holds_ends_the_pass() throws Exception {
        pass.failed(new ModelFailureException(Kind.SERVER_ERROR, "503"), null);
        pass.succeeded("value", "content");

        assertThat(pass.isOpen()).isFalse();
        assertThat(pass.result()).isEqualTo(new ModelResult("provider", "b", "value", Map.of()));
        assertThat(pass.calls()).extracting(ModelPass.Call::outcome).containsExactly("server_error", "success");
    }
}
