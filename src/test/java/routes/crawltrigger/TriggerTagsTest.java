package routes.crawltrigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.text.SearchWords;

class TriggerTagsTest {
    private final TriggerTags triggers = new TriggerTags(new SearchWords());

    @Test
    void case_and_inflection_do_not_matter() {
        assertThat(triggers.matching(triggers.of(List.of("нейросети", "robotics")), List.of("Нейросетей", "ROBOTICS")))
                .containsExactly("нейросети", "robotics");
    }

    @Test
    void all_words_of_a_trigger_must_stand_together_in_one_tag() {
        assertThat(triggers.matching(triggers.of(List.of("machine learning")), List.of("applied machine learning")))
                .containsExactly("machine learning");
        assertThat(triggers.matching(triggers.of(List.of("machine learning")), List.of("machine", "learning")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "кредит, кредитами", // the stemmer cuts these two apart
        "музей, музеев",
        "рынок, рынка",
        "Wi-Fi, wifi",
        "wifi, Wi-Fi",
        "big data, #big_data",
        "искусственный интеллект, применение искусственного интеллекта",
        "С++, c++",
        "robotics, robotіcs", // a Cyrillic letter that looks like the Latin one
    })
    void words_are_compared_as_the_search_compares_them(String trigger, String tag) {
        assertThat(triggers.matching(triggers.of(List.of(trigger)), List.of(tag)))
                .containsExactly(trigger);
    }

    @ParameterizedTest
    @CsvSource({"ИИ, Ия", "рост, ростовщик", "порт, портрет"})
    void another_word_with_the_same_beginning_is_no_match(String trigger, String tag) {
        assertThat(triggers.matching(triggers.of(List.of(trigger)), List.of(tag)))
                .isEmpty();
    }

    @Test
    void a_part_of_a_word_is_no_match() {
        assertThat(triggers.matching(triggers.of(List.of("ai")), List.of("airport", "train")))
                .isEmpty();
    }

    @Test
    void nothing_matches_no_tags() {
        assertThat(triggers.matching(triggers.of(List.of("ai")), List.of())).isEmpty();
    }
}
