package routes.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.events.TextEntity;

class TextPartUrlsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Читайте https://example.org/a. | https://example.org/a",
                "(см. https://example.org/a) | https://example.org/a",
                "https://ru.wikipedia.org/wiki/Java_(language) | https://ru.wikipedia.org/wiki/Java_(language)",
                "(https://ru.wikipedia.org/wiki/Java_(language)), и | https://ru.wikipedia.org/wiki/Java_(language)",
                "«https://example.org/a» | https://example.org/a",
                "„https://example.org/a“! | https://example.org/a",
                "[https://example.org/a] | https://example.org/a",
                "смотри:https://example.org/a?x=1,  | https://example.org/a?x=1",
                "www.example.org/a; | https://www.example.org/a",
                "https://example.org/a… | https://example.org/a",
            })
    void punctuation_of_the_sentence_is_no_part_of_the_address(String text, String url) {
        assertThat(TextPart.urls(List.of(TextPart.plain(text)), List.of())).containsExactly(url);
    }

    @Test
    void marked_and_plain_links_keep_their_order_and_stand_once() {
        List<TextPart> text = List.of(
                TextPart.plain("https://b.example/ и "),
                linked("здесь", "https://a.example/?utm_campaign=x"),
                TextPart.plain(", https://a.example/ и "),
                TextPart.of("url", "c.example"),
                linked("написать", "mailto:a@example.org"));

        assertThat(TextPart.urls(text, List.of("https://d.example/", "https://b.example/")))
                .containsExactly(
                        "https://b.example/", "https://a.example/", "https://c.example/", "https://d.example/");
    }

    @Test
    void mail_addresses_and_plain_words_are_no_links() {
        assertThat(TextPart.urls(
                        List.of(TextPart.plain("пишите на info@www.example.org, версия 3.14.example")), List.of()))
                .isEmpty();
    }

    @Test
    void a_list_of_links_is_cut() {
        String text = IntStream.range(0, 150)
                .mapToObj(i -> "https://example.org/" + i)
                .collect(Collectors.joining(" "));

        assertThat(TextPart.urls(List.of(TextPart.plain(text)), List.of())).hasSize(TextPart.MAX_URLS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Подробности: t.me/example/12 и example.com/page | https://t.me/example/12 https://example.com/page",
                "Подписаться: t.me/example | https://t.me/example",
                "Сайт example.com. | https://example.com/",
                "(пример.рф/о-нас), EXAMPLE.ORG! | https://xn--e1afmkfd.xn--p1ai/%D0%BE-%D0%BD%D0%B0%D1%81 https://example.org/",
                "см.:news.example.co.uk:8443/a?b=c#d | https://news.example.co.uk:8443/a?b=c#d",
                "74.ru и 4pda.to и brew.sh/install | https://74.ru/ https://4pda.to/ https://brew.sh/install",
                "http://a.org и b.org | http://a.org/ https://b.org/",
            })
    void addresses_without_a_scheme_are_found_in_formatted_text(String text, String urls) {
        for (String type : List.of("blockquote", "bold", "italic", "underline", "strikethrough", "spoiler")) {
            assertThat(TextPart.urls(List.of(TextPart.of(type, text)), List.of()))
                    .as(type)
                    .containsExactly(urls.split(" "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file.txt, отчёт.docx и фото.jpg",
                "т.е. и т.д., т.к.",
                "node.js и vue.js",
                "1.5 и 10.30, 2.0.1",
                "user.name@example.com, info@пример.рф",
                "в 10.am и 5.PM",
                "README.md, main.py, run.sh, a.zip",
                "конец.Москва стоит.It is",
                "ул.Ленина, д.5, стр.2",
                "a..com и .com, com.",
                "@example.com #example.com",
                "ftp://example.com/x",
                "U.S.A. и i.e.",
            })
    void files_abbreviations_numbers_and_mail_addresses_are_no_links(String text) {
        assertThat(TextPart.urls(List.of(TextPart.of("bold", text), TextPart.plain(" " + text)), List.of()))
                .isEmpty();
    }

    @Test
    void code_holds_only_whole_addresses() {
        List<TextPart> text = List.of(TextPart.of("pre", "import example.com // https://example.org/a"));

        assertThat(TextPart.urls(text, List.of())).containsExactly("https://example.org/a");
    }

    @Test
    void entities_count_utf16_units_and_hold_what_their_source_leaves_out_inside() {
        List<TextPart> parts = List.of(
                TextPart.plain("😀\0 "),
                TextPart.of("blockquote", "ту\0т t.me/a и @name #тег"),
                TextPart.of("code", "example.com"),
                linked("здесь", "https://a.example/"));

        assertThat(TextPart.entities(parts))
                .extracting(entity -> entity.type() + " " + entity.offset() + "+" + entity.length())
                .containsExactly(
                        "blockquote 3+23", "url 7+6", "mention 16+5", "hashtag 22+4", "code 26+11", "text_link 37+5");
    }

    @Test
    void addresses_in_a_very_long_text_take_no_long_time() {
        String text = "a.".repeat(200_000) + " " + "a-".repeat(200_000) + "@@##".repeat(50_000);

        assertThat(TextMarks.find(text)).isEmpty();
    }

    private static TextPart linked(String text, String url) {
        return new TextPart(text, new TextEntity("text_link", 0, 0, url, null, null, null, null));
    }
}
