package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import routes.ingest.ImportNote;
import routes.ingest.Source;
import routes.ingest.SourceMessage;
import routes.ingest.export.ExportReader.Chat;
import routes.ingest.export.MessageJson.UnreadableException;
import routes.posts.ChannelIdentity;

/**
 * An export of Telegram Desktop. Channels and supergroups are imported. Personal chats, small groups, bots and saved messages of a
 * whole account are skipped and listed in the report.
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
     * @param path of {@code result.json} or of the folder that contains it
     * @param zone time zone of the exporting machine, for old exports whose times have no zone
     * @throws NoSuchFileException if there is no such file
     * @throws AccessDeniedException if the process may not read it
     */
    public static ExportSource open(Path path, ZoneId zone) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
        if (!Files.isRegularFile(file)) {
            String hint = Files.exists(file.resolveSibling("messages.html"))
                    ? "the folder contains an export in HTML; export in the format \"Machine-readable JSON\" in Telegram Desktop"
                    : "specify the path of the " + FILE_NAME + " of an export, or of its folder";
            throw new NoSuchFileException(file.toString(), null, "no such file: " + hint);
        }
        if (!Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString(), null, "the process has no permission to read it");
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
            new ExportReader(file, chats).read();
        } catch (FormatException e) {
            // everything before the fault is valid; if the fault split an album, the next import adds the other members
            chats.chatEnd();
            throw e;
        }
    }

    /** The file is not a Telegram Desktop export, or it is corrupt. The message states the position and the remedy. */
    public static final class FormatException extends IOException {
        private static final long serialVersionUID = 1L;

        FormatException(String message) {
            super(message);
        }
    }

    /** Receives the content of the file in order. */
    final class Chats {
        private final Sink sink;
        private AlbumInference albums = new AlbumInference();
        private ChannelIdentity channel;

        Chats(Sink sink) {
            this.sink = sink;
        }

        /** Whether the messages of this chat are imported. */
        boolean chat(Chat chat) throws IOException, InterruptedException {
            if (chat.type() == null) {
                unreadable(new ImportNote(chat.title(), null, "type", "the chat has no readable type"));
                return false;
            }
            if (!chat.isChannel()) {
                String reason = "a " + chat.type() + " is not a channel; only channels and supergroups are imported";
                sink.noted(new ImportNote(chat.title(), null, null, reason));
                return false;
            }
            if (chat.bareId() > ChannelIdentity.LAST_TELEGRAM_ID) {
                String reason = "the chat has no readable id; it is imported as " + chat.bareId() + ", without links";
                sink.noted(new ImportNote(chat.title(), null, "id", reason));
            }
            albums = new AlbumInference();
            channel = new ChannelIdentity(chat.bareId(), null, chat.name());
            sink.channel(channel);
            return true;
        }

        /**
         * @param bytesRead number of bytes of the file read so far
         * @throws UnreadableException if the message cannot be read and must be reported
         */
        void message(JsonNode json, long bytesRead) throws IOException, InterruptedException, UnreadableException {
            var message = new Fields(json);
            Optional<SourceMessage> post = messages.post(message, channel);
            Long id = message.number("id");
            if (post.isPresent()) {
                handOver(albums.add(post.get()));
                message.oddities()
                        .forEach((field, type) -> note(id, field, "imported without this field, which is " + type));
            } else {
                sink.noPost(id);
                if (id != null && !ExportMessages.SERVICE.equals(message.text("type"))) {
                    String reason = id < 0
                            ? "it belongs to the basic group that was upgraded to this supergroup; such messages are not imported"
                            : "Telegram Desktop did not support its type and exported no content; export again with a newer version";
                    note(id, id < 0 ? "id" : "type", reason);
                }
            }
            sink.position(bytesRead);
        }

        private void note(long messageId, String field, String reason) {
            sink.noted(new ImportNote("message " + messageId, messageId, field, reason));
        }

        /** Receives an unreadable part that is left out. Its reason states the position. */
        void unreadable(ImportNote what) {
            sink.leftOut(what);
        }

        /** Receives the end of the messages of an imported chat. */
        void chatEnd() throws IOException, InterruptedException {
            handOver(albums.finish());
        }

        private void handOver(List<SourceMessage> together) throws IOException, InterruptedException {
            if (!together.isEmpty()) {
                sink.messages(together);
            }
        }
    }
}
