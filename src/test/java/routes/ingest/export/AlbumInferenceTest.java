package routes.ingest.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.TextPart;
import routes.posts.Post.Counters;
import routes.posts.Post.Forward;
import routes.posts.Post.MediaKind;

class AlbumInferenceTest {

    /** A message is {@code id@second}, with {@code c} for a caption, {@code t} for text without media, {@code b} for another author. */
    @ParameterizedTest(name = "{0} gives {1}")
    @CsvSource({
        "1@0 2@0 3@0, [1 2 3]",
        "1@0 2@1 3@1, [1 2 3]",
        "2@1 3@0, [2 3]",
        "1@0 2@2, [1] [2]",
        "1@0 2@1 3@2, [1 2] [3]",
        "1@0 3@0, [1] [3]",
        "1@0 2@0b, [1] [2]",
        "1@0t 2@0 3@0, [1] [2 3]",
        "1@0 2@0t 3@0, [1] [2] [3]",
        "1@0c 2@0 3@0, [1 2 3]",
        "1@0 2@0 3@0c, [1 2 3]",
        "1@0c 2@0 3@0c 4@0, [1 2] [3 4]",
        "1@0c 2@0c, [1] [2]",
        "1@0, [1]",
        "1@0 2@0 3@0 4@0 5@0 6@0 7@0 8@0 9@0 10@0 11@0 12@0, [1 2 3 4 5 6 7 8 9 10] [11 12]",
        "1@0 2@0 3@0 4@0 5@0 6@0 7@0 8@0 9@0 10@0 11@0, [1 2 3 4 5 6 7 8 9 10] [11]",
    })
    void messages_of_one_author_and_time_with_media_and_at_most_one_caption_are_an_album(
            String messages, String albums) {
        var inference = new AlbumInference();
        var done = new ArrayList<List<SourceMessage>>();
        Stream.of(messages.split(" "))
                .map(AlbumInferenceTest::message)
                .forEach(message -> done.add(inference.add(message)));
        done.add(inference.finish());

        assertThat(done.stream()
                        .filter(together -> !together.isEmpty())
                        .map(together -> together.stream()
                                .map(message -> String.valueOf(message.id()))
                                .collect(Collectors.joining(" ", "[", "]")))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(albums);
        assertThat(done).filteredOn(together -> !together.isEmpty()).allSatisfy(together -> assertThat(together)
                .extracting(SourceMessage::groupedId)
                .containsOnly(together.size() > 1 ? Long.valueOf(together.get(0).id()) : null));
    }

    private static SourceMessage message(String code) {
        String[] parts = code.split("@");
        String seconds = parts[1].replaceAll("\\D", "");
        boolean media = !code.endsWith("t");
        return new SourceMessage(
                Long.parseLong(parts[0]),
                Instant.ofEpochSecond(1_000 + Long.parseLong(seconds)),
                null,
                code.endsWith("b") ? "other" : "author",
                null,
                code.endsWith("c") || !media ? List.of(TextPart.plain("текст")) : List.of(),
                null,
                List.of(),
                null,
                media ? new SourceFile(MediaKind.PHOTO, "photo", "photo.jpg", null, null, "missing") : null,
                media,
                null,
                Counters.NONE,
                Forward.NONE,
                null,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                null);
    }
}
