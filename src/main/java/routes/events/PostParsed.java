package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * posts.parsed: a post as read from its source; {@code content_version} is 0, or the Unix time of the last edit.
 *
 * @param text text written by the author, with line breaks and blanks, so that the offsets of {@code entities} are correct
 * @param attachmentText text of its attachments, one line each; null if there is none
 * @param entities Telegram's formatting of {@code text}, by offset, outer before inner; null if the producer does not provide it
 */
@RecordBuilder
public record PostParsed(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String userId,
        UUID tenantId,
        UUID channelId,
        UUID postId,
        String text,
        String attachmentText,
        List<TextEntity> entities,
        List<String> urls,
        Instant postedAt,
        Long contentVersion,
        Trigger trigger,
        String requestId,
        List<String> mediaSha256List,
        Long groupedId,
        String contentHash,
        Integer linkCount,
        Long telegramMessageId,
        Long tgMessageId,
        Long tgChannelId,
        String telegramPostUrl,
        Boolean hasMedia,
        Boolean isEdited,
        Integer viewsCount,
        Integer forwardsCount,
        Integer reactionsCount,
        Long forwardFromChatId,
        Long forwardFromMessageId,
        Instant forwardDate,
        String forwardFromName,
        Long replyToMessageId,
        String authorName)
        implements Triggered {
    /** Returns the text that is tagged, indexed, searched and hashed: the text of the post and of its attachments. */
    public String allText() {
        return allText(text, attachmentText);
    }

    /**
     * @param attachmentText may be null
     */
    public static String allText(String text, String attachmentText) {
        if (attachmentText == null || attachmentText.isBlank()) {
            return text;
        }
        return text.isBlank() ? attachmentText : text + "\n" + attachmentText;
    }
}
