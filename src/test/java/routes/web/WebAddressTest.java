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
        "https://example.org/a?b=2&ref=x&a=1&b=3, https://example.org/a?b=2&a=1&b=3",
        "https://example.org?q=1, https://example.org/?q=1",
        "https://example.org/a?, https://example.org/a",
        "https://example.org/a/../b/./c/, https://example.org/b/c/",
        "https://example.org/../../a, https://example.org/a",
        "https://example.org/a/.., https://example.org/",
        "https://example.org/a/%2e%2E/b, https://example.org/b",
        "https://example.org/a?u=../b, https://example.org/a?u=../b",
        "https://example.org/%7euser/%61?%71=%41%2f, https://example.org/~user/a?q=A%2F",
        "https://example.org/%d1%8f, https://example.org/%D1%8F",
        "https://example.org/a%2Fb, https://example.org/a%2Fb",
        "https://example.org/a b+c, https://example.org/a%20b+c",
        "https://example.org./a, https://example.org/a",
        "https://ex%61mple.org/a, https://example.org/a",
        "https://my_shop.example.org/a, https://my_shop.example.org/a",
        "https://example.org:/a, https://example.org/a",
        "https://example.org:0443/a, https://example.org/a",
        "http://example.org:443/a, http://example.org:443/a",
        "https://example.org\\a\\b, https://example.org/a/b",
        "https://example.org\\@other.example/, https://example.org/@other.example/",
        "https://ПРИМЕР.рф./, https://xn--e1afmkfd.xn--p1ai/",
        "https://web.archive.org/web/2020/https://example.org/a, https://web.archive.org/web/2020/https://example.org/a"
    })
    void spellings_of_an_address_get_one_form(String spelling, String normal) {
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
                "https://a b/",
                "https://a%00b/",
                "https://a%/",
                "https://[::1%25eth0]/",
                "https://example.org:70000/",
                "https://example.org:8a/",
                ""
            })
    void what_is_no_web_address_is_refused(String text) {
        assertThat(WebAddress.of(text)).isEmpty();
    }

    @Test
    void an_address_that_is_too_long_is_refused_also_if_only_its_encoded_form_is() {
        assertThat(WebAddress.of("https://example.org/" + "a".repeat(2028))).isPresent();
        assertThat(WebAddress.of("https://example.org/" + "a".repeat(2029))).isEmpty();
        assertThat(WebAddress.of("https://example.org/" + "я".repeat(500))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/c, https://example.org/c",
        "c, https://example.org/a/c",
        "../c?x=1, https://example.org/c?x=1",
        "?x=1, https://example.org/a/b?x=1",
        "'', https://example.org/a/b?q=1",
        "#top, https://example.org/a/b?q=1#top",
        "//other.example/c, https://other.example/c",
        "\\\\other.example\\c, https://other.example/c",
        "HTTP://Other.example, http://other.example/",
        "/c?ref=1&utm_source=2, https://example.org/c?ref=1&utm_source=2",
        "/путь, https://example.org/%D0%BF%D1%83%D1%82%D1%8C",
    })
    void a_reference_in_a_page_is_resolved_with_all_its_parameters(String reference, String url) {
        WebAddress page = WebAddress.of("https://example.org/a/b?q=1").orElseThrow();

        assertThat(page.resolve(reference)).map(WebAddress::toString).contains(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"javascript:alert(1)", "mailto:a@example.org", "ftp://example.org/", "example.org:80/a", "//"})
    void a_reference_to_something_else_is_refused(String reference) {
        assertThat(WebAddress.of("https://example.org/a").orElseThrow().resolve(reference))
                .isEmpty();
    }

    @Test
    void parts_of_a_page_are_one_page() {
        assertThat(WebAddress.of("https://example.org/a?b=1#c").orElseThrow().withoutFragment())
                .isEqualTo(WebAddress.of("https://example.org/a?b=1#d")
                        .orElseThrow()
                        .withoutFragment())
                .hasToString("https://example.org/a?b=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "%", "%zz", "\u0000", "\uD800", "\\", "?", "#", "@", ":", "/..", "&&", "\n", "я"})
    void whatever_is_appended_gives_a_form_that_stays_or_none(String tail) {
        for (String text : new String[] {"https://example.org" + tail, "https://example.org/" + tail + tail, tail}) {
            WebAddress.of(text).ifPresent(address -> assertThat(WebAddress.of(address.toString()))
                    .as("%s", address)
                    .contains(address));
        }
    }
}
