package routes.ingest;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import routes.posts.Counters;
import routes.posts.Details;
import routes.posts.Forward;

/**
 * A message of a channel, from whatever source.
 *
 * @param authorKey tells authors apart; not stored
 * @param editedAt null if never edited
 * @param furtherLinks addresses that belong to it but not to its text, such as those of buttons
 * @param attachmentText what attachments say, a line each; null if nothing
 * @param reactions by kind
 * @param poll null without
 * @param file null without media
 * @param albumMedia whether Telegram lets this kind of media be part of an album
 * @param groupedId the album, or null
 */
@RecordBuilder
public record SourceMessage(
        long id,
        Instant postedAt,
        Instant editedAt,
        String authorKey,
        String authorName,
        List<TextPart> parts,
        List<String> furtherLinks,
        String attachmentText,
        SourceFile file,
        boolean albumMedia,
        Long groupedId,
        Counters counters,
        Forward forward,
        Long replyToMessageId,
        List<Details.Reaction> reactions,
        Details.Poll poll) {

    public String text() {
        return parts.stream().map(TextPart::text).collect(Collectors.joining());
    }

    public SourceMessage inAlbum(long group) {
        return SourceMessageBuilder.builder(this).groupedId(group).build();
    }
}
