package routes.article;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArticleExtractorTest {
    private static final Path PAGES = Path.of("src/test/resources/articles");
    private static final String URL = "https://site.example/section/page?id=1";
    /** Marks the elements of the article in the test pages; the extractor does not get to see it. */
    private static final String GOLD = " data-gold";

    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final int WORDS_IN_A_ROW = 4;

    private final ArticleExtractor extractor = new ArticleExtractor();

    static List<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(PAGES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String source(String page) throws IOException {
        return Files.readString(PAGES.resolve(page));
    }

    private Article article(String page) throws IOException {
        return extractor.extract(source(page).replace(GOLD, ""), URL).orElseThrow();
    }

    /** Precision and recall of runs of four words, as in the public article-extraction-benchmark. */
    private record Score(double precision, double recall) {
        static Score of(String wanted, String found) {
            Map<List<String>, Integer> missing = runs(wanted);
            Map<List<String>, Integer> runs = runs(found);
            double shared = 0;
            for (Map.Entry<List<String>, Integer> run : runs.entrySet()) {
                shared += Math.min(run.getValue(), missing.getOrDefault(run.getKey(), 0));
            }
            return new Score(shared / sum(runs), shared / sum(missing));
        }

        private static int sum(Map<List<String>, Integer> runs) {
            return Math.max(
                    1, runs.values().stream().mapToInt(Integer::intValue).sum());
        }

        private static Map<List<String>, Integer> runs(String text) {
            List<String> words =
                    WORD.matcher(text).results().map(MatchResult::group).toList();
            Map<List<String>, Integer> runs = new HashMap<>();
            for (int i = 0; i <= Math.max(0, words.size() - WORDS_IN_A_ROW); i++) {
                runs.merge(words.subList(i, Math.min(words.size(), i + WORDS_IN_A_ROW)), 1, Integer::sum);
            }
            return runs;
        }

        double f1() {
            return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        }
    }

    private Score score(String page) throws IOException {
        String wanted = Jsoup.parse(source(page)).select("[data-gold]").stream()
                .map(Element::text)
                .collect(Collectors.joining("\n"));
        return Score.of(wanted, article(page).text());
    }

    @Test
    void articles_of_all_layouts_are_found_without_what_surrounds_them() throws IOException {
        List<String> pages = pages();
        List<Score> scores = new ArrayList<>();
        for (String page : pages) {
            scores.add(score(page));
        }
        double precision =
                scores.stream().mapToDouble(Score::precision).average().orElse(0);
        double recall = scores.stream().mapToDouble(Score::recall).average().orElse(0);

        assertThat(pages).hasSizeGreaterThanOrEqualTo(30);
        assertThat(new Score(precision, recall).f1()).as("F1").isGreaterThan(0.97);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void no_layout_is_a_failure(String page) throws IOException {
        assertThat(score(page).f1()).isGreaterThan(0.85);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ru-news-microdata | Река Тихая вышла из берегов | Анна Белова | 2026-04-12T09:30+03:00 | ru | Районные вести",
                "ru-spa-jsonld | Река Тихая вышла из берегов | Анна Белова, Олег Сомов | 2026-04-12 | ru | site.example",
                "ru-blog-wordpress | Музей трамвая в старом депо | Иван | 2025-09-03T12:00Z | ru | site.example",
                "ru-telegraph | Ржаной хлеб дома | Ольга | 2026-01-15T08:00Z | ru | Telegraph",
                "ru-news-no-semantics | Ключевая ставка осталась прежней | '' | '' | ru | site.example",
                "en-amp | Old iron bridge closes | Tom Reed | 2026-03-02T07:00Z | en | The Tamar Post",
                "en-news-inline-promos | Whale leaves harbour | Jane Fry, environment correspondent | 2026-06-05 | en | site.example",
                "en-docs | Bounded queues | '' | '' | en | site.example",
            })
    void the_page_tells_what_it_is(
            String page, String title, String author, String published, String language, String site)
            throws IOException {
        Article article = article(page + ".html");

        assertThat(article.title()).isEqualTo(title);
        assertThat(article.author()).isEqualTo(author);
        assertThat(article.published()).isEqualTo(published);
        assertThat(article.language()).isEqualTo(language);
        assertThat(article.site()).isEqualTo(site);
        assertThat(article.excerpt()).isNotBlank().hasSizeLessThanOrEqualTo(ArticleExtractor.MAX_EXCERPT);
        assertThat(article.words()).isGreaterThan(50);
    }

    @Test
    void the_picture_is_the_leading_one() throws IOException {
        assertThat(article("en-product.html").picture()).isEqualTo("https://shop.example/hose.jpg");
        assertThat(article("ru-lazy-pictures.html").picture()).isEqualTo("https://site.example/img/vagon.jpg");
        assertThat(article("ru-broken-markup.html").picture()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2026-04-12T09:30:00+03:00 | 2026-04-12T09:30+03:00",
                "2026-04-12T09:30:00.123Z | 2026-04-12T09:30:00.123Z",
                "2026-04-12T09:30+0300 | 2026-04-12T09:30+03:00",
                "2026-04-12 09:30 | 2026-04-12",
                "2026-04-12 | 2026-04-12",
                "12.04.2026 в 9:30 | 2026-04-12",
                "12 апреля 2026, 09:30 | 2026-04-12",
                "Published: April 12, 2026 | 2026-04-12",
                "12 Apr 2026 | 2026-04-12",
                "yesterday | ''",
                "31.02.2026 | ''",
                "2026-99-99 | ''"
            })
    void dates_are_understood_as_sites_write_them(String text, String date) {
        assertThat(PageFacts.date(text)).isEqualTo(date);
    }

    @Test
    void the_id_of_a_section_is_only_its_heading() {
        String section =
                "<section id='sharing-with-several-people'><h2>Sharing with several people</h2><p>%s</p></section>"
                        .formatted(
                                "A long paragraph about the way in which people share what they have, with words to its end.");

        assertThat(extractor
                        .extract("<article>" + section.repeat(3) + "</article>", URL)
                        .orElseThrow()
                        .text())
                .contains("A long paragraph");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "By the time the boats came back, the harbour was empty and the lights were out.",
                "Автор книги рассказал о том, как долго он собирал письма и фотографии.",
                "Реклама в метро подорожала вдвое.",
                "Related work is described in the second chapter.",
                "Фото с места событий передали читатели, которые оказались рядом."
            })
    void a_sentence_that_starts_like_a_byline_or_a_prompt_stays(String sentence) {
        String more = "<p>The second paragraph is long enough to be one, with words and words up to its end.</p>";
        String html =
                "<article><h1>Title of it</h1><p>" + sentence + "</p>" + more + "<p>" + sentence + "</p></article>";

        assertThat(extractor.extract(html, URL).orElseThrow().text().split(Pattern.quote(sentence), -1))
                .hasSize(3);
    }

    @Test
    void a_page_without_text_has_no_article() {
        assertThat(extractor.extract("", URL)).isEmpty();
        assertThat(extractor.extract("<html><body><img src=a.jpg></body></html>", URL))
                .isEmpty();
    }

    @Test
    void a_plain_text_becomes_an_article_of_paragraphs() {
        Article article = extractor
                .ofPlainText(
                        "",
                        "First line\nof a para-\ngraph with <b>marks</b> & *stars*.\n\nSecond one.",
                        "https://site.example/a/report.txt")
                .orElseThrow();

        assertThat(article.title()).isEqualTo("report.txt");
        assertThat(article.text()).isEqualTo("First line of a paragraph with <b>marks</b> & *stars*.\n\nSecond one.");
        assertThat(article.markdown())
                .isEqualTo("First line of a paragraph with &lt;b>marks&lt;/b> & \\*stars\\*.\n\nSecond one.");
        assertThat(extractor.ofPlainText("Title", " \n ", URL)).isEmpty();
    }

    private String markdown(String body) {
        String text =
                "<p>These are the first words of an article that is long enough to count as one, with a sentence.</p>";
        String markdown = extractor
                .extract("<html><body><article>" + text + body + "</article></body></html>", URL)
                .orElseThrow()
                .markdown();
        return markdown.substring(markdown.indexOf("sentence.") + "sentence.".length())
                .strip();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<h2>A heading</h2><p>text</p> | ## A heading¶¶text",
                "<p>a <b>bold</b> and <em> slanted </em>word</p> | a **bold** and *slanted* word",
                "<p>see <a href='/x?a=1'>this</a></p> | see [this](https://site.example/x?a=1)",
                "<p>see <a href='other(1).html'>this</a> now</p> | see [this](https://site.example/section/other%281%29.html) now",
                "<p>see <a href='javascript:alert(1)'>this</a> now</p> | see this now",
                "<p>see <a href='data:text/html,x'>this</a> now</p> | see this now",
                "<p>see <a href='https://user:pass@x.example/'>this</a> now</p> | see this now",
                "<p>see <a href='#part'>this</a> now</p> | see this now",
                "<p>see <a href=' JaVaScRiPt:alert(1)'>this</a> now</p> | see this now",
                "<p>a picture <img src='/a.jpg' alt='A [cat]'> here</p> | a picture ![A \\[cat\\]](https://site.example/a.jpg) here",
                "<p>a picture <img src='javascript:x' alt='cat'> here</p> | a picture here",
                "<p>a picture <img src='x' onerror='alert(1)'> here</p> | a picture ![](https://site.example/section/x) here",
                "<p>tags &lt;script&gt;alert(1)&lt;/script&gt; in text</p> | tags &lt;script>alert(1)&lt;/script> in text",
                "<p>an entity &amp;lt;b&amp;gt; in text</p> | an entity &amp;lt;b&amp;gt; in text",
                "<p>stars *not bold* and _not slanted_ `no code`</p> | stars \\*not bold\\* and \\_not slanted\\_ \\`no code\\`",
                "<p>[a](javascript:b) is text</p> | \\[a\\](javascript:b) is text",
                "<p># not a heading</p><p>1. not a list</p><p>- nor this</p> | \\# not a heading¶¶1\\. not a list¶¶\\- nor this",
                "<ul><li>one thing</li><li>two <b>things</b></li></ul> | - one thing¶- two **things**",
                "<ol><li>one thing</li><li>two things<ul><li>inner thing</li></ul></li></ol> | 1. one thing¶2. two things¶   - inner thing",
                "<blockquote><p>said so</p></blockquote> | > said so",
                "<pre><code class='language-java'>a();¶  b();</code></pre> | ```java¶a();¶  b();¶```",
                "<pre>```¶fence</pre> | ````¶```¶fence¶````",
                "<p>call <code>f(*x)</code> now</p> | call `f(*x)` now",
                "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2 &#124; 3</td></tr></table> | ~| a | b |¶| --- | --- |¶| 1 | 2 \\| 3 |~",
                "<p>a line<br>and another</p> | a line\\¶and another",
                "<div>text of a div<p>and a paragraph</p>and a tail</div> | text of a div¶¶and a paragraph¶¶and a tail",
                "<p>words <script>alert(1)</script><style>p{}</style><iframe src='x'></iframe>here</p> | words here",
            })
    void elements_become_markdown(String html, String markdown) {
        assertThat(markdown(html.replace('¶', '\n')))
                .isEqualTo(markdown.replace('¶', '\n').replace("~", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<div>",
                "<b>",
                "<table><tr><td>",
                "<ul><li>",
                "<blockquote>",
                "<a href=x>",
                "<font>",
                "<svg><g>",
                "<p><p>",
                "</p>",
                "<!--",
                "<div class='share nav comment'><p>x",
                "<article>",
                "<x-y>",
                "&lt;",
                "<br>",
                "<h1>",
                "<pre>",
                "<select><option>",
                "<p class=cookie>x</p>",
                "<p style='display:none'>x</p>",
                "<figure><img src=a>x</figure>",
                "<h1>a</h1>",
                "<form><div>"
            })
    void ten_megabytes_of_tags_cost_bounded_time_and_memory(String tag) {
        String html = "<html><body><p>Some words at the start of the page.</p>" + tag.repeat(10_000_000 / tag.length());

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> extractor.extract(html, URL));
    }

    @Test
    void a_long_article_is_cut_at_its_limit() {
        String html = "<html><body><article>" + "<p>One more sentence of a story without an end.</p>".repeat(20_000);
        Article article = extractor.extract(html, URL).orElseThrow();

        assertThat(article.markdown()).hasSizeBetween(100_000, ArticleExtractor.MAX_TEXT);
        assertThat(article.text()).hasSizeLessThanOrEqualTo(ArticleExtractor.MAX_TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{\"@type\":",
                "null",
                "[[[[[[",
                "{\"@type\":\"Article\",\"author\":[[{}]],\"image\":{},\"articleBody\":7}",
                "{\"@type\":\"Article\",\"headline\":\"<script>alert(1)</script>\"}"
            })
    void linked_data_may_be_anything(String json) {
        String html = "<script type='application/ld+json'>" + json
                + "</script><h1>The heading</h1><p>Words enough for a page.</p>";
        Article article = extractor.extract(html, URL).orElseThrow();

        assertThat(article.title()).doesNotContain("<");
    }

    @Test
    void deeply_nested_linked_data_is_left_alone() {
        String html = "<script type='application/ld+json'>" + "[".repeat(500_000)
                + "</script><p>Words enough for a page.</p>";

        assertThat(extractor.extract(html, URL)).isPresent();
    }
}
