package routes.article;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;

/** Removes elements that are not part of the text from an article: captions, bylines, links to other articles. */
final class Polishing {
    private static final Set<String> CAPTIONS =
            Set.of(("caption captions credit credits photocredit imagecredit copyright byline bylines author authors "
                            + "dateline datetime date timestamp published publish updated posted meta metadata postmeta "
                            + "entrymeta kicker eyebrow gallery slideshow carousel toc tooltip infobox navbox reflist catlinks "
                            + "editsection noprint factbox pullquote hashtags topics")
                    .split(" "));
    /** A shorter text in the metadata is a summary. */
    private static final int MIN_SHINGLES = 60;

    private static final Set<String> HEADINGS = Set.of("h1", "h2", "h3", "h4", "h5", "h6");
    private static final Set<String> KEPT = Set.of("h2", "h3", "h4", "h5", "h6", "pre", "td", "th", "li");
    /** Elements with which an article may start. */
    private static final Set<String> STARTS = Set.of("h2", "h3", "li", "pre");

    private static final Pattern TOKENS = Pattern.compile("[^a-z0-9]+");
    private static final Pattern BYLINE = Pattern.compile(
            "(?iU)^(?:by\\b|автор\\b|published|updated|posted|last (?:modified|updated)|photo:|image:|source:|written by|"
                    + "фото:|опубликовано|обновлено|\\d{1,2}[ .:/-]\\d{1,2}).*");
    /** Phrases that introduce links to other articles and offers. */
    private static final Pattern PROMPT = Pattern.compile("(?iU)^\\W*(?:"
            + "read (?:more|also|next|on)|see (?:also|more)|related|recommended|"
            + "more (?:from|on|stories|great)|don'?t miss|follow (?:us|me|@|her|him|them)|subscribe|sign up|"
            + "share (?:this|on)|click here|get the latest|want more|"
            + "you (?:may|might) (?:also )?(?:like|be interested)|advertisement|you receive|"
            + "view (?:this email|in your browser)|unsubscribe|first published|also on\\b|like this story|"
            + "related news|tags(?::|$)|share$|back to top|sponsored|watch:|also read|have a tip|"
            + "get .{0,40} (?:newsletter|on the go)|download the|join the conversation|show comments|"
            + "view comments|leave a (?:comment|reply)|most (?:read|popular)|читайте также|"
            + "читать (?:также|далее|ещё|еще)|смотрите также|см\\. также|подписывайтесь|подписаться|"
            + "подпишитесь|подпишись|поделиться|реклама|по теме|материалы по теме|"
            + "похожие (?:записи|статьи|материалы)|ещё по теме|рекомендуем|комментарии|оставить комментарий|"
            + "понравилась статья|теги|метки"
            + ")\\b.*");

    private static final Pattern SENTENCE = Pattern.compile("[.!?…。！？»\"”)]\\s*$");

    private final Element content;
    private final String title;
    private final int all;

    private Polishing(Element content, String title) {
        this.content = content;
        this.title = plain(title);
        this.all = Words.in(content.text());
    }

    /**
     * @param title title of the article, which is not part of the text
     * @param body the text in the page's metadata; may be empty or a different text
     */
    static Element polish(Element content, String title, String body) {
        var polishing = new Polishing(content.clone(), title);
        polishing.compare(body);
        polishing.removeNamed();
        polishing.removePrompts();
        polishing.trimStart();
        polishing.trimEnd();
        return polishing.content;
    }

    /** Removes paragraphs that the metadata text lacks, if that text is the article. */
    private void compare(String body) {
        Set<String> known = shingles(body);
        if (known.size() < MIN_SHINGLES) {
            return;
        }
        List<Element> leaves = leaves();
        int total = 0;
        int shared = 0;
        Set<String> ours = new HashSet<>();
        for (Element leaf : leaves) {
            Set<String> of = shingles(leaf.text());
            ours.addAll(of);
            total += of.size();
            shared += (int) of.stream().filter(known::contains).count();
        }
        long covered = known.stream().filter(ours::contains).count();
        if (shared * 2 < total || covered * 10 < known.size() * 9) {
            return;
        }
        for (Element leaf : leaves) {
            Set<String> of = shingles(leaf.text());
            boolean isText = !of.isEmpty() && of.stream().noneMatch(known::contains);
            if (isText && !KEPT.contains(leaf.normalName()) && leaf.closest("pre, table, blockquote, ul, ol") == null) {
                removeText(leaf);
            }
        }
    }

    /** Returns all sequences of three consecutive words. */
    private static Set<String> shingles(String text) {
        List<String> words = Words.WORD
                .matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .toList();
        Set<String> shingles = new HashSet<>();
        for (int i = 0; i + 3 <= words.size(); i++) {
            shingles.add(String.join(" ", words.subList(i, i + 3)));
        }
        return shingles;
    }

    private void removeNamed() {
        for (Element element : content.select("*")) {
            if (element == content
                    || element.parent() == null
                    || element.normalName().equals("img")) {
                continue;
            }
            boolean caption =
                    element.normalName().equals("figcaption") || isNamed(element) || Cleaning.isNamedSo(element);
            if (caption && Words.in(element.text()) * 5 < all && element.selectFirst("h1") == null) {
                removeText(element);
            }
        }
        for (Element figure : content.select("figure")) {
            if (Words.in(figure.text()) < 80 && figure.selectFirst("pre, table, blockquote, code") == null) {
                removeText(figure);
            }
        }
    }

    private static void keepPictures(Element element) {
        if (element.parent() != null) {
            element.select("img").forEach(element::before);
        }
    }

    private static boolean isNamed(Element element) {
        String names = (element.className() + " " + element.attr("itemprop")).toLowerCase(Locale.ROOT);
        return Arrays.stream(TOKENS.split(names)).anyMatch(CAPTIONS::contains);
    }

    private void removePrompts() {
        for (Element leaf : leaves()) {
            String text = leaf.text();
            int words = Words.in(text);
            int linked = Words.inLinks(leaf);
            boolean isLink = words > 0
                    && linked * 10 >= words * 9
                    && words < 30
                    && !leaf.normalName().equals("td");
            if (isPrompt(leaf) || isLink && !inProse(leaf)) {
                leaf.remove();
            }
        }
    }

    private static boolean isPrompt(Element leaf) {
        String text = leaf.text();
        int words = Words.in(text);
        return words < 25
                && PROMPT.matcher(text).matches()
                // a sentence can start with the same word
                && (words < 5 || Words.inLinks(leaf) * 2 >= words || !text.endsWith("."));
    }

    /** Whether the element is a list item that consists mostly of text without links. */
    private static boolean inProse(Element leaf) {
        Element list = leaf.closest("ul, ol, table, dl");
        if (list == null) {
            return HEADINGS.contains(leaf.normalName()) && Words.in(leaf.text()) < 15;
        }
        int words = Words.in(list.text());
        return Words.inLinks(list) * 2 < words;
    }

    /** Removes elements before the first real paragraph. */
    private void trimStart() {
        List<Element> before = new ArrayList<>();
        for (Element leaf : leaves()) {
            String text = leaf.text();
            int words = Words.in(text);
            boolean isHead = isTitle(text)
                    || leaf.normalName().equals("h1")
                    // a sentence can start with the same word
                    || words < 25 && BYLINE.matcher(text).matches() && !text.endsWith(".");
            if (words >= 40 || words >= 12 && SENTENCE.matcher(text).find() && !isHead) {
                before.forEach(Polishing::removeText);
                return;
            }
            if (isHead || words < 6 && !text.endsWith(".") && !STARTS.contains(leaf.normalName())) {
                before.add(leaf);
            }
        }
        // all elements are short; only the title is certainly not part of the text
        before.stream().filter(leaf -> isTitle(leaf.text())).forEach(Polishing::removeText);
    }

    private static void removeText(Element element) {
        keepPictures(element);
        element.remove();
    }

    private boolean isTitle(String text) {
        String plain = plain(text);
        return !plain.isEmpty() && (plain.equals(title) || (plain.length() > 20 && title.contains(plain)));
    }

    /** A heading such as "Related" ends the article if little text follows. */
    private void trimEnd() {
        List<Element> leaves = leaves();
        int seen = 0;
        for (int i = 0; i < leaves.size(); i++) {
            Element leaf = leaves.get(i);
            seen += Words.in(leaf.text());
            if (seen * 3 > all * 2 && Words.in(leaf.text()) < 10 && isPrompt(leaf)) {
                leaves.subList(i, leaves.size()).forEach(Element::remove);
                return;
            }
        }
    }

    /** Returns the innermost block elements with text, in document order. */
    private List<Element> leaves() {
        List<Element> leaves = new ArrayList<>();
        Set<Element> inside = new HashSet<>();
        for (Element element : content.select("*")) {
            if (element != content
                    && !inside.contains(element.parent())
                    && element.isBlock()
                    && (element.children().stream().noneMatch(Polishing::hasBlock) || isMostlyOwnText(element))) {
                leaves.add(element);
                inside.add(element);
            } else if (inside.contains(element.parent())) {
                inside.add(element);
            }
        }
        return leaves;
    }

    private static boolean hasBlock(Element element) {
        return element.isBlock() || element.children().stream().anyMatch(Polishing::hasBlock);
    }

    private static boolean isMostlyOwnText(Element element) {
        int inBlocks = element.children().stream()
                .filter(Polishing::hasBlock)
                .mapToInt(child -> Words.in(child.text()))
                .sum();
        return inBlocks * 2 < Words.in(element.text());
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    }
}
