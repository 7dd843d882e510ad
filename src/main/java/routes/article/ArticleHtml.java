package routes.article;

import java.util.ArrayList;
import java.util.List;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.safety.Cleaner;
import org.jsoup.safety.Safelist;
import routes.web.WebAddress;

/**
 * An article as HTML that is safe to display: formatting, links to the web, and no content that is executed or loaded. The articles
 * of this package contain nothing else; articles of other programs or earlier versions may.
 *
 * @param html a fragment without scripts, styles, forms and frames. A picture is an {@code img} without {@code src}, whose
 *     {@code data-picture} is its index in {@code pictures}, from 1
 * @param pictures pictures with http(s) addresses, at most {@value #MAX_PICTURES}
 */
public record ArticleHtml(String html, List<Picture> pictures) {
    private static final int MAX_PICTURES = 100;
    /** Maximum nesting depth of quotes and lists; a tenth of this is common. Deeper elements are moved up to this depth. */
    private static final int MAX_DEPTH = 50;

    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
            .maxOpenBlockParsers(MAX_DEPTH)
            .build();
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder()
            .extensions(List.of(TablesExtension.create()))
            .escapeHtml(true)
            .sanitizeUrls(true)
            .build();
    private static final Cleaner CLEANER = new Cleaner(new Safelist()
            .addTags("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code")
            .addTags("em", "strong", "del", "table", "thead", "tbody", "tr", "th", "td", "a", "img")
            .addAttributes("a", "href")
            .addAttributes("img", "src", "alt")
            .addAttributes("ol", "start")
            .addProtocols("a", "href", "http", "https")
            .addProtocols("img", "src", "http", "https")
            .addEnforcedAttribute("a", "rel", "noopener noreferrer nofollow"));

    /** @param alt alternative text of the page; may be empty */
    public record Picture(String url, String alt) {}

    /**
     * @param markdown GitHub Flavored Markdown; HTML in it is shown as text. Only the first {@value ArticleExtractor#MAX_TEXT}
     *     characters are read
     */
    public static ArticleHtml of(String markdown) {
        String text = markdown.substring(0, Math.min(markdown.length(), ArticleExtractor.MAX_TEXT));
        Document page = CLEANER.clean(Jsoup.parseBodyFragment(RENDERER.render(PARSER.parse(text))));
        page.outputSettings().prettyPrint(false);
        // the page shows its title above the article
        page.select("h1").tagName("h2");
        page.select("a").forEach(link -> address(link, "href"));
        List<Picture> pictures = new ArrayList<>();
        page.select("img").forEach(image -> {
            address(image, "src");
            String url = image.attr("src");
            if (url.isEmpty() || pictures.size() == MAX_PICTURES) {
                image.remove();
            } else {
                pictures.add(new Picture(url, image.attr("alt")));
                image.removeAttr("src").attr("data-picture", String.valueOf(pictures.size()));
            }
        });
        return new ArticleHtml(page.body().html(), List.copyOf(pictures));
    }

    /** Removes addresses with a user name, which show the reader a different host than the target. */
    private static void address(Element element, String attribute) {
        WebAddress.of(element.attr(attribute))
                .filter(address -> address.userInfo().isEmpty())
                .ifPresentOrElse(
                        address -> element.attr(attribute, address.toString()), () -> element.removeAttr(attribute));
    }
}
