package routes.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.search.QueryLanguage.UnclearQueryException;
import routes.search.QueryLanguage.Understood;

class QueryLanguageTest {

    @Test
    void operators_are_taken_out_of_the_words() {
        Understood query = QueryLanguage.read(
                "новости \"Машинное обучение\" -реклама -\"как заработать\" channel:@tech tag:#Big_Data tag:\"машинное обучение\""
                        + " after:2026-01 before:2026-02-15 HAS:Photo");

        assertThat(query.words()).isEqualTo("новости Машинное обучение");
        assertThat(query.phrases()).containsExactly("Машинное обучение");
        assertThat(query.without()).containsExactly("реклама", "как заработать");
        assertThat(query.channels()).containsExactly("tech");
        assertThat(query.tags()).containsExactly("Big Data", "машинное обучение");
        assertThat(query.has()).containsExactly("photo");
        assertThat(query.from()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(query.to()).isEqualTo(Instant.parse("2026-02-15T00:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-15",
                "мороз -15",
                "Wi-Fi",
                "такси - бот",
                "Адрес:Лесная,5",
                "https://example.com/a?b=c",
                "after:party",
                "mytag:x",
                "-кот",
                "C++ -",
                "(:-)",
                "«Тишина»",
                "5\""
            })
    void everything_else_is_words(String text) {
        Understood query = QueryLanguage.read(text);

        assertThat(query.words()).isEqualTo(text.equals("-кот") ? "кот" : text.replace("5\"", "5"));
        assertThat(query)
                .isEqualTo(new Understood(
                        query.words(), List.of(), List.of(), query.channels(), query.tags(), query.has(), null, null));
        assertThat(query.channels()).isEmpty();
        assertThat(query.tags()).isEmpty();
    }

    @Test
    void the_narrowest_period_counts() {
        Understood query = QueryLanguage.read("after:2024 after:2025-03 before:2026 before:2025-12-01");

        assertThat(query.words()).isEmpty();
        assertThat(query.from()).isEqualTo(Instant.parse("2025-03-01T00:00:00Z"));
        assertThat(query.to()).isEqualTo(Instant.parse("2025-12-01T00:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "before:2026-13, before:2026-13 is not a date. Use before:2026-01-31",
        "after:31.01.2026, after:31.01.2026 is not a date",
        "after:2026-02-30, is not a date",
        "x -tag:реклама, -tag is not supported. Only words can be excluded",
        "-channel:news, -channel is not supported"
    })
    void a_wrong_value_is_named_with_what_is_possible(String text, String message) {
        assertThatThrownBy(() -> QueryLanguage.read(text))
                .isInstanceOf(UnclearQueryException.class)
                .hasMessageContaining(message);
    }
}
