package routes.article;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.Elements;
import routes.web.WebAddress;

/**
 * Writes elements as GitHub Flavored Markdown and as plain text. Text of the page cannot become formatting or HTML, and only
 * http(s) addresses become links and pictures. The depth of the elements must be limited, because writing is recursive.
 */
final class Markdown {
    private static final Set<String> BLOCKS =
            Set.of(("address article aside blockquote body center dd details div dl dt fieldset figcaption figure "
                            + "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul")
                    .split(" "));

    private static final Set<String> STRONG = Set.of("b", "strong");
    private static final Set<String> EMPHASIS = Set.of("i", "em");
    /** Attributes with the address of a picture. Lazily loaded pictures use one of the first. */
    private static final List<String> SOURCES =
            List.of("data-src", "data-original", "data-lazy-src", "data-url", "src");

    private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_\\[\\]~|]");
    private static final Pattern ENTITY = Pattern.compile("&(?=#?\\w+;)");
    /** Characters that start a block at the beginning of a line. */
    private static final Pattern LINE_START =
            Pattern.compile("^(#{1,6}(?=\\s|$)|[+-](?=\\s|$)|>|={3,}$|-{3,}$)|^(\\d{1,9})([.)](?:\\s|$))");

    private static final Pattern ITEM = Pattern.compile("(?:-|\\d+\\.) $");
    private static final Pattern LANGUAGE =
            Pattern.compile("(?:^|\\s)(?:language|lang|highlight|brush:?)-?\\s?(\\w{1,20})");
    private static final int MAX_CELL = 300;
    private static final int MAX_COLUMNS = 20;
    private static final int MIN_FENCE = 3;

    private final WebAddress address;
    private final int maxLength;
    private final StringBuilder markdown = new StringBuilder();
    private final StringBuilder plain = new StringBuilder();
    /** The paragraph that is being written. */
    private final StringBuilder line = new StringBuilder();

    private final StringBuilder plainLine = new StringBuilder();

    private boolean afterItem;
    private String firstPicture = "";

    /** @param maxLength maximum number of characters to write */
    Markdown(WebAddress address, int maxLength) {
        this.address = address;
        this.maxLength = maxLength;
    }

    Markdown write(Element root) {
        children(root, "", "");
        paragraph("", "");
        return this;
    }

    String markdown() {
        return markdown.toString().strip();
    }

    String plain() {
        return plain.toString().strip();
    }

    /** Returns the address of the first picture; empty if there is none. */
    String firstPicture() {
        return firstPicture;
    }

    private boolean isFull() {
        return markdown.length() >= maxLength;
    }

    /**
     * @param first prefix of the first line of the next block, such as a list marker
     * @param rest prefix of all further lines
     */
    private void children(Element parent, String first, String rest) {
        String mark = first;
        for (Node child : parent.childNodes()) {
            if (isFull()) {
                return;
            }
            if (child instanceof Element element && isBlock(element)) {
                if (paragraph(mark, rest)) {
                    mark = rest;
                }
                int before = markdown.length();
                block(element, mark, rest);
                if (markdown.length() > before) {
                    mark = rest;
                }
            } else {
                inline(child);
            }
        }
        paragraph(mark, rest);
    }

    private static boolean isBlock(Element element) {
        return BLOCKS.contains(element.normalName())
                || element.children().stream().anyMatch(Markdown::isBlock);
    }

    private void block(Element element, String first, String rest) {
        String name = element.normalName();
        switch (name) {
            case "h1", "h2", "h3", "h4", "h5", "h6" -> {
                // the title is the only heading of level 1
                int level = Math.max(2, name.charAt(1) - '0');
                flatten(element);
                paragraph(first + "#".repeat(level) + " ", rest);
            }
            case "blockquote" -> children(element, first + "> ", rest + "> ");
            case "ul", "ol", "dl" -> list(element, first, rest);
            case "pre" -> code(element, first, rest);
            case "hr" -> block("---", "", first, rest);
            case "table" -> table(element, first, rest);
            default -> children(element, first, rest);
        }
    }

    private void list(Element list, String first, String rest) {
        String mark = first;
        int number = 1;
        for (Element item : list.children()) {
            String bullet = list.normalName().equals("ol") ? number++ + ". " : "- ";
            int before = markdown.length();
            if (item.normalName().equals("li")) {
                children(item, mark + bullet, rest + " ".repeat(bullet.length()));
            } else {
                block(item, mark, rest);
            }
            if (markdown.length() > before) {
                mark = rest;
            }
        }
    }

    private void code(Element element, String first, String rest) {
        String text = element.wholeText().stripTrailing().replaceFirst("^\\s*\\n", "");
        if (text.isBlank()) {
            return;
        }
        int longest = 0;
        for (int i = 0, run = 0; i < text.length(); i++) {
            run = text.charAt(i) == '`' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        String fence = "`".repeat(Math.max(MIN_FENCE, longest + 1));
        Element code = element.selectFirst("code");
        var language = LANGUAGE.matcher(element.className() + " " + (code == null ? "" : code.className()));
        block(fence + (language.find() ? language.group(1) : "") + "\n" + text + "\n" + fence, text, first, rest);
    }

    private void table(Element table, String first, String rest) {
        List<Elements> rows = new ArrayList<>();
        for (Element row : table.select("tr")) {
            // skip rows of nested tables
            if (row.closest("table") == table) {
                rows.add(row.select("> td, > th"));
            }
        }
        rows.removeIf(Elements::isEmpty);
        int columns = rows.stream().mapToInt(Elements::size).max().orElse(0);
        boolean isData = columns > 1
                && columns <= MAX_COLUMNS
                && rows.size() > 1
                && table.select("table").size() == 1
                && rows.stream()
                        .flatMap(Elements::stream)
                        .allMatch(cell -> cell.text().length() <= MAX_CELL);
        if (!isData) {
            children(table, first, rest);
            return;
        }
        Element caption = table.selectFirst("> caption");
        String mark = first;
        if (caption != null) {
            flatten(caption);
            mark = paragraph(first, rest) ? rest : first;
        }
        List<String> lines = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (Elements row : rows) {
            List<String> cells = new ArrayList<>();
            row.forEach(cell -> {
                flatten(cell);
                cells.add(line.toString().strip().replace("\n", " "));
                line.setLength(0);
                plainLine.setLength(0);
            });
            while (cells.size() < columns) {
                cells.add("");
            }
            lines.add("| " + String.join(" | ", cells) + " |");
            texts.add(row.stream().map(Element::text).collect(Collectors.joining(" ")));
        }
        lines.add(1, "|" + " --- |".repeat(columns));
        block(String.join("\n", lines), String.join("\n", texts), mark, rest);
    }

    /** Writes all text of an element in one line. */
    private void flatten(Element element) {
        for (Node child : element.childNodes()) {
            if (child instanceof Element inner && isBlock(inner)) {
                line.append(' ');
                plainLine.append(' ');
                flatten(inner);
            } else {
                inline(child);
            }
        }
    }

    private void inline(Node node) {
        if (node instanceof TextNode text) {
            String words = text.getWholeText().replaceAll("[\\s\\p{Z}]+", " ");
            append(line, escaped(words));
            append(plainLine, words);
        } else if (node instanceof Element element) {
            switch (element.normalName()) {
                case "br" -> {
                    line.append('\n');
                    plainLine.append('\n');
                }
                case "img", "amp-img" -> picture(element);
                case "a" -> wrapped(element, "[", link(element.attr("href")).map(url -> "](" + url + ")"));
                case "code", "kbd", "samp", "tt" -> inlineCode(element);
                default -> {
                    String mark = STRONG.contains(element.normalName())
                            ? "**"
                            : EMPHASIS.contains(element.normalName()) ? "*" : "";
                    wrapped(element, mark, Optional.of(mark));
                }
            }
        }
    }

    /** Marks must be adjacent to words, not to spaces; otherwise they have no effect in Markdown. */
    private void wrapped(Element element, String before, Optional<String> after) {
        int start = line.length();
        flatten(element);
        String inner = line.substring(start);
        String words = inner.strip();
        if (after.isEmpty() || before.isEmpty() || words.isEmpty() || words.contains("\n\n")) {
            return;
        }
        line.setLength(start);
        line.append(inner, 0, inner.indexOf(words))
                .append(before)
                .append(words.replace('\n', ' '))
                .append(after.get())
                .append(inner.substring(inner.indexOf(words) + words.length()));
    }

    private void inlineCode(Element element) {
        String text = element.text();
        append(plainLine, text);
        if (!text.isBlank()) {
            String fence = text.contains("`") ? "``" : "`";
            String space = text.contains("`") ? " " : "";
            append(line, text.contains("``") ? escaped(text) : fence + space + text + space + fence);
        }
    }

    private void picture(Element image) {
        SOURCES.stream()
                .map(image::attr)
                .filter(source -> !source.isBlank() && !source.startsWith("data:"))
                .findFirst()
                .flatMap(this::link)
                .ifPresent(url -> {
                    firstPicture = firstPicture.isEmpty() ? url : firstPicture;
                    String words = image.attr("alt").replaceAll("[\\s\\p{Z}]+", " ");
                    line.append("![")
                            .append(escaped(words))
                            .append("](")
                            .append(url)
                            .append(')');
                });
    }

    /** Returns an empty result unless the address leads to another page of the web. */
    private Optional<String> link(String reference) {
        if (reference.isBlank() || reference.strip().startsWith("#")) {
            return Optional.empty();
        }
        return address.resolve(reference)
                .filter(url -> url.userInfo().isEmpty())
                .map(url -> url.toString().replace("(", "%28").replace(")", "%29"));
    }

    /** Collapses whitespace across the boundaries of elements. */
    private static void append(StringBuilder to, String text) {
        boolean atSpace = to.isEmpty() || Character.isWhitespace(to.charAt(to.length() - 1));
        to.append(atSpace && text.startsWith(" ") ? text.substring(1) : text);
    }

    private static String escaped(String text) {
        String marked = SPECIAL.matcher(text).replaceAll("\\\\$0");
        return ENTITY.matcher(marked).replaceAll("&amp;").replace("<", "&lt;");
    }

    /** Ends the current paragraph; false if there was none. */
    private boolean paragraph(String first, String rest) {
        String text = line.toString().replaceAll(" *\\n\\s*", "\n").strip();
        String plainText = plainLine.toString().replaceAll(" *\\n\\s*", "\n").strip();
        line.setLength(0);
        plainLine.setLength(0);
        if (text.isEmpty()) {
            return false;
        }
        boolean isHeading = first.endsWith("# ");
        String safe = isHeading
                ? text.replace('\n', ' ')
                : text.lines()
                        .map(words -> LINE_START.matcher(words).replaceFirst("$2\\\\$1$3"))
                        .collect(Collectors.joining("\\\n"));
        block(safe, plainText, first, rest);
        return true;
    }

    private void block(String text, String plainText, String first, String rest) {
        boolean isItem = ITEM.matcher(first).find();
        if (!markdown.isEmpty() && !(isItem && afterItem)) {
            markdown.append('\n');
        }
        afterItem = isItem || (afterItem && rest.endsWith("  "));
        markdown.append(first).append(text.replace("\n", "\n" + rest)).append('\n');
        if (!plainText.isEmpty()) {
            plain.append(plain.isEmpty() ? "" : "\n\n").append(plainText);
        }
        if (markdown.length() > maxLength) {
            markdown.setLength(maxLength);
        }
        if (plain.length() > maxLength) {
            plain.setLength(maxLength);
        }
    }
}
