package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainPassageTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example",
                "HTTPS://EVIL.EXAMPLE/path?q=1#x",
                "hxxp://evil.example",
                "h t t p s : / / evil.example",
                "//evil.example/path",
                "evil.example",
                "www.evil.example.",
                "sub.evil.co.uk/path",
                "evil.example:8080",
                "evil[.]example",
                "evil(dot)example",
                "evil dot com",
                "evil (точка) рф",
                "evil。example",
                "ｅｖｉｌ．ｅｘａｍｐｌｅ",
                "еvil.ехаmple",
                "evil.сом",
                "xn--e1afmkfd.xn--p1ai",
                "президент.рф",
                "казино.рф/бонус",
                "%68%74%74%70%3A%2F%2Fevil%2Eexample",
                "evil%252Eexample",
                "http&#58;//evil&#46;example",
                "<a href=\"http://evil.example\">http://evil.example</a>",
                "<img src=https://evil.example/x.png>",
                "[evil.example](http://evil.example)",
                "![](http://evil.example/x.png)",
                "<http://evil.example>",
                "t.me/evil_channel",
                "telegram.me/evil",
                "tg://resolve?domain=evil",
                "@evil_channel",
                "someone@evil.example",
                "mailto:someone@evil.example",
                "javascript:alert(1)",
                "http://1.2.3.4/x",
                "1.2.3.4",
                "localhost:8080/x",
                "http://[::1]/",
                "e\u200Bvil.ex\u00ADample",
                "evil\u2060.\u200Dexample",
                "http\u2236//evil.example",
                "evil . example",
                "evil .example",
                "evil\u00A0.com",
                "evil. example/path",
                "evil\u00B7example",
                "evil\u2022com",
                "evil.\u217Dom",
                "evil дот ком",
                "JavaScript : alert(1)",
                "tg :// resolve?domain=evil",
                "sms:+123evil",
                "evil (@abcd).example",
                "evil.@abcd.example"
            })
    void no_form_of_a_link_stays_in_a_text(String link) {
        String plain = PlainPassage.of("Читайте подробности " + link + " сегодня вечером");

        assertThat(plain).startsWith("Читайте подробности").endsWith("сегодня вечером");
        assertThat(plain.toLowerCase())
                .doesNotContain(
                        "evil",
                        "казино",
                        "президент",
                        "http",
                        "1.2.3.4",
                        "localhost",
                        "@",
                        "xn--",
                        "://",
                        "alert",
                        "<",
                        "](");
    }

    @Test
    void removing_links_again_changes_nothing() {
        for (String text : List.of(
                "evil (@abcd).example",
                "evil («@abcd»).example",
                "evil (t.me/abcd) .com",
                "a (t.me/x). b @abcd. c",
                "Слово … .com и http://evil.example .ru",
                "… . … .")) {
            String plain = PlainPassage.withoutLinks(text);

            assertThat(PlainPassage.withoutLinks(plain)).isEqualTo(plain);
            assertThat(PlainPassage.hasLink(plain)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Вес 1,5 кг, т.е. 1500 г; версия 2.0.1 и т.д.",
                "Node.js и ASP.NET, файл config.json, CVE-2021-44228",
                "В 1969 г. вышло 3.5 млн. копий: итого 10 000",
                "Счёт 2:1, время 12:30, отношение 3/4, путь /etc",
                "Команда to_tsvector('russian', body) и C++",
                "Data: the lesson is older than Java",
                "Цена 5 000 руб. и 3 • 4 = 12, пункты: • первый • второй",
                "JavaScript: язык страниц. Так пишут все"
            })
    void ordinary_text_with_dots_colons_and_slashes_stays(String text) {
        assertThat(PlainPassage.of(text)).isEqualTo(text);
    }

    @Test
    void markup_and_invisible_characters_disappear_and_words_stay() {
        assertThat(PlainPassage.of("**Жирно** и `код`, <b>тег</b> &amp; 5 &lt; 7, [слова](http://evil.example)"))
                .isEqualTo("Жирно и код, тег & 5 < 7, слова");
        assertThat(PlainPassage.of("и\u200Bг\u200Cн\u200Dо\u2060р\uFEFF и\u00ADгла \u202Eаб\u202C \uDB40\uDC41"))
                .isEqualTo("игнор игла аб");
    }

    @Test
    void sentences_end_at_full_stops_and_line_breaks_but_not_at_abbreviations() {
        assertThat(
                        PlainPassage.sentences(
                                "Это первое. Это второе! В 1969 г. Армстронг вышел на Луну. Л. Н. Толстой писал.\nНовая строка"))
                .isEqualTo(List.of(
                        "Это первое.",
                        "Это второе!",
                        "В 1969 г. Армстронг вышел на Луну.",
                        "Л. Н. Толстой писал.",
                        "Новая строка"));
    }

    @Test
    void a_text_without_punctuation_is_cut_at_blanks() {
        assertThat(PlainPassage.sentences("слово ".repeat(500)))
                .hasSizeGreaterThan(5)
                .allSatisfy(part -> assertThat(part)
                        .hasSizeLessThanOrEqualTo(PlainPassage.MAX_SENTENCE)
                        .startsWith("слово")
                        .endsWith("слово"));
    }
}
