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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.events.TextEntity;
import routes.ingest.ImportNote;
import routes.ingest.SourceFile;
import routes.ingest.SourceMessage;
import routes.ingest.TextPart;
import routes.posts.ChannelIdentity;
import routes.posts.Post.MediaKind;

class ExportSourceTest {
    private static final Path EXPORTS = Path.of("src/test/resources/exports");

    @TempDir
    Path folder;

    @Test
    void a_single_chat_is_read_with_its_posts_only() throws Exception {
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
    void text_is_joined_and_links_come_from_entities_text_and_buttons() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.message(2).text()).isEqualTo("Вышел Python 3.14, подробности здесь и на python.org.");
        assertThat(urls(sink.message(2)))
                .containsExactly("https://docs.python.org/3.14/whatsnew/", "https://python.org/");
        assertThat(urls(sink.message(6))).containsExactly("https://openjdk.org/projects/jdk/25/");
        assertThat(sink.message(9).text()).isEmpty();
        assertThat(sink.message(9).attachmentText()).isEqualTo("Какой язык учить?\nJava\nKotlin");
        assertThat(urls(sink.message(9))).containsExactly("https://example.org/poll");
        assertThat(sink.message(11).attachmentText()).isEqualTo("Главпочтамт\nМясницкая, 26");
    }

    /** Each line: the fields of a message without text, and what it says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // cases 14
                "'file':'(File not included. Change data exporting settings to download.)','file_name':'Война и мир. Толстой.fb2' | Война и мир. Толстой.fb2",
                "'file':'(File not included.)','media_type':'audio_file','performer':'Вымышленная группа','title':'Песня про дождь','file_name':'01.mp3' | Вымышленная группа — Песня про дождь;01.mp3",
                "'invoice_information':{'title':'Курс по гончарному делу','description':'12 занятий','amount':500000,'currency':'RUB'} | Курс по гончарному делу;12 занятий;5000.00 RUB",
                "'giveaway_information':{'quantity':10,'months':3,'additional_prize':'Годовая подписка на журнал'} | Годовая подписка на журнал;10 × Telegram Premium",
                "'contact_information':{'first_name':'Иван','last_name':'Тестовый','phone_number':'+7 900 000 00 00'} | Иван Тестовый;+7 900 000 00 00",
                // more of their kinds
                "'file':'files/Доклад.pdf' | Доклад.pdf",
                "'file':'Доклад о море.pdf (File not included. Change data exporting settings to download.)' | Доклад о море.pdf",
                "'file':'files/a.bin','file_name':7 | 7",
                "'file':'files/Смета.xlsx','file_name':['x'] | Смета.xlsx",
                "'file':'files/t.mp3','media_type':'audio_file','title':'Один дождь' | Один дождь;t.mp3",
                "'file':'stickers/sticker.webp','media_type':'sticker','sticker_emoji':'🎂' | 🎂",
                "'invoice_information':'{\\\\n \\\\'title\\\\': \\\\'Билет\\\\', \\\\'amount\\\\': 25, \\\\'currency\\\\': \\\\'XTR\\\\'}' | Билет;25 XTR",
                "'invoice_information':{'title':'Билет','amount':'много','currency':'???'} | Билет",
                "'giveaway_results':{'additional_prize':'','winners_count':3,'stars':500} | 500 Telegram Stars",
                "'giveaway_results':{'winners_count':'3'} | 3 × Telegram Premium",
                "'todo_list':{'title':['Сборы ',{'type':'bold','text':'в поход'}],'answers':[{'text':'Палатка','id':1},'Котелок',null,{'id':3}]} | Сборы в поход;Палатка;Котелок",
                "'poll':{'question':null,'answers':[{'text':'Да','voters':'x'},[{'text':['Н','ет']}]]} | Да;Нет",
                "'place_name':'Кофейня','address':'Лесная,\\n5','location_information':{'latitude':1.5,'longitude':2} | Кофейня;Лесная, 5",
                "'location_information':{'latitude':55.751244,'longitude':37.618423},'live_location_period_seconds':900 | 55.751244, 37.618423",
                "'game_title':'Шахматы','game_description':'Партия','game_link':'https://t.me/b?game=c' | Шахматы;Партия",
                "'contact_information':{'first_name':'Мастерская','last_name':'','phone_number':''} | Мастерская",
                "'photo':'photos/Море.jpg' | ",
                "'file':'video_files/video_1@01-09-2026_10-00-00.mp4','media_type':'video_file' | ",
                "'file':'voice_messages/audio_1.ogg','media_type':'voice_message','file_name':'запись.ogg' | ",
                "'contact_information':'x','invoice_information':'not json','giveaway_information':[1],'poll':5,'todo_list':'x','place_name':{'a':1} | ",
            })
    void attachments_have_words(String fields, String lines) throws Exception {
        write("[{'id':1,'type':'message','date_unixtime':'1','text':'',".replace('\'', '"')
                + fields.replace("\\\\'", "\\\"").replace('\'', '"').replace("\\\\", "\\") + "}]");

        assertThat(read(folder).message(1).attachmentText()).isEqualTo(lines == null ? null : lines.replace(';', '\n'));
        assertThat(read(folder).message(1).text()).isEmpty();
    }

    @Test
    void links_without_a_scheme_inside_other_entities_are_found() throws Exception {
        write(
                "[{'id':1,'type':'message','date_unixtime':'1','text':[{'type':'blockquote','text':'Подробности: t.me/example/12 и example.com/page','collapsed':false},' ',{'type':'bold','text':'Подписаться: t.me/example'}]}]"
                        .replace('\'', '"'));

        assertThat(urls(read(folder).message(1)))
                .containsExactly("https://t.me/example/12", "https://example.com/page", "https://t.me/example");
    }

    @Test
    void the_text_with_more_formatting_is_read() throws Exception {
        String bold = "[{\"type\":\"bold\",\"text\":\"a\"},\"b\"]";
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":\"ab\",\"text_entities\":" + bold + "},"
                + "{\"id\":2,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":" + bold
                + ",\"text_entities\":[{\"type\":\"plain\",\"text\":\"ab\"}]},"
                + "{\"id\":3,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":" + bold + ",\"text_entities\":7},"
                + "{\"id\":4,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":[{\"type\":{},\"text\":\"a\"},"
                + "{\"type\":\"bold\",\"text\":[\"b\"]},{\"type\":\"text_link\",\"text\":\"c\",\"href\":[]}]}]");
        RecordingSink sink = read(folder);

        for (int id = 1; id <= 3; id++) {
            assertThat(TextPart.entities(sink.message(id).parts()))
                    .as("message " + id)
                    .containsExactly(TextEntity.of("bold", 0, 1));
        }
        assertThat(sink.message(4).text()).isEqualTo("abc");
        assertThat(TextPart.entities(sink.message(4).parts()))
                .extracting(TextEntity::type)
                .containsExactly("bold", "text_link");
    }

    @Test
    void authors_forwards_replies_edits_and_reactions_are_kept() throws Exception {
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
    void files_are_found_beside_the_export_and_anything_else_has_a_reason() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        SourceFile photo = sink.message(3).file();
        assertThat(photo.kind()).isEqualTo(MediaKind.PHOTO);
        assertThat(photo.path()).isRegularFile();
        assertThat(photo.missing()).isNull();
        SourceFile video = sink.message(7).file();
        assertThat(video.kind()).isEqualTo(MediaKind.VIDEO);
        assertThat(video.name()).isEqualTo("talk.mp4");
        assertThat(video.missing()).isEqualTo("File not included");
        assertThat(sink.message(10).file().missing()).isEqualTo("path is outside the export folder");
        assertThat(sink.message(12).file().missing()).isEqualTo("file is not in the export folder");
        assertThat(sink.message(13).file()).isNull();
    }

    @Test
    void albums_are_inferred() throws Exception {
        RecordingSink sink = read(EXPORTS.resolve("channel"));

        assertThat(sink.albums).containsExactly(List.of(3L, 4L, 5L));
        assertThat(sink.message(4).groupedId()).isEqualTo(3);
        assertThat(sink.message(7).groupedId()).isNull();
    }

    @Test
    void times_without_unix_time_are_of_the_zone_that_is_configured() throws Exception {
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
    void text_entities_are_read_where_there_is_no_text() throws Exception {
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":1761987600,\"text_entities\":"
                + "[{\"type\":\"plain\",\"text\":\"см. \"},{\"type\":\"link\",\"text\":\"https://example.org/a\"}]}]");

        assertThat(read(folder).message(1).parts())
                .containsExactly(TextPart.plain("см. "), TextPart.of("url", "https://example.org/a"));
    }

    @Test
    void control_characters_in_telegrams_own_spelling_are_blanks_and_escaped_backslashes_stay() throws Exception {
        assertThat(read(EXPORTS.resolve("channel")).message(10).text()).isEqualTo("vertical    tab, slash \\x0B");
    }

    @Test
    void control_characters_are_found_wherever_a_buffer_ends() throws Exception {
        for (int shift = 0; shift < 12; shift++) {
            String pad = "a".repeat(7890 + shift);
            write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"text\":\"" + pad
                    + "\\x0B\\x1Fb\\\\x0B\"}]");

            assertThat(read(folder).message(1).text().substring(pad.length()))
                    .matches("[ /] {3}[ /] {3}b\\\\x0B|[ /] {2,3}[ /] {2,3}b\\\\x0B");
        }
    }

    @Test
    void of_a_whole_account_only_channels_and_supergroups_are_read_and_the_rest_is_named() throws Exception {
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
    void channel_ids_are_bare_whoever_wrote_them(long id) throws Exception {
        Files.writeString(
                folder.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":" + id + ",\"messages\":[]}");

        assertThat(read(folder).channels.get(0).tgChannelId()).isEqualTo(1987654321L);
    }

    @Test
    void a_truncated_file_gives_what_is_whole_and_one_error_that_says_where_and_what_to_do() throws Exception {
        String whole = Files.readString(EXPORTS.resolve("channel/result.json"));
        Files.writeString(folder.resolve("result.json"), whole.substring(0, whole.indexOf("Java 25 is out")));
        var sink = new RecordingSink();

        assertThatThrownBy(() -> ExportSource.open(folder, ZoneOffset.UTC).read(sink))
                .isInstanceOf(ExportSource.FormatException.class)
                .hasMessageContaining(folder.resolve("result.json").toString())
                .hasMessageContaining("byte "
                        + whole.substring(0, whole.indexOf("Java 25 is out")).getBytes(UTF_8).length)
                .hasMessageContaining("line ")
                .hasMessageContaining("is truncated")
                .hasMessageContaining("repeat the import");
        assertThat(sink.messages).extracting(SourceMessage::id).containsExactly(2L, 3L, 4L, 5L);
    }

    @Test
    void a_message_that_is_no_json_is_named_and_those_around_it_are_read() throws Exception {
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
    void what_is_no_export_is_refused(String content) throws Exception {
        Files.writeString(folder.resolve("result.json"), content);

        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(ExportSource.FormatException.class)
                .hasMessageContaining("is not a Telegram Desktop export");
    }

    @Test
    void a_message_that_would_fill_the_memory_is_refused() throws Exception {
        try (OutputStream out = Files.newOutputStream(folder.resolve("result.json"))) {
            out.write("{\"type\":\"public_channel\",\"id\":1,\"messages\":[{\"id\":1,\"reactions\":[".getBytes(UTF_8));
            byte[] reaction = "{\"count\":1},".repeat(1000).getBytes(UTF_8);
            for (int i = 0; i < 500; i++) {
                out.write(reaction);
            }
        }

        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(ExportSource.FormatException.class)
                .hasMessageContaining("longer than " + JsonCursor.MAX_VALUE_BYTES);
    }

    @Test
    void a_folder_without_result_json_is_refused_with_a_hint() throws Exception {
        assertThatThrownBy(() -> read(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("its folder");

        Files.writeString(folder.resolve("messages.html"), "");
        assertThatThrownBy(() -> read(folder)).hasMessageContaining("Machine-readable JSON");
    }

    @Test
    void a_symbolic_link_that_leads_out_of_the_export_is_not_opened(@TempDir Path elsewhere) throws Exception {
        Path secret = Files.writeString(elsewhere.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(folder.resolve("photo.jpg"), secret);
        write("[{\"id\":1,\"type\":\"message\",\"date_unixtime\":\"1\",\"photo\":\"photo.jpg\",\"text\":\"\"},"
                + "{\"id\":2,\"type\":\"message\",\"date_unixtime\":\"9\",\"photo\":\"" + secret
                + "\",\"text\":\"\"}]");

        RecordingSink sink = read(folder);

        assertThat(sink.message(1).file().missing()).isEqualTo("path is outside the export folder");
        assertThat(sink.message(2).file().missing()).isEqualTo("path is outside the export folder");
    }

    private void write(String messages) throws IOException {
        Files.writeString(
                folder.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":" + messages + "}");
    }

    private static List<String> urls(SourceMessage message) {
        return TextPart.urls(message.parts(), message.furtherLinks());
    }

    private static RecordingSink read(Path path) throws IOException, InterruptedException {
        var sink = new RecordingSink();
        ExportSource.open(path, ZoneOffset.UTC).read(sink);
        return sink;
    }
}
