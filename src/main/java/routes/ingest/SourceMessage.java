package routes.ingest;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import routes.posts.Counters;
import routes.posts.Forward;

/**
 * A message of a channel, from whatever source.
 *
 * @param authorKey tells authors apart; not stored
 * @param editedAt null if never edited
 * @param buttonLinks addresses of buttons under the message
 * @param file null without media
 * @param albumMedia whether Telegram lets this kind of media be part of an album
 * @param groupedId the album, or null
 */
public record SourceMessage(
        long id,
        Instant postedAt,
        Instant editedAt,
        String authorKey,
        String authorName,
        List<TextPart> parts,
        List<String> buttonLinks,
        SourceFile file,
        boolean albumMedia,
        Long groupedId,
        Counters counters,
        Forward forward,
        Long replyToMessageId) {

    public String text() {
        return parts.stream().map(TextPart::text).collect(Collectors.joining());
    }

    /** Of two versions of a message the one with the newer edit, else the one that has its file, else this one. */
    public SourceMessage orNewer(SourceMessage other) {
        int newer = Comparator.<Instant>nullsFirst(Comparator.naturalOrder()).compare(other.editedAt, editedAt);
        boolean brings = hasNoFile() && !other.hasNoFile();
        return newer > 0 || (newer == 0 && brings) ? other : this;
    }

    private boolean hasNoFile() {
        return file == null || file.path() == null;
    }

    public SourceMessage inAlbum(long group) {
        return new SourceMessage(
                id,
                postedAt,
                editedAt,
                authorKey,
                authorName,
                parts,
                buttonLinks,
                file,
                albumMedia,
                group,
                counters,
                forward,
                replyToMessageId);
    }
}
