package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.util.StringUtils;
import routes.events.TextEntity;
import routes.events.TextEntityBuilder;
import routes.ingest.TextPart;

/**
 * Reads the text of a message. Telegram Desktop writes it as a string, or as a list of strings and of objects with {@code type},
 * {@code text} and the fields of that type. Nested lists and objects are read the same way, and numbers as text.
 */
final class TextPartsReader {
    /** Entity types that Telegram Desktop names differently from the Bot API. */
    private static final Map<String, String> NAMES =
            Map.of("link", "url", "phone", "phone_number", "mention_name", "text_mention");

    private static final Pattern TYPES = Pattern.compile(
            "mention|hashtag|cashtag|bot_command|url|email|phone_number|bank_card"
                    + "|bold|italic|underline|strikethrough|spoiler|blockquote|code|pre|text_link|text_mention|custom_emoji");

    private TextPartsReader() {}

    /** Returns an empty list for null and for values without text. */
    static List<TextPart> read(JsonNode text) {
        var parts = new ArrayList<TextPart>();
        add(text, parts);
        return parts;
    }

    private static void add(JsonNode text, List<TextPart> parts) {
        if (text == null || text.isNull()) {
            return;
        }
        if (text.isArray()) {
            text.forEach(element -> add(element, parts));
        } else if (text.isObject()) {
            addEntity(text, parts);
        } else if (!text.asText().isEmpty()) {
            parts.add(TextPart.plain(text.asText()));
        }
    }

    private static void addEntity(JsonNode entity, List<TextPart> parts) {
        var inside = new ArrayList<TextPart>();
        add(entity.get("text"), inside);
        for (TextPart part : inside) {
            TextEntity mark = mark(new Fields(entity));
            parts.add(new TextPart(part.text(), mark == null ? part.mark() : mark));
        }
    }

    /** Returns null for plain text and for unknown types. */
    private static TextEntity mark(Fields entity) {
        String written = String.valueOf(entity.text("type"));
        String type = NAMES.getOrDefault(written, written);
        if (!TYPES.matcher(type).matches()) {
            return null;
        }
        String document = entity.text("document_id");
        String language = entity.text("language");
        return TextEntityBuilder.builder()
                .type(type)
                .url(type.equals("text_link") ? entity.text("href") : null)
                .language(type.equals("pre") && StringUtils.hasText(language) ? language : null)
                // 4.0.4 to 4.1.1 wrote a file path instead of the id
                .customEmojiId(document != null && document.matches("\\d+") ? document : null)
                .userId(type.equals("text_mention") ? entity.number("user_id") : null)
                .collapsed(type.equals("blockquote") && entity.flag("collapsed") ? true : null)
                .build();
    }
}
