package routes.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.events.StorableText;
import routes.events.TextEntity;
import routes.web.WebAddress;

/**
 * A run of a message's text.
 *
 * @param text in storable form, so that later offsets are correct
 * @param mark the formatting of the part in its source, with offsets from 0 to its length; null for plain text
 */
public record TextPart(String text, TextEntity mark) {
    /**
     * Formatting whose text may contain links, mentions and hashtags that the source does not mark, because it gives each part one
     * mark.
     */
    private static final Set<String> FORMATTING =
            Set.of("bold", "italic", "underline", "strikethrough", "spoiler", "blockquote");

    /** Telegram allows far fewer entities. Above this limit, formatted parts are not searched. */
    private static final int MAX_ENTITIES = 1_000;

    /** A post with more links is a mere list of links. Further links are dropped. */
    static final int MAX_URLS = 100;

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

    private boolean isFormatting() {
        return mark != null && FORMATTING.contains(mark.type());
    }

    /** The addresses that the source attaches to the text; if there are none, the addresses in the text. */
    private Stream<String> links() {
        if (mark != null && mark.type().equals("url")) {
            return Stream.of(text);
        } else if (mark != null && mark.url() != null) {
            return Stream.of(mark.url());
        }
        // Telegram does not create links in code, but a full address in code counts as a link here
        return TextMarks.links(text, mark == null || isFormatting()).stream()
                .map(link -> text.substring(link.offset(), link.offset() + link.length()));
    }

    /**
     * Returns the links of a post that consists of these parts, in order and without duplicates.
     *
     * @param further links of the post outside its text, such as the links of buttons
     */
    public static List<String> urls(List<TextPart> parts, List<String> further) {
        return Stream.concat(parts.stream().flatMap(TextPart::links), further.stream())
                .flatMap(link -> WebAddress.of(link).stream())
                .map(WebAddress::toString)
                .distinct()
                .limit(MAX_URLS)
                .toList();
    }

    /** Returns the text that consists of these parts. */
    public static String text(List<TextPart> parts) {
        return parts.stream().map(TextPart::text).collect(Collectors.joining());
    }

    /** Returns the formatting of a text that consists of these parts, in order of offsets, outer entities before inner ones. */
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
