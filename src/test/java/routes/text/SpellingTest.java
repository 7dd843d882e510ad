package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "ghbdbdrf | прививка",
                "Gjtpl | Поезд",
                "[kt, | хлеб",
                "j,]tv | объем",
                "руддщ | hello",
                "Wi-Fi | Цш-Аш",
                "2026 | 2026",
                "ITшник | ITшник"
            })
    void the_same_keys_on_the_other_layout(String typed, String meant) {
        assertThat(Spelling.onOtherLayout(typed)).isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "privivka, прививка",
        "shchyolkovo, щелково",
        "schelkovo, щелково",
        "bashkiriya, башкирия",
        "hlebnikov, хлебников",
        "khlebnikov, хлебников",
        "ulitsa, улица",
        "covid, ковид",
        "ковид, covid",
        "кубернетес, kubernetes",
        "джава, java",
        "яндекс, yandex",
        "твитер, twiter",
        "телеграм, telegram",
        "mariinka, мариинка",
        "yorgos, йоргос"
    })
    void the_other_alphabet_is_among_the_spellings(String typed, String meant) {
        assertThat(Spelling.inOtherAlphabet(typed, 48)).contains(meant).hasSizeLessThanOrEqualTo(48);
    }

    @ParameterizedTest
    @CsvSource({"питон, python", "пайтон, python", "макбук, macbook", "айфон, iphon", "скутер, scooter", "сяоми, xiaomi"
    })
    void a_foreign_name_is_among_the_spellings_of_how_it_sounds(String typed, String meant) {
        assertThat(Spelling.bySound(typed, 48)).contains(meant).hasSizeLessThanOrEqualTo(48);
    }

    @ParameterizedTest
    @CsvSource({
        "бирестяная, берестяная",
        "шокалад, шоколад",
        "бинзовоз, бензовоз",
        "маскве, москве",
        "телефн, телефон",
        "теелфон, телефон"
    })
    void words_of_the_dictionary_that_are_one_error_away_are_guessed(String typed, String meant) {
        assertThat(Spelling.corrected(typed)).contains(meant).doesNotContain(typed);
    }

    @Test
    void a_word_without_letters_has_no_other_spelling() {
        assertThat(Spelling.inOtherAlphabet("2026", 48)).isEmpty();
    }
}
