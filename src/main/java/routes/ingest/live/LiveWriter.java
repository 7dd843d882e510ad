package routes.ingest.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.MediaFile;
import routes.ingest.FailureReason;
import routes.ingest.PostIntake;
import routes.ingest.SourceMessage;
import routes.ingest.live.TdMessage.RemoteFile;
import routes.posts.ChannelStore.Channel;
import routes.posts.DeletionReason;
import routes.posts.Post;
import routes.posts.PostRemoval;
import routes.posts.PostWriter.PostBatch;
import routes.tdlib.TdlibException;

/** Saves the current state of messages in Telegram. Saving an unchanged state changes nothing and publishes no events. */
@Component
class LiveWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LiveWriter.class);
    private static final String TELEGRAM = "telegram";
    private static final int TIMEOUT_SECONDS = 60;
    /** Maximum number of stored messages that one step compares with a page of history. */
    private static final int MAX_COMPARED = 500;

    private final LiveChannels table;
    private final PostIntake intake;
    private final PostRemoval removal;
    private final Downloads downloads;
    private final LiveMetrics metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;

    LiveWriter(
            LiveChannels table,
            PostIntake intake,
            PostRemoval removal,
            Downloads downloads,
            LiveMetrics metrics,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.table = table;
        this.intake = intake;
        this.removal = removal;
        this.downloads = downloads;
        this.metrics = metrics;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /** Saves a page of the history together with the progress of the pass. */
    void page(LiveChannel channel, TdChats chats, List<ObjectNode> messages, LiveChannels.Progress progress)
            throws IOException, InterruptedException, TdlibException {
        metrics.page(TELEGRAM);
        write(
                channel,
                chats,
                messages,
                Downloads.OF_HISTORY,
                last -> table.progress(channel, progress, last, clock.instant()));
    }

    /** Saves messages that were reported as new or changed. */
    void changed(LiveChannel channel, TdChats chats, List<ObjectNode> messages)
            throws IOException, InterruptedException, TdlibException {
        write(channel, chats, messages, Downloads.OF_UPDATES, last -> table.updated(channel, last, clock.instant()));
    }

    private void write(
            LiveChannel channel, TdChats chats, List<ObjectNode> messages, int priority, Consumer<Instant> along)
            throws IOException, InterruptedException, TdlibException {
        List<TdMessage> read = read(channel, chats, messages);
        List<SourceMessage> posts = withFiles(channel, chats, read, priority);

        Map<Long, RemoteFile> files = read.stream()
                .filter(message -> message.file() != null)
                .collect(Collectors.toMap(message -> message.message().id(), TdMessage::file));
        save(channel, TELEGRAM, posts, saved -> keep(saved, files), along);
        // the downloaded files are in the object store now
        posts.stream()
                .filter(post -> post.file() != null && post.file().path() != null)
                .forEach(post -> chats.forget(files.get(post.id()).id()));
    }

    /** Returns the messages to save. Messages before the start of the history are included only if they are stored already. */
    private List<TdMessage> read(LiveChannel channel, TdChats chats, List<ObjectNode> messages)
            throws TdlibException, InterruptedException {
        List<Long> old = messages.stream()
                .filter(message -> TdMessage.date(message).isBefore(channel.historyFrom()))
                .map(TdMessage::number)
                .toList();
        Set<Long> unwanted = new HashSet<>(old);
        if (!old.isEmpty()) {
            unwanted.removeAll(table.stored(channel, old));
        }
        List<TdMessage> read = new ArrayList<>();
        for (ObjectNode message : messages) {
            long number = TdMessage.number(message);
            if (unwanted.contains(number)) {
                continue;
            }
            if (TdMessage.isCut(message)) {
                chats.complete(message);
            }
            try {
                TdMessage.read(message, chats).ifPresent(read::add);
            } catch (RuntimeException e) {
                refused(channel, TELEGRAM, number, e);
            }
        }
        return read;
    }

    void refused(LiveChannel channel, String source, long number, RuntimeException failure) {
        metrics.refused(source);
        LOG.error("Skipped message {} of {}: {}", number, channel.title(), FailureReason.of(failure));
    }

    private List<SourceMessage> withFiles(LiveChannel channel, TdChats chats, List<TdMessage> read, int priority)
            throws InterruptedException {
        Set<String> uniqueIds = read.stream()
                .filter(message -> message.file() != null)
                .map(message -> message.file().uniqueId())
                .filter(id -> !id.isEmpty())
                .collect(Collectors.toSet());
        Map<String, MediaFile> known = table.files(channel.tenantId(), uniqueIds);
        Map<Long, SourceMessage> fetched = downloads.fetch(
                chats.client(),
                read.stream()
                        .filter(message -> message.file() != null
                                && !known.containsKey(message.file().uniqueId()))
                        .toList(),
                priority);
        return read.stream()
                .map(message -> {
                    MediaFile stored = message.file() == null
                            ? null
                            : known.get(message.file().uniqueId());
                    return stored != null
                            ? message.with(message.message().file().stored(stored))
                            : fetched.getOrDefault(message.message().id(), message.message());
                })
                .toList();
    }

    /**
     * Saves all in one transaction. If the database rejects messages, the others are saved. {@code along} runs last.
     *
     * @param with stores data that belongs to the saved posts
     * @param along receives the time of the newest post; null if there are no posts
     */
    void save(
            LiveChannel channel,
            String source,
            List<SourceMessage> messages,
            Consumer<PostBatch> with,
            Consumer<Instant> along)
            throws IOException, InterruptedException {
        PostBatch batch = intake.prepare(
                channel.tenantId(),
                channel.reader(),
                new Channel(channel.channelId(), channel.tgChannelId(), channel.username(), channel.title()),
                messages,
                false,
                (message, e) -> refused(channel, source, message.id(), e));
        Instant last = batch.posts().stream()
                .map(Post::postedAt)
                .max(Instant::compareTo)
                .orElse(null);
        try {
            transaction.executeWithoutResult(status -> {
                save(source, batch, with);
                along.accept(last);
            });
        } catch (RuntimeException e) {
            if (FailureReason.mayPass(e) || batch.posts().isEmpty()) {
                throw e;
            }
            saveHalves(channel, source, batch, with, e);
            transaction.executeWithoutResult(status -> along.accept(last));
        }
    }

    private void save(String source, PostBatch batch, Consumer<PostBatch> with) {
        if (!batch.posts().isEmpty()) {
            metrics.saved(source, intake.save(batch));
            with.accept(batch);
        }
    }

    private void keep(PostBatch batch, Map<Long, RemoteFile> files) {
        Map<String, String> stored = new HashMap<>();
        for (Post post : batch.posts()) {
            RemoteFile file = files.get(post.telegramMessageId());
            if (file != null && !file.uniqueId().isEmpty() && !post.media().isEmpty()) {
                stored.put(file.uniqueId(), post.media().get(0).sha256());
            }
        }
        table.keep(batch.tenantId(), stored);
    }

    private void saveHalves(
            LiveChannel channel, String source, PostBatch batch, Consumer<PostBatch> with, RuntimeException failure) {
        if (batch.posts().size() == 1) {
            refused(channel, source, batch.posts().get(0).telegramMessageId(), failure);
            return;
        }
        for (PostBatch half : PostIntake.halves(batch)) {
            try {
                transaction.executeWithoutResult(status -> save(source, half, with));
            } catch (RuntimeException e) {
                if (FailureReason.mayPass(e)) {
                    throw e;
                }
                saveHalves(channel, source, half, with, e);
            }
        }
    }

    /** Deletes posts whose messages were deleted in Telegram. */
    void deleted(LiveChannel channel, Collection<Long> numbers) {
        if (!numbers.isEmpty()) {
            delete(channel, TELEGRAM, removal.ids(channel.tenantId(), channel.channelId(), numbers));
        }
    }

    void delete(LiveChannel channel, String source, List<UUID> postIds) {
        if (!postIds.isEmpty()) {
            int deleted = removal.delete(channel.tenantId(), channel.channelId(), postIds, DeletionReason.TELEGRAM);
            metrics.deleted(source, deleted);
        }
    }

    /**
     * Deletes the posts of stored messages that are missing from a range of the history without gaps, if Telegram confirms for each
     * message that it does not exist.
     *
     * @param after number of the oldest message in the range
     * @param before number of the newest message in the range; empty for a range up to the newest message of the channel
     */
    void deleteMissing(LiveChannel channel, TdChats chats, long after, Optional<Long> before, Set<Long> present)
            throws TdlibException, InterruptedException {
        long from = after;
        long to = before.orElse(Long.MAX_VALUE);
        List<PostRemoval.Message> stored;
        do {
            stored = removal.messages(channel.tenantId(), channel.channelId(), from, to, MAX_COMPARED);
            List<PostRemoval.Message> missing = stored.stream()
                    .filter(message -> !present.contains(message.messageId()))
                    .toList();
            if (!missing.isEmpty()) {
                Set<Long> there = chats
                        .messages(
                                channel.chatId(),
                                missing.stream()
                                        .map(message -> TdMessage.messageId(message.messageId()))
                                        .toList())
                        .stream()
                        .map(TdMessage::number)
                        .collect(Collectors.toSet());
                delete(
                        channel,
                        TELEGRAM,
                        missing.stream()
                                .filter(message -> !there.contains(message.messageId()))
                                .map(PostRemoval.Message::postId)
                                .toList());
            }
            from = stored.isEmpty() ? from : stored.get(stored.size() - 1).messageId();
        } while (stored.size() == MAX_COMPARED);
    }
}
