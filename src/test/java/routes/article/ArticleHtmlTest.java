package routes.article;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArticleHtmlTest {

    @Test
    void an_article_keeps_its_formatting() {
        String html = ArticleHtml.of(
                        """
                        ## Part

                        Some **bold** and *slanted* `code` and a [link](https://example.org/a?b=1).

                        1. one
                        2. two

                        > quoted

                        | a | b |
                        | --- | --- |
                        | 1 | 2 |

                        ```java
                        int x = 1 < 2 ? 1 : 2;
                        ```
                        """)
                .html();

        Element page = Jsoup.parseBodyFragment(html).body();
        assertThat(page.select("h2, strong, em, p code, ol li, blockquote p, table th, table td, pre code"))
                .hasSize(12);
        assertThat(page.selectFirst("a").attr("href")).isEqualTo("https://example.org/a?b=1");
        assertThat(page.selectFirst("a").attr("rel")).isEqualTo("noopener noreferrer nofollow");
        assertThat(page.selectFirst("pre").text()).isEqualTo("int x = 1 < 2 ? 1 : 2;");
    }

    static Stream<String> attacks() {
        return Stream.of(
                "<script>attack()</script>",
                "<img src=x onerror=attack()>",
                "<svg onload=attack()><script>attack()</script></svg>",
                "<a href=\"javascript:attack()\">x</a>",
                "<iframe src=\"https://evil.example\"></iframe>",
                "<style>body{background:url(https://evil.example)}</style>",
                "<div style=\"position:fixed;inset:0\" onclick=attack()>x</div>",
                "<form action=\"https://evil.example\"><input name=q></form>",
                "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
                "<base href=\"https://evil.example\">",
                "[x](javascript:attack())",
                "[x](JaVaScRiPt:attack())",
                "[x](java&#10;script:attack())",
                "[x](&#106;avascript:attack())",
                "[x](vbscript:attack())",
                "[x](data:text/html;base64,PHNjcmlwdD4=)",
                "[x](file:///etc/passwd)",
                "[x](//evil.example)",
                "[x](https://bank.example@evil.example/)",
                "[x](https://evil.example \"onmouseover=attack()\")",
                "[x](<https://evil.example/\"onmouseover=\"attack()>)",
                "![x](javascript:attack())",
                "![x](data:image/svg+xml,%3Csvg%20onload=attack()%3E)",
                "![x\" onerror=\"attack()](https://example.org/a.png)",
                "<https://evil.example/\"onclick=attack()>",
                "<javascript:attack()>",
                "[x]: javascript:attack()\n\n[x]",
                "```\"><script>attack()</script>\ncode\n```",
                "| <img onerror=attack()> | b |\n| --- | --- |\n| <script> | [x](javascript:attack()) |",
                "\u0000<scr\u0000ipt>attack()</script>");
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void an_attack_becomes_text_or_nothing(String markdown) {
        Element page = Jsoup.parseBodyFragment(ArticleHtml.of(markdown).html()).body();

        assertThat(page.select("*"))
                .allSatisfy(
                        element -> assertThat(element.normalName())
                                .matches(
                                        "body|p|br|hr|h[2-6]|blockquote|[uo]l|li|pre|code|em|strong|del|table|thead|tbody|t[rhd]|a|img"));
        assertThat(page.select("*").stream().flatMap(element -> element.attributes().asList().stream()))
                .allSatisfy(attribute -> {
                    assertThat(attribute.getKey()).matches("href|rel|alt|start|data-picture");
                    if (attribute.getKey().equals("href")) {
                        assertThat(attribute.getValue()).startsWith("http").doesNotContain("@", "\"");
                    }
                });
    }

    @Test
    void pictures_are_numbered_places_and_nothing_of_them_is_loaded() {
        ArticleHtml article = ArticleHtml.of(
                "# Title\n\n![One](https://example.org/1.png) ![](ftp://example.org/2.png) ![Two](http://example.org/2.jpg)");

        assertThat(article.pictures())
                .containsExactly(
                        new ArticleHtml.Picture("https://example.org/1.png", "One"),
                        new ArticleHtml.Picture("http://example.org/2.jpg", "Two"));
        assertThat(article.html())
                .contains("data-picture=\"1\"", "data-picture=\"2\"", "<h2>Title</h2>")
                .doesNotContain("src=", "example.org");
    }

    @Test
    void an_article_with_many_pictures_has_the_first_hundred() {
        ArticleHtml article = ArticleHtml.of("![x](https://example.org/1.png)\n\n".repeat(5_000));

        assertThat(article.pictures()).hasSize(100);
        assertThat(Jsoup.parseBodyFragment(article.html()).select("img")).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ">", "> ", "- ", "1. ", "[", "![", "*", "_", "`", "<", "&", "|", "[a](", "**a ", "\\", "<!--", "- 1. > "
            })
    void a_huge_text_of_marks_costs_bounded_time(String mark) {
        String huge = mark.repeat(2_000_000 / mark.length());

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            ArticleHtml.of(huge);
            ArticleHtml.of((mark.repeat(200) + "\n").repeat(2_000));
        });
    }
}
