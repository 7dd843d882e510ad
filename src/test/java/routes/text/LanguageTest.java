package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Вышел Spring Boot 3.5 с поддержкой structured logging | RU
                    OpenAI released a new model | EN
                    Release notes in English with one слово | EN
                    12345 🚀 | RU
                    """)
    void the_language_follows_the_script(String text, Language expected) {
        assertThat(Language.of(text)).isEqualTo(expected);
    }
}
