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
 * @param entities the formatting, if it is nested and the parts therefore do not contain all of it; otherwise null
 * @param furtherLinks links of the message outside its text, such as the links of buttons
 * @param attachmentText text of the attachments, one line each; null if there are none
 * @param reactions by kind
 * @param poll null if the message has no poll
 * @param viaBot name of the inline bot that created the message, or null
 * @param replyElsewhere the message of another chat that this message replies to, or null
 * @param topic name of the forum topic, or null
 * @param quote the quoted part of the message that this message replies to, or null
 * @param version version of the content, from a source without edit times: 0 if the message was never edited; null to use
 *     {@code editedAt} as the version
 * @param file null if the message has no media
 * @param albumMedia whether Telegram allows this kind of media in an album
 * @param groupedId id of the album, or null
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

    /** Of two versions of a message, returns the one with the newer edit; otherwise the one that has its file; otherwise this one. */
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
