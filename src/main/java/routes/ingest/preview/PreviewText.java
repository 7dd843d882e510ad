package routes.ingest.preview;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;

/** Converts the markup of a text to a TDLib {@code formattedText}, so that a post has the same text and marks as from an account. */
final class PreviewText {
    private static final Map<String, String> MARKS = Map.ofEntries(
            Map.entry("b", "Bold"),
            Map.entry("strong", "Bold"),
            Map.entry("i", "Italic"),
            Map.entry("em", "Italic"),
            Map.entry("u", "Underline"),
            Map.entry("ins", "Underline"),
            Map.entry("s", "Strikethrough"),
            Map.entry("del", "Strikethrough"),
            Map.entry("strike", "Strikethrough"),
            Map.entry("code", "Code"),
            Map.entry("pre", "Pre"),
            Map.entry("blockquote", "BlockQuote"),
            Map.entry("tg-spoiler", "Spoiler"),
            Map.entry("tg-emoji", "CustomEmoji"));

    private static final Set<String> BLOCKS = Set.of("pre", "blockquote", "div", "p", "ul", "ol", "li", "table", "tr");
    /** Elements without formatting. Unknown elements of later markup are counted, and their text is kept. */
    private static final Set<String> PLAIN = Set.of("span", "div", "p", "font", "wbr", "mark");

    private static final Set<String> NO_TEXT = Set.of("script", "style", "template", "svg", "button", "time");
    private static final Pattern LINE_END = Pattern.compile("[ \\t]*[\\r\\n]+[ \\t]*");
    private static final Pattern MENTION = Pattern.compile("@\\w{3,32}");
    private static final Pattern PERSON = Pattern.compile("tg://user\\?id=(\\d{1,18})");
    private static final Pattern ADDRESS = Pattern.compile("(?i)(?:https?|tg|ton|tonsite)://.+");
    private static final int MAX_DEPTH = 100;

    private final StringBuilder text = new StringBuilder();
    private final ArrayNode entities = JsonNodeFactory.instance.arrayNode();
    private final Consumer<String> unknown;
    /** Whether the next character begins a line. */
    private boolean breaks;

    private PreviewText(Consumer<String> unknown) {
        this.unknown = unknown;
    }

    /** @param unknown receives the names of unknown elements; their text is kept */
    static ObjectNode formatted(Element root, Consumer<String> unknown) {
        var reader = new PreviewText(unknown);
        reader.children(root, false, 0);
        return reader.result();
    }

    /** Returns the text without marks, in one line. */
    static String plain(Element element) {
        if (element == null) {
            return "";
        }
        String words = formatted(element, tag -> {}).path("text").asText();
        return words.replaceAll("\\s+", " ").strip();
    }

    static ObjectNode of(String plain) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("@type", "formattedText")
                .put("text", plain);
    }

    /** Strips surrounding whitespace, as Telegram does before it sends a text. */
    private ObjectNode result() {
        String whole = text.toString();
        int end = whole.stripTrailing().length();
        int start = Math.min(end, whole.length() - whole.stripLeading().length());
        ObjectNode formatted = of(whole.substring(start, end));
        ArrayNode fitting = formatted.putArray("entities");
        entities.forEach(entity -> {
            int from = Math.max(entity.path("offset").asInt(), start);
            int to = Math.min(
                    entity.path("offset").asInt() + entity.path("length").asInt(), end);
            if (to > from) {
                fitting.add(((ObjectNode) entity).put("offset", from - start).put("length", to - from));
            }
        });
        return formatted;
    }

    private void children(Element element, boolean verbatim, int depth) {
        if (depth > MAX_DEPTH) {
            unknown.accept("nested");
            return;
        }
        for (Node child : element.childNodes()) {
            if (child instanceof TextNode words) {
                append(verbatim ? words.getWholeText() : inOneLine(words.getWholeText()));
            } else if (child instanceof Element inner) {
                element(inner, verbatim, depth + 1);
            }
        }
    }

    /** Replaces line ends of the HTML source, which are not line ends of the text. */
    private String inOneLine(String words) {
        Matcher ends = LINE_END.matcher(words);
        String line = ends.replaceAll(" ");
        boolean begins = text.isEmpty() || breaks || text.charAt(text.length() - 1) == '\n';
        return begins && ends.reset().lookingAt() ? line.substring(1) : line;
    }

    private void append(String words) {
        if (words.isEmpty()) {
            return;
        }
        if (breaks && !text.isEmpty() && text.charAt(text.length() - 1) != '\n' && words.charAt(0) != '\n') {
            text.append('\n');
        }
        breaks = false;
        text.append(words);
    }

    private void element(Element element, boolean verbatim, int depth) {
        String tag = element.normalName();
        if (tag.equals("br")) {
            append("\n");
            return;
        } else if (NO_TEXT.contains(tag)) {
            return;
        } else if (tag.equals("i") && element.hasClass("emoji")) {
            // the bold element inside is layout
            append(element.wholeText().strip());
            return;
        }
        boolean block = BLOCKS.contains(tag);
        breaks |= block;
        // a line break added by the block does not belong to the text
        append(block && !text.isEmpty() && text.charAt(text.length() - 1) != '\n' ? "\n" : "");
        int start = text.length();
        children(element, verbatim || tag.equals("pre"), depth);
        if (text.length() > start) {
            mark(element, tag, start);
        }
        breaks |= block;
    }

    private void mark(Element element, String tag, int start) {
        String type = element.hasClass("tg-spoiler") ? "Spoiler" : MARKS.get(tag);
        if (tag.equals("a")) {
            link(element, start);
        } else if (type == null) {
            if (!PLAIN.contains(tag)) {
                unknown.accept(tag);
            }
        } else if (type.equals("Pre")) {
            String language = language(element);
            ObjectNode pre = entity(start, language.isEmpty() ? "Pre" : "PreCode");
            pre.put("language", language);
        } else if (type.equals("Code")
                && element.parent() != null
                && element.parent().normalName().equals("pre")) {
            // this element only contains the name of the language
            return;
        } else if (type.equals("CustomEmoji")) {
            entity(start, type).put("custom_emoji_id", element.attr("emoji-id"));
        } else {
            entity(start, type.equals("BlockQuote") && element.hasAttr("expandable") ? "ExpandableBlockQuote" : type);
        }
    }

    private static String language(Element pre) {
        Element code = pre.selectFirst("code[class^=language-]");
        return code == null
                ? ""
                : code.className().substring("language-".length()).split(" ", 2)[0];
    }

    /** @return the type object of the new entity */
    private ObjectNode entity(int start, String type) {
        return entities.addObject()
                .put("offset", start)
                .put("length", text.length() - start)
                .putObject("type")
                .put("@type", "textEntityType" + type);
    }

    private void link(Element element, int start) {
        String href = element.attr("href").strip();
        String label = text.substring(start);
        String address = href.startsWith("//") ? "https:" + href : href;
        Matcher person = PERSON.matcher(address);
        if (href.startsWith("?q=")) {
            if (label.startsWith("#") || label.startsWith("$")) {
                entity(start, label.startsWith("#") ? "Hashtag" : "Cashtag");
            }
        } else if (href.startsWith("mailto:")) {
            entity(start, "EmailAddress");
        } else if (href.startsWith("tel:")) {
            entity(start, "PhoneNumber");
        } else if (MENTION.matcher(label).matches()
                && address.toLowerCase(Locale.ROOT)
                        .endsWith("/" + label.substring(1).toLowerCase(Locale.ROOT))) {
            entity(start, "Mention");
        } else if (person.matches()) {
            entity(start, "MentionName").put("user_id", Long.parseLong(person.group(1)));
        } else if (isSame(label, address)) {
            entity(start, "Url");
        } else if (ADDRESS.matcher(address).matches()) {
            entity(start, "TextUrl").put("url", address);
        }
    }

    private static boolean isSame(String label, String address) {
        return bare(label).equals(bare(address));
    }

    private static String bare(String address) {
        String bare = address.strip().replaceFirst("(?i)^https?://", "").replaceFirst("/$", "");
        try {
            return URLDecoder.decode(bare.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            // a literal percent sign in the address
            return bare;
        }
    }
}
