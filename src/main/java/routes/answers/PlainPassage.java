package routes.answers;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Entities;
import org.jsoup.parser.Parser;
import routes.text.NormalizedText;

/**
 * Converts texts of posts and models to plain text: without invisible characters, markup and links in any disguise, split into
 * sentences. The texts are not trusted: anyone can write a post, and a model may repeat instructions from a post.
 */
final class PlainPassage {
    private static final String CUT = "…";

    /** Tag characters, filler characters and similar ones that {@link NormalizedText#visible} does not remove. */
    private static final Pattern INVISIBLE = Pattern.compile(
            "[\\x{E0000}-\\x{E0FFF}\\u115F\\u1160\\u3164\\uFFA0\\u2800\\u034F\\p{Co}]|[\\p{Cc}&&[^\\n\\t]]");

    private static final Pattern PERCENT = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");
    private static final Pattern HTML = Pattern.compile("</?[a-zA-Z!][^<>]{0,2000}>");
    private static final Pattern ENTITY = Pattern.compile("&(?:#\\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});");
    /** {@code [words](address)}, {@code ![words](address)} and {@code [words]: address}; the words are kept. */
    private static final Pattern MARKDOWN =
            Pattern.compile("!?\\[([^\\[\\]\\n]{0,300})]\\s?\\([^()\\n]{0,2000}(?:\\([^()\\n]*\\)[^()\\n]*)?\\)");

    private static final Pattern MARKS =
            Pattern.compile("(?m)^\\s{0,3}(?:#{1,6}\\s+|>\\s?|[-*+•]\\s+|\\|)|\\*\\*|__|`+");
    /** Characters used in place of the dot in an address. */
    private static final Pattern DOTS = Pattern.compile(
            "[\\u3002\\uFF0E\\uFF61\\uFE52\\u2024\\u0701\\u0702\\uA4F8]"
                    // dots at mid-height, and a full stop with spaces before it or with a path after it
                    + "|(?<=[\\p{L}\\p{N}])[\\u00B7\\u2022\\u2027\\u2219\\u22C5\\u30FB](?=[A-Za-z]{2})"
                    + "|(?<=[\\p{L}\\p{N}])[\\s\\p{Z}]{1,3}\\.[\\s\\p{Z}]{0,2}(?=(?i:[a-z]{2,24}|xn--|рф|ру|ком)(?![\\p{L}\\p{N}]))"
                    + "|(?<=[\\p{L}\\p{N}])\\.[\\s\\p{Z}]{1,2}(?=(?i:[a-z]{2,24}|рф|ру|ком)/)"
                    + "|\\s{0,2}[\\[({<]\\s{0,2}(?i:\\.|dot|точка|тчк)\\s{0,2}[\\])}>]\\s{0,2}"
                    + "|(?<=[\\p{L}\\p{N}])\\s{1,2}(?i:dot|точка|дот)\\s{1,2}(?=(?i:[a-z]{2,24}|xn--|рф|ру|ком)(?![\\p{L}\\p{N}]))");

    private static final Pattern SLASHES = Pattern.compile("[\\u2044\\u2215\\u29F8\\uFF0F]");
    private static final Pattern COLONS = Pattern.compile("[\\uFF1A\\uFE55\\uA789\\u02D0\\u2236]");
    private static final String NOT_BEFORE = "(?<![\\p{L}\\p{N}])";

    /** An address with a scheme, also a disguised one (hxxp, h t t p), up to the next space. */
    private static final Pattern SCHEME = Pattern.compile(
            "(?i)" + NOT_BEFORE + "(?:h\\s?[tx]\\s?[tx]\\s?p\\s?s?\\s?:\\s?(?:/\\s?){1,3}|hxxps?:|https?:"
                    + "|(?:ftps?|wss?|tg|tonsite|mailto|tel|sms|skype|viber|javascript|data|file|vbscript|intent|magnet|ipfs):"
                    + "|(?:java|vb)script\\s?:\\s?(?=\\w{1,40}[(.=])|(?:tg|ftp|wss?|file)\\s?:\\s?/\\s?/\\s?)[^\\s<>\"«»“”]+"
                    + "|" + NOT_BEFORE
                    + "[a-z][a-z0-9+.-]{1,30}:/{1,3}[^\\s<>\"«»“”]+|(?<![:/\\p{L}\\p{N}])//[\\p{L}\\p{N}][^\\s<>\"«»“”]*");

    private static final Pattern MENTION =
            Pattern.compile("(?<![\\p{L}\\p{N}_.])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\\p{L}\\p{N}_])");
    private static final Pattern EMAIL =
            Pattern.compile("[\\p{L}\\p{N}._%+-]{1,64}@[\\p{L}\\p{N}-]{1,63}(?:\\.[\\p{L}\\p{N}-]{1,63})+");
    private static final Pattern HOST = Pattern.compile(NOT_BEFORE
            + "(?:[\\p{L}\\p{N}_-]{1,63}\\.)*?[\\p{L}\\p{N}_-]{1,63}\\.(?<last>(?i:xn--[a-z0-9-]{2,59})|\\p{L}{2,24})"
            + "(?![\\p{L}\\p{N}-])\\.?(?::\\d{1,5})?(?<path>[/?#][^\\s<>\"«»“”]*)?");

    private static final Pattern NUMERIC_HOST = Pattern.compile(NOT_BEFORE
            + "(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:]{2,39}]|localhost)(?::\\d{1,5})?(?:[/?#][^\\s<>\"«»“”]*)?");

    /** Last parts of dotted names that are not domains: file extensions, products, abbreviations. */
    private static final Pattern NO_DOMAIN = Pattern.compile(
            "js|ts|txt|json|ya?ml|xml|java|kt|cpp|exe|pdf|jpe?g|png|csv|html|sql|log|conf|jar|docx?|xlsx?|gguf");

    private static final Pattern CYRILLIC_DOMAIN =
            Pattern.compile("рф|рус|москва|дети|онлайн|сайт|орг|ком|бел|укр|қаз|срб|мкд|бг|ею|мон|католик|ру|нет");

    /** Small Cyrillic and Greek letters that look like Latin ones. {@link #LATIN} contains the Latin letters in the same order. */
    private static final String LOOK_ALIKE = "асеорхуіѕјһԁԛԝοερνικαυ";

    private static final String LATIN = "aceopxyisjhdqwoepvikau";
    private static final Pattern BLANKS = Pattern.compile("[ \\t\\x0B\\f\\p{Z}]+");
    private static final Pattern LEFT_OVER = Pattern.compile(
            "\\s*[(\\[«\"][^()\\[\\]«»\"…]{0,24}" + CUT + "[\\s.,]*[)\\]»\"]|" + CUT + "(?:\\s*" + CUT + ")+");

    /** Maximum length of a sentence, in characters. Text without punctuation is split at spaces. */
    static final int MAX_SENTENCE = 400;

    private static final Pattern ABBREVIATION = Pattern.compile(
            "(?iu).*(?<![\\p{L}])(?:т\\.\\s?[едпнкч]|г|гг|в|вв|им|ул|стр|рис|см|ср|др|пр|тыс|млн|млрд|трлн|руб|коп|напр|проф|акад|ред|изд"
                    + "|[а-яa-z]|mr|mrs|ms|dr|prof|st|vs|e\\.g|i\\.e|fig|approx|jr|sr|inc|ltd|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\\.\\s*$",
            Pattern.DOTALL);

    private PlainPassage() {}

    /** Returns the visible text without markup and links. Line breaks are kept. */
    static String of(String text) {
        return withoutLinks(visible(text));
    }

    /** Removes invisible characters, HTML and Markdown. */
    static String visible(String text) {
        String plain = INVISIBLE.matcher(NormalizedText.visible(text)).replaceAll("");
        // entities can hide tags, and tags can hide entities
        for (int i = 0;
                i < 3 && (ENTITY.matcher(plain).find() || HTML.matcher(plain).find());
                i++) {
            plain = HTML.matcher(plain).replaceAll(" ");
            plain = ENTITY.matcher(plain).replaceAll(PlainPassage::entity);
        }
        plain = MARKDOWN.matcher(plain).replaceAll(words -> Matcher.quoteReplacement(words.group(1)));
        return INVISIBLE
                .matcher(NormalizedText.visible(MARKS.matcher(plain).replaceAll("")))
                .replaceAll("");
    }

    private static String entity(java.util.regex.MatchResult found) {
        String name = found.group().substring(1, found.group().length() - 1);
        boolean isKnown = name.startsWith("#") || Entities.isNamedEntity(name);
        return Matcher.quoteReplacement(isKnown ? Parser.unescapeEntities(found.group(), false) : found.group());
    }

    /** Replaces each link, mail address and Telegram name by an ellipsis. */
    static String withoutLinks(String text) {
        String plain = removed(text);
        // the text before and after a removed link can form another link
        for (String before = text; !plain.equals(before); ) {
            before = plain;
            plain = removed(before);
        }
        return plain;
    }

    private static String removed(String text) {
        if (!mayHaveLink(text)) {
            return tidied(text);
        }
        String plain = text;
        // an escape sequence can itself be escaped
        for (int i = 0; i < 3 && PERCENT.matcher(plain).find(); i++) {
            plain = PERCENT.matcher(plain).replaceAll(PlainPassage::decoded);
        }
        plain = wide(plain);
        plain = DOTS.matcher(plain).replaceAll(".");
        plain = SLASHES.matcher(plain).replaceAll("/");
        plain = COLONS.matcher(plain).replaceAll(":");
        plain = SCHEME.matcher(plain).replaceAll(CUT);
        plain = EMAIL.matcher(plain).replaceAll(CUT);
        plain = HOST.matcher(plain).replaceAll(host -> Matcher.quoteReplacement(isLink(host) ? CUT : host.group()));
        plain = NUMERIC_HOST.matcher(plain).replaceAll(CUT);
        plain = MENTION.matcher(plain).replaceAll(CUT);
        return tidied(plain);
    }

    /** Whether {@link #withoutLinks} would remove a link from the text. */
    static boolean hasLink(String text) {
        String removed = withoutLinks(text);
        return removed.chars().filter(c -> c == '…').count()
                > text.chars().filter(c -> c == '…').count();
    }

    private static boolean mayHaveLink(String text) {
        return text.chars().anyMatch(c -> c == '.' || c == ':' || c == '@' || c == '/' || c == '%' || c > 0x2000)
                || DOTS.matcher(text).find()
                || text.toLowerCase(Locale.ROOT).contains("localhost");
    }

    private static String decoded(java.util.regex.MatchResult escaped) {
        String decoded = URLDecoder.decode(escaped.group(), StandardCharsets.UTF_8);
        boolean isText = decoded.chars().noneMatch(c -> c < ' ' || c == 0xFFFD);
        return Matcher.quoteReplacement(isText ? decoded : escaped.group());
    }

    /** Replaces full-width and mathematical letters by plain ones. Symbols such as ² are kept. */
    private static String wide(String text) {
        if (text.chars().noneMatch(c -> c > 0x2100)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean isStyled = c >= 0xFF00 && c < 0xFFF0
                    || c >= 0x1D400 && c < 0x1D800
                    || c >= 0x2460 && c < 0x2500
                    || c >= 0x1F110 && c < 0x1F190
                    || c >= 0x2100 && c < 0x2150
                    || c >= 0x2160 && c < 0x2180;
            plain.append(
                    isStyled
                            ? Normalizer.normalize(Character.toString(c), Normalizer.Form.NFKC)
                            : Character.toString(c));
        });
        return plain.toString();
    }

    private static boolean isLink(java.util.regex.MatchResult host) {
        String last = host.group(1).toLowerCase(Locale.ROOT);
        String name = host.group();
        boolean hasPath = host.group(2) != null;
        if (name.matches("(?i)ASP\\.NET|ADO\\.NET") || NO_DOMAIN.matcher(last).matches() && !hasPath) {
            return false;
        }
        String latin = latin(last);
        if (latin.chars().allMatch(c -> c < 128)) {
            return true;
        }
        // without a space between two Cyrillic sentences, the first word of the second one looks like a top-level
        // domain
        boolean startsCyrillic = Character.UnicodeScript.of(name.codePointAt(0)) != Character.UnicodeScript.LATIN;
        return hasPath || CYRILLIC_DOMAIN.matcher(last).matches() || !startsCyrillic;
    }

    private static String latin(String word) {
        StringBuilder latin = new StringBuilder(word);
        for (int i = 0; i < latin.length(); i++) {
            int place = LOOK_ALIKE.indexOf(latin.charAt(i));
            if (place >= 0) {
                latin.setCharAt(i, LATIN.charAt(place));
            }
        }
        return latin.toString();
    }

    private static String tidied(String text) {
        String plain = LEFT_OVER.matcher(text).replaceAll(found -> found.group().startsWith(CUT) ? CUT : "");
        return BLANKS.matcher(plain)
                .replaceAll(" ")
                .replaceAll(" ?\\n ?", "\n")
                .replaceAll(" +([,.;:!?])", "$1")
                .strip();
    }

    /** Returns the sentences in text order. A line break ends a sentence. */
    static List<String> sentences(String text) {
        List<String> sentences = new ArrayList<>();
        for (String line : text.split("\\n+")) {
            String pending = "";
            BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
            breaks.setText(line);
            for (int start = breaks.first(), end = breaks.next();
                    end != BreakIterator.DONE;
                    start = end, end = breaks.next()) {
                String part = pending + line.substring(start, end);
                String next = line.substring(end).stripLeading();
                boolean continues = !next.isEmpty()
                        && (Character.isLowerCase(next.codePointAt(0))
                                || ABBREVIATION.matcher(part).matches());
                pending = continues ? part : "";
                if (!continues) {
                    add(sentences, part);
                }
            }
            add(sentences, pending);
        }
        return sentences;
    }

    private static void add(List<String> sentences, String sentence) {
        String rest = sentence.strip();
        while (rest.length() > MAX_SENTENCE) {
            int blank = rest.lastIndexOf(' ', MAX_SENTENCE);
            int cut =
                    blank > MAX_SENTENCE / 2 ? blank : rest.offsetByCodePoints(0, rest.codePointCount(0, MAX_SENTENCE));
            sentences.add(rest.substring(0, cut));
            rest = rest.substring(cut).strip();
        }
        if (rest.codePoints().anyMatch(Character::isLetterOrDigit)) {
            sentences.add(rest);
        }
    }
}
