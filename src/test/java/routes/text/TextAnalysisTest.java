package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextAnalysisTest {
    private final SearchWords search = new SearchWords();
    private final TextAnalysis analysis = new TextAnalysis(search);

    @ParameterizedTest
    @CsvSource({
        "нейросетями, нейросеть",
        "нейросетей, нейросеть",
        "indexes, indexing",
        "Ёлки, елка",
        "моделей, модели",
        "C++, c++",
        "С++, C++", // the first is a Cyrillic letter, as it is often typed
        "C#, c#",
        ".NET, .NET",
        "Node.js, node.js",
        "OpenAI’s, OpenAI"
    })
    void word_forms_have_the_same_stem(String one, String other) {
        assertThat(analysis.stems(one)).isNotEmpty().isEqualTo(analysis.stems(other));
    }

    /** Search and tags see the same words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Ней\u00ADро\u00ADсеть про\u200Bдлится | нейросеть продлится",
                "за́мок, ｖａｐｏｒ | замок, vapor",
                "Moсквa и Cбербанк | Москва и Сбербанк",
                "сегодня.Завтра:утюги | сегодня. Завтра: утюги",
                "snake_case, GPT‑4 | snake-case, GPT-4",
                "Zoë's café | Zoe's cafe"
            })
    void what_looks_the_same_has_the_same_stems(String text, String same) {
        assertThat(analysis.stems(text)).isNotEmpty().isEqualTo(analysis.stems(same));
        assertThat(analysis.stems(text))
                .isEqualTo(search.of(text).stream()
                        .filter(word -> !word.joined() && !search.isStopWord(word.text()))
                        .map(word -> search.forms(word.text()).stem())
                        .toList());
    }

    @Test
    void a_digit_in_a_keycap_is_a_sign_and_no_number() {
        assertThat(analysis.stems("1️⃣ кофе 2️⃣ чай")).isEqualTo(analysis.stems("кофе чай"));
    }

    @Test
    void c_plus_plus_is_not_c() {
        assertThat(analysis.stems("C++")).isNotEqualTo(analysis.stems("C"));
        assertThat(analysis.stems("C#")).isNotEqualTo(analysis.stems("C"));
        assertThat(analysis.stems(".NET")).isNotEqualTo(analysis.stems("net"));
    }

    @Test
    void offsets_point_into_the_original_text_also_behind_replaced_signs() {
        String text = "Пишем на C++ и C#, ещё на .NET: Node.js, GPT-4 и ёлка";

        assertThat(surfaces(text))
                .containsExactly(
                        "Пишем", "на", "C++", "и", "C#", "ещё", "на", ".NET", "Node.js", "GPT", "4", "и", "ёлка");
    }

    @Test
    void names_links_and_emoji_are_told_apart() {
        String text = "@ivan_petrov смотри #big_data 🚀 https://www.example.com/a/b?utm=1 a@b.org 17";

        assertThat(analysis.tokens(text))
                .extracting(Token::kind)
                .containsExactly(
                        Token.Kind.MENTION,
                        Token.Kind.MENTION,
                        Token.Kind.WORD,
                        Token.Kind.HASHTAG,
                        Token.Kind.HASHTAG,
                        Token.Kind.EMOJI,
                        Token.Kind.URL,
                        Token.Kind.EMAIL,
                        Token.Kind.NUMBER);
        assertThat(analysis.tokens(text))
                .filteredOn(t -> t.kind() == Token.Kind.URL)
                .extracting(Token::stem)
                .containsExactly("example.com");
        assertThat(analysis.stems(text)).containsExactly("смотр", "big", "data", "17");
    }

    @Test
    void a_url_as_long_as_servers_take_is_its_host() {
        String url = "https://example.com/?q=" + "a".repeat(8000 - "https://example.com/?q=".length());
        assertThat(analysis.tokens("до " + url + " после"))
                .extracting(Token::kind)
                .containsExactly(Token.Kind.WORD, Token.Kind.URL, Token.Kind.WORD);
    }

    @Test
    void stop_words_of_both_languages_carry_no_meaning() {
        assertThat(analysis.stems("это и не всё, but it’s what we don't have")).isEmpty();
    }

    @Test
    void blank_text_has_no_tokens() {
        assertThat(analysis.tokens(" \n\t ")).isEmpty();
    }

    @Test
    void a_text_of_one_endless_word_is_read() {
        assertThat(analysis.tokens("я".repeat(300_000))).isNotNull();
    }

    private List<String> surfaces(String text) {
        return analysis.tokens(text).stream()
                .map(t -> text.substring(t.start(), t.end()))
                .toList();
    }
}
