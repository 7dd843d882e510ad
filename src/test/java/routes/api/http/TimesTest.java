package routes.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.ErrorResponseException;

class TimesTest {

    @ParameterizedTest
    @CsvSource({
        "2026-01-31, 2026-01-31T00:00:00Z",
        "2026-01-31T18:00:00Z, 2026-01-31T18:00:00Z",
        "2026-01-31T18:00:00+03:00, 2026-01-31T15:00:00Z",
        "2026-01-31T18:00:00.123456Z, 2026-01-31T18:00:00.123456Z"
    })
    void a_date_or_a_time_with_offset_is_read(String text, Instant time) {
        assertThat(Times.parse(text)).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026",
                "2026-13-01",
                "31.01.2026",
                "2026-01-31T18:00:00",
                "+12026-01-31T00:00:00Z",
                "0000-01-01"
            })
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> Times.parse(text)).isInstanceOf(ErrorResponseException.class);
    }
}
