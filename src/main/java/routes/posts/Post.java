package routes.posts;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import routes.events.ContentHash;
import routes.events.MediaFile;
import routes.events.PostParsed;
import routes.events.SkippedFile;
import routes.events.StorableText;
import routes.events.TextEntity;

/**
 * A post according to its source. Null lists, counters, forward and details are treated as empty.
 *
 * @param telegramMessageId positive, unique within the channel
 * @param contentVersion 0, then the Unix time of the last edit that changed the content
 * @param text the original text, including whitespace
 * @param entities Telegram's formatting of the text; null if unknown
 * @param attachmentText text of the attachments, one line each; null if there are none
 * @param editedAt null if never edited or unknown
 * @param mediaKind null if the post has no media
 * @param media the files that are in the object store
 * @param skippedFiles the files that are not in the object store, with the reasons; not stored in the database
 * @param groupedId id of the album, or null
 * @param replyToMessageId the message of the same channel that this post replies to, or null
 */
@RecordBuilder
public record Post(
        long telegramMessageId,
        long contentVersion,
        String text,
        List<TextEntity> entities,
        String attachmentText,
        List<String> urls,
        Instant postedAt,
        Instant editedAt,
        boolean edited,
        String telegramPostUrl,
        boolean hasMedia,
        MediaKind mediaKind,
        List<MediaFile> media,
        List<SkippedFile> skippedFiles,
        Long groupedId,
        Counters counters,
        Forward forward,
        Long replyToMessageId,
        String authorName,
        Details details) {

    public Post {
        entities = entities == null ? null : TextEntity.fitted(entities, text == null ? "" : text);
        text = text == null ? "" : StorableText.of(text);
        attachmentText = attachmentText == null || attachmentText.isBlank() ? null : StorableText.of(attachmentText);
        authorName = StorableText.of(authorName);
        urls = orEmpty(urls).stream().map(StorableText::of).toList();
        media = orEmpty(media);
        skippedFiles = orEmpty(skippedFiles);
        counters = counters == null ? Counters.NONE : counters;
        forward = forward == null ? Forward.NONE : forward;
        details = details == null ? Details.NONE : details;
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    List<String> sha256List() {
        return media.stream().map(MediaFile::sha256).toList();
    }

    /** Returns the text for tagging, indexing, search and hashing. */
    String allText() {
        return PostParsed.allText(text, attachmentText);
    }

    String contentHash() {
        return ContentHash.of(allText());
    }

    /**
     * Returns the post with another text, or this post if the text is the same. The new version is the time of the edit, as for an
     * edit in the channel, but always higher than the previous version, even within the same second or with a slow clock.
     *
     * @param newEntities formatting of the new text; null if unknown
     */
    Post edit(String newText, List<TextEntity> newEntities, List<String> newUrls, Instant now) {
        if (StorableText.of(newText).equals(text)) {
            return this;
        }
        long version = Math.max(now.getEpochSecond(), contentVersion + 1);
        return PostBuilder.builder(this)
                .contentVersion(version)
                .text(newText)
                .entities(newEntities)
                .urls(newUrls)
                .editedAt(Instant.ofEpochSecond(version))
                .edited(true)
                .build();
    }

    /** The media of a post. Voice, audio, stickers and other files count as documents. */
    public enum MediaKind {
        PHOTO,
        VIDEO,
        DOCUMENT;

        /** Returns the value of {@code media_group_items.media_kind}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Telegram's counters. Stored counters never decrease. */
    public record Counters(int views, int forwards, int reactions, int replies) {
        public static final Counters NONE = new Counters(0, 0, 0, 0);

        Counters max(Counters other) {
            return new Counters(
                    Math.max(views, other.views),
                    Math.max(forwards, other.forwards),
                    Math.max(reactions, other.reactions),
                    Math.max(replies, other.replies));
        }
    }

    /**
     * The origin of a forwarded post. Each part is null if the source does not contain it. {@code chatId} is the positive id
     * without prefix.
     */
    public record Forward(Long chatId, Long messageId, Instant date, String name) {
        public static final Forward NONE = new Forward(null, null, null, null);

        public Forward {
            name = StorableText.of(name);
        }

        /** Returns this origin, with missing parts taken from another description of the same origin. */
        Forward or(Forward other) {
            return new Forward(
                    chatId == null ? other.chatId : chatId,
                    messageId == null ? other.messageId : messageId,
                    date == null ? other.date : date,
                    name == null ? other.name : name);
        }
    }
}
