package routes.ingest.export;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.posts.Counters;
import routes.posts.Forward;
import routes.posts.MediaKind;

/** Messages of an export in the form that all sources share. */
final class ExportMessages {
    private static final Set<String> VIDEO = Set.of("video_file", "video_message", "animation");
    private static final Set<String> NEVER_IN_ALBUMS = Set.of("sticker", "voice_message", "video_message", "animation");
    private static final String CHANNEL_PREFIX = "channel";

    private final ExportFiles files;
    private final ZoneId zone;

    /**
     * @param zone of the machine that exported, for times of old exports, which carry none
     */
    ExportMessages(ExportFiles files, ZoneId zone) {
        this.files = files;
        this.zone = zone;
    }

    /**
     * Empty for what is no post: service messages, messages that Telegram Desktop did not know, messages of the small group
     * that a supergroup was made of (their ids are negative and mean nothing in the channel), and messages without a time.
     *
     * @param channelId bare id of the channel
     */
    Optional<SourceMessage> post(ExportMessage message, long channelId) {
        Optional<Instant> postedAt = time(message.dateUnixtime(), message.date());
        if (!"message".equals(message.type()) || message.id() <= 0 || postedAt.isEmpty()) {
            return Optional.empty();
        }
        SourceFile file = file(message);
        return Optional.of(new SourceMessage(
                message.id(),
                postedAt.get(),
                time(message.editedUnixtime(), message.edited()).orElse(null),
                message.fromId() + "|" + message.from() + "|" + message.author(),
                authorName(message, channelId),
                message.parts(),
                message.buttonLinks(),
                null,
                file,
                file != null && (message.mediaType() == null || !NEVER_IN_ALBUMS.contains(message.mediaType())),
                null,
                new Counters(0, 0, reactions(message), 0),
                forward(message),
                // an answer to a message of another chat is none to the message of that number here
                message.replyToPeerId() == null ? message.replyToMessageId() : null,
                List.of(),
                null));
    }

    private SourceFile file(ExportMessage message) {
        if (message.photo() != null) {
            return files.locate(MediaKind.PHOTO, "photo", message.photo(), null, null);
        }
        if (message.file() != null) {
            MediaKind kind = VIDEO.contains(String.valueOf(message.mediaType())) ? MediaKind.VIDEO : MediaKind.DOCUMENT;
            return files.locate(kind, "document", message.file(), message.fileName(), message.mimeType());
        }
        return null;
    }

    /** The signature; else who wrote, unless it is the channel itself. */
    private static String authorName(ExportMessage message, long channelId) {
        boolean channelItself = (CHANNEL_PREFIX + channelId).equals(message.fromId());
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
        List<ExportMessage.Reaction> reactions = message.reactions() == null ? List.of() : message.reactions();
        long sum = reactions.stream().mapToLong(ExportMessage.Reaction::count).sum();
        return (int) Math.max(0, Math.min(sum, Integer.MAX_VALUE));
    }

    private Optional<Instant> time(String unixTime, String localTime) {
        try {
            if (unixTime != null) {
                return Optional.of(Instant.ofEpochSecond(Long.parseLong(unixTime)));
            }
            return Optional.ofNullable(localTime)
                    .map(text -> LocalDateTime.parse(text).atZone(zone).toInstant());
        } catch (DateTimeException | NumberFormatException e) {
            // a time that is none: the message is counted as skipped
            return Optional.empty();
        }
    }
}
