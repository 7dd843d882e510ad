package routes.posts;

import java.time.Instant;
import java.util.List;
import routes.events.MediaFile;
import routes.events.SkippedFile;

/**
 * A post as its source shows it.
 *
 * @param telegramMessageId positive, unique within the channel
 * @param contentVersion 0, then the Unix time of the last edit that changed the content
 * @param editedAt null if never edited or unknown
 * @param mediaKind null without media
 * @param media the files that are in the object store
 * @param skippedFiles the files that are not, and why; not kept in the database
 * @param groupedId the album, or null
 * @param replyToMessageId the message of the same channel that this one answers, or null
 */
public record Post(
        long telegramMessageId,
        long contentVersion,
        String text,
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
        String authorName) {

    public Post {
        text = text == null ? "" : StorableText.of(text);
        authorName = StorableText.of(authorName);
        urls = urls.stream().map(StorableText::of).toList();
        media = List.copyOf(media);
        skippedFiles = List.copyOf(skippedFiles);
    }

    List<String> sha256List() {
        return media.stream().map(MediaFile::sha256).toList();
    }

    /**
     * The post with another text; the same post if that is its text. Its version is the time of the edit, as that of an edit in
     * its channel, but above the one before, also within a second or where a clock runs slow.
     */
    Post edit(String newText, List<String> newUrls, Instant now) {
        String storable = StorableText.of(newText);
        if (storable.equals(text)) {
            return this;
        }
        long version = Math.max(now.getEpochSecond(), contentVersion + 1);
        return new Post(
                telegramMessageId,
                version,
                storable,
                newUrls,
                postedAt,
                Instant.ofEpochSecond(version),
                true,
                telegramPostUrl,
                hasMedia,
                mediaKind,
                media,
                skippedFiles,
                groupedId,
                counters,
                forward,
                replyToMessageId,
                authorName);
    }

    Post withGroupedId(Long other) {
        return new Post(
                telegramMessageId,
                contentVersion,
                text,
                urls,
                postedAt,
                editedAt,
                edited,
                telegramPostUrl,
                hasMedia,
                mediaKind,
                media,
                skippedFiles,
                other,
                counters,
                forward,
                replyToMessageId,
                authorName);
    }
}
