package routes.ingest.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.events.Sha256;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.SourceMessageBuilder;
import routes.ingest.live.PreviewDownloads.Download;
import routes.ingest.live.PreviewTable.Missing;
import routes.ingest.live.PreviewTable.Shown;
import routes.ingest.live.PreviewTable.Stored;
import routes.ingest.preview.PreviewPage;
import routes.ingest.preview.PreviewPost;

/**
 * Saves preview pages. The posts are converted to TDLib's form and read like messages of an account, so that a post has the same
 * text and formatting from both sources. A page does not state the version of an edited text, so successive contents are compared.
 */
@Component
class PreviewWriter {
    static final String PREVIEW = "preview";
    private static final Logger LOG = LoggerFactory.getLogger(PreviewWriter.class);

    private final LiveChannels channels;
    private final PreviewTable table;
    private final LiveWriter writer;

    private final PreviewDownloads downloads;
    private final Duration downloadTime;
    private final Clock clock;

    PreviewWriter(
            LiveChannels channels,
            PreviewTable table,
            LiveWriter writer,
            PreviewDownloads downloads,
            ParserProperties parser,
            Clock clock) {
        this.channels = channels;
        this.table = table;
        this.writer = writer;

        this.downloads = downloads;
        downloadTime = parser.downloadTimeout();
        this.clock = clock;
    }

    /** Names of bots and of authors of forwarded messages. The page contains their names, but not their ids. */
    private record Names(PreviewPost post) implements TdMessage.Names {

        @Override
        public Optional<String> bot(long userId) {
            return userId == 0 ? Optional.empty() : Optional.ofNullable(post.viaBot());
        }

        @Override
        public Optional<String> title(long chatId) {
            return Optional.ofNullable(post.forwardedFrom());
        }
    }

    /** A post of the page and its stored state. */
    private record Found(SourceMessage message, Shown shown) {}

    /**
     * Saves a page together with the progress of the pass.
     *
     * @return whether posts are missing and the next pass has to confirm this
     */
    boolean page(LiveChannel channel, PreviewPage page, LiveChannels.Progress progress)
            throws IOException, InterruptedException {
        Map<Long, Stored> stored =
                table.stored(channel, page.posts().stream().map(PreviewPost::id).toList());
        List<Found> found = new ArrayList<>();
        try {
            read(channel, page, stored, found);

            Map<Long, Shown> shown =
                    found.stream().map(Found::shown).collect(Collectors.toMap(Shown::messageId, one -> one));
            writer.save(
                    channel,
                    PREVIEW,
                    found.stream().map(Found::message).toList(),
                    saved -> table.keep(
                            channel,
                            saved.posts().stream()
                                    .map(post -> shown.get(post.telegramMessageId()))
                                    .toList()),
                    last -> {
                        table.requireSame(channel);
                        channels.progress(channel, progress, last, clock.instant());
                    });
        } finally {
            for (Found one : found) {
                Path copy = one.message().file() == null
                        ? null
                        : one.message().file().path();
                if (copy != null) {
                    Files.deleteIfExists(copy);
                }
            }
        }
        return missing(channel, page);
    }

    private void read(LiveChannel channel, PreviewPage page, Map<Long, Stored> stored, List<Found> found)
            throws IOException {
        long end = System.nanoTime() + downloadTime.toNanos();
        place(page.posts(), stored);
        for (PreviewPost post : page.posts()) {
            Stored row = stored.get(post.id());
            if (post.message() == null) {
                LOG.warn("Message {} of {} has no readable time", post.id(), channel.title());
                continue;
            } else if (row == null && post.date().isBefore(channel.historyFrom())) {
                continue;
            }
            try {
                post.message().put("chat_id", TdMessage.chatId(channel.tgChannelId()));
                Optional<TdMessage> read = TdMessage.read(post.message(), new Names(post));
                if (read.isPresent()) {
                    found.add(found(post, read.get().message(), row, Duration.ofNanos(end - System.nanoTime())));
                }
            } catch (RuntimeException e) {
                writer.refused(channel, PREVIEW, post.id(), e);
            }
        }
    }

    /**
     * Moves the caption of an album to the right member. The preview shows it on the first member; if another stored member has a
     * text and the first has none, the caption belongs to that member.
     */
    private static void place(List<PreviewPost> posts, Map<Long, Stored> stored) {
        Map<String, List<PreviewPost>> albums = posts.stream()
                .filter(post -> post.moved() && post.message() != null)
                .collect(Collectors.groupingBy(
                        post -> post.message().path("media_album_id").asText(), TreeMap::new, Collectors.toList()));
        for (List<PreviewPost> members : albums.values()) {
            PreviewPost first = members.get(0);
            Stored own = stored.get(first.id());
            Optional<PreviewPost> other = members.stream()
                    .filter(post -> stored.containsKey(post.id())
                            && !stored.get(post.id()).text().isBlank())
                    .findFirst();
            if (own != null && own.text().isBlank() && other.isPresent()) {
                JsonNode caption = ((ObjectNode) first.message().path("content")).remove("caption");
                if (caption != null) {
                    ((ObjectNode) other.get().message().path("content")).set("caption", caption);
                }
            }
        }
    }

    private Found found(PreviewPost post, SourceMessage message, Stored row, Duration time) throws IOException {
        String hash = hash(post, message);
        boolean same = row != null && hash.equals(row.hash());
        boolean done = true;
        SourceFile file = message.file();
        if (post.file() != null && file != null) {
            boolean first = row != null && row.hash() == null && isEqual(message, row);
            if ((same || first) && row.file() != null) {
                // addresses change with each page, and another source may have stored a better copy
                file = file.stored(row.file());
            } else if (same && row.fileDone() && row.missing() != null) {
                file = file.missing(row.missing());
            } else if (post.file().url() == null) {
                file = file.missing(post.file().missing());
            } else {
                Download download = downloads.download(file, post.file().url(), time);
                file = download.file();
                done = download.done();
            }
        }
        long version = version(post, message, row, same);
        return new Found(
                SourceMessageBuilder.builder(message)
                        .file(file)
                        .version(version)
                        .build(),
                new Shown(post.id(), hash, version, done));
    }

    /**
     * Returns the version of the content of the page. It is the lowest version above those of other contents, so that an edit from
     * a source with edit times counts as newer, and a message from before the edit as older.
     */
    private static long version(PreviewPost post, SourceMessage message, Stored row, boolean same) {
        if (same) {
            return row.seen();
        }
        boolean isSeen = row != null && row.hash() != null;
        if (!post.edited() && !isSeen) {
            return 0;
        }
        long first = post.date().getEpochSecond();
        if (row == null) {
            return first;
        }
        return !isSeen && isEqual(message, row) ? row.version() : Math.max(first, row.version() + 1);
    }

    /** Whether the stored post has the same text, ignoring case and whitespace. */
    private static boolean isEqual(SourceMessage message, Stored row) {
        return normal(row.text()).equals(normal(message.text()))
                && (message.attachmentText() == null || message.attachmentText().equals(row.attachmentText()));
    }

    private static String normal(String text) {
        return text.replaceAll("\\s+", " ").strip().toLowerCase(Locale.ROOT);
    }

    private static String hash(PreviewPost post, SourceMessage message) {
        String shown = String.join(
                "\u0001",
                message.text(),
                Objects.toString(message.attachmentText(), ""),
                String.join(" ", message.furtherLinks()),
                post.file() == null ? "" : post.file().shape(),
                Boolean.toString(post.edited()));
        return Sha256.hex(shown);
    }

    /**
     * Deletes posts that two consecutive passes do not contain although the preview has shown them before. A page covers the
     * message numbers from its oldest post up to the previous page; a page without posts, at the end of a pass, covers all numbers
     * below the previous page.
     */
    private boolean missing(LiveChannel channel, PreviewPage page) {
        long next = channel.pass().next();
        if (page.posts().isEmpty() && next == 0) {
            return false;
        }
        Set<Long> present = page.posts().stream().map(PreviewPost::id).collect(Collectors.toSet());
        List<Missing> missing = table.missing(
                channel,
                page.posts().isEmpty() ? 1 : page.posts().get(0).id(),
                next == 0 ? Long.MAX_VALUE : TdMessage.number(next) - 1,
                present,
                clock.instant());
        writer.delete(
                channel,
                PREVIEW,
                missing.stream().filter(Missing::again).map(Missing::postId).toList());
        return missing.stream().anyMatch(post -> !post.again());
    }
}
