package routes.tagging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.tagging.TagRules.Reason;
import routes.tagging.TagRules.Rejected;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

class TagRulesTest {
    private final TagRules rules = new TagRules(new TextAnalysis(new SearchWords()));

    @Test
    void tags_that_stand_in_the_text_are_accepted_whatever_case_spaces_and_yo() {
        TagRules.Checked checked =
                rules.check(List.of(" Учёба  в МГУ", "node.js", "C++"), "учеба\u00a0В мгу: Node.js и C++", 5);

        assertThat(checked.accepted()).containsExactly("Учёба в МГУ", "node.js", "C++");
        assertThat(checked.rejected()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'  ', BLANK",
        "я, TOO_SHORT",
        "🚀, TOO_SHORT",
        "космос, NOT_IN_TEXT",
        "https://example.com/a, URL",
        "example.com, URL",
        "см. https://example.com/a, URL"
    })
    void a_tag_that_breaks_a_rule_is_rejected_with_its_reason(String tag, Reason reason) {
        TagRules.Checked checked = rules.check(List.of(tag), "Я читаю 🚀 см. https://example.com/a", 5);

        assertThat(checked.accepted()).isEmpty();
        assertThat(checked.rejected()).extracting(Rejected::reason).containsExactly(reason);
    }

    @Test
    void a_tag_stands_in_the_text_as_whole_words() {
        String text =
                "Кофейня на Лесной улице открыла второй зал: эспрессо, капучино и булочки с корицей. Don't use utf8mb4";

        assertThat(rules.check(List.of("фей", "лес", "ино", "ор", "эспрессо", "utf8", "don"), text, 9)
                        .accepted())
                .containsExactly("эспрессо");
    }

    @Test
    void another_form_of_words_of_the_text_is_replaced_by_their_span() {
        String text = "Кофейня на Лесной  улице: булочки с корицей. Нейросетями пугают детей";

        assertThat(rules.check(List.of("корица", "Лесная улица", "нейросеть", "булочка", "улица корицы"), text, 9)
                        .accepted())
                .containsExactly("корицей", "Лесной улице", "Нейросетями", "булочки");
    }

    @Test
    void hashtags_are_text_as_people_read_them() {
        String text = "Митап #машинное_обучение #OpenSource #Java";

        assertThat(rules.check(List.of("машинное обучение", "Open Source", "Source Java"), text, 9)
                        .accepted())
                .containsExactly("машинное обучение", "Open Source");
    }

    @Test
    void invisible_characters_are_no_part_of_a_tag() {
        assertThat(rules.check(List.of("эс\u200bпрессо"), "двойной эспрессо", 5).accepted())
                .containsExactly("эспрессо");
    }

    @Test
    void sixty_characters_are_the_limit() {
        String sixty = "я".repeat(60);

        assertThat(rules.check(List.of(sixty), sixty, 5).accepted()).containsExactly(sixty);
        assertThat(rules.check(List.of(sixty + "я"), sixty + "я", 5).rejected())
                .containsExactly(new Rejected(sixty + "я", Reason.TOO_LONG));
    }

    @Test
    void the_same_tag_in_another_writing_is_a_duplicate() {
        TagRules.Checked checked = rules.check(List.of("Ёлка", "елка", "ёлка "), "Наша ёлка", 5);

        assertThat(checked.accepted()).containsExactly("Ёлка");
        assertThat(checked.rejected()).extracting(Rejected::reason).containsExactly(Reason.DUPLICATE, Reason.DUPLICATE);
    }

    @Test
    void only_the_first_acceptable_ones_up_to_the_maximum_are_taken() {
        TagRules.Checked checked = rules.check(List.of("нет такого", "раз", "два", "три"), "раз два три", 2);

        assertThat(checked.accepted()).containsExactly("раз", "два");
        assertThat(checked.rejected())
                .containsExactly(new Rejected("нет такого", Reason.NOT_IN_TEXT), new Rejected("три", Reason.TOO_MANY));
    }

    @Test
    void a_null_is_a_blank_tag() {
        assertThat(rules.check(Arrays.asList("раз", null), "раз", 5).rejected())
                .containsExactly(new Rejected("", Reason.BLANK));
    }

    @Test
    void the_reasons_are_the_labels_of_the_metric() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::label))
                .containsExactly("blank", "too_short", "too_long", "url", "not_in_text", "duplicate", "too_many");
    }
}
