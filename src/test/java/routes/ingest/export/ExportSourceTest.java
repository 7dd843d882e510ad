package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.ingest.ImportNote;
import routes.ingest.PostUrls;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.TextPart;
import routes.posts.ChannelIdentity;
import routes.posts.MediaKind;

class ExportSourceTest {
    private static final Path EXPORTS = Path.of("src/test/resources/exports");

    @TempDir
    Path folder;

    @Test
    void aSingleChatIsReadWithItsPostsOnly() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.channels).containsExactly(new ChannelIdentity(1987654321, null, "Новости разработки"));
        assertThat(sink.messages)
                .extracting(SourceMessage::id)
                .containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L, 13L);
        assertThat(sink.noPosts)
                .as("service, unsupported and migrated messages")
                .isEqualTo(3);
        assertThat(sink.position).isPositive();
    }

    @Test
    void textIsJoinedAndLinksComeFromEntitiesTextAndButtons() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.message(2).text()).isEqualTo("Вышел Python 3.14, подробности здесь и на python.org.");
        assertThat(urls(sink.message(2)))
                .containsExactly("https://docs.python.org/3.14/whatsnew/", "https://python.org/");
        assertThat(urls(sink.message(6))).containsExactly("https://openjdk.org/projects/jdk/25/");
        assertThat(sink.message(9).text()).isEqualTo("Какой язык учить?\nJava\nKotlin");
        assertThat(urls(sink.message(9))).containsExactly("https://example.org/poll");
        assertThat(sink.message(11).text()).isEqualTo("Главпочтамт\nМясницкая, 26");
    }

    @Test
    void authorsForwardsRepliesEditsAndReactionsAreKept() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.message(2).authorName()).isEqualTo("Анна");
        assertThat(sink.message(2).counters().reactions()).isEqualTo(9);
        assertThat(sink.message(3).authorName()).as("the channel itself").isNull();
        assertThat(sink.message(10).authorName()).isEqualTo("Пётр");
        assertThat(sink.message(6).forward().chatId()).isEqualTo(1234567890);
        assertThat(sink.message(6).forward().name()).isEqualTo("Java Digest");
        assertThat(sink.message(6).editedAt()).isEqualTo(Instant.ofEpochSecond(1761995400));
        assertThat(sink.message(7).replyToMessageId()).isEqualTo(2);
    }

    @Test
    void filesAreFoundBesideTheExportAndAnythingElseHasAReason() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        SourceFile photo = sink.message(3).file();
        assertThat(photo.kind()).isEqualTo(MediaKind.PHOTO);
        assertThat(photo.path()).isRegularFile();
        assertThat(photo.missing()).isNull();
        SourceFile video = sink.message(7).file();
        assertThat(video.kind()).isEqualTo(MediaKind.VIDEO);
        assertThat(video.name()).isEqualTo("talk.mp4");
        assertThat(video.missing()).isEqualTo("File not included");
        assertThat(sink.message(10).file().missing()).isEqualTo("path leaves the export folder");
        assertThat(sink.message(12).file().missing()).isEqualTo("file is not in the export folder");
        assertThat(sink.message(13).file()).isNull();
    }

    @Test
    void albumsAreInferred() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.albums).containsExactly(List.of(3L, 4L, 5L));
        assertThat(sink.message(4).groupedId()).isEqualTo(3);
        assertThat(sink.message(7).groupedId()).isNull();
    }

    @Test
    void timesWithoutUnixTimeAreOfTheZoneThatIsConfigured() throws Exception {
        write(
                "[{\"id\":1,\"type\":\"message\",\"date\":\"2019-03-01T10:00:00\",\"edited\":\"2019-03-01T11:00:00\",\"text\":\"a\"},"
                        + "{\"id\":2,\"type\":\"message\",\"date\":\"never\",\"text\":\"b\"}]");

        RecordingSink sink = new RecordingSink();
        ExportSource.open(folder, ZoneId.of("Europe/Moscow")).read(sink);

        assertThat(sink.message(1).postedAt()).isEqualTo(Instant.parse("2019-03-01T07:00:00Z"));
        assertThat(sink.message(1).editedAt()).isEqualTo(Instant.parse("2019-03-01T08:00:00Z"));
        assertThat(sink.leftOut)
                .extracting(ImportNote::messageId, ImportNote::field)
                .containsExactly(tuple(2L, "date"));
    }

    @Test
    void textEntitiesAreReadWhereThereIsNoText() throws Exception {
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":1761987600,\"text_entities\":"
                + "[{\"type\":\"plain\",\"text\":\"см. \"},{\"type\":\"link\",\"text\":\"https://example.org/a\"}]}]");

        assertThat(read(folder).message(1).parts())
                .containsExactly(
                        TextPart.plain("см. "), new TextPart("https://example.org/a", "https://example.org/a"));
    }

    @Test
    void controlCharactersInTelegramsOwnSpellingAreBlanksAndEscapedBackslashesStay() throws Exception {
        assertThat(read(EXPORTS.resolve("channel")).message(10).text()).isEqualTo("vertical    tab, slash \\x0B");
    }

    @Test
    void controlCharactersAreFoundWhereverABufferEnds() throws Exception {
        for (int shift = 0; shift < 12; shift++) {
            String pad = "a".repeat(7890 + shift);
            write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":\"" + pad
                    + "\\x0B\\x1Fb\\\\x0B\"}]");

            assertThat(read(folder).message(1).text().substring(pad.length()))
                    .matches("[ /] {3}[ /] {3}b\\\\x0B|[ /] {2,3}[ /] {2,3}b\\\\x0B");
        }
    }

    @Test
    void ofAWholeAccountOnlyChannelsAndSupergroupsAreReadAndTheRestIsNamed() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("account"));

        assertThat(sink.channels)
                .extracting(ChannelIdentity::tgChannelId, ChannelIdentity::title)
                .containsExactly(tuple(1111L, "Канал"), tuple(2222L, "Чат"), tuple(3333L, "Бывший"));
        assertThat(sink.messages)
                .extracting(SourceMessage::text)
                .containsExactly("пост канала", "пост чата", "пост покинутого канала");
        assertThat(sink.noted).hasSize(3).allMatch(note -> note.reason().contains("only channels and supergroups"));
        assertThat(sink.noted.get(1))
                .satisfies(note -> assertThat(note.name()).isEqualTo("Иван"))
                .satisfies(note -> assertThat(note.reason()).startsWith("a personal_chat"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1987654321L, -1001987654321L, -1987654321L})
    void channelIdsAreBareWhoeverWroteThem(long id) throws Exception {
        Files.writeString(
                folder.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":" + id + ",\"messages\":[]}");

        assertThat(read(folder).channels.get(0).tgChannelId()).isEqualTo(1987654321L);
    }

    @Test
    void aTruncatedFileGivesWhatIsWholeAndOneErrorThatSaysWhereAndWhatToDo() throws Exception {
        String whole = Files.readString(EXPORTS.resolve("channel/result.json"));
        Files.writeString(folder.resolve("result.json"), whole.substring(0, whole.indexOf("Java 25 is out")));
        var sink = new RecordingSink();

        assertThatThrownBy(() -> ExportSource.open(folder, ZoneOffset.UTC).read(sink))
                .isInstanceOf(ExportFormatException.class)
                .hasMessageContaining(folder.resolve("result.json").toString())
                .hasMessageContaining("byte "
                        + whole.substring(0, whole.indexOf("Java 25 is out")).getBytes(UTF_8).length)
                .hasMessageContaining("line ")
                .hasMessageContaining("ends in the middle")
                .hasMessageContaining("import it once more");
        assertThat(sink.messages).extracting(SourceMessage::id).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void aMessageThatIsNoJsonIsNamedAndThoseAroundItAreRead() throws Exception {
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":\"a\"},{\"id\":2, привет},"
                + "{\"id\":3,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":\"c\"}]");

        RecordingSink sink = read(folder);

        assertThat(sink.messages).extracting(SourceMessage::id).containsExactly(1L, 3L);
        assertThat(sink.leftOut).singleElement().satisfies(note -> {
            assertThat(note.messageId()).isEqualTo(2);
            assertThat(note.reason())
                    .contains("byte ", "line 1", "column ", "invalid JSON")
                    .doesNotContain("Ð");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"name\":\"x\"}", "\"text\"", ""})
    void whatIsNoExportIsRefused(String content) throws Exception {
        Files.writeString(folder.resolve("result.json"), content);

        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(ExportFormatException.class)
                .hasMessageContaining("is no Telegram Desktop export");
    }

    @Test
    void aMessageThatWouldFillTheMemoryIsRefused() throws Exception {
        try (OutputStream out = Files.newOutputStream(folder.resolve("result.json"))) {
            out.write("{\"type\":\"public_channel\",\"id\":1,\"messages\":[{\"id\":1,\"reactions\":[".getBytes(UTF_8));
            byte[] reaction = "{\"count\":1},".repeat(1000).getBytes(UTF_8);
            for (int i = 0; i < 500; i++) {
                out.write(reaction);
            }
        }

        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(ExportFormatException.class)
                .hasMessageContaining("longer than " + JsonCursor.MAX_VALUE_BYTES);
    }

    @Test
    void aFolderWithoutResultJsonIsRefusedWithAHint() throws Exception {
        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("its folder");

        Files.writeString(folder.resolve("messages.html"), "");
        assertThatThrownBy(() -> read(folder)).hasMessageContaining("Machine-readable JSON");
    }

    @Test
    void aSymbolicLinkThatLeadsOutOfTheExportIsNotOpened(@TempDir Path elsewhere) throws Exception {
        Path secret = Files.writeString(elsewhere.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(folder.resolve("photo.jpg"), secret);
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"photo\":\"photo.jpg\",\"text\":\"\"},"
                + "{\"id\":2,\"type\":\"message\",\"date_unixtime\":\"9\",\"photo\":\"" + secret
                + "\",\"text\":\"\"}]");

        RecordingSink sink = read(folder);

        assertThat(sink.message(1).file().missing()).isEqualTo("path leaves the export folder");
        assertThat(sink.message(2).file().missing()).isEqualTo("path leaves the export folder");
    }

    private void write(String messages) throws IOException {
        Files.writeString(
                folder.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":" + messages + "}");
    }

    private static List<String> urls(SourceMessage message) {
        return PostUrls.of(message.parts(), message.buttonLinks());
    }

    private static RecordingSink read(Path path) throws IOException, InterruptedException {
        var sink = new RecordingSink();
        ExportSource.open(path, ZoneOffset.UTC).read(sink);
        return sink;
    }
}
