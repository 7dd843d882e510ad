package routes.article;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.nodes.Comment;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.select.Evaluator;
import org.jsoup.select.Selector;

/** Removes content around the article from a page. */
final class Cleaning {
    /** Maximum nesting depth of elements; a tenth of this is common. */
    private static final int MAX_DEPTH = 150;

    private static final int MAX_TAGS = 40_000;

    private static final String NO_TEXT =
            "script, style, noscript, template, svg, iframe, object, embed, canvas, video, audio, map, dialog, link, meta, "
                    + "button, input, select, textarea, option, label, progress, [hidden], [aria-hidden=true]:not(:has(p))";
    private static final Evaluator NO_ARTICLE = Selector.evaluatorOf(
            "nav, amp-sidebar, amp-ad, amp-consent, body > footer, body > header, aside, menu, "
                    + "[role=navigation], [role=complementary], [role=contentinfo], "
                    + "[role=banner], [role=dialog], [role=alert], [role=search], [role=menu], [role=menubar], [role=toolbar], [role=tablist]");
    /** Words in classes and ids of elements around articles. */
    private static final Set<String> SURROUNDING = Set.of(
            ("ad ads adv advert advertisement advertising adsbox adblock sponsor sponsored promo promoted promotion "
                            + "share shares sharing sharebar sharethis addthis addtoany social socials sociable like likes follow "
                            + "related relateds recommend recommended recommendation recommendations readmore "
                            + "morestories trending popular newsletter subscribe subscription signup "
                            + "outbrain taboola zergnet revcontent disqus comment comments commentlist discussion respond reply "
                            + "cookie cookies consent gdpr popup modal overlay lightbox "
                            + "breadcrumb breadcrumbs pagination pager pagenav prevnext sidebar widget widgets menu navbar navigation nav "
                            + "footer masthead toolbar skip sr visuallyhidden "
                            + "print printonly tagcloud taglist tags login register rating ratings reviews testimonials vote votes "
                            + "authorbio aboutauthor teaser teasers crosshead ticker")
                    .split(" "));
    /** Consent dialogs are never part of an article, regardless of their length. */
    private static final String CONSENT =
            "[role=dialog], [class*=cookie], [class*=gdpr], [class*=consent], [id*=cookie], [id*=gdpr], [id*=consent]";

    /** Minimum number of characters that must remain after a dialog is removed. */
    private static final int MIN_REST = 200;

    private static final int MAX_ID_TOKENS = 2;
    private static final Pattern TOKENS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern CAMEL = Pattern.compile("(?<=[a-z])(?=[A-Z])");
    private static final Pattern HIDDEN = Pattern.compile("(?i)display\\s*:\\s*none|visibility\\s*:\\s*hidden");

    private Cleaning() {}

    /**
     * Returns the start of a page with a limited number of tags, because the time of some steps grows with the square of this
     * number.
     */
    static String limited(String html, int maxLength) {
        int end = Math.min(html.length(), maxLength);
        int tags = 0;
        for (int i = html.indexOf('<'); i >= 0 && i < end; i = html.indexOf('<', i + 1)) {
            if (++tags > MAX_TAGS) {
                return html.substring(0, i);
            }
        }
        return html.substring(0, end);
    }

    /** Removes invisible elements, and nesting depths that occur only in attacks. */
    static void removeInvisible(Document page) {
        List<Element> deepest = new ArrayList<>();
        List<Node> comments = new ArrayList<>();
        page.traverse((node, depth) -> {
            if (depth == MAX_DEPTH && node instanceof Element element) {
                deepest.add(element);
            } else if (node instanceof Comment) {
                comments.add(node);
            }
        });
        deepest.forEach(Element::empty);
        comments.forEach(Node::remove);
        page.select(NO_TEXT).remove();
        int text = page.text().length();
        page.select("[style]").forEach(element -> {
            if (HIDDEN.matcher(element.attr("style")).find() && element.text().length() * 2 <= text) {
                element.remove();
            }
        });
    }

    /** Removes menus, advertisements, comments and the like, unless they contain most of the page's text. */
    static void removeSurroundings(Document page) {
        Element body = page.body();
        int rest = body.text().length();
        for (Element dialog : body.select(CONSENT)) {
            int length = dialog.text().length();
            // some pages name the whole page after the accepted cookies
            if (dialog != body && rest - length >= MIN_REST && dialog.selectFirst("h1, article, main") == null) {
                dialog.remove();
                rest -= length;
            }
        }
        int all = prose(body);
        int text = body.text().length();
        for (Element element : body.select("*")) {
            if (element == body
                    || element.parent() == null
                    || element.normalName().equals("article")) {
                continue;
            }
            boolean surrounding = element.is(NO_ARTICLE) || isNamedSo(element);
            // some pages name the whole page after its sidebar
            if (surrounding && element.text().length() * 3 < text && prose(element) * 2 <= all) {
                element.remove();
            }
        }
    }

    /** Returns the number of characters in paragraphs, without links. */
    private static int prose(Element element) {
        return element.select("p").stream()
                .mapToInt(p -> p.text().length()
                        - p.select("a").stream()
                                .mapToInt(a -> a.text().length())
                                .sum())
                .sum();
    }

    /** Whether the class or id names an element around an article. */
    static boolean isNamedSo(Element element) {
        String[] id = tokens(element.id());
        // the id of a section can be its whole heading
        return Arrays.stream(tokens(element.className())).anyMatch(SURROUNDING::contains)
                || id.length <= MAX_ID_TOKENS && Arrays.stream(id).anyMatch(SURROUNDING::contains);
    }

    private static String[] tokens(String names) {
        return TOKENS.split(CAMEL.matcher(names).replaceAll("-").toLowerCase(Locale.ROOT));
    }
}
