package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import routes.ingest.TextPart;
import routes.posts.Details;

/**
 * The fields of a message in {@code result.json} that we read, under their names in the file. Telegram Desktop writes no views and
 * no forwards, and before 2022 no {@code …_unixtime}. Any part may be null; lists are empty instead.
 *
 * @param oddities fields left out because their type is invalid, such as {@code photo: an object}
 */
record ExportMessage(
        Long id,
        String type,
        JsonNode date,
        JsonNode dateUnixtime,
        JsonNode edited,
        JsonNode editedUnixtime,
        String from,
        String fromId,
        String author,
        String forwardedFrom,
        String forwardedFromId,
        Long replyToMessageId,
        String replyToPeerId,
        String viaBot,
        String photo,
        String file,
        String fileName,
        String mimeType,
        String mediaType,
        String paidStars,
        List<TextPart> text,
        Attachments attachments,
        List<Button> inlineBotButtons,
        List<Details.Reaction> reactions,
        List<String> oddities) {

    /** As Telegram shows it. */
    private static final String DELETED_ACCOUNT = "Deleted Account";

    record Button(String type, String data) {}

    /** Reads a message from the file, whatever the types of its fields are. */
    static ExportMessage of(JsonNode message) {
        var fields = new Fields(message);
        return new ExportMessage(
                fields.number("id"),
                fields.text("type"),
                fields.get("date"),
                fields.get("date_unixtime"),
                fields.get("edited"),
                fields.get("edited_unixtime"),
                fields.text("from"),
                fields.text("from_id"),
                fields.text("author"),
                fields.isNull("forwarded_from") ? DELETED_ACCOUNT : fields.text("forwarded_from"),
                fields.text("forwarded_from_id"),
                fields.number("reply_to_message_id"),
                fields.text("reply_to_peer_id"),
                fields.text("via_bot"),
                fields.text("photo"),
                fields.text("file"),
                fields.text("file_name"),
                fields.text("mime_type"),
                fields.text("media_type"),
                fields.text("paid_stars_amount"),
                text(fields),
                Attachments.of(fields),
                fields.objects("inline_bot_buttons")
                        .map(button -> new Button(button.text("type"), button.text("data")))
                        .toList(),
                fields.objects("reactions").map(ExportMessage::reaction).toList(),
                fields.oddities());
    }

    /** Versions before 2022 have no {@code text_entities}. Other programs keep only one of the two, or write less into one of them. */
    private static List<TextPart> text(Fields fields) {
        List<TextPart> text = TextPartsReader.read(fields.get("text"));
        List<TextPart> entities = TextPartsReader.read(fields.get("text_entities"));
        return text.isEmpty() || (plain(text).equals(plain(entities)) && marks(entities) >= marks(text))
                ? entities
                : text;
    }

    private static String plain(List<TextPart> text) {
        return text.stream().map(TextPart::text).collect(Collectors.joining());
    }

    private static long marks(List<TextPart> text) {
        return text.stream().filter(part -> part.mark() != null).count();
    }

    private static Details.Reaction reaction(Fields reaction) {
        String type = reaction.text("type");
        String emoji = reaction.text("emoji");
        String document = reaction.text("document_id");
        // the first versions with reactions wrote no type
        String known = Set.of("emoji", "custom_emoji", "paid").contains(String.valueOf(type))
                ? type
                : emoji != null || document == null ? "emoji" : "custom_emoji";
        return new Details.Reaction(
                known,
                known.equals("emoji") ? emoji : null,
                known.equals("custom_emoji") ? document : null,
                Attachments.count(reaction.number("count")));
    }

    List<String> buttonLinks() {
        return inlineBotButtons.stream()
                .filter(button -> "url".equals(button.type()) && button.data() != null)
                .map(Button::data)
                .toList();
    }
}
