package routes.ingest;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import routes.events.TextEntity;
import routes.posts.Details;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;

/**
 * A message of a channel, from any source.
 *
 * @param authorKey distinguishes authors; not stored
 * @param editedAt null if never edited
 * @param entities the formatting, if the parts do not carry all of it because it is nested; else null
 * @param furtherLinks links of the message that are not in its text, such as those of buttons
 * @param attachmentText text of the attachments, one line each; null if none
 * @param reactions by kind
 * @param poll null without
 * @param viaBot name of the inline bot that made the message, or null
 * @param replyElsewhere the message of another chat that it replies to, or null
 * @param topic name of the topic of the channel, or null
 * @param quote the part of another message that it replies to, or null
 * @param version of the content, from a source that does not tell when messages were edited: 0 if it never was; null: that of
 *     {@code editedAt}
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
        List<TextEntity> entities,
        List<String> furtherLinks,
        String attachmentText,
        SourceFile file,
        boolean albumMedia,
        Long groupedId,
        Counters counters,
        Forward forward,
        Long replyToMessageId,
        List<Details.Reaction> reactions,
        Details.Poll poll,
        String viaBot,
        Details.Reply replyElsewhere,
        String topic,
        String quote,
        Long version) {

    public String text() {
        return TextPart.text(parts);
    }

    /** Of two versions of a message, the one with the newer edit; else the one that has its file; else this one. */
    public SourceMessage orNewer(SourceMessage other) {
        int newer = Comparator.<Instant>nullsFirst(Comparator.naturalOrder()).compare(other.editedAt, editedAt);
        boolean brings = hasNoFile() && !other.hasNoFile();
        return newer > 0 || (newer == 0 && brings) ? other : this;
    }

    private boolean hasNoFile() {
        return file == null || file.path() == null;
    }

    public SourceMessage inAlbum(long group) {
        return SourceMessageBuilder.builder(this).groupedId(group).build();
    }
}
