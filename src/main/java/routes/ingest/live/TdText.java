package routes.ingest.live;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.springframework.util.StringUtils;
import routes.events.TextEntity;
import routes.events.TextEntityBuilder;
import routes.ingest.TextPart;

/**
 * A TDLib text in the form of exports.
 *
 * @param parts runs of the text, each with the mark that determines its links
 * @param entities the formatting, nested as in Telegram
 */
record TdText(List<TextPart> parts, List<TextEntity> entities) {
    static final TdText NONE = new TdText(List.of(), List.of());

    /** Entity types by TDLib type, without the prefix. */
    private static final Map<String, String> ENTITIES = Map.ofEntries(
            Map.entry("Mention", "mention"),
            Map.entry("Hashtag", "hashtag"),
            Map.entry("Cashtag", "cashtag"),
            Map.entry("BotCommand", "bot_command"),
            Map.entry("Url", "url"),
            Map.entry("EmailAddress", "email"),
            Map.entry("PhoneNumber", "phone_number"),
            Map.entry("BankCardNumber", "bank_card"),
            Map.entry("Bold", "bold"),
            Map.entry("Italic", "italic"),
            Map.entry("Underline", "underline"),
            Map.entry("Strikethrough", "strikethrough"),
            Map.entry("Spoiler", "spoiler"),
            Map.entry("Code", "code"),
            Map.entry("Fixed", "code"),
            Map.entry("Pre", "pre"),
            Map.entry("PreCode", "pre"),
            Map.entry("BlockQuote", "blockquote"),
            Map.entry("ExpandableBlockQuote", "blockquote"),
            Map.entry("TextUrl", "text_link"),
            Map.entry("MentionName", "text_mention"),
            Map.entry("CustomEmoji", "custom_emoji"));

    private static final String ENTITY = "textEntityType";
    private static final String RICH = "richText";
    private static final String BLOCK = "pageBlock";
    private static final Pattern CALLBACK = Pattern.compile("tg://.*");

    /** At any position, a text has at most one of these. */
    private static final Set<String> LINKS = Set.of("url", "text_link");

    /** Telegram does not detect links within these. */
    private static final Set<String> VERBATIM = Set.of("code", "pre");

    private static final Set<String> FORMATTING =
            Set.of("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote");

    /** Maximum nesting depth. More deeply nested objects are ignored; Telegram nests far fewer. */
    private static final int MAX_DEPTH = 100;

    String text() {
        return TextPart.text(parts);
    }

    /** Reads a {@code formattedText}; {@link #NONE} if it is missing. */
    static TdText formatted(JsonNode formatted) {
        String text = formatted.path("text").asText();
        List<TextEntity> entities = new ArrayList<>();
        formatted.path("entities").forEach(entity -> {
            TextEntity mark = mark(entity.path("type"), ENTITY);
            if (mark != null) {
                entities.add(mark.at(
                        entity.path("offset").asInt(), entity.path("length").asInt()));
            }
        });
        // sorted and clipped, with offsets of the original text
        List<TextEntity> fitting = entities.stream()
                .filter(one -> one.offset() >= 0 && one.length() > 0 && one.offset() < text.length())
                .map(one -> one.at(one.offset(), Math.min(one.length(), text.length() - one.offset())))
                .toList();
        return text.isEmpty() ? NONE : new TdText(parts(text, fitting), TextEntity.fitted(fitting, text));
    }

    /** Returns the plain text of a {@code formattedText}, or of a string in older versions. */
    static String plain(JsonNode formatted) {
        return formatted.isTextual()
                ? formatted.asText()
                : formatted.path("text").asText();
    }

    /** Returns null for types without a name in the Bot API, such as timestamps of a video. */
    private static TextEntity mark(JsonNode type, String prefix) {
        String tdlib = type.path("@type").asText().replaceFirst("^" + prefix, "");
        String name = ENTITIES.get(tdlib);
        if (name == null) {
            return null;
        }
        String language = type.path("language").asText();
        return TextEntityBuilder.builder()
                .type(name)
                .offset(0)
                .length(0)
                .url(name.equals("text_link") ? type.path("url").asText() : null)
                .language(name.equals("pre") && StringUtils.hasText(language) ? language : null)
                .customEmojiId(
                        name.equals("custom_emoji")
                                ? type.path("custom_emoji_id").asText()
                                : null)
                .userId(name.equals("text_mention") ? type.path("user_id").asLong() : null)
                .collapsed(tdlib.equals("ExpandableBlockQuote") ? true : null)
                .build();
    }

    /**
     * Splits the text so that links are not split and each other part has the mark that determines whether it is searched for
     * links.
     */
    private static List<TextPart> parts(String text, List<TextEntity> entities) {
        List<TextPart> parts = new ArrayList<>();
        List<TextEntity> others =
                entities.stream().filter(one -> !LINKS.contains(one.type())).toList();
        int at = 0;
        List<TextEntity> links = entities.stream()
                .filter(one -> LINKS.contains(one.type()))
                .sorted(Comparator.comparingInt(TextEntity::offset))
                .toList();
        for (TextEntity link : links) {
            if (link.offset() >= at) {
                between(text, at, link.offset(), others, parts);
                at = link.offset() + link.length();
                parts.add(new TextPart(text.substring(link.offset(), at), link));
            }
        }
        between(text, at, text.length(), others, parts);
        return parts;
    }

    private static void between(String text, int from, int to, List<TextEntity> entities, List<TextPart> parts) {
        TreeSet<Integer> cuts = new TreeSet<>(List.of(from, to));
        for (TextEntity entity : entities) {
            for (int cut : new int[] {entity.offset(), entity.offset() + entity.length()}) {
                cuts.add(Math.max(from, Math.min(to, cut)));
            }
        }
        int start = from;
        for (int end : cuts.tailSet(from, false)) {
            parts.add(new TextPart(text.substring(start, end), decisive(entities, start, end)));
            start = end;
        }
    }

    private static TextEntity decisive(List<TextEntity> entities, int start, int end) {
        return entities.stream()
                .filter(one -> one.offset() <= start && one.offset() + one.length() >= end)
                .min(Comparator.comparingInt(
                        one -> VERBATIM.contains(one.type()) ? 0 : FORMATTING.contains(one.type()) ? 2 : 1))
                .orElse(null);
    }

    /**
     * Reads the text of a {@code richMessage}, each block on a separate line. Text is read from blocks of every type, so that
     * unknown blocks of later versions lose no text.
     */
    static TdText blocks(JsonNode richMessage) {
        List<TextPart> parts = new ArrayList<>();
        block(richMessage.path("blocks"), parts, 0);
        return lines(parts);
    }

    /** Removes the line feed after the last block. */
    private static TdText lines(List<TextPart> parts) {
        List<TextPart> inner = List.copyOf(parts.subList(0, Math.max(0, parts.size() - 1)));
        return new TdText(inner, TextPart.entities(inner));
    }

    private static void block(JsonNode node, List<TextPart> parts, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        String type = node.path("@type").asText();
        if (type.startsWith(RICH)) {
            int before = parts.size();
            rich(node, null, parts, depth);
            if (parts.size() > before) {
                parts.add(TextPart.plain("\n"));
            }
            return;
        }
        if (type.equals(BLOCK + "Preformatted")) {
            rich(node.path("text"), preformatted(node.path("language").asText()), parts, depth);
            parts.add(TextPart.plain("\n"));
            return;
        }
        // label of a list item: "1." or a bullet
        String label = node.path("label").asText();
        if (!label.isBlank()) {
            parts.add(TextPart.plain(label + " "));
        }
        for (JsonNode child : node) {
            if (child.isContainerNode()) {
                block(child, parts, depth + 1);
            }
        }
    }

    private static TextEntity preformatted(String language) {
        return TextEntityBuilder.builder()
                .type("pre")
                .offset(0)
                .length(0)
                .language(language.isBlank() ? null : language)
                .build();
    }

    /** @param outer the mark of the surrounding text, or null */
    private static void rich(JsonNode node, TextEntity outer, List<TextPart> parts, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        TextEntity mark = outer != null && !FORMATTING.contains(outer.type()) ? outer : richMark(node, outer);
        JsonNode text = node.path("text");
        if (text.isTextual()) {
            if (!text.asText().isEmpty()) {
                parts.add(new TextPart(text.asText(), mark));
            }
            return;
        }
        for (JsonNode child : node) {
            if (child.isContainerNode()) {
                if (child.isArray()) {
                    child.forEach(one -> rich(one, mark, parts, depth + 1));
                } else {
                    rich(child, mark, parts, depth + 1);
                }
            }
        }
    }

    private static TextEntity richMark(JsonNode node, TextEntity outer) {
        TextEntity mark = mark(node, RICH);
        String url = node.path("url").asText();
        if (!url.isEmpty() && !CALLBACK.matcher(url).matches()) {
            return TextEntityBuilder.builder(TextEntity.of("text_link", 0, 0))
                    .url(url)
                    .build();
        }
        // without their arguments, these marks would be links without a target
        return mark == null || LINKS.contains(mark.type()) ? outer : mark;
    }

    /** Returns all text in an object of unknown type, one line per text. */
    static TdText everything(JsonNode content) {
        List<TextPart> parts = new ArrayList<>();
        everything(content, parts, 0);
        return lines(parts);
    }

    private static void everything(JsonNode node, List<TextPart> parts, int depth) {
        if (depth > MAX_DEPTH) {
            return;
        }
        String type = node.path("@type").asText();
        if (type.equals("formattedText")) {
            TdText text = formatted(node);
            if (!text.parts().isEmpty()) {
                parts.addAll(text.parts());
                parts.add(TextPart.plain("\n"));
            }
        } else if (type.startsWith(RICH) || type.startsWith(BLOCK)) {
            block(node, parts, depth);
        } else {
            for (JsonNode child : node) {
                if (child.isContainerNode()) {
                    everything(child, parts, depth + 1);
                }
            }
        }
    }
}
