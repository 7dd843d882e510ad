package routes.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import routes.text.SearchWords;

class SnippetsTest {
    private final Snippets snippets = new Snippets(new SearchWords());

    @Test
    void a_short_text_is_shown_whole() {
        assertThat(snippet("Вышел\n\nрелиз   ядра", "релиз")).isEqualTo("Вышел релиз ядра");
    }

    @Test
    void the_cut_is_made_around_the_word_in_whatever_form() {
        String text = "слово ".repeat(200) + "а здесь говорят о нейросетях и не только " + "потом ".repeat(200);

        String snippet = snippet(text, "нейросеть");

        assertThat(snippet).startsWith("…").endsWith("…").contains("говорят о нейросетях и не только");
        assertThat(snippet.length()).isLessThanOrEqualTo(Snippets.MAX_LENGTH + 2);
        assertThat(snippet).startsWith("…слово");
    }

    @Test
    void the_place_with_most_of_the_words_wins() {
        String text = "Kafka. " + "слово ".repeat(100) + "Kafka и Redis рядом " + "слово ".repeat(100);

        assertThat(snippet(text, "redis kafka")).contains("Kafka и Redis рядом");
    }

    @Test
    void without_a_match_the_beginning_is_shown() {
        assertThat(snippet("начало " + "слово ".repeat(100), "ракета"))
                .startsWith("начало слово")
                .endsWith("слово…");
    }

    @Test
    void a_text_without_spaces_is_cut_too() {
        assertThat(snippet("я".repeat(5_000), "ракета").length()).isLessThanOrEqualTo(Snippets.MAX_LENGTH + 1);
    }

    @Test
    void an_emoji_is_a_match() {
        assertThat(snippets.wanted("🚀 и на")).isEqualTo(Set.of("🚀"));
    }

    @Test
    void a_query_of_stop_words_wants_them() {
        assertThat(snippet("слово ".repeat(100) + "кто, если не мы? " + "слово ".repeat(100), "кто если не мы"))
                .contains("кто, если не мы?");
    }

    @Test
    void what_is_invisible_in_the_text_does_not_move_the_cut() {
        assertThat(snippet("сло\u00ADво ".repeat(100) + "Ней\u00ADро\u00ADсеть: " + "потом ".repeat(100), "нейросети"))
                .contains("Ней\u00ADро\u00ADсеть:");
    }

    private String snippet(String text, String query) {
        return snippets.of(text, snippets.wanted(query)).text();
    }
}
