package routes.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostUrlsTest {

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
    void punctuationOfTheSentenceIsNoPartOfTheAddress(String text, String url) {
        assertThat(PostUrls.of(List.of(TextPart.plain(text)), List.of())).containsExactly(url);
    }

    @Test
    void markedAndPlainLinksKeepTheirOrderAndStandOnce() {
        List<TextPart> text = List.of(
                TextPart.plain("https://b.example/ и "),
                new TextPart("здесь", "https://a.example/?utm_campaign=x"),
                TextPart.plain(", https://a.example/ и "),
                new TextPart("c.example", "c.example"),
                new TextPart("написать", "mailto:a@example.org"));

        assertThat(PostUrls.of(text, List.of("https://d.example/", "https://b.example/")))
                .containsExactly(
                        "https://b.example/", "https://a.example/", "https://c.example/", "https://d.example/");
    }

    @Test
    void mailAddressesAndPlainWordsAreNoLinks() {
        assertThat(PostUrls.of(
                        List.of(TextPart.plain("пишите на info@www.example.org, версия 3.14.example")), List.of()))
                .isEmpty();
    }

    @Test
    void aListOfLinksIsCut() {
        String text = IntStream.range(0, 150)
                .mapToObj(i -> "https://example.org/" + i)
                .collect(Collectors.joining(" "));

        assertThat(PostUrls.of(List.of(TextPart.plain(text)), List.of())).hasSize(PostUrls.MAX_URLS);
    }
}
