package routes.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import routes.events.StorableText;
import routes.events.TextEntity;

/**
 * A run of a message's text.
 *
 * @param text in storable form, so that later offsets are correct
 * @param mark the formatting that its source gives it, from 0 to its length; null without
 */
public record TextPart(String text, TextEntity mark) {
    /** Formatting whose text may contain links, mentions and hashtags that the source does not mark, since it marks a part once. */
    private static final Set<String> FORMATTING =
            Set.of("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote");

    /** Telegram allows far fewer. Beyond this, formatted parts are not searched. */
    private static final int MAX_ENTITIES = 1_000;

    public TextPart {
        text = StorableText.of(text);
        mark = mark == null ? null : mark.at(0, text.length());
    }

    public static TextPart plain(String text) {
        return new TextPart(text, null);
    }

    public static TextPart of(String type, String text) {
        return new TextPart(text, TextEntity.of(type, 0, text.length()));
    }

    boolean isFormatting() {
        return mark != null && FORMATTING.contains(mark.type());
    }

    /** The address that the source links the text to, or null. */
    String link() {
        return mark == null ? null : mark.type().equals("url") ? text : mark.url();
    }

    /** The formatting of a text that consists of these parts, by offset, outer before inner. */
    public static List<TextEntity> entities(List<TextPart> parts) {
        var entities = new ArrayList<TextEntity>();
        int offset = 0;
        for (TextPart part : parts) {
            if (part.mark() != null && !part.text().isEmpty()) {
                entities.add(part.mark().at(offset, part.text().length()));
            }
            if (part.isFormatting() && entities.size() < MAX_ENTITIES) {
                for (TextEntity inner : TextMarks.find(part.text())) {
                    entities.add(inner.at(offset + inner.offset(), inner.length()));
                }
            }
            offset += part.text().length();
        }
        return entities;
    }
}
