package routes.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.text.SearchWords.Word;

class SearchWordsTest {
    private final SearchWords analysis = new SearchWords();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Ёжик в ТУМАНЕ | ежик в тумане",
                "сегодня.Завтра:пылесосы,утюги | сегодня завтра пылесосы утюги",
                "Ту-154М | ту154м ту 154 м",
                "Wi-Fi | wifi wi fi",
                "RTX5090 | rtx5090 rtx 5090",
                "#книги_для_детей #КнигиДляДетей | книгидлядетей книги для детей книгидлядетей книги для детей",
                "$SBER и 80₽ | sber и 80 рубль",
                "Ней\u00ADро\u00ADсеть про\u200Bдлится | нейросеть продлится",
                "за́мок Алтай | замок алтай",
                "Moсквa и Cбербанк | москва и сбербанк",
                "СOVID | covid",
                "ｖａｐｏｒ 𝗩𝗮𝗰 ①⓪ м² | vapor vac 10 м2 м 2",
                "☕️ ❤ ✈️ | ☕ ❤ ✈",
                "👨‍👩‍👧 👍🏽 | 👨 👩 👧 👍",
                "https://www.example.com/recepty/sup-dnya?utm_source=tg#top конец | example com recepty supdnya sup dnya конец",
                "https://ru.wikipedia.org/wiki/%D0%91%D0%BE%D1%80%D1%89 | ru wikipedia org wiki борщ",
                "100% %D0 %zz | 100 zz",
                "C++ С++20 C# F# .NET Node.js | cplusplus cplusplus20 cplusplus 20 csharp fsharp dotnet dot net nodejs node js",
                "Zoë's café | zoe cafe",
                "т.е. м/с 3–5 | т е м с 3 5",
                "! - : ' | ''"
            })
    void words_are_what_a_reader_sees(String text, String words) {
        assertThat(texts(text)).isEqualTo(words.isEmpty() ? List.of() : Arrays.asList(words.split(" ")));
    }

    @Test
    void offsets_point_into_the_original_text() {
        String text = "Про\u200Bдлится: Wi-Fi за 80₽, ё — https://www.a.example/b?c=1 и 👨‍👩‍👧 ☕️ кафе\u0301.";

        assertThat(analysis.of(text).stream()
                        .filter(word -> !word.joined())
                        .map(word -> text.substring(word.start(), word.end())))
                .contains("Про\u200Bдлится", "Wi", "Fi", "80", "₽", "ё", "и", "кафе\u0301")
                .allSatisfy(word -> assertThat(word).doesNotContain(" "));
    }

    @Test
    void a_joined_word_stands_at_the_first_of_its_parts() {
        assertThat(analysis.of("а Wi-Fi б"))
                .extracting(Word::text, Word::position, Word::joined)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("а", 0, false),
                        org.assertj.core.groups.Tuple.tuple("wifi", 1, true),
                        org.assertj.core.groups.Tuple.tuple("wi", 1, false),
                        org.assertj.core.groups.Tuple.tuple("fi", 2, false),
                        org.assertj.core.groups.Tuple.tuple("б", 3, false));
    }

    @Test
    void forms_of_a_word_have_a_key_in_common() {
        for (List<String> pair : List.of(
                List.of("кредит", "кредиты"),
                List.of("музей", "музея"),
                List.of("рынок", "рынке"),
                List.of("люди", "человек"),
                List.of("indexes", "indexing"),
                List.of("песен", "песня"))) {
            assertThat(analysis.keys(pair.get(0)))
                    .as(pair.toString())
                    .containsAnyElementsOf(analysis.keys(pair.get(1)));
        }
    }

    @Test
    void letters_of_a_word_are_four_in_a_row() {
        assertThat(SearchWords.grams("кот")).containsExactly("_кот", "кот_");
        assertThat(SearchWords.grams("я")).containsExactly("_я_");
        assertThat(SearchWords.prefix("прививка")).isEqualTo("приви");
        assertThat(analysis.forms("забастовка").roots()).containsExactly("заба", "баст");
    }

    @Test
    void a_text_of_one_endless_word_is_read() {
        assertThat(analysis.of("я".repeat(300_000))).isNotNull();
        assertThat(analysis.of("-".repeat(300_000))).isEmpty();
        assertThat(analysis.of("1-".repeat(100_000))).isNotNull();
    }

    private List<String> texts(String text) {
        return analysis.of(text).stream().map(Word::text).toList();
    }

    @Test
    void accents_and_ligatures_are_written_in_plain_letters_and_cyrillic_letters_stay() {
        assertThat(analysis.of("Œuvre Straße crème aﬃnité"))
                .extracting(Word::text)
                .containsExactly("oeuvre", "strasse", "creme", "affinite");
        for (char letter = 0x400; letter <= 0x52F; letter++) {
            char[] folded = new char[4];
            assertThat(ASCIIFoldingFilter.foldToASCII(new char[] {letter}, 0, folded, 0, 1))
                    .as("letters for %s", letter)
                    .isEqualTo(1);
            assertThat(folded[0]).isEqualTo(letter);
        }
    }
}
