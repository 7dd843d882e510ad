package routes.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CronTest {
    private final Cron.Validator validator = new Cron.Validator();

    @ParameterizedTest
    @ValueSource(
            strings = {"0 4 * * *", " 0 4 * * * ", "*/15 * * * *", "0 0 29 2 *", "0 4 * * MON-FRI", "0 0 L * *", "-", ""
            })
    void times_that_come_are_accepted(String cron) {
        assertThat(validator.isValid(cron, null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 0 31 2 *",
                "0 0 30 2 *",
                "0 0 31 4,6,9,11 *",
                "0 0 32 * *",
                "0 0 0 * *",
                "61 * * * *",
                "0 24 * * *",
                "0 4 * 13 *",
                "0 4 * * 8",
                "30-10 * * * *",
                "0 20-4 * * *",
                "0 0 0 4 * *",
                "0 4 * *",
                "*/0 * * * *",
                "@daily",
                "4am",
                "0 4 * * FOO"
            })
    void times_that_never_come_or_cannot_be_read_are_refused(String cron) {
        assertThat(validator.isValid(cron, null)).isFalse();
    }
}
