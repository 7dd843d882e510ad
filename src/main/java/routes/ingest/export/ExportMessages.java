package routes.ingest.export;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.posts.ChannelIdentity;
import routes.posts.Counters;
import routes.posts.Forward;
import routes.posts.MediaKind;

/** Messages of an export in the form that all sources share. */
final class ExportMessages {
    private static final Set<String> VIDEO = Set.of("video_file", "video_message", "animation");
    private static final Set<String> NEVER_IN_ALBUMS = Set.of("sticker", "voice_message", "video_message", "animation");
    private static final String CHANNEL_PREFIX = "channel";
    private static final String MESSAGE = "message";

    private final ExportFiles files;
    private final ExportTimes times;

    /**
     * @param zone of the machine that exported, for times of old exports, which carry none
     */
    ExportMessages(ExportFiles files, ZoneId zone) {
        this.files = files;
        times = new ExportTimes(zone);
    }

    /**
     * Empty for what is no post: service messages, messages that Telegram Desktop did not know, and messages of the small group
     * that a supergroup was made of (their ids are negative and mean nothing in the channel).
     *
     * @throws UnreadableMessageException if it has no id, no time, or a type that is not known
     */
    Optional<SourceMessage> post(ExportMessage message, ChannelIdentity channel) throws UnreadableMessageException {
        Long id = message.id();
        String type = message.type() == null ? MESSAGE : message.type();
        if (type.equals("service")) {
            return Optional.empty();
        }
        if (id == null || id == 0) {
            throw new UnreadableMessageException(null, "id", "its id is missing or cannot be read");
        }
        if (id < 0 || type.equals("unsupported")) {
            return Optional.empty();
        }
        if (!type.equals(MESSAGE)) {
            throw new UnreadableMessageException(id, "type", "its type is not known");
        }
        Instant postedAt = times.first(message.dateUnixtime(), message.date())
                .orElseThrow(() -> new UnreadableMessageException(
                        id, "date", "its time is missing, cannot be read or is not between 1970 and 9999"));
        SourceFile file = file(message);
        return Optional.of(new SourceMessage(
                id,
                postedAt,
                edited(message).map(EditedIn1970::mend).orElse(null),
                message.fromId() + "|" + message.from() + "|" + message.author(),
                authorName(message, channel),
                message.parts(),
                message.buttonLinks(),
                file,
                file != null && (message.mediaType() == null || !NEVER_IN_ALBUMS.contains(message.mediaType())),
                null,
                new Counters(0, 0, reactions(message), 0),
                forward(message),
                // an answer to a message of another chat is none to the message of that number here
                message.replyToPeerId() == null ? message.replyToMessageId() : null));
    }

    /** Fields of a message that became a post without them, as {@code field: why}. */
    List<String> leftOut(ExportMessage message) {
        boolean edited = message.edited() != null || message.editedUnixtime() != null;
        return edited && edited(message).isEmpty()
                ? Stream.concat(message.oddities().stream(), Stream.of("edited: no time between 1970 and 9999"))
                        .toList()
                : message.oddities();
    }

    private Optional<Instant> edited(ExportMessage message) {
        return times.first(EditedIn1970.FIRST, message.editedUnixtime(), message.edited());
    }

    private SourceFile file(ExportMessage message) {
        if (message.photo() != null) {
            return files.locate(MediaKind.PHOTO, message.photo(), null, null);
        }
        if (message.file() != null) {
            MediaKind kind = VIDEO.contains(String.valueOf(message.mediaType())) ? MediaKind.VIDEO : MediaKind.DOCUMENT;
            return files.locate(kind, message.file(), message.fileName(), message.mimeType());
        }
        return null;
    }

    /** The signature; else who wrote, unless it is the channel itself. */
    private static String authorName(ExportMessage message, ChannelIdentity channel) {
        String id = message.fromId();
        boolean channelItself = (CHANNEL_PREFIX + channel.tgChannelId()).equals(id)
                // old versions write a number or nothing
                || ((id == null || id.matches("\\d+")) && channel.title().equals(message.from()));
        return message.author() != null || channelItself ? message.author() : message.from();
    }

    private static Forward forward(ExportMessage message) {
        String id = message.forwardedFromId();
        Long chat = id != null && id.matches(CHANNEL_PREFIX + "\\d{1,18}")
                ? Long.valueOf(id.substring(CHANNEL_PREFIX.length()))
                : null;
        return new Forward(chat, null, null, message.forwardedFrom());
    }

    private static int reactions(ExportMessage message) {
        long sum = message.reactions().stream()
                .mapToLong(ExportMessage.Reaction::count)
                .sum();
        return (int) Math.min(sum, Integer.MAX_VALUE);
    }
}
