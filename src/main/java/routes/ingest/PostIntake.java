package routes.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import routes.events.SkippedFile;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore.Channel;
import routes.posts.Details;
import routes.posts.Post;
import routes.posts.PostBuilder;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;
import routes.posts.PostWriter.SavedBatch;

/** Processes messages of any source: finds links, stores files, saves posts together with their events. */
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
     * @param skipped which of these files could not be stored, and why
     */
    public record Prepared(PostBatch batch, int files, List<SkippedFile> skipped) {

        /** Two batches of at least one post each. An album is split only if it is the whole batch. */
        List<Prepared> halves() {
            List<Post> posts = batch.posts();
            int half = posts.size() / 2;
            int cut = IntStream.range(1, posts.size())
                    .filter(at -> posts.get(at).groupedId() == null
                            || !posts.get(at)
                                    .groupedId()
                                    .equals(posts.get(at - 1).groupedId()))
                    .boxed()
                    .min(Comparator.comparingInt(at -> Math.abs(at - half)))
                    .orElse(half);
            return List.of(
                    new Prepared(of(posts.subList(0, cut)), files, skipped),
                    new Prepared(of(posts.subList(cut, posts.size())), 0, List.of()));
        }

        private PostBatch of(List<Post> posts) {
            return new PostBatch(batch.tenantId(), batch.userId(), batch.channel(), posts, batch.albumsInferred());
        }
    }

    /**
     * Stores the files of messages and converts the messages to posts. May be retried if it fails.
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

    /** Saves the posts together with their events, or nothing. May be retried if it fails. */
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
                        hasMedia ? List.of(attachment(message.file(), stored)) : List.of(),
                        message.viaBot(),
                        message.replyElsewhere()))
                .build();
    }

    private static Details.Attachment attachment(SourceFile file, MediaStore.Stored stored) {
        return new Details.Attachment(
                file.type(),
                file.title(),
                stored.file() == null ? null : stored.file().sha256(),
                stored.skipped() == null ? null : stored.skipped().reason());
    }

    /** A link by channel id opens only for members of the channel. Null if the source does not identify the channel. */
    private static String link(Channel channel, long messageId) {
        if (channel.username() == null && channel.tgChannelId() > ChannelIdentity.LAST_TELEGRAM_ID) {
            return null;
        }
        return channel.username() == null
                ? "https://t.me/c/" + channel.tgChannelId() + "/" + messageId
                : "https://t.me/" + channel.username() + "/" + messageId;
    }
}
