package routes.crawltrigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import routes.text.TextAnalysis;

class TriggerTagsTest {
    private final TriggerTags triggers = new TriggerTags(new TextAnalysis());

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
