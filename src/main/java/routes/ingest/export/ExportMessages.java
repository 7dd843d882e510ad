package routes.ingest.export;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.SourceMessageBuilder;
import routes.posts.ChannelIdentity;
import routes.posts.Details;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.posts.Post.MediaKind;

/** Converts messages of an export to the form that all sources share. */
final class ExportMessages {
    /** By {@code media_type}. All others are documents. */
    private static final Map<String, String> TYPES = Map.of(
            "video_file", "video",
            "video_message", "video_message",
            "animation", "animation",
            "voice_message", "voice_message",
            "audio_file", "audio",
            "sticker", "sticker");

    private static final Set<String> VIDEO = Set.of("video", "video_message", "animation");
    private static final Set<String> UNNAMED = Set.of("sticker", "voice_message", "video_message");
    private static final Set<String> NEVER_IN_ALBUMS = Set.of("sticker", "voice_message", "video_message", "animation");
    private static final String CHANNEL_PREFIX = "channel";
    static final String SERVICE = "service";
    private static final String MESSAGE = "message";

    private final ExportFiles files;
    private final ExportTimes times;

    /**
     * @param zone of the exporting machine, for times of old exports, which have no zone
     */
    ExportMessages(ExportFiles files, ZoneId zone) {
        this.files = files;
        times = new ExportTimes(zone);
    }

    /**
     * Empty for messages that are not posts: service messages, messages that Telegram Desktop did not know, and messages of the small
     * group that was converted to a supergroup (their ids are negative and meaningless in the channel).
     *
     * @throws UnreadableMessageException if it has no id, no time, or an unknown type
     */
    Optional<SourceMessage> post(ExportMessage message, ChannelIdentity channel) throws UnreadableMessageException {
        Long id = message.id();
        String type = message.type() == null ? MESSAGE : message.type();
        if (type.equals(SERVICE)) {
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
        boolean inAlbums = file != null && !NEVER_IN_ALBUMS.contains(String.valueOf(message.mediaType()));
        return Optional.of(SourceMessageBuilder.builder()
                .id(id)
                .postedAt(postedAt)
                .editedAt(edited(message).map(EditedIn1970::mend).orElse(null))
                .authorKey(message.fromId() + "|" + message.from() + "|" + message.author())
                .authorName(authorName(message, channel))
                .parts(message.text())
                .furtherLinks(Stream.concat(message.attachments().links().stream(), message.buttonLinks().stream())
                        .toList())
                .attachmentText(message.attachments().text(wordsOf(file, message.mediaType())))
                .file(file)
                .albumMedia(inAlbums && message.paidStars() == null)
                .counters(new Counters(0, 0, reactions(message), 0))
                .forward(forward(message))
                // a reply to a message of another chat does not refer to the message with that id here
                .replyToMessageId(message.replyToPeerId() == null ? message.replyToMessageId() : null)
                .reactions(message.reactions())
                .poll(message.attachments().poll())
                .viaBot(message.viaBot())
                .replyElsewhere(replyElsewhere(message))
                .build());
    }

    /** The file name that the sender chose; null if a program generates it. */
    private static String wordsOf(SourceFile file, String mediaType) {
        return file == null || UNNAMED.contains(String.valueOf(mediaType)) ? null : file.title();
    }

    /** Fields that are missing from the post of this message, as {@code field: why}. */
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
            return files.locate(MediaKind.PHOTO, "photo", message.photo(), null, null);
        }
        if (message.file() != null) {
            String type = TYPES.getOrDefault(String.valueOf(message.mediaType()), "document");
            MediaKind kind = VIDEO.contains(type) ? MediaKind.VIDEO : MediaKind.DOCUMENT;
            return files.locate(kind, type, message.file(), message.fileName(), message.mimeType());
        }
        if (message.paidStars() != null) {
            String reason = "paid media, which Telegram Desktop does not export (" + message.paidStars() + " stars)";
            return new SourceFile(MediaKind.PHOTO, "paid_media", "paid media", null, null, reason);
        }
        return null;
    }

    /** The signature; else the author, unless it is the channel itself. */
    private static String authorName(ExportMessage message, ChannelIdentity channel) {
        String id = message.fromId();
        boolean channelItself = (CHANNEL_PREFIX + channel.tgChannelId()).equals(id)
                // old versions write a number or nothing
                || ((id == null || id.matches("\\d+")) && channel.title().equals(message.from()));
        return message.author() != null || channelItself ? message.author() : message.from();
    }

    private static Forward forward(ExportMessage message) {
        return new Forward(channelId(message.forwardedFromId()), null, null, message.forwardedFrom());
    }

    private static Details.Reply replyElsewhere(ExportMessage message) {
        Long id = message.replyToMessageId();
        if (message.replyToPeerId() == null || id == null) {
            return null;
        }
        Long channel = channelId(message.replyToPeerId());
        return new Details.Reply(id, channel == null ? null : "https://t.me/c/" + channel + "/" + id);
    }

    /** Null for a person or a group, or if it cannot be read. */
    private static Long channelId(String peer) {
        return peer != null && peer.matches(CHANNEL_PREFIX + "\\d{1,18}")
                ? Long.valueOf(peer.substring(CHANNEL_PREFIX.length()))
                : null;
    }

    private static int reactions(ExportMessage message) {
        long sum =
                message.reactions().stream().mapToLong(Details.Reaction::count).sum();
        return (int) Math.min(sum, Integer.MAX_VALUE);
    }
}
