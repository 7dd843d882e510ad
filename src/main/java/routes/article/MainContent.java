package routes.article;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** Selects the element of a page that contains its article. */
final class MainContent {
    /** Class names and ids that sites and content management systems use for an element with only the text, most reliable first. */
    private static final List<String> NAMED = List.of(
            "[itemprop=articleBody]",
            ".tl_article_content, .article-formatted-body, .tm-article-body, .post__body_full, .js-mediator-article",
            ".entry-content, .post-content, .article-content, .article-body, .article__body, .article__text, .article-text, "
                    + ".story-body, .story-content, .post-body, .post__text, .post-text, .news-text, .b-text, .articleBody, "
                    + ".story__content, .td-post-content, .content-body, .article__content, .single-content, .markdown-body, "
                    + "#article-body, #articleBody, #mw-content-text",
            "article",
            "main, [role=main], #content, .content, #main");

    private static final int MIN_WORDS = 25;

    private MainContent() {}

    static Element of(Document page) {
        Element named = named(page);
        return named == null ? densest(page.body()) : withParts(named);
    }

    private static Element named(Document page) {
        for (String query : NAMED) {
            List<Element> found = page.select(query).stream()
                    .filter(element -> prose(element) >= MIN_WORDS)
                    .sorted(Comparator.comparingInt(MainContent::prose).reversed())
                    .toList();
            if (found.isEmpty()) {
                continue;
            }
            // a list of articles is not an article, unless one of them has the page's heading
            Optional<Element> headed = found.stream()
                    .filter(element -> element.selectFirst("h1") != null)
                    .findFirst();
            if (headed.isPresent()) {
                return headed.get();
            }
            Element best = found.get(0);
            if (found.stream()
                            .filter(element -> prose(element) * 2 > prose(best))
                            .count()
                    < 3) {
                return best;
            }
        }
        return null;
    }

    /** An article may consist of several parts with advertisements between them. */
    private static Element withParts(Element element) {
        Element article = element.parents().stream()
                .filter(parent -> parent.is("article, main, [role=main], body"))
                .findFirst()
                .orElse(null);
        if (article == null || element.className().isBlank()) {
            return element;
        }
        List<Element> parts = article
                .getElementsByClass(element.classNames().iterator().next())
                .stream()
                .filter(part -> part.className().equals(element.className()))
                .filter(part -> part == element
                        || !part.parents().contains(element)
                                && !element.parents().contains(part))
                .filter(part -> prose(part) >= MIN_WORDS)
                .toList();
        int all = parts.stream().mapToInt(MainContent::prose).sum();
        if (parts.size() < 2 || all * 10 < prose(element) * 11) {
            return element;
        }
        Element whole = new Element("div");
        parts.forEach(part -> whole.appendChild(part.clone()));
        return whole;
    }

    /** Returns the innermost element that contains most of the text. */
    private static Element densest(Element body) {
        Element best = body;
        int enough = unlinked(body) * 3 / 5;
        while (true) {
            Optional<Element> inner = best.children().stream()
                    .filter(child -> unlinked(child) >= enough && !child.is("p, blockquote, ul, ol, pre"))
                    .max(Comparator.comparingInt(MainContent::unlinked));
            if (inner.isEmpty()) {
                return best;
            }
            best = inner.get();
        }
    }

    private static int unlinked(Element element) {
        return Words.in(element.text()) - Words.inLinks(element);
    }

    /** Words in links are subtracted twice, because many links indicate a menu or a list. */
    private static int prose(Element element) {
        return Words.in(element.text()) - 2 * Words.inLinks(element);
    }
}
