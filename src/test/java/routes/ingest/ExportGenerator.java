package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes exports of any size, each post with another text. */
public final class ExportGenerator {
    private static final String WORDS =
            "Вышел новый релиз языка, в котором ускорили сборщик мусора и добавили виртуальные потоки. Release notes and benchmarks. ";

    private ExportGenerator() {}

    /**
     * @param textLength characters of each post, about
     */
    public static void write(Path file, int posts, int textLength) throws IOException {
        String text = WORDS.repeat(1 + textLength / WORDS.length()).substring(0, textLength);
        try (Writer out = Files.newBufferedWriter(file, UTF_8)) {
            out.write(
                    "{\n \"name\": \"Большой канал\",\n \"type\": \"public_channel\",\n \"id\": 5555,\n \"messages\": [");
            for (int i = 1; i <= posts; i++) {
                out.write((i > 1 ? "," : "")
                        + """

                          {
                           "id": %d,
                           "type": "message",
                           "date": "2025-11-01T12:00:00",
                           "date_unixtime": "%d",
                           "from": "Большой канал",
                           "from_id": "channel5555",
                           "text": [
                            "%s %d, подробности: ",
                            {
                             "type": "link",
                             "text": "https://example.org/post/%d"
                            }
                           ],
                           "text_entities": [
                            {
                             "type": "plain",
                             "text": "%s %d, подробности: "
                            },
                            {
                             "type": "link",
                             "text": "https://example.org/post/%d"
                            }
                           ]
                          }"""
                                .formatted(i, 1_761_987_600L + i * 60L, text, i, i, text, i, i));
            }
            out.write("\n ]\n}\n");
        }
    }
}
