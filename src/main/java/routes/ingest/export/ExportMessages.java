package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.SourceMessageBuilder;
import routes.ingest.TextPart;
import routes.ingest.export.MessageJson.UnreadableException;
import routes.posts.ChannelIdentity;
import routes.posts.Details;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.posts.Post.MediaKind;

/**
 * Converts messages of {@code result.json} to the common form of all sources. Telegram Desktop does not export views and forwards,
 * and before 2022 it wrote no {@code …_unixtime} fields.
 */
final class ExportMessages {
    /** Types by {@code media_type}. All other media types are documents. */
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
    private static final Set<String> REACTIONS = Set.of("emoji", "custom_emoji", "paid");
    static final String SERVICE = "service";
    private static final String CHANNEL_PREFIX = "channel";
    private static final Pattern CHANNEL_ID = Pattern.compile(CHANNEL_PREFIX + "(\\d{1,18})");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    /** A fraction or an exponent does not make the message invalid. */
    private static final Pattern SECONDS = Pattern.compile("[-+]?\\d{1,30}([.]\\d{1,30})?([eE][+]?\\d)?");

    /** The name that Telegram shows for a deleted account. */
    private static final String DELETED_ACCOUNT = "Deleted Account";
    /** The last second that RFC 3339 can represent. Milliseconds taken for seconds far exceed it. */
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final ExportFiles files;
    private final ZoneId zone;

    /**
     * @param zone time zone of the exporting machine, for old exports whose times have no zone
     */
    ExportMessages(ExportFiles files, ZoneId zone) {
        this.files = files;
        this.zone = zone;
    }

    /**
     * Converts a message. Empty for messages that are not posts: service messages, messages that Telegram Desktop did not support,
     * and messages of the small group that was converted to a supergroup (their ids are negative and meaningless in the channel).
     *
     * @param message records the fields that were left out in its {@link Fields#oddities}
     * @throws UnreadableException if the message has no id, no time, or an unknown type
     */
    Optional<SourceMessage> post(Fields message, ChannelIdentity channel) throws UnreadableException {
        Long id = message.number("id");
        String type = message.text("type");
        if (SERVICE.equals(type)) {
            return Optional.empty();
        }
        if (id == null || id == 0) {
            throw new UnreadableException(null, "id", "its id is missing or unreadable");
        }
        if (id < 0 || "unsupported".equals(type)) {
            return Optional.empty();
        }
        if (type != null && !type.equals("message")) {
            throw new UnreadableException(id, "type", "its type is unknown");
        }
        Instant postedAt = time(Instant.EPOCH, message.get("date_unixtime"), message.get("date"))
                .orElseThrow(() -> new UnreadableException(
                        id, "date", "its time is missing, unreadable, or not in the years 1970 to 9999"));
        String mediaType = String.valueOf(message.text("media_type"));
        String paidStars = message.text("paid_stars_amount");
        SourceFile file = file(message, mediaType, paidStars);
        var attachments = Attachments.of(message);
        List<Details.Reaction> reactions =
                message.objects("reactions").map(ExportMessages::reaction).toList();
        String from = message.text("from");
        String fromId = message.text("from_id");
        String author = message.text("author");
        Long replyTo = message.number("reply_to_message_id");
        String replyToPeer = message.text("reply_to_peer_id");
        return Optional.of(SourceMessageBuilder.builder()
                .id(id)
                .postedAt(postedAt)
                .editedAt(editedAt(message))
                .authorKey(fromId + "|" + from + "|" + author)
                .authorName(author != null || isChannelItself(fromId, from, channel) ? author : from)
                .parts(text(message))
                .furtherLinks(Stream.concat(attachments.links().stream(), buttonLinks(message))
                        .toList())
                // programs generate the names of some files
                .attachmentText(attachments.text(file == null || UNNAMED.contains(mediaType) ? null : file.title()))
                .file(file)
                .albumMedia(file != null && !NEVER_IN_ALBUMS.contains(mediaType) && paidStars == null)
                .counters(new Counters(0, 0, sum(reactions), 0))
                .forward(new Forward(channelId(message.text("forwarded_from_id")), null, null, forwardedFrom(message)))
                // the id of a reply to a message of another chat does not refer to a message of this chat
                .replyToMessageId(replyToPeer == null ? replyTo : null)
                .reactions(reactions)
                .poll(attachments.poll())
                .viaBot(message.text("via_bot"))
                .replyElsewhere(replyToPeer == null || replyTo == null ? null : reply(replyTo, channelId(replyToPeer)))
                .build());
    }

    private Instant editedAt(Fields message) {
        JsonNode seconds = message.get("edited_unixtime");
        JsonNode local = message.get("edited");
        Optional<Instant> edited = time(OldVersions.FIRST_EDIT, seconds, local);
        if (edited.isEmpty() && (seconds != null || local != null)) {
            message.odd("edited", "not a time in the years 1970 to 9999");
        }
        return edited.map(OldVersions::edit).orElse(null);
    }

    private SourceFile file(Fields message, String mediaType, String paidStars) {
        String photo = message.text("photo");
        String file = message.text("file");
        if (photo != null) {
            return files.locate(MediaKind.PHOTO, "photo", photo, null, null);
        }
        if (file != null) {
            String type = TYPES.getOrDefault(mediaType, "document");
            MediaKind kind = VIDEO.contains(type) ? MediaKind.VIDEO : MediaKind.DOCUMENT;
            return files.locate(kind, type, file, message.text("file_name"), message.text("mime_type"));
        }
        if (paidStars != null) {
            String reason = "paid media, which Telegram Desktop does not export (" + paidStars + " stars)";
            return new SourceFile(MediaKind.PHOTO, "paid_media", "paid media", null, null, reason);
        }
        return null;
    }

    /**
     * Versions before 2022 write no {@code text_entities}. Other programs write only one of the two fields, or less text into one
     * of them.
     */
    private static List<TextPart> text(Fields message) {
        List<TextPart> text = TextPartsReader.read(message.get("text"));
        List<TextPart> entities = TextPartsReader.read(message.get("text_entities"));
        return text.isEmpty() || (TextPart.text(text).equals(TextPart.text(entities)) && marks(entities) >= marks(text))
                ? entities
                : text;
    }

    private static long marks(List<TextPart> text) {
        return text.stream().filter(part -> part.mark() != null).count();
    }

    private static Stream<String> buttonLinks(Fields message) {
        return message.objects("inline_bot_buttons")
                .filter(button -> "url".equals(button.text("type")))
                .flatMap(button -> Stream.ofNullable(button.text("data")));
    }

    private static Details.Reaction reaction(Fields reaction) {
        String type = String.valueOf(reaction.text("type"));
        String emoji = reaction.text("emoji");
        String document = reaction.text("document_id");
        // the first versions with reactions wrote no type
        String untyped = emoji != null || document == null ? "emoji" : "custom_emoji";
        String known = REACTIONS.contains(type) ? type : untyped;
        return new Details.Reaction(
                known,
                known.equals("emoji") ? emoji : null,
                known.equals("custom_emoji") ? document : null,
                Fields.count(reaction.number("count")));
    }

    private static int sum(List<Details.Reaction> reactions) {
        return Fields.count(
                reactions.stream().mapToLong(Details.Reaction::count).sum());
    }

    /** Whether the author is the channel, which is not stored as an author. Old versions write a number or nothing. */
    private static boolean isChannelItself(String fromId, String from, ChannelIdentity channel) {
        return (CHANNEL_PREFIX + channel.tgChannelId()).equals(fromId)
                || ((fromId == null || DIGITS.matcher(fromId).matches())
                        && channel.title().equals(from));
    }

    private static String forwardedFrom(Fields message) {
        return message.isNull("forwarded_from") ? DELETED_ACCOUNT : message.text("forwarded_from");
    }

    private static Details.Reply reply(long messageId, Long channel) {
        return new Details.Reply(messageId, channel == null ? null : "https://t.me/c/" + channel + "/" + messageId);
    }

    /** Returns the id of a channel; null for a person or a group, or if the id cannot be read. */
    private static Long channelId(String peer) {
        Matcher id = CHANNEL_ID.matcher(peer == null ? "" : peer);
        return id.matches() ? Long.valueOf(id.group(1)) : null;
    }

    /**
     * Returns the first value that is a time from the given one to the year 9999: seconds since 1970, or local time of the
     * exporting machine.
     */
    private Optional<Instant> time(Instant from, JsonNode... values) {
        return Stream.of(values)
                .filter(value -> value != null && (value.isTextual() || value.isNumber()))
                .flatMap(value -> time(value.asText().strip()).stream())
                .filter(time -> !time.isBefore(from) && time.getEpochSecond() <= LAST_SECOND)
                .findFirst();
    }

    private Optional<Instant> time(String text) {
        try {
            if (SECONDS.matcher(text).matches()) {
                return Optional.of(Instant.ofEpochSecond(new BigDecimal(text).longValue()));
            }
            TemporalAccessor time = DateTimeFormatter.ISO_DATE_TIME.parseBest(
                    text.replace(' ', 'T'), ZonedDateTime::from, LocalDateTime::from);
            return Optional.of(
                    time instanceof LocalDateTime local ? local.atZone(zone).toInstant() : Instant.from(time));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
