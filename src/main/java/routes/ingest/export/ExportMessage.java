package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import routes.ingest.TextPart;

/**
 * What we read of a message in {@code result.json}, under the names of the file. Telegram Desktop writes no views and no
 * forwards, and before 2022 no {@code …_unixtime}. Any part may be null; lists are empty instead.
 *
 * @param oddities fields that were left out since their type cannot be read, such as {@code photo: an object}
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
        String photo,
        String file,
        String fileName,
        String mimeType,
        String mediaType,
        List<TextPart> text,
        Poll poll,
        TodoList todoList,
        String placeName,
        String address,
        String gameTitle,
        String gameDescription,
        List<Button> inlineBotButtons,
        List<Reaction> reactions,
        List<String> oddities) {

    record Poll(List<TextPart> question, List<Item> answers) {}

    record TodoList(List<TextPart> title, List<Item> answers) {}

    record Item(List<TextPart> text) {}

    record Button(String type, String data) {}

    record Reaction(long count) {}

    /** A message as it stands in the file, whatever the types of its fields are. */
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
                fields.text("forwarded_from"),
                fields.text("forwarded_from_id"),
                fields.number("reply_to_message_id"),
                fields.text("reply_to_peer_id"),
                fields.text("photo"),
                fields.text("file"),
                fields.text("file_name"),
                fields.text("mime_type"),
                fields.text("media_type"),
                text(fields),
                poll(fields.object("poll")),
                todoList(fields.object("todo_list")),
                fields.text("place_name"),
                fields.text("address"),
                fields.text("game_title"),
                fields.text("game_description"),
                fields.objects("inline_bot_buttons")
                        .map(button -> new Button(button.text("type"), button.text("data")))
                        .toList(),
                fields.objects("reactions").map(ExportMessage::reaction).toList(),
                fields.oddities());
    }

    private static List<TextPart> text(Fields fields) {
        List<TextPart> text = TextPartsReader.read(fields.get("text"));
        return text.isEmpty() ? TextPartsReader.read(fields.get("text_entities")) : text;
    }

    private static Poll poll(Fields poll) {
        return poll == null ? null : new Poll(TextPartsReader.read(poll.get("question")), items(poll));
    }

    private static TodoList todoList(Fields list) {
        return list == null ? null : new TodoList(TextPartsReader.read(list.get("title")), items(list));
    }

    private static List<Item> items(Fields list) {
        return list.elements("answers")
                .map(item -> new Item(TextPartsReader.read(item)))
                .toList();
    }

    private static Reaction reaction(Fields reaction) {
        Long count = reaction.number("count");
        return new Reaction(count == null ? 0 : Math.max(0, Math.min(count, Integer.MAX_VALUE)));
    }

    /** The text, and below it what a poll, a list, a place or a game says. */
    List<TextPart> parts() {
        Stream<List<TextPart>> below = Stream.of(
                        poll == null ? Stream.<List<TextPart>>empty() : lines(poll.question(), poll.answers()),
                        todoList == null ? Stream.<List<TextPart>>empty() : lines(todoList.title(), todoList.answers()),
                        Stream.of(placeName, address, gameTitle, gameDescription)
                                .filter(Objects::nonNull)
                                .map(line -> List.of(TextPart.plain(line))))
                .flatMap(lines -> lines);
        return Stream.concat(Stream.of(text), below)
                .filter(line -> !line.isEmpty())
                .reduce(List.of(), ExportMessage::joined);
    }

    List<String> buttonLinks() {
        return inlineBotButtons.stream()
                .filter(button -> "url".equals(button.type()) && button.data() != null)
                .map(Button::data)
                .toList();
    }

    private static Stream<List<TextPart>> lines(List<TextPart> title, List<Item> items) {
        return Stream.concat(Stream.of(title), items.stream().map(Item::text));
    }

    private static List<TextPart> joined(List<TextPart> above, List<TextPart> line) {
        return above.isEmpty()
                ? line
                : Stream.of(above, List.of(TextPart.plain("\n")), line)
                        .flatMap(List::stream)
                        .toList();
    }
}
