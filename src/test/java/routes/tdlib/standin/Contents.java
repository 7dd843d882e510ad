package routes.tdlib.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/** Contents of messages as TDLib 1.8.67 describes them, of every type that a channel can have. */
public final class Contents {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Contents() {}

    /** An object with {@code @type}. */
    public static ObjectNode object(String type) {
        return JSON.objectNode().put("@type", type);
    }

    /** @param entities of {@link #entity} */
    public static ObjectNode formatted(String text, ObjectNode... entities) {
        ObjectNode json = object("formattedText").put("text", text);
        json.putArray("entities").addAll(Arrays.asList(entities));
        return json;
    }

    /** @param type such as {@code textEntityTypeBold}, or with arguments */
    public static ObjectNode entity(int offset, int length, ObjectNode type) {
        ObjectNode json = object("textEntity").put("offset", offset).put("length", length);
        json.set("type", type);
        return json;
    }

    public static ObjectNode entity(int offset, int length, String type) {
        return entity(offset, length, object(type));
    }

    public static ObjectNode text(String text, ObjectNode... entities) {
        return object("messageText").set("text", formatted(text, entities));
    }

    /** A text with the preview of a link. */
    public static ObjectNode textWithPreview(String text, String url, String title, String description) {
        ObjectNode preview = object("linkPreview")
                .put("url", url)
                .put("display_url", url.replaceFirst("^https?://", ""))
                .put("site_name", "")
                .put("title", title)
                .put("author", "");
        preview.set("description", formatted(description));
        ObjectNode content = text(text, entity(text.indexOf(url), url.length(), "textEntityTypeUrl"));
        return content.set("link_preview", preview);
    }

    private static ObjectNode captioned(String type, String caption) {
        return object(type)
                .put("show_caption_above_media", false)
                .put("has_spoiler", false)
                .set("caption", formatted(caption));
    }

    /** Sizes in ascending order; the small one has a file of its own. */
    public static ObjectNode photo(String caption, StandInFile small, StandInFile large) {
        ObjectNode photo = object("photo").put("has_stickers", false);
        photo.putArray("sizes").add(size("m", 320, 240, small)).add(size("y", 1280, 960, large));
        return captioned("messagePhoto", caption).set("photo", photo);
    }

    private static ObjectNode size(String type, int width, int height, StandInFile file) {
        ObjectNode size =
                object("photoSize").put("type", type).put("width", width).put("height", height);
        size.set("photo", file.toJson());
        size.putArray("progressive_sizes");
        return size;
    }

    public static ObjectNode video(String caption, String name, int seconds, StandInFile file) {
        ObjectNode video = named("video", name, "video/mp4")
                .put("duration", seconds)
                .put("width", 1280)
                .put("height", 720)
                .put("supports_streaming", true);
        video.set("video", file.toJson());
        return captioned("messageVideo", caption).set("video", video);
    }

    public static ObjectNode document(String caption, String name, String mimeType, StandInFile file) {
        ObjectNode document = named("document", name, mimeType);
        document.set("document", file.toJson());
        return captioned("messageDocument", caption).set("document", document);
    }

    public static ObjectNode animation(String caption, String name, StandInFile file) {
        ObjectNode animation = named("animation", name, "video/mp4").put("duration", 3);
        animation.set("animation", file.toJson());
        return captioned("messageAnimation", caption).set("animation", animation);
    }

    public static ObjectNode audio(String caption, String performer, String title, String name, StandInFile file) {
        ObjectNode audio = named("audio", name, "audio/mpeg")
                .put("duration", 180)
                .put("performer", performer)
                .put("title", title);
        audio.set("audio", file.toJson());
        return captioned("messageAudio", caption).set("audio", audio);
    }

    public static ObjectNode voiceNote(String caption, StandInFile file) {
        ObjectNode voice =
                object("voiceNote").put("duration", 7).put("waveform", "").put("mime_type", "audio/ogg");
        voice.set("voice", file.toJson());
        return captioned("messageVoiceNote", caption).put("is_listened", false).set("voice_note", voice);
    }

    public static ObjectNode videoNote(StandInFile file) {
        ObjectNode note = object("videoNote").put("duration", 9).put("length", 240);
        note.set("video", file.toJson());
        return object("messageVideoNote").put("is_viewed", false).set("video_note", note);
    }

    private static ObjectNode named(String type, String name, String mimeType) {
        return object(type).put("file_name", name).put("mime_type", mimeType);
    }

    public static ObjectNode sticker(String emoji, StandInFile file) {
        ObjectNode sticker = object("sticker")
                .put("id", "5368324170671202286")
                .put("set_id", "1258816259751983")
                .put("width", 512)
                .put("height", 512)
                .put("emoji", emoji);
        sticker.set("format", object("stickerFormatWebp"));
        sticker.set("sticker", file.toJson());
        return object("messageSticker").put("is_premium", false).set("sticker", sticker);
    }

    public static ObjectNode poll(String question, String... options) {
        ObjectNode poll = object("poll")
                .put("id", "5354824565321531392")
                .put("total_voter_count", 12)
                .put("is_anonymous", true)
                .put("is_closed", false);
        poll.set("question", formatted(question));
        ArrayNode list = poll.putArray("options");
        for (String option : options) {
            ObjectNode json = object("pollOption").put("voter_count", 4).put("vote_percentage", 33);
            json.set("text", formatted(option));
            list.add(json);
        }
        poll.set("type", object("pollTypeRegular").put("allow_multiple_answers", false));
        return object("messagePoll").set("poll", poll);
    }

    public static ObjectNode checklist(String title, List<String> tasks) {
        ObjectNode checklist = object("checklist").put("others_can_add_tasks", false);
        checklist.set("title", formatted(title));
        ArrayNode list = checklist.putArray("tasks");
        for (int i = 0; i < tasks.size(); i++) {
            ObjectNode task = object("checklistTask").put("id", i + 1).put("completion_date", 0);
            task.set("text", formatted(tasks.get(i)));
            list.add(task);
        }
        return object("messageChecklist").set("list", checklist);
    }

    /** Paid media that was not bought: a preview without a file. */
    public static ObjectNode paidMedia(String caption, int stars) {
        ObjectNode content = captioned("messagePaidMedia", caption).put("star_count", stars);
        content.putArray("media")
                .add(object("paidMediaPreview")
                        .put("width", 640)
                        .put("height", 480)
                        .put("duration", 0));
        return content;
    }

    /** A long post of which the message carries only the first blocks; {@code getFullRichMessage} has all. */
    public static ObjectNode richMessage(boolean full, String... paragraphs) {
        ObjectNode message = object("richMessage").put("is_rtl", false).put("is_full", full);
        ArrayNode blocks = message.putArray("blocks");
        for (String paragraph : paragraphs) {
            ObjectNode block = object("pageBlockParagraph");
            block.set("text", object("richTextPlain").put("text", paragraph));
            blocks.add(block);
        }
        return object("messageRichMessage").set("message", message);
    }

    public static ObjectNode location(double latitude, double longitude) {
        return object("messageLocation")
                .put("live_period", 0)
                .put("expires_in", 0)
                .set("location", point(latitude, longitude));
    }

    public static ObjectNode venue(String title, String address, double latitude, double longitude) {
        ObjectNode venue =
                object("venue").put("title", title).put("address", address).put("provider", "");
        venue.set("location", point(latitude, longitude));
        return object("messageVenue").set("venue", venue);
    }

    private static ObjectNode point(double latitude, double longitude) {
        return object("location")
                .put("latitude", latitude)
                .put("longitude", longitude)
                .put("horizontal_accuracy", 0);
    }

    public static ObjectNode contact(String firstName, String lastName, String phone) {
        return object("messageContact")
                .set(
                        "contact",
                        object("contact")
                                .put("phone_number", phone)
                                .put("first_name", firstName)
                                .put("last_name", lastName)
                                .put("vcard", "")
                                .put("user_id", 0));
    }

    public static ObjectNode invoice(String title, String description) {
        ObjectNode product = object("productInfo").put("title", title);
        product.set("description", formatted(description));
        return object("messageInvoice")
                .put("currency", "RUB")
                .put("total_amount", 19900)
                .put("start_parameter", "")
                .set("product_info", product);
    }

    public static ObjectNode story(long posterChatId, int storyId) {
        return object("messageStory")
                .put("story_poster_chat_id", posterChatId)
                .put("story_id", storyId)
                .put("via_mention", false);
    }

    public static ObjectNode giveaway(String prize, int winners) {
        ObjectNode parameters = object("giveawayParameters")
                .put("winners_selection_date", 1_800_000_000)
                .put("prize_description", prize);
        return object("messageGiveaway").put("winner_count", winners).set("parameters", parameters);
    }

    public static ObjectNode dice(String emoji, int value) {
        return object("messageDice").put("emoji", emoji).put("value", value);
    }

    /** A service message. */
    public static ObjectNode titleChanged(String title) {
        return object("messageChatChangeTitle").put("title", title);
    }

    public static ObjectNode pinned(long messageId) {
        return object("messagePinMessage").put("message_id", messageId);
    }

    public static ObjectNode unsupported() {
        return object("messageUnsupported");
    }

    /** What a later TDLib may send. */
    public static ObjectNode ofTheFuture() {
        return object("messageHologram").put("depth", 3).set("caption", formatted("Hologram"));
    }

    /** One of each type, with distinct texts; the files are made by the stand-in. */
    public static List<ObjectNode> ofEveryType(TelegramStandIn telegram) {
        byte[] bytes = "content of a file".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return List.of(
                text("plain text with a https://example.com/a", entity(18, 21, "textEntityTypeUrl")),
                textWithPreview("see https://example.com/b", "https://example.com/b", "Title", "Description"),
                photo("photo caption", telegram.file(bytes), telegram.file(bytes)),
                video("video caption", "clip.mp4", 12, telegram.file(bytes)),
                document("document caption", "report.pdf", "application/pdf", telegram.file(bytes)),
                animation("animation caption", "cat.mp4", telegram.file(bytes)),
                audio("audio caption", "Performer", "Song", "song.mp3", telegram.file(bytes)),
                voiceNote("voice caption", telegram.file(bytes)),
                videoNote(telegram.file(bytes)),
                sticker("👍", telegram.file(bytes)),
                poll("Question?", "First option", "Second option"),
                checklist("Checklist title", List.of("First task", "Second task")),
                paidMedia("paid caption", 50),
                richMessage(true, "First paragraph", "Second paragraph"),
                location(55.75, 37.61),
                venue("Venue title", "Venue address", 55.75, 37.61),
                contact("First", "Last", "+70000000000"),
                invoice("Product title", "Product description"),
                story(-1_001_000_000_001L, 5),
                giveaway("Prize", 3),
                dice("🎲", 4),
                unsupported(),
                ofTheFuture());
    }

    /** Text that a reader sees in a content that has a text or a caption; empty for others. */
    public static String words(JsonNode content) {
        return content.at("/text/text").asText(content.at("/caption/text").asText());
    }
}
