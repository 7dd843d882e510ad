package routes.ingest.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.ingest.ImportNote;
import routes.ingest.SourceMessage;
import routes.posts.ChannelIdentity;

/** Exports that other programs, old versions and accidents write: nothing in them is lost without being named. */
class OddExportTest {
    private static final Path CASES = Path.of("src/test/resources/exports/cases");
    private static final String GOOD =
            "{\"id\":%d,\"type\":\"message\",\"date_unixtime\":\"1788256800\",\"text\":\"пост %d\"}";

    @TempDir
    Path folder;

    @Test
    void an_element_that_is_no_message_is_named_and_those_after_it_are_read() throws Exception {
        RecordingSink sink = read(CASES.resolve("01-messages-list-silently-cut"));

        assertThat(ids(sink)).containsExactly(1L, 3L, 4L);
        assertThat(sink.leftOut).singleElement().satisfies(note -> {
            assertThat(note.name()).isEqualTo("message without an id, number 2 of its chat");
            assertThat(note.reason()).contains("null, not an object", "line 21", "column 3");
        });
    }

    @Test
    void a_list_inside_a_text_is_part_of_the_text() throws Exception {
        RecordingSink sink = read(CASES.resolve("02-nested-array-in-text"));

        assertThat(ids(sink)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(sink.message(2).text()).isEqualTo("до внутри после");
        assertThat(sink.leftOut).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Moscow, 1970-01-01T01:00:00",
        "UTC, 1970-01-01T01:00:00",
        "UTC, 1969-12-31T19:00:00",
        "Pacific/Kiritimati, 1969-12-31T12:00:00",
        "Pacific/Honolulu, 1970-01-01T14:00:00"
    })
    void an_edit_in1970_is_none(String zone, String edited) throws Exception {
        String json = Files.readString(CASES.resolve("04-edited-1970/result.json"));
        Files.writeString(folder.resolve("result.json"), json.replace("1970-01-01T01:00:00", edited));
        var sink = new RecordingSink();

        ExportSource.open(folder, ZoneId.of(zone)).read(sink);

        assertThat(sink.messages).hasSize(3).allMatch(message -> message.editedAt() == null);
        assertThat(sink.messages)
                .extracting(SourceMessage::authorName)
                .as("the channel itself")
                .containsOnlyNulls();
        assertThat(sink.leftOut).isEmpty();
        assertThat(sink.noted).isEmpty();
    }

    @Test
    void the_id_of_a_chat_of_old_versions_is_bare() throws Exception {
        RecordingSink sink = read(CASES.resolve("05-old-channel-id"));

        assertThat(sink.channels).extracting(ChannelIdentity::tgChannelId).containsExactly(1410035294L);
        assertThat(sink.message(5).authorName()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"from_id\":\"channel9999969886\"", "\"from_id\":\"user7\"", "\"date_unixtime\":\"1788256800\""
            })
    void an_id_of_that_size_in_a_new_export_is_kept(String field) throws Exception {
        write(
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":9999969886,\"messages\":[null,{\"id\":1,\"type\":\"message\","
                        + "\"date\":\"2026-01-01T00:00:00\"," + field + ",\"text\":\"a\"}]}");

        assertThat(read(folder).channels)
                .extracting(ChannelIdentity::tgChannelId)
                .containsExactly(9999969886L);
    }

    @Test
    void a_chat_without_an_id_gets_one_that_is_the_same_at_every_import() throws Exception {
        RecordingSink sink = read(CASES.resolve("06-chat-without-id"));

        assertThat(ids(sink)).containsExactly(5L);
        assertThat(sink.leftOut).isEmpty();
        long id = sink.channels.get(0).tgChannelId();
        assertThat(id).isGreaterThan(ChannelIdentity.LAST_TELEGRAM_ID).isLessThan(1L << 53);
        assertThat(read(CASES.resolve("06-chat-without-id")).channels.get(0).tgChannelId())
                .isEqualTo(id);
        write("{\"messages\":[" + good(1) + "],\"type\":\"public_channel\",\"name\":\"Без номера\"}");
        assertThat(read(folder).channels.get(0).tgChannelId())
                .as("with its keys in another order")
                .isEqualTo(id);
    }

    @Test
    void a_chat_with_neither_an_id_nor_a_name_is_named_with_what_is_missing() throws Exception {
        write("{\"type\":\"public_channel\",\"messages\":[" + good(1) + "]}");

        RecordingSink sink = read(folder);

        assertThat(sink.leftOut).singleElement().satisfies(note -> {
            assertThat(note.field()).isEqualTo("id");
            assertThat(note.reason()).contains("neither an id nor a name", "add its \"id\"", "byte ");
        });
    }

    @Test
    void keys_may_stand_in_any_order() throws Exception {
        RecordingSink sink = read(CASES.resolve("07-sorted-keys"));

        assertThat(sink.channels).containsExactly(new ChannelIdentity(9007, null, "Отсортированные ключи"));
        assertThat(ids(sink)).containsExactly(1L, 2L);
    }

    @Test
    void keys_of_a_whole_account_may_stand_in_any_order() throws Exception {
        write("{\"chats\":{\"list\":[{\"id\":5,\"messages\":[" + good(1)
                + "],\"name\":\"Один\",\"type\":\"public_channel\"},"
                + "{\"messages\":[" + good(2) + "],\"id\":6,\"type\":\"personal_chat\",\"name\":\"Иван\"},"
                + "{\"messages\":[" + good(3)
                + "],\"type\":\"private_supergroup\",\"id\":7,\"name\":\"Два\"}],\"about\":\"x\"},"
                + "\"about\":\"y\",\"left_chats\":{\"list\":[]}}");

        RecordingSink sink = read(folder);

        assertThat(sink.channels)
                .extracting(ChannelIdentity::tgChannelId, ChannelIdentity::title)
                .containsExactly(tuple(5L, "Один"), tuple(7L, "Два"));
        assertThat(ids(sink)).containsExactly(1L, 3L);
        assertThat(sink.noted).extracting(ImportNote::name).containsExactly("Иван");
        assertThat(sink.leftOut).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "video_files/sticker (2).webm",
                "(File not included. Change data exporting settings to download.)",
                "stickers/смех.webp",
                "5368324170671202286"
            })
    void a_custom_emoji_without_quotes_is_read(String value) throws Exception {
        String json = Files.readString(CASES.resolve("09-custom-emoji-without-quotes/result.json"));
        Files.writeString(folder.resolve("result.json"), json.replace("video_files/sticker (2).webm", value));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 2L, 3L);
        assertThat(sink.message(2).text()).isEqualTo("Летний фестиваль 😮 начался");
        assertThat(sink.leftOut).isEmpty();
    }

    @Test
    void raw_bytes_of_a_button_cost_nothing() throws Exception {
        RecordingSink sink = read(CASES.resolve("10-binary-button-data"));

        assertThat(sink.messages)
                .extracting(SourceMessage::text)
                .containsExactly("Голосуем за логотип", "Итоги голосования завтра");
        assertThat(sink.leftOut).isEmpty();
    }

    @Test
    void invalid_utf8_in_a_text_becomes_replacement_characters_and_never_swallows_a_quote() throws Exception {
        byte[] head = "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[".getBytes(UTF_8);
        byte[] bad = good(1).replace("пост 1", "a\u00e2\u0082").getBytes(ISO_8859_1);
        byte[] rest = ("," + good(2) + "]}").getBytes(UTF_8);
        Files.write(folder.resolve("result.json"), concat(head, bad, rest));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 2L);
        assertThat(sink.message(1).text()).startsWith("a").contains("\uFFFD");
    }

    @Test
    void of_a_time_in_milliseconds_the_date_is_used() throws Exception {
        RecordingSink sink = read(CASES.resolve("11-one-time-in-milliseconds"));

        assertThat(ids(sink)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(sink.message(3).postedAt()).isEqualTo(Instant.parse("2026-09-01T10:00:00Z"));
    }

    @Test
    void a_message_in_any_form_is_present() throws Exception {
        RecordingSink sink = read(CASES.resolve("16-deletions-count-unread-messages/second"));

        assertThat(ids(sink)).containsExactly(1L, 2L, 4L, 5L);
        assertThat(sink.present).containsExactly(3L);
    }

    /** Fields of message 2, and what is expected of it: stored, skipped, or the field that is named. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // times
                "'date_unixtime':'1788256800000000'                             | date",
                "'date_unixtime':'1788256800000000','date':'2026-09-01T10:00:00'| stored",
                "'date_unixtime':'-5','date':'2026-09-01T10:00:00'              | stored",
                "'date_unixtime':{},'date':[]                                   | date",
                "'date_unixtime':1788256800                                     | stored",
                "'date_unixtime':1.7882568e9                                    | stored",
                "'date_unixtime':'1788256800.25'                                | stored",
                "'date_unixtime':1e400                                          | date",
                "'date_unixtime':NaN                                            | date",
                "'date':'2026-09-02T10:00:00Z'                                  | stored",
                "'date':'2026-09-02T10:00:00+03:00'                             | stored",
                "'date':'2026-09-02 10:00:00'                                   | stored",
                "'date':'2026-02-30T10:00:00'                                   | date",
                "'date':'вчера'                                                 | date",
                "'date':null                                                    | date",
                "'text':'без времени'                                           | date",
                "'date_unixtime':'1','edited_unixtime':'1788256800000'          | stored",
                "'date_unixtime':'1','edited':{'a':1}                           | stored",
                // type
                "'date_unixtime':'1','type':null                                | stored",
                "'date_unixtime':'1','type':'service'                           | skipped",
                "'date_unixtime':'1','type':'unsupported'                       | skipped",
                "'date_unixtime':'1','type':'hologram'                          | type",
                // any field of another type
                "'date_unixtime':'1','text':null                                | stored",
                "'date_unixtime':'1','text':{'type':'bold','text':'a'}          | stored",
                "'date_unixtime':'1','text':5                                   | stored",
                "'date_unixtime':'1','text':true                                | stored",
                "'date_unixtime':'1','text':[null,5,[[['a']]],{'text':['b']}]   | stored",
                "'date_unixtime':'1','text_entities':'a'                        | stored",
                "'date_unixtime':'1','text_entities':{'a':[null]}               | stored",
                "'date_unixtime':'1','reactions':'много'                        | stored",
                "'date_unixtime':'1','reactions':{'count':3}                    | stored",
                "'date_unixtime':'1','reactions':[null,[],5,{'count':'x'},{'count':1e99},{'count':-4}] | stored",
                "'date_unixtime':'1','poll':'да или нет'                        | stored",
                "'date_unixtime':'1','poll':{'question':7,'answers':{'text':'да'}} | stored",
                "'date_unixtime':'1','poll':{'question':[],'answers':['да',null,5,['нет']]} | stored",
                "'date_unixtime':'1','todo_list':[1]                            | stored",
                "'date_unixtime':'1','photo':{'src':'a.jpg'}                    | stored",
                "'date_unixtime':'1','file':['a'],'file_name':false             | stored",
                "'date_unixtime':'1','from':[],'from_id':{},'author':7          | stored",
                "'date_unixtime':'1','forwarded_from':0,'forwarded_from_id':12  | stored",
                "'date_unixtime':'1','forwarded_from_id':'channel999999999999999999999' | stored",
                "'date_unixtime':'1','reply_to_message_id':'все'                | stored",
                "'date_unixtime':'1','reply_to_message_id':99999999999999999999 | stored",
                "'date_unixtime':'1','inline_bot_buttons':[null,'a',[null,{'type':5}],{'type':'url','data':{}}] | stored",
                "'date_unixtime':'1','inline_bot_buttons':'x'                   | stored",
                "'date_unixtime':'1','place_name':{},'address':[1]              | stored",
                "'date_unixtime':'1','x':Infinity,'y':-Infinity,'z':[1,2,]      | stored",
                "'date_unixtime':'1','text':'\\ud83d'                           | stored",
                "'date_unixtime':'1','text':'\\x0Btab\\x1f'                     | stored",
                "'date_unixtime':'1','text':'\\u0000'                           | stored",
            })
    void an_odd_field_never_costs_the_messages_around(String fields, String expected) throws Exception {
        writeChannel(good(1), "{\"id\":2," + fields.strip().replace('\'', '"') + "}", good(3));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).contains(1L, 3L);
        assertThat(ids(sink).contains(2L)).isEqualTo(expected.equals("stored"));
        assertThat(sink.noPosts).isEqualTo(expected.equals("skipped") ? 1 : 0);
        assertThat(sink.leftOut)
                .extracting(ImportNote::messageId, ImportNote::field)
                .isEqualTo(List.of("stored", "skipped").contains(expected) ? List.of() : List.of(tuple(2L, expected)));
    }

    @ParameterizedTest
    @CsvSource({
        "2, stored",
        "'\"2\"', stored",
        "2.0, stored",
        "-2, skipped",
        "0, named",
        "null, named",
        "true, named",
        "{}, named",
        "'[2]', named",
        "\"два\", named",
        "99999999999999999999, named",
        "2.5, named",
        "1e3, stored",
        "'', named"
    })
    void an_odd_id_is_read_or_named(String id, String expected) throws Exception {
        writeChannel(good(1), good(7).replace("\"id\":7", id == null ? "\"x\":1" : "\"id\":" + id), good(3));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).contains(1L, 3L).hasSize(expected.equals("stored") ? 3 : 2);
        assertThat(sink.noPosts).isEqualTo(expected.equals("skipped") ? 1 : 0);
        assertThat(sink.leftOut).hasSize(expected.equals("named") ? 1 : 0);
    }

    @Test
    void a_field_that_is_left_out_is_noted() throws Exception {
        writeChannel(
                "{\"id\":2,\"date_unixtime\":\"1\",\"text\":\"a\",\"photo\":{\"src\":\"a.jpg\"},\"edited_unixtime\":\"never\"}");

        assertThat(read(folder).noted)
                .extracting(ImportNote::messageId, ImportNote::field)
                .containsExactly(tuple(2L, "photo"), tuple(2L, "edited"));
    }

    static Stream<String> elements() {
        return Stream.of(
                "null",
                "5",
                "true",
                "\"текст\"",
                "{}",
                "NaN",
                "oops",
                "{\"id\":2,}",
                "{\"id\":2 \"type\"}",
                "{\"id\":2,\"text\":\"a\"b\"}",
                "{'id':2}",
                "{\"id\":2,\"text\":}",
                "}",
                ":",
                "\"a\":");
    }

    @ParameterizedTest
    @MethodSource("elements")
    void whatever_stands_between_messages_is_named(String element) throws Exception {
        writeChannel(good(1), element, good(3));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 3L);
        assertThat(sink.leftOut).isNotEmpty().allMatch(note -> note.reason().contains("byte "));
    }

    static Stream<String> broken() {
        return Stream.of(
                "{\"id\":2,\"type\":\"message\",\"text\":\"без конца}",
                "{\"id\":2,\"type\":\"message\",\"text\":\"a\"",
                "{\"id\":2,\"type\":\"message\",\"text\":[\"a\"}",
                "{\"id\":2,\"type\":\"message\",\"text\":\"a\"}}",
                "{\"id\":2,\"type\":\"message\",\"text\":\"a\"]",
                "{\"id\":2,\"type\":\"message\",\"text\":\"" + "\\",
                "{\"id\":2,\"type\":\"message\",\"text\":\"" + "x".repeat(JsonCursor.MAX_VALUE_BYTES) + "\"}",
                "{\"id\":2,\"type\":\"message\",\"text\":" + "[".repeat(3_000) + "]".repeat(3_000) + "}");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void a_fault_that_reaches_beyond_its_message_costs_no_other(String element) throws Exception {
        for (String separator : List.of(",", ",\n  ")) {
            writeSeparated(separator, good(1), element, good(3), good(4));

            RecordingSink sink = read(folder);

            assertThat(ids(sink)).containsAll(List.of(1L, 3L, 4L));
            assertThat(sink.leftOut).isNotEmpty();
        }
    }

    @Test
    void after_a_fault_the_next_message_is_found_by_its_indentation_whatever_the_order_of_its_keys() throws Exception {
        write("{\"type\":\"public_channel\",\"id\":1,\"name\":\"x\",\"messages\":[\n"
                + "  {\"date_unixtime\":\"1\",\"id\":1,\"text\":\"без конца},\n"
                + "  {\"date_unixtime\":\"1\",\"id\":2,\"text\":\"a\"},\n"
                + "  {\"date_unixtime\":\"1\",\"id\":3,\"text\":\"b\"}\n]}");

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(2L, 3L);
        assertThat(sink.leftOut).extracting(ImportNote::messageId).containsExactly(1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'name':'x','type':'public_channel','id':1,'messages':null}                | messages",
                "{'name':'x','type':'public_channel','id':1,'messages':{}}                  | messages",
                "{'name':'x','type':'public_channel','id':1,'messages':{'1':{}}}            | messages",
                "{'messages':'нет','name':'x','type':'public_channel','id':1}               | messages",
                "{'name':'x','type':null,'id':1,'messages':[]}                              | type",
                "{'name':'x','type':5,'id':1,'messages':[]}                                 | type",
                "{'chats':null}                                                             | chats",
                "{'chats':{'list':{}}}                                                      | chats.list",
                "{'chats':{'list':[{'name':'x','type':'public_channel','id':1}]}}           | messages",
                "{'left_chats':{'list':[null]}}                                             | ``",
                "{'chats':{'list':[]},'messages':5,'name':'x','type':'public_channel','id':1} | messages",
            })
    void a_part_of_the_wrong_type_is_named_with_its_place(String json, String field) throws Exception {
        write(json.replace('\'', '"'));

        assertThat(read(folder).leftOut).singleElement().satisfies(note -> {
            assertThat(String.valueOf(note.field() == null ? "" : note.field())).isEqualTo(field);
            assertThat(note.reason() + note.name()).isNotBlank();
        });
    }

    @Test
    void a_null_in_the_list_of_chats_costs_no_other_chat() throws Exception {
        String chat = "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":%d,\"messages\":[%s]}";
        write("{\"chats\":{\"list\":[" + chat.formatted(5, good(1)) + ",null,7,[" + chat.formatted(6, good(2))
                + "]]}}");

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 2L);
        assertThat(sink.leftOut).hasSize(2);
    }

    @Test
    void a_broken_message_of_another_chat_costs_no_channel_after_it() throws Exception {
        String personal = "{\"name\":\"Иван\",\"type\":\"personal_chat\",\"id\":9,\"messages\":[\n%s,\n%s\n]}";
        String channel = "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":5,\"messages\":[%s]}";
        for (String broken : broken().toList()) {
            write("{\"chats\":{\"list\":[" + personal.formatted(broken, good(1)) + "," + channel.formatted(good(2))
                    + "]}}");
            assertThat(ids(read(folder))).as(broken.substring(0, 30)).containsExactly(2L);

            write("{\"messages\":[" + good(1) + "," + broken + ",\n" + good(3)
                    + "],\"name\":\"x\",\"type\":\"public_channel\",\"id\":5}");
            assertThat(ids(read(folder)))
                    .as("before the head: " + broken.substring(0, 30))
                    .contains(1L, 3L);
        }
    }

    @Test
    void a_fault_in_the_last_message_of_a_chat_never_makes_messages_of_the_next_chat_its_own() throws Exception {
        String account =
                "{\"chats\":{\"list\":[{\"name\":\"x\",\"type\":\"public_channel\",\"id\":5,\"messages\":[%s%s]},"
                        + "\n{\"name\":\"Иван\",\"type\":\"personal_chat\",\"id\":9,\"messages\":[%s]},"
                        + "{\"name\":\"y\",\"type\":\"public_channel\",\"id\":6,\"messages\":[%s]}]}}";
        for (String separator : List.of(",", ",\n  ")) {
            for (String broken : broken().toList()) {
                write(account.formatted(good(1) + separator, broken, good(7), good(3)));

                RecordingSink sink = read(folder);

                assertThat(ids(sink)).as(broken.substring(0, 30)).containsExactly(1L, 3L);
                assertThat(sink.leftOut).isNotEmpty();
            }
        }
    }

    @Test
    void chats_without_an_id_and_of_the_same_name_stay_apart() throws Exception {
        String chat = "{\"name\":\"Новости\",\"type\":\"public_channel\",\"messages\":[%s]}";
        write("{\"chats\":{\"list\":[" + chat.formatted(good(1)) + "," + chat.formatted(good(1)) + "]}}");

        RecordingSink sink = read(folder);

        assertThat(sink.channels)
                .extracting(ChannelIdentity::tgChannelId)
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(sink.noted).extracting(ImportNote::field).containsExactly("id", "id");
    }

    @Test
    void many_faults_in_a_long_file_cost_only_their_messages() throws Exception {
        String[] messages = IntStream.rangeClosed(1, 10_000)
                .mapToObj(id -> id % 100 == 1 ? good(id).replace("}", "") : good(id))
                .toArray(String[]::new);
        writeChannel(messages);

        RecordingSink sink = read(folder);

        assertThat(sink.messages).hasSize(9_900);
        assertThat(sink.leftOut).hasSize(100).allMatch(note -> note.messageId() % 100 == 1);
    }

    @Test
    void fields_of_the_head_may_be_of_any_length() throws Exception {
        write("{\"about\":\"" + "x".repeat(5_000_000) + "\",\"name\":\"" + "y".repeat(5_000_000)
                + "\",\"type\":\"public_channel\",\"id\":5,\"messages\":[" + good(1) + "]}");

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L);
        assertThat(sink.leftOut).singleElement().satisfies(note -> assertThat(note.field())
                .isEqualTo("name"));
    }

    @Test
    void messages_in_a_list_of_lists_are_read() throws Exception {
        writeChannel("[" + good(1) + ",[" + good(2) + "]]", "[]", good(3));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 2L, 3L);
        assertThat(sink.leftOut).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", ",", "\0"})
    void several_documents_in_one_file_are_all_read(String between) throws Exception {
        String document = "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":%d,\"messages\":[%s]}";
        write(document.formatted(5, good(1)) + between + document.formatted(6, good(2)));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).contains(1L);
        assertThat(sink.messages.size() + sink.leftOut.size())
                .as("read or named")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"хвост", "]", "}", "\0\0\0", "[]", "{\"a\":1}"})
    void what_stands_after_the_end_is_named(String tail) throws Exception {
        write("{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[" + good(1) + "]}\n" + tail);

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L);
        assertThat(sink.leftOut).singleElement().satisfies(note -> assertThat(note.reason())
                .contains("line 2"));
    }

    @Test
    void a_byte_order_mark_is_no_fault_and_utf16_is_refused_with_what_to_do() throws Exception {
        write("\uFEFF{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[" + good(1) + "]}");
        assertThat(ids(read(folder))).containsExactly(1L);

        Files.write(folder.resolve("result.json"), "\uFEFF{\"name\":\"x\"}".getBytes(UTF_16LE));
        assertThatThrownBy(() -> read(folder)).hasMessageContaining("UTF-16; save it as UTF-8");
    }

    @Test
    void a_repetition_cuts_no_album_and_the_newest_edit_is_in_it() throws Exception {
        Files.writeString(folder.resolve("a.jpg"), "x");
        String photo =
                "{\"id\":%d,\"type\":\"message\",\"date_unixtime\":\"1\",\"edited_unixtime\":\"%d\",\"photo\":\"a.jpg\","
                        + "\"text\":\"%s\"}";
        writeChannel(
                photo.formatted(1, 100_000_000, "старый"),
                photo.formatted(1, 200_000_000, "новый"),
                photo.formatted(1, 150_000_000, "средний"),
                photo.formatted(2, 0, ""),
                photo.formatted(2, 0, ""),
                photo.formatted(3, 0, ""));

        RecordingSink sink = read(folder);

        assertThat(sink.albums).containsExactly(List.of(1L, 2L, 3L));
        assertThat(sink.message(1).text()).isEqualTo("новый");
    }

    @Test
    void a_truncated_file_gives_all_whole_messages_wherever_it_ends_and_whatever_the_order_of_keys() throws Exception {
        String messages =
                IntStream.rangeClosed(1, 5).mapToObj(OddExportTest::good).collect(Collectors.joining(",\n"));
        for (String head : List.of(
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[",
                "{\"name\":\"x\",\"type\":\"public_channel\",\"messages\":[",
                "{\"id\":1,\"type\":\"public_channel\",\"messages\":[")) {
            for (int cut : List.of(1, 20, good(5).length() - 1)) {
                write(head + messages.substring(0, messages.length() - cut));
                var sink = new RecordingSink();

                assertThatThrownBy(
                                () -> ExportSource.open(folder, ZoneOffset.UTC).read(sink))
                        .isInstanceOf(ExportSource.FormatException.class)
                        .hasMessageContaining("is truncated")
                        .hasMessageContaining("line ");
                assertThat(ids(sink)).containsExactly(1L, 2L, 3L, 4L);
            }
        }
    }

    @Test
    void a_text_of_megabytes_is_read() throws Exception {
        String text = "слово ".repeat(200_000);
        writeChannel(good(1), good(2).replace("пост 2", text), good(3));

        RecordingSink sink = read(folder);

        assertThat(ids(sink)).containsExactly(1L, 2L, 3L);
        assertThat(sink.message(2).text()).isEqualTo(text);
    }

    private static String good(int id) {
        return GOOD.formatted(id, id);
    }

    private static List<Long> ids(RecordingSink sink) {
        return sink.messages.stream().map(SourceMessage::id).toList();
    }

    private static byte[] concat(byte[]... parts) {
        var all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private void writeChannel(String... messages) throws IOException {
        writeSeparated(",\n", messages);
    }

    private void writeSeparated(String separator, String... messages) throws IOException {
        write("{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[" + String.join(separator, messages)
                + "]}");
    }

    private void write(String json) throws IOException {
        Files.writeString(folder.resolve("result.json"), json);
    }

    private static RecordingSink read(Path path) throws IOException, InterruptedException {
        var sink = new RecordingSink();
        ExportSource.open(path, ZoneOffset.UTC).read(sink);
        return sink;
    }
}
