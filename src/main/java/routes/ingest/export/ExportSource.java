package routes.ingest.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import routes.ingest.Source;
import routes.ingest.SourceMessage;
import routes.posts.ChannelIdentity;

/**
 * An export of Telegram Desktop. Channels and supergroups are read; personal chats, small groups, bots and saved messages of a
 * whole account are passed over and named in the report.
 */
public final class ExportSource implements Source {
    private static final String FILE_NAME = "result.json";

    private final Path file;
    private final long size;
    private final ExportMessages messages;

    private ExportSource(Path file, ZoneId zone) throws IOException {
        this.file = file;
        size = Files.size(file);
        messages = new ExportMessages(new ExportFiles(file.getParent()), zone);
    }

    /**
     * @param path of {@code result.json} or of the folder that holds it
     * @param zone of the machine that exported, for times of old exports, which carry none
     * @throws NoSuchFileException if there is no such file
     */
    public static ExportSource open(Path path, ZoneId zone) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
        if (!Files.isRegularFile(file)) {
            String hint = Files.exists(file.resolveSibling("messages.html"))
                    ? "the folder holds an export as HTML; choose the format \"Machine-readable JSON\" in Telegram Desktop"
                    : "give the path of an export's " + FILE_NAME + " or of its folder";
            throw new NoSuchFileException(file.toString(), null, "there is no such file: " + hint);
        }
        return new ExportSource(file.toAbsolutePath().normalize(), zone);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean infersAlbums() {
        return true;
    }

    @Override
    public boolean showsDeletionsByAbsence() {
        return true;
    }

    @Override
    public void read(Sink sink) throws IOException, InterruptedException {
        var chats = new Chats(sink);
        try {
            new ExportReader(file).read(chats);
        } catch (ExportFormatException e) {
            // what came before the break is good; if an album was cut in two, its rest joins it at the next import
            chats.chatEnd();
            throw e;
        }
    }

    private final class Chats implements ExportReader.Handler {
        private final Sink sink;
        private AlbumInference albums = new AlbumInference();
        private long channelId;

        Chats(Sink sink) {
            this.sink = sink;
        }

        @Override
        public boolean chat(ExportChat chat) throws IOException, InterruptedException {
            if (!chat.isChannel()) {
                sink.passedOver(
                        Optional.ofNullable(chat.name()).orElse("chat without a name"),
                        "a " + chat.type() + " is no channel; only channels and supergroups are imported");
                return false;
            }
            albums = new AlbumInference();
            channelId = chat.bareId();
            sink.channel(new ChannelIdentity(channelId, null, chat.name()));
            return true;
        }

        @Override
        public void message(ExportMessage message, long bytesRead) throws IOException, InterruptedException {
            Optional<SourceMessage> post = messages.post(message, channelId);
            if (post.isPresent()) {
                handOver(albums.add(post.get()));
            } else {
                sink.noPost();
            }
            sink.position(bytesRead);
        }

        @Override
        public void chatEnd() throws IOException, InterruptedException {
            handOver(albums.finish());
        }

        private void handOver(List<SourceMessage> together) throws IOException, InterruptedException {
            if (!together.isEmpty()) {
                sink.messages(together);
            }
        }
    }
}
