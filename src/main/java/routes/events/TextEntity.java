package routes.events;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Comparator;
import java.util.List;

/**
 * Formatting of a part of a text, under the names of Telegram's Bot API.
 *
 * @param type such as bold, spoiler, text_link
 * @param offset in UTF-16 units
 * @param length in UTF-16 units, positive
 * @param url of a text_link
 * @param language of pre, if known
 * @param customEmojiId of a custom_emoji
 * @param userId of a text_mention
 * @param collapsed true for a blockquote that is collapsed until it is clicked; otherwise null
 */
@RecordBuilder
@JsonIgnoreProperties(ignoreUnknown = true)
public record TextEntity(
        String type,
        Integer offset,
        Integer length,
        String url,
        String language,
        String customEmojiId,
        Long userId,
        Boolean collapsed) {

    private static final Comparator<TextEntity> OUTER_FIRST = Comparator.comparingInt(TextEntity::offset)
            .thenComparing(Comparator.comparingInt(TextEntity::length).reversed());

    public TextEntity {
        url = StorableText.of(url);
        language = StorableText.of(language);
        customEmojiId = StorableText.of(customEmojiId);
    }

    public static TextEntity of(String type, int offset, int length) {
        return new TextEntity(type, offset, length, null, null, null, null, null);
    }

    public TextEntity at(int newOffset, int newLength) {
        return new TextEntity(type, newOffset, newLength, url, language, customEmojiId, userId, collapsed);
    }

    /**
     * Returns the entities in order, clipped to the text.
     *
     * @param text may contain NUL characters, which no store keeps: the result is for the text without them
     */
    public static List<TextEntity> fitted(List<TextEntity> entities, String text) {
        return entities.stream()
                .filter(entity -> entity.type() != null && entity.offset() != null && entity.length() != null)
                .filter(entity -> entity.offset() >= 0 && entity.offset() < text.length())
                .map(entity -> entity.fitted(text))
                .filter(entity -> entity.length() > 0)
                .sorted(OUTER_FIRST)
                .toList();
    }

    private TextEntity fitted(String text) {
        int end = (int) Math.min((long) offset + length, text.length());
        int start = StorableText.kept(text, offset);
        return at(start, StorableText.kept(text, end) - start);
    }
}
