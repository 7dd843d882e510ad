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
    void theSameKeysOnTheOtherLayout(String typed, String meant) {
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
    void theOtherAlphabetIsAmongTheSpellings(String typed, String meant) {
        assertThat(Spelling.inOtherAlphabet(typed, 48)).contains(meant).hasSizeLessThanOrEqualTo(48);
    }

    @ParameterizedTest
    @CsvSource({"питон, python", "пайтон, python", "макбук, macbook", "айфон, iphon", "скутер, scooter", "сяоми, xiaomi"
    })
    void aForeignNameIsAmongTheSpellingsOfHowItSounds(String typed, String meant) {
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
    void wordsOfTheDictionaryThatAreOneErrorAwayAreGuessed(String typed, String meant) {
        assertThat(Spelling.corrected(typed)).contains(meant).doesNotContain(typed);
    }

    @Test
    void aWordWithoutLettersHasNoOtherSpelling() {
        assertThat(Spelling.inOtherAlphabet("2026", 48)).isEmpty();
    }
}
