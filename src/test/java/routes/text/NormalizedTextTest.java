package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizedTextTest {
    @Test
    void white_space_is_collapsed_and_case_and_yo_are_levelled() {
        assertThat(NormalizedText.of("  Ещё\u00a0ОДИН\r\n\tтест\u2003ЁЖ ")).isEqualTo("еще один тест еж");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n",
                "а",
                " а",
                "а ",
                "а б",
                "а  б",
                "а\nб",
                "а \u2028 б\u00a0",
                "\u001cа\u001c \u001cб",
                "а\u0085б",
                "😀\u3000😀"
            })
    void white_space_is_what_the_expression_of_it_says(String text) {
        assertThat(NormalizedText.of(text))
                .isEqualTo(text.replaceAll("[\\s\\p{Z}]+", " ").strip());
    }

    @Test
    void nothing_but_white_space_is_empty() {
        assertThat(NormalizedText.of(" \n\u00a0\u3000 ")).isEmpty();
    }
}
