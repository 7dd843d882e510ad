package routes.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {

    @ParameterizedTest
    @CsvSource({
        "https://example.org/a, https://example.org/a",
        "HTTPS://Example.ORG/Path, https://example.org/Path",
        "http://example.org:80/a, http://example.org/a",
        "https://example.org:443, https://example.org/",
        "https://example.org:8443/a, https://example.org:8443/a",
        "example.org/a, https://example.org/a",
        "example.org:8080/a?u=https://b.example, https://example.org:8080/a?u=https://b.example",
        "https://example.org/a?utm_source=tg&b=2&UTM_medium=x&a=1, https://example.org/a?b=2&a=1",
        "https://example.org/a?fbclid=1&gclid=2&yclid=3&ref=4&source=5&campaign=6, https://example.org/a",
        "https://example.org/a?reference=1&sources=2, https://example.org/a?reference=1&sources=2",
        "https://example.org/a?q=#part, https://example.org/a?q=#part",
        "https://пример.рф/путь, https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C",
        "https://ru.wikipedia.org/wiki/%D0%AF%D0%B2%D0%B0, https://ru.wikipedia.org/wiki/%D0%AF%D0%B2%D0%B0",
        "https://ru.wikipedia.org/wiki/Ява, https://ru.wikipedia.org/wiki/%D0%AF%D0%B2%D0%B0",
        "https://example.org/100%, https://example.org/100%25",
        "https://example.org/a|b{c}, https://example.org/a%7Cb%7Bc%7D",
        "http://[2001:DB8::1]:8080/, http://[2001:db8::1]:8080/",
        "https://user:secret@example.org/, https://user:secret@example.org/",
        "https://web.archive.org/web/2020/https://example.org/a, https://web.archive.org/web/2020/https://example.org/a"
    })
    void spellingsOfAnAddressGetOneForm(String spelling, String normal) {
        assertThat(WebAddress.of(spelling)).map(WebAddress::toString).contains(normal);
        assertThat(WebAddress.of(normal))
                .map(WebAddress::toString)
                .as("once more changes nothing")
                .contains(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.org/a",
                "tg://resolve?domain=x",
                "javascript://alert(1)",
                "https://",
                "https:///a",
                "https://a..b/",
                "http://[::1",
                "mailto:a@example.org",
                ""
            })
    void whatIsNoWebAddressIsRefused(String text) {
        assertThat(WebAddress.of(text)).isEmpty();
    }

    @Test
    void anAddressThatIsTooLongIsRefusedAlsoIfOnlyItsEncodedFormIs() {
        assertThat(WebAddress.of("https://example.org/" + "a".repeat(2028))).isPresent();
        assertThat(WebAddress.of("https://example.org/" + "a".repeat(2029))).isEmpty();
        assertThat(WebAddress.of("https://example.org/" + "я".repeat(500))).isEmpty();
    }
}
