package routes.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import routes.events.SkippedFile;
import routes.posts.Channel;
import routes.posts.Details;
import routes.posts.Post;
import routes.posts.PostBatch;
import routes.posts.PostBuilder;
import routes.posts.PostWriter;
import routes.posts.SavedBatch;

/** What happens to messages of whatever source: links are found, files stored, posts saved together with their events. */
public final class PostIntake {
    private final MediaStore media;
    private final PostWriter posts;
    private final IngestMetrics metrics;

    public PostIntake(MediaStore media, PostWriter posts, IngestMetrics metrics) {
        this.media = media;
        this.posts = posts;
        this.metrics = metrics;
    }

    /**
     * Posts that are ready to be saved.
     *
     * @param files how many messages have a file
     * @param skipped which of these could not be taken, and why
     */
    public record Prepared(PostBatch batch, int files, List<SkippedFile> skipped) {}

    /**
     * Stores the files of messages and makes posts of them. May be tried again if it fails.
     *
     * @param messages of one channel, with all members of each album
     * @param albumsInferred whether the source does not mark albums
     */
    public Prepared prepare(
            UUID tenantId, long userId, Channel channel, List<SourceMessage> messages, boolean albumsInferred)
            throws IOException, InterruptedException {
        List<SourceFile> files = messages.stream()
                .map(SourceMessage::file)
                .filter(Objects::nonNull)
                .toList();
        List<MediaStore.Stored> stored = media.storeAll(tenantId, files);
        Map<SourceFile, MediaStore.Stored> byFile = new HashMap<>();
        var skipped = new ArrayList<SkippedFile>();
        for (int i = 0; i < files.size(); i++) {
            byFile.put(files.get(i), stored.get(i));
            if (stored.get(i).skipped() != null) {
                skipped.add(stored.get(i).skipped());
            }
        }
        List<Post> batch = messages.stream()
                .map(message -> post(message, channel, byFile.get(message.file())))
                .toList();
        return new Prepared(new PostBatch(tenantId, userId, channel, batch, albumsInferred), files.size(), skipped);
    }

    /** Saves the posts together with their events, or nothing. May be tried again if it fails. */
    public SavedBatch save(Prepared prepared) {
        SavedBatch saved = posts.saveBatchAtomic(prepared.batch());
        metrics.saved(saved);
        return saved;
    }

    private static Post post(SourceMessage message, Channel channel, MediaStore.Stored stored) {
        boolean hasMedia = message.file() != null;
        return PostBuilder.builder()
                .telegramMessageId(message.id())
                .contentVersion(
                        message.editedAt() == null ? 0 : message.editedAt().getEpochSecond())
                .text(message.text())
                .entities(TextPart.entities(message.parts()))
                .attachmentText(message.attachmentText())
                .urls(PostUrls.of(message.parts(), message.furtherLinks()))
                .postedAt(message.postedAt())
                .editedAt(message.editedAt())
                .edited(message.editedAt() != null)
                .telegramPostUrl(link(channel, message.id()))
                .hasMedia(hasMedia)
                .mediaKind(hasMedia ? message.file().kind() : null)
                .media(hasMedia && stored.file() != null ? List.of(stored.file()) : List.of())
                .skippedFiles(hasMedia && stored.skipped() != null ? List.of(stored.skipped()) : List.of())
                .groupedId(message.groupedId())
                .counters(message.counters())
                .forward(message.forward())
                .replyToMessageId(message.replyToMessageId())
                .authorName(message.authorName())
                .details(new Details(
                        message.reactions(),
                        message.poll(),
                        hasMedia ? List.of(attachment(message.file(), stored)) : List.of()))
                .build();
    }

    private static Details.Attachment attachment(SourceFile file, MediaStore.Stored stored) {
        return new Details.Attachment(
                file.type(),
                file.title(),
                stored.file() == null ? null : stored.file().sha256(),
                stored.skipped() == null ? null : stored.skipped().reason());
    }

    /** A link by number opens only for members of the channel. */
    private static String link(Channel channel, long messageId) {
        return channel.username() == null
                ? "https://t.me/c/" + channel.tgChannelId() + "/" + messageId
                : "https://t.me/" + channel.username() + "/" + messageId;
    }
}
