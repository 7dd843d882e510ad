package routes.ingest.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.SourceMessageBuilder;
import routes.ingest.export.Attachments;
import routes.posts.Details;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.posts.Post.MediaKind;

/**
 * A message of TDLib in the form that all sources share. What its attachments say is brought into the form of exports and read by their
 * reader, so that the same post has the same text from both.
 *
 * @param message its file has no path yet, but a reason if there will be none
 * @param file what to download; null without a file, or if it is not available
 */
record TdMessage(SourceMessage message, RemoteFile file) {

    /**
     * A file at Telegram.
     *
     * @param id in this session of TDLib
     * @param uniqueId the same for all accounts and times; empty if unknown
     * @param size in bytes, 0 if unknown
     */
    record RemoteFile(int id, String uniqueId, long size) {}

    /** Names of those who occur in messages. */
    interface Names {
        /** Name of a user; empty if it is unknown. */
        default Optional<String> user(long userId) {
            return Optional.empty();
        }

        /** User name of a bot, as {@code @gif}. */
        Optional<String> bot(long userId);

        /** Title of a chat. */
        Optional<String> title(long chatId);

        /** Name of a topic of a forum. */
        default Optional<String> topic(long chatId, long topicId) {
            return Optional.empty();
        }
    }

    /** Ids of messages that are on the server are multiples of this. The factor is their number in links. */
    private static final int NUMBER_SHIFT = 20;

    private static final long CHANNEL_IDS = -1_000_000_000_000L;

    /** Types of service messages, which are not posts. */
    private static final Pattern SERVICE = Pattern.compile(
            "message(?:(?:Basic|Super)[gG]roup.*|Chat[A-Z].*|PinMessage"
                    + "|ScreenshotTaken|ForumTopic.*|Suggest.*|CustomServiceAction|GameScore|Payment.*|Gift.*|UpgradedGift.*"
                    + "|RefundedUpgradedGift.*|PremiumGiftCode|GiveawayCreated|GiveawayCompleted|GiveawayPrizeStars"
                    + "|PaidMessages?[A-Z].*|DirectMessage.*|ChecklistTasks.*|ContactRegistered|UsersShared|BotWriteAccessAllowed"
                    + "|WebAppData.*|Passport.*|ProximityAlert.*|VideoChat.*|InviteVideoChat.*|Call|GroupCall|ManagedBot.*|PollOption.*)");

    private static final Set<String> NEVER_IN_ALBUMS = Set.of("sticker", "voice_message", "video_message", "animation");
    /** Telegram names these files itself. */
    private static final Set<String> UNNAMED = Set.of("sticker", "voice_message", "video_message");

    private static final Map<String, String> REACTIONS =
            Map.of("reactionTypeEmoji", "emoji", "reactionTypeCustomEmoji", "custom_emoji", "reactionTypePaid", "paid");

    static long id(JsonNode message) {
        return message.path("id").asLong();
    }

    /** The number of a message in links. */
    static long number(JsonNode message) {
        return number(id(message));
    }

    /** The number of a message in links. */
    static long number(long messageId) {
        return messageId >> NUMBER_SHIFT;
    }

    static long messageId(long number) {
        return number << NUMBER_SHIFT;
    }

    /** Whether the message is on the server; others have not been sent yet. */
    static boolean isSent(long messageId) {
        return messageId > 0 && (messageId & ((1L << NUMBER_SHIFT) - 1)) == 0;
    }

    /** The bare positive id of a channel; null for a person or a small group. */
    static Long channelId(long chatId) {
        return chatId < CHANNEL_IDS ? CHANNEL_IDS - chatId : null;
    }

    static long chatId(long channelId) {
        return CHANNEL_IDS - channelId;
    }

    static long album(JsonNode message) {
        return message.path("media_album_id").asLong();
    }

    static Instant date(JsonNode message) {
        return Instant.ofEpochSecond(message.path("date").asLong());
    }

    /** Whether only the first blocks are there, so that {@code getFullRichMessage} is needed. */
    static boolean isCut(JsonNode message) {
        JsonNode rich = message.at("/content/message");
        return rich.path("@type").asText().equals("richMessage")
                && !rich.path("is_full").asBoolean(true);
    }

    /** Empty for service messages, direct messages to the channel and messages that are not sent yet: they are not posts. */
    static Optional<TdMessage> read(ObjectNode message, Names names) {
        long id = id(message);
        String type = message.at("/content/@type").asText();
        boolean direct = message.at("/topic_id/@type").asText().equals("messageTopicDirectMessages");
        if (!isSent(id) || direct || SERVICE.matcher(type).matches()) {
            return Optional.empty();
        }
        return Optional.of(new Reader(message, message.path("content"), names).read());
    }

    /** Reads one message. */
    private static final class Reader {
        private final ObjectNode message;
        private final JsonNode content;
        private final Names names;
        private final long chatId;
        /** The attachments as an export has them. */
        private final ObjectNode exported = JsonNodeFactory.instance.objectNode();

        private TdText text = TdText.NONE;
        private SourceFile file;
        private RemoteFile remote;

        Reader(ObjectNode message, JsonNode content, Names names) {
            this.message = message;
            this.content = content;
            this.names = names;
            chatId = message.path("chat_id").asLong();
        }

        TdMessage read() {
            readContent();
            Attachments attachments = Attachments.of(exported);
            String type = file == null ? "" : file.type();
            long edited = message.path("edit_date").asLong();
            List<Details.Reaction> reactions = reactions();
            SourceMessageBuilder built = SourceMessageBuilder.builder()
                    .id(number(message))
                    .postedAt(date(message))
                    .editedAt(edited == 0 ? null : Instant.ofEpochSecond(edited))
                    .authorKey(message.path("sender_id").toString())
                    .authorName(author())
                    .parts(text.parts())
                    .entities(text.entities())
                    .furtherLinks(Stream.concat(attachments.links().stream(), buttonLinks())
                            .toList())
                    .attachmentText(attachments.text(file == null || UNNAMED.contains(type) ? null : file.title()))
                    .file(file)
                    .albumMedia(file != null && !NEVER_IN_ALBUMS.contains(type))
                    .groupedId(album(message) == 0 ? null : album(message))
                    .counters(counters(reactions))
                    .forward(forward())
                    .reactions(reactions)
                    .poll(attachments.poll())
                    .viaBot(names.bot(message.path("via_bot_user_id").asLong()).orElse(null))
                    .topic(topic());
            reply(built);
            return new TdMessage(built.build(), remote);
        }

        private void readContent() {
            switch (content.path("@type").asText()) {
                case "messageText" -> text = TdText.formatted(content.path("text"));
                case "messageAnimatedEmoji" ->
                    text = TdText.formatted(
                            JsonNodeFactory.instance.objectNode().set("text", content.path("emoji")));
                case "messageRichMessage" -> {
                    text = TdText.blocks(content.path("message"));
                    first(content, "photo").ifPresent(this::photo);
                }
                case "messagePhoto" -> captioned(() -> photo(content.path("photo")));
                case "messageVideo" -> captioned(() -> file("video", MediaKind.VIDEO, content.path("video"), "video"));
                case "messageAnimation" ->
                    captioned(() -> file("animation", MediaKind.VIDEO, content.path("animation"), "animation"));
                case "messageDocument" ->
                    captioned(() -> file("document", MediaKind.DOCUMENT, content.path("document"), "document"));
                case "messageAudio" -> captioned(this::audio);
                case "messageVoiceNote" ->
                    captioned(() -> file("voice_message", MediaKind.DOCUMENT, content.path("voice_note"), "voice"));
                case "messageVideoNote" -> file("video_message", MediaKind.VIDEO, content.path("video_note"), "video");
                case "messageSticker" -> {
                    JsonNode sticker = content.path("sticker");
                    file("sticker", MediaKind.DOCUMENT, sticker, "sticker");
                    exported.set("sticker_emoji", sticker.path("emoji"));
                }
                case "messagePaidMedia" -> captioned(this::paidMedia);
                case "messagePoll" -> poll();
                case "messageChecklist" -> checklist();
                case "messageLocation", "messageLiveLocation" -> location(content.path("location"));
                case "messageVenue" -> venue();
                case "messageContact" -> exported.set("contact_information", content.path("contact"));
                case "messageInvoice" -> captioned(this::invoice);
                case "messageGame" -> game();
                case "messageGiveaway" -> giveaway("giveaway_information", "quantity", content.path("parameters"));
                case "messageGiveawayWinners" -> giveaway("giveaway_results", "winners_count", content);
                case "messageDice" -> exported.set("sticker_emoji", content.path("emoji"));
                case "messageStory" -> story();
                case "messageExpiredPhoto",
                        "messageExpiredVideo",
                        "messageExpiredVideoNote",
                        "messageExpiredVoiceNote" ->
                    without("expired", "the file was available for a limited time only");
                default -> unknown();
            }
        }

        private void captioned(Runnable attachment) {
            text = TdText.formatted(content.path("caption"));
            attachment.run();
        }

        private void unknown() {
            String kind = content.path("@type").asText().replaceFirst("^message", "");
            text = TdText.everything(content);
            String name =
                    kind.isEmpty() ? "unknown" : kind.substring(0, 1).toLowerCase(Locale.ROOT) + kind.substring(1);
            without(name, "this version does not support posts of this type; see them in Telegram");
        }

        /** Media without a file. */
        private void without(String type, String reason) {
            file = new SourceFile(MediaKind.DOCUMENT, type, "(" + type + ")", null, null, reason);
        }

        private void photo(JsonNode photo) {
            JsonNode largest = null;
            long most = -1;
            for (JsonNode size : photo.path("sizes")) {
                long pixels = size.path("width").asLong() * size.path("height").asLong();
                if (pixels >= most) {
                    most = pixels;
                    largest = size;
                }
            }
            file = new SourceFile(MediaKind.PHOTO, "photo", "photo", null, null, null);
            remote(largest == null ? photo : largest.path("photo"));
        }

        private void file(String type, MediaKind kind, JsonNode media, String field) {
            String name = media.path("file_name").asText();
            String mime = media.path("mime_type").asText();
            file = new SourceFile(
                    kind, type, name.isEmpty() ? "(" + type + ")" : name, null, mime.isEmpty() ? null : mime, null);
            remote(media.path(field));
        }

        private void remote(JsonNode found) {
            if (found.path("@type").asText().equals("file")) {
                long size = found.path("size").asLong();
                remote = new RemoteFile(
                        found.path("id").asInt(),
                        found.at("/remote/unique_id").asText(),
                        size == 0 ? found.path("expected_size").asLong() : size);
            } else {
                file = file.missing("Telegram returned no file");
            }
        }

        private void audio() {
            JsonNode audio = content.path("audio");
            file("audio", MediaKind.DOCUMENT, audio, "audio");
            exported.set("performer", audio.path("performer"));
            exported.set("title", audio.path("title"));
        }

        private void paidMedia() {
            for (JsonNode media : content.path("media")) {
                switch (media.path("@type").asText()) {
                    case "paidMediaPhoto" -> photo(media.path("photo"));
                    case "paidMediaVideo" -> file("video", MediaKind.VIDEO, media.path("video"), "video");
                    default -> {}
                }
                if (file != null) {
                    return;
                }
            }
            String reason = "paid media, which only buyers can see ("
                    + content.path("star_count").asLong() + " stars)";
            file = new SourceFile(MediaKind.PHOTO, "paid_media", "paid media", null, null, reason);
        }

        private void poll() {
            JsonNode poll = content.path("poll");
            text = TdText.formatted(content.path("description"));
            ObjectNode form = exported.putObject("poll")
                    .put("question", TdText.plain(poll.path("question")))
                    .put("closed", poll.path("is_closed").asBoolean())
                    .put("total_voters", poll.path("total_voter_count").asInt())
                    // of a quiz
                    .put("explanation", TdText.plain(poll.at("/type/explanation")));
            ArrayNode answers = form.putArray("answers");
            poll.path("options").forEach(option -> answers.addObject()
                    .put("text", TdText.plain(option.path("text")))
                    .put("voters", option.path("voter_count").asInt())
                    .put("chosen", option.path("is_chosen").asBoolean()));
        }

        private void checklist() {
            JsonNode list = content.path("list");
            ObjectNode form = exported.putObject("todo_list").put("title", TdText.plain(list.path("title")));
            ArrayNode answers = form.putArray("answers");
            list.path("tasks").forEach(task -> answers.addObject().put("text", TdText.plain(task.path("text"))));
        }

        private void location(JsonNode point) {
            exported.putObject("location_information")
                    .<ObjectNode>set("latitude", point.path("latitude"))
                    .set("longitude", point.path("longitude"));
        }

        private void venue() {
            JsonNode venue = content.path("venue");
            exported.set("place_name", venue.path("title"));
            exported.set("address", venue.path("address"));
            location(venue.path("location"));
        }

        private void invoice() {
            JsonNode product = content.path("product_info");
            exported.putObject("invoice_information")
                    .put("title", product.path("title").asText())
                    .put("description", TdText.plain(product.path("description")))
                    .put("amount", content.path("total_amount").asLong())
                    .put("currency", content.path("currency").asText());
        }

        private void game() {
            JsonNode game = content.path("game");
            text = TdText.formatted(game.path("text"));
            exported.put("game_title", game.path("title").asText())
                    .put("game_description", game.path("description").asText());
        }

        private void giveaway(String name, String number, JsonNode parameters) {
            JsonNode prize = content.path("prize");
            exported.putObject(name)
                    .put(
                            "additional_prize",
                            parameters.path("prize_description").asText())
                    .put(number, content.path("winner_count").asInt())
                    .put("stars", prize.path("star_count").asInt());
        }

        private void story() {
            long poster = content.path("story_poster_chat_id").asLong();
            String where = names.title(poster).map(title -> " of " + title).orElse("");
            without("story", "a story" + where + ", which is available only in Telegram");
        }

        private static Optional<JsonNode> first(JsonNode node, String type) {
            if (node.path("@type").asText().equals(type)) {
                return Optional.of(node);
            }
            return StreamSupport.stream(node.spliterator(), false)
                    .filter(JsonNode::isContainerNode)
                    .flatMap(child -> first(child, type).stream())
                    .findFirst();
        }

        private Stream<String> buttonLinks() {
            List<String> links = new ArrayList<>();
            for (JsonNode row : message.at("/reply_markup/rows")) {
                for (JsonNode button : row) {
                    String url = button.at("/type/url").asText();
                    if (button.at("/type/@type").asText().equals("inlineKeyboardButtonTypeUrl") && !url.isEmpty()) {
                        links.add(url);
                    }
                }
            }
            return links.stream();
        }

        /** The signature, or the person who wrote in a supergroup. The channel itself is not shown as an author. */
        private String author() {
            String signature = message.path("author_signature").asText();
            if (!signature.isEmpty()) {
                return signature;
            }
            JsonNode sender = message.path("sender_id");
            long sendingChat = sender.path("chat_id").asLong();
            if (sender.path("@type").asText().equals("messageSenderUser")) {
                return names.user(sender.path("user_id").asLong()).orElse(null);
            }
            return sendingChat == 0 || sendingChat == chatId
                    ? null
                    : names.title(sendingChat).orElse(null);
        }

        private List<Details.Reaction> reactions() {
            JsonNode found = message.at("/interaction_info/reactions");
            List<Details.Reaction> reactions = new ArrayList<>();
            // until 1.8.24 it was the list itself
            for (JsonNode reaction : found.isArray() ? found : found.path("reactions")) {
                JsonNode type = reaction.path("type");
                String kind = REACTIONS.get(type.path("@type").asText());
                if (kind != null) {
                    reactions.add(new Details.Reaction(
                            kind,
                            kind.equals("emoji") ? type.path("emoji").asText() : null,
                            kind.equals("custom_emoji")
                                    ? type.path("custom_emoji_id").asText()
                                    : null,
                            reaction.path("total_count").asInt()));
                }
            }
            return reactions;
        }

        private Counters counters(List<Details.Reaction> reactions) {
            JsonNode info = message.path("interaction_info");
            return new Counters(
                    info.path("view_count").asInt(),
                    info.path("forward_count").asInt(),
                    reactions.stream().mapToInt(Details.Reaction::count).sum(),
                    info.at("/reply_info/reply_count").asInt());
        }

        private Forward forward() {
            JsonNode forward = message.path("forward_info");
            if (forward.isMissingNode()) {
                return Forward.NONE;
            }
            JsonNode origin = forward.path("origin");
            long chat =
                    origin.path("chat_id").asLong(origin.path("sender_chat_id").asLong());
            long originId = origin.path("message_id").asLong();
            long date = forward.path("date").asLong();
            String name =
                    switch (origin.path("@type").asText()) {
                        case "messageOriginUser" ->
                            names.user(origin.path("sender_user_id").asLong()).orElse(null);
                        case "messageOriginHiddenUser" ->
                            origin.path("sender_name").asText();
                        default -> names.title(chat).orElse(null);
                    };
            return new Forward(
                    channelId(chat),
                    originId == 0 ? null : number(originId),
                    date == 0 ? null : Instant.ofEpochSecond(date),
                    name);
        }

        private void reply(SourceMessageBuilder built) {
            JsonNode reply = message.path("reply_to");
            String quote = TdText.plain(reply.at("/quote/text"));
            built.quote(quote.isBlank() ? null : quote);
            long other = reply.path("chat_id").asLong();
            long id = number(reply.path("message_id").asLong());
            if (!reply.path("@type").asText().equals("messageReplyToMessage") || id == 0) {
                return;
            }
            if (other == 0 || other == chatId) {
                built.replyToMessageId(id);
            } else {
                Long channel = channelId(other);
                built.replyElsewhere(
                        new Details.Reply(id, channel == null ? null : "https://t.me/c/" + channel + "/" + id));
            }
        }

        private String topic() {
            JsonNode topic = message.path("topic_id");
            return topic.path("@type").asText().equals("messageTopicForum")
                    ? names.topic(chatId, topic.path("forum_topic_id").asLong()).orElse(null)
                    : null;
        }
    }

    /** The message with its file, or with the reason why it has no file. */
    SourceMessage with(SourceFile found) {
        return SourceMessageBuilder.builder(message).file(found).build();
    }
}
