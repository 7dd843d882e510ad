package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.text.Morphology.Reading;

class MorphologyTest {

    @ParameterizedTest
    @CsvSource({"нейросети, нейросеть", "кибератаками, кибератака", "веб-разработчику, веб-разработчик"})
    void an_unknown_compound_has_the_base_form_of_its_last_part(String word, String lemma) {
        assertThat(Morphology.get().readings(word)).extracting(Reading::lemma).contains(lemma);
    }

    @ParameterizedTest
    @CsvSource({"ждщшгрр", "🚀🚀🚀🚀🚀🚀сети", "нейро🚀сети", "ѣѣѣѣ", "нейро"})
    void a_word_that_no_dictionary_and_no_ending_explains_has_no_reading(String word) {
        assertThat(Morphology.get().readings(word)).isEmpty();
    }

    @Test
    void a_guess_is_a_word_in_lower_case_or_as_a_name() {
        assertThat(Morphology.get().isRussianWord("слово")).isTrue();
        assertThat(Morphology.get().isRussianWord("москва")).isTrue();
        assertThat(Morphology.get().isRussianWord("словоо")).isFalse();
    }
}
