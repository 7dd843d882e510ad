package routes.ingest.export;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import routes.ingest.TextPart;

/**
 * What we read of a message in {@code result.json}, under the names of the file. Telegram Desktop writes no views and no
 * forwards, and before 2022 no {@code …_unixtime}.
 */
record ExportMessage(
        long id,
        String type,
        String date,
        String dateUnixtime,
        String edited,
        String editedUnixtime,
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
        @JsonDeserialize(using = TextPartsReader.class) List<TextPart> text,
        @JsonDeserialize(using = TextPartsReader.class) List<TextPart> textEntities,
        Poll poll,
        TodoList todoList,
        String placeName,
        String address,
        String gameTitle,
        String gameDescription,
        List<List<Button>> inlineBotButtons,
        List<Reaction> reactions) {

    record Poll(@JsonDeserialize(using = TextPartsReader.class) List<TextPart> question, List<Item> answers) {}

    record TodoList(@JsonDeserialize(using = TextPartsReader.class) List<TextPart> title, List<Item> answers) {}

    record Item(@JsonDeserialize(using = TextPartsReader.class) List<TextPart> text) {}

    record Button(String type, String data) {}

    record Reaction(long count) {}

    /** The text, and below it what a poll, a list, a place or a game says. */
    List<TextPart> parts() {
        List<TextPart> written = text != null ? text : orEmpty(textEntities);
        Stream<List<TextPart>> below = Stream.of(
                        poll == null ? Stream.<List<TextPart>>empty() : lines(poll.question(), poll.answers()),
                        todoList == null ? Stream.<List<TextPart>>empty() : lines(todoList.title(), todoList.answers()),
                        Stream.of(placeName, address, gameTitle, gameDescription)
                                .filter(Objects::nonNull)
                                .map(line -> List.of(TextPart.plain(line))))
                .flatMap(lines -> lines);
        return Stream.concat(Stream.of(written), below)
                .filter(line -> !line.isEmpty())
                .reduce(List.of(), ExportMessage::joined);
    }

    List<String> buttonLinks() {
        return orEmpty(inlineBotButtons).stream()
                .flatMap(row -> orEmpty(row).stream())
                .filter(button -> "url".equals(button.type()) && button.data() != null)
                .map(Button::data)
                .toList();
    }

    private static Stream<List<TextPart>> lines(List<TextPart> title, List<Item> items) {
        return Stream.concat(Stream.of(orEmpty(title)), orEmpty(items).stream().map(item -> orEmpty(item.text())));
    }

    private static List<TextPart> joined(List<TextPart> above, List<TextPart> line) {
        return above.isEmpty()
                ? line
                : Stream.of(above, List.of(TextPart.plain("\n")), line)
                        .flatMap(List::stream)
                        .toList();
    }

    private static <T> List<T> orEmpty(List<T> list) {
        return list == null ? List.of() : list;
    }
}
