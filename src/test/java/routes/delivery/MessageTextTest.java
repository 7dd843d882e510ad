package routes.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.ResourceBundle;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.delivery.MessageText.Part;

class MessageTextTest {
    private static final String POST = "https://t.me/news/1";

    /** What readers see, with links as [label]. */
    private static String seen(Part part) {
        return part.html()
                .replaceAll("<a href=\"[^\"]*\">|</a>|</?b>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }

    private static String all(List<Part> parts) {
        return parts.stream()
                .map(part -> seen(part).replaceAll("\n\n\\d+/\u2060\\d+$", ""))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "😀", "👩‍👩‍👧‍👦", "é̂", "слово ", "<b>&amp;</b> ", "нет-пробелов-но-много-букв"})
    void no_part_is_longer_than_a_message_and_nothing_is_lost(String unit) {
        String text = unit.repeat(20_000 / unit.length());

        List<Part> parts = new MessageText().block().text(text).split();

        assertThat(parts).hasSizeGreaterThan(4).allSatisfy(part -> {
            assertThat(seen(part).length()).isLessThanOrEqualTo(MessageText.MOST);
            assertThat(seen(part).codePoints())
                    .as("no half of a pair")
                    .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        });
        assertThat(all(parts).replaceAll("\\s", ""))
                .isEqualTo(MessageText.inert(text).replaceAll("\\s", ""));
    }

    @Test
    void what_readers_see_as_one_character_is_not_cut() {
        String family = "👩‍👩‍👧‍👦";

        List<Part> parts = new MessageText().block().text(family.repeat(1_000)).split();

        assertThat(parts).allSatisfy(part -> assertThat(all(List.of(part)).length() % family.length())
                .isZero());
    }

    @Test
    void a_link_and_a_block_stay_whole() {
        MessageText text = new MessageText();
        for (int i = 0; i < 60; i++) {
            text.block().text("Начало " + i + " " + "слово ".repeat(40)).link("[" + i + "]", POST, new UUID(0, i));
        }

        List<Part> parts = text.split();

        assertThat(parts).hasSizeGreaterThan(2);
        assertThat(parts).allSatisfy(part -> {
            Matcher link =
                    Pattern.compile("<a href=\"" + POST + "\">\\[(\\d+)]</a>").matcher(part.html());
            List<UUID> posts = link.results()
                    .map(one -> new UUID(0, Long.parseLong(one.group(1))))
                    .toList();
            assertThat(part.posts()).containsExactlyInAnyOrderElementsOf(posts);
            posts.forEach(post -> assertThat(part.html()).contains("Начало " + post.getLeastSignificantBits() + " "));
        });
    }

    @Test
    void a_message_has_no_more_marks_than_telegram_keeps() {
        MessageText text = new MessageText().block();
        IntStream.range(0, 250).forEach(i -> text.link("" + i, POST, null));

        assertThat(text.split()).hasSize(3).allSatisfy(part -> assertThat(
                        part.html().split("<a ", -1))
                .hasSizeLessThanOrEqualTo(MessageText.MOST_ENTITIES + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example/x",
                "javascript:alert(1)",
                "https://t.me.evil.example/news/1",
                "https://t.me/news/1?start=x",
                "https://t.me/news/1\" onclick=\"x",
                "tg://resolve?domain=x"
            })
    void only_links_to_posts_are_links(String url) {
        assertThat(new MessageText().link("label", url, null).split().get(0).html())
                .isEqualTo("label");
    }

    @Test
    void marks_of_a_text_stay_text() {
        assertThat(new MessageText()
                        .text("<a href=\"http://x\">a</a> & ")
                        .bold("<i>")
                        .split()
                        .get(0)
                        .html())
                .startsWith("&lt;a href=&quot;")
                .endsWith("&amp; <b>&lt;i&gt;</b>");
    }

    @Test
    void messages_exist_in_both_languages_with_the_same_values() {
        ResourceBundle english = BotTexts.in("en").messages();
        ResourceBundle russian = BotTexts.in("ru").messages();

        assertThat(russian.keySet()).isEqualTo(english.keySet());
        assertThat(english.keySet()).allSatisfy(key -> {
            assertThat(values(russian.getString(key))).as(key).isEqualTo(values(english.getString(key)));
            assertThat(russian.getString(key)).as(key).containsPattern("[а-яё№]");
        });
        assertThat(BotTexts.in("ru-RU").messages()).isSameAs(russian);
        assertThat(BotTexts.in("de").messages()).isSameAs(english);
        assertThat(BotTexts.in(null).messages()).isSameAs(english);
    }

    private static List<String> values(String message) {
        return Pattern.compile("\\{\\d}")
                .matcher(message)
                .results()
                .map(found -> found.group())
                .sorted()
                .toList();
    }
}
