package routes.ingest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore.Channel;
import routes.posts.Details;
import routes.posts.Post;
import routes.posts.PostBuilder;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;
import routes.posts.PostWriter.SavedBatch;

/** Processes the messages of every source: extracts links, stores files, and saves posts together with their events. */
@Component
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
     * Stores the files of messages and converts the messages to posts. After a failure, the call can be repeated.
     *
     * @param messages of one channel, with all members of each album
     * @param albumsInferred whether the source does not mark albums
     * @param refused receives each message that cannot be converted
     */
    public PostBatch prepare(
            UUID tenantId,
            long userId,
            Channel channel,
            List<SourceMessage> messages,
            boolean albumsInferred,
            BiConsumer<SourceMessage, RuntimeException> refused)
            throws IOException, InterruptedException {
        List<SourceFile> files = messages.stream()
                .map(SourceMessage::file)
                .filter(Objects::nonNull)
                .toList();
        Iterator<MediaStore.Stored> stored = media.storeAll(tenantId, files).iterator();
        var batch = new ArrayList<Post>();
        for (SourceMessage message : messages) {
            MediaStore.Stored file = message.file() == null ? null : stored.next();
            try {
                batch.add(post(message, channel, file));
            } catch (RuntimeException e) {
                refused.accept(message, e);
            }
        }
        return new PostBatch(tenantId, userId, channel, batch, albumsInferred);
    }

    /** Saves the posts together with their events in one transaction. After a failure, the call can be repeated. */
    public SavedBatch save(PostBatch batch) {
        SavedBatch saved = posts.saveBatchAtomic(batch);
        metrics.saved(saved);
        return saved;
    }

    /** Splits a batch into two with at least one post each. An album is split only if it is the whole batch. */
    public static List<PostBatch> halves(PostBatch batch) {
        List<Post> posts = batch.posts();
        int half = posts.size() / 2;
        int cut = IntStream.range(1, posts.size())
                .filter(at -> posts.get(at).groupedId() == null
                        || !posts.get(at).groupedId().equals(posts.get(at - 1).groupedId()))
                .boxed()
                .min(Comparator.comparingInt(at -> Math.abs(at - half)))
                .orElse(half);
        return Stream.of(posts.subList(0, cut), posts.subList(cut, posts.size()))
                .map(part ->
                        new PostBatch(batch.tenantId(), batch.userId(), batch.channel(), part, batch.albumsInferred()))
                .toList();
    }

    private static Post post(SourceMessage message, Channel channel, MediaStore.Stored stored) {
        boolean hasMedia = message.file() != null;
        long ofTime = message.editedAt() == null ? 0 : message.editedAt().getEpochSecond();
        long version = message.version() == null ? ofTime : message.version();
        return PostBuilder.builder()
                .telegramMessageId(message.id())
                .contentVersion(version)
                .text(message.text())
                .entities(message.entities() == null ? TextPart.entities(message.parts()) : message.entities())
                .attachmentText(message.attachmentText())
                .urls(TextPart.urls(message.parts(), message.furtherLinks()))
                .postedAt(message.postedAt())
                .editedAt(message.editedAt())
                .edited(message.editedAt() != null || version > 0)
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
                        message.replyElsewhere(),
                        message.topic(),
                        message.quote()))
                .build();
    }

    private static Details.Attachment attachment(SourceFile file, MediaStore.Stored stored) {
        return new Details.Attachment(
                file.type(),
                file.title(),
                stored.file() == null ? null : stored.file().sha256(),
                stored.skipped() == null ? null : stored.skipped().reason());
    }

    /** Returns a link by channel id, which opens only for members of the channel. Null if the source does not identify the channel. */
    private static String link(Channel channel, long messageId) {
        if (channel.username() != null) {
            return "https://t.me/" + channel.username() + "/" + messageId;
        }
        return channel.tgChannelId() > ChannelIdentity.LAST_TELEGRAM_ID
                ? null
                : "https://t.me/c/" + channel.tgChannelId() + "/" + messageId;
    }
}
