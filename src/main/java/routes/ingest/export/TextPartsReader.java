package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import routes.ingest.TextPart;

/**
 * Telegram Desktop writes a text as a string, or as a list of strings and of objects with {@code type}, {@code text},
 * {@code href}. Lists and objects inside are read the same way, a number as its text.
 */
final class TextPartsReader {
    private TextPartsReader() {}

    /** Empty for null and for what has no text. */
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
        String type = entity.path("type").asText();
        for (TextPart part : inside) {
            String link =
                    switch (type) {
                        case "link" -> part.text();
                        case "text_link" -> new Fields(entity).text("href");
                        default -> part.link();
                    };
            parts.add(new TextPart(part.text(), link));
        }
    }
}
