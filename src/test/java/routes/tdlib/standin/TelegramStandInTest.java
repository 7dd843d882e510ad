package routes.tdlib.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import routes.tdlib.RealTdlib;
import routes.tdlib.Tdlib;
import routes.tdlib.TdlibClient;
import routes.tdlib.TdlibException;
import routes.tdlib.UpdateQueue;

/** The stand-in has the habits of TDLib that its users must cope with. */
@Timeout(60)
class TelegramStandInTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Set<String> WANTED = Set.of(
            "updateNewMessage",
            "updateMessageContent",
            "updateMessageEdited",
            "updateDeleteMessages",
            "updateMessageInteractionInfo",
            "updateNewChat",
            "updateFile");

    @TempDir
    Path dir;

    private final TelegramStandIn telegram = new TelegramStandIn().user("+70000000001", "1", "", "Anna");
    private final TdlibClient client = new Tdlib(telegram, Duration.ZERO).client("main");
    private final UpdateQueue updates = client.subscribe(WANTED, 10_000, Long.MAX_VALUE);
    private final StandInChannel channel =
            telegram.channel(1_000_000_001L, "news", "News").described("About", 4_200);

    @BeforeEach
    void signIn() throws Exception {
        client.open();
        call(RealTdlib.parameters(dir, "key"));
        call(Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", "+70000000001"));
        call(Tdlib.request("checkAuthenticationCode").put("code", "1"));
        telegram.join(channel);
    }

    @AfterEach
    void close() {
        client.close().join();
    }

    private ObjectNode call(ObjectNode request) throws Exception {
        return client.call(request, TIMEOUT);
    }

    private ObjectNode inChannel(String function) {
        return Tdlib.request(function).put("chat_id", channel.chatId());
    }

    private List<Long> page(long from, int offset, int limit) throws Exception {
        ObjectNode answer = call(inChannel("getChatHistory")
                .put("from_message_id", from)
                .put("offset", offset)
                .put("limit", limit));
        List<Long> ids = new ArrayList<>();
        answer.path("messages").forEach(message -> ids.add(message.path("id").asLong() >> 20));
        assertThat(answer.path("total_count").asInt()).isEqualTo(ids.size());
        return ids;
    }

    private List<ObjectNode> take(int count) throws Exception {
        List<ObjectNode> taken = new ArrayList<>();
        while (taken.size() < count) {
            List<ObjectNode> more = updates.take(count - taken.size(), TIMEOUT);
            assertThat(more).as("after %s", taken).isNotEmpty();
            taken.addAll(more);
        }
        return taken;
    }

    private static List<String> types(List<ObjectNode> updates) {
        return updates.stream().map(update -> update.path("@type").asText()).toList();
    }

    @Test
    void history_begins_with_one_message_has_at_most_a_hundred_a_page_overlaps_and_ends_with_an_empty_page()
            throws Exception {
        for (int i = 0; i < 250; i++) {
            channel.postUnannounced(Contents.text("post " + i));
        }
        assertThat(page(0, 0, 100)).containsExactly(250L);
        assertThat(page(0, 0, 500)).hasSize(100).startsWith(250L).endsWith(151L);
        assertThat(page(StandInChannel.messageId(151), 0, 100)).startsWith(151L, 150L);
        assertThat(page(StandInChannel.messageId(10), -5, 8)).containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L);
        telegram.shortPages(1);
        assertThat(page(0, 0, 100)).as("a short page is not the end").hasSize(50);
        Set<Long> all = new TreeSet<>();
        List<Long> next = page(0, 0, 100);
        while (all.addAll(next)) {
            next = page(StandInChannel.messageId(next.get(next.size() - 1)), 0, 100);
        }
        assertThat(all).hasSize(250);
        assertThat(page(1, 0, 100)).isEmpty();
        assertThatThrownBy(() -> page(0, 1, 10)).hasMessageContaining("offset must be non-positive");
        assertThatThrownBy(() -> page(0, 0, 0)).hasMessageContaining("limit must be positive");
    }

    @Test
    void edits_come_as_content_and_mark_and_deletions_as_what_they_are() throws Exception {
        long id = channel.post(Contents.text("before"));
        channel.edit(id, Contents.text("after"));
        channel.editMarkup(id);
        channel.counters(id, 10, 2);
        channel.unload(true, id);
        channel.delete(id);
        List<ObjectNode> all = take(7);
        assertThat(types(all))
                .containsExactly(
                        "updateNewChat",
                        "updateNewMessage",
                        "updateMessageContent",
                        "updateMessageEdited",
                        "updateMessageEdited",
                        "updateMessageInteractionInfo",
                        "updateDeleteMessages");
        assertThat(all.get(1).at("/message/edit_date").asInt()).isZero();
        assertThat(Contents.words(all.get(2).path("new_content"))).isEqualTo("after");
        List<ObjectNode> last = take(1);
        assertThat(all.get(6).path("from_cache").asBoolean()).isTrue();
        assertThat(all.get(6).path("is_permanent").asBoolean()).isFalse();
        assertThat(last.get(0).path("is_permanent").asBoolean()).isTrue();
        assertThat(channel.messages()).isEmpty();
    }

    @Test
    void updates_are_lost_repeated_and_reordered_as_told() throws Exception {
        channel.post(Contents.text("first"));
        telegram.lose("updateNewMessage", 1);
        channel.post(Contents.text("lost"));
        telegram.repeat("updateNewMessage", 1);
        channel.post(Contents.text("twice"));
        telegram.hold("updateNewMessage", 3);
        channel.album(Contents.text("a"), Contents.text("b"), Contents.text("c"));
        channel.post(Contents.text("overtakes"));
        telegram.release(0);
        List<String> texts = take(8).stream()
                .map(update -> Contents.words(update.at("/message/content")))
                .toList();
        assertThat(texts.subList(0, 5)).containsExactly("", "first", "twice", "twice", "overtakes");
        assertThat(texts.subList(5, 8)).containsExactlyInAnyOrder("a", "b", "c").isNotEqualTo(List.of("a", "b", "c"));
        assertThat(channel.messages()).hasSize(7);
    }

    @Test
    void an_album_shares_an_id_that_is_a_string() throws Exception {
        StandInFile file = telegram.file(new byte[] {1});
        List<Long> ids = channel.album(Contents.photo("caption", file, file), Contents.photo("", file, file));
        long late = channel.joinAlbum(ids.get(0), Contents.photo("", file, file));
        Set<JsonNode> albums = new java.util.HashSet<>();
        channel.messages().values().forEach(message -> albums.add(message.path("media_album_id")));
        assertThat(albums).singleElement().satisfies(id -> assertThat(id.isTextual())
                .isTrue());
        assertThat(channel.messages()).containsOnlyKeys(ids.get(0), ids.get(1), late);
    }

    @Test
    void every_type_of_content_can_be_posted_and_a_cut_rich_message_can_be_fetched_whole() throws Exception {
        List<ObjectNode> contents = Contents.ofEveryType(telegram);
        contents.forEach(channel::post);
        List<ObjectNode> seen = take(contents.size() + 1);
        assertThat(seen.subList(1, seen.size()))
                .extracting(update -> (JsonNode) update.at("/message/content"))
                .containsExactlyElementsOf(contents);
        long id = channel.postRich(Contents.richMessage(false, "First"), Contents.richMessage(true, "First", "Second"));
        ObjectNode full = call(inChannel("getFullRichMessage").put("message_id", id));
        assertThat(full.path("is_full").asBoolean()).isTrue();
        assertThat(full.path("blocks")).hasSize(2);
    }

    @Test
    void files_are_downloaded_in_both_ways_with_updates() throws Exception {
        StandInFile file = telegram.file("bytes of a picture".getBytes());
        ObjectNode download = Tdlib.request("downloadFile")
                .put("file_id", file.id())
                .put("priority", 1)
                .put("synchronous", false);
        assertThat(call(download).at("/local/is_downloading_completed").asBoolean())
                .isFalse();
        List<ObjectNode> progress = take(2);
        JsonNode done = progress.get(1).at("/file/local");
        assertThat(done.path("is_downloading_completed").asBoolean()).isTrue();
        assertThat(Path.of(done.path("path").asText())).hasBinaryContent("bytes of a picture".getBytes());

        StandInFile other = telegram.file(new byte[10]);
        ObjectNode answer = call(Tdlib.request("downloadFile")
                .put("file_id", other.id())
                .put("priority", 32)
                .put("synchronous", true));
        assertThat(Files.size(Path.of(answer.at("/local/path").asText()))).isEqualTo(10);
        telegram.stallDownloads(1);
        StandInFile stalled = telegram.file(new byte[10]);
        call(download.put("file_id", stalled.id()));
        take(3);
        assertThat(updates.take(1, Duration.ofMillis(200))).isEmpty();
    }

    @Test
    void chats_are_introduced_once_and_searched_by_name_and_listed_until_all_are_loaded() throws Exception {
        assertThatThrownBy(() -> call(inChannel("getChat"))).hasMessageContaining("Chat not found");
        ObjectNode found = call(Tdlib.request("searchPublicChat").put("username", "@NEWS"));
        assertThat(found.path("id").asLong()).isEqualTo(channel.chatId());
        assertThat(take(1).get(0).at("/chat/title").asText()).isEqualTo("News");
        assertThat(call(Tdlib.request("getSupergroupFullInfo").put("supergroup_id", 1_000_000_001L))
                        .path("member_count")
                        .asInt())
                .isEqualTo(4_200);
        assertThatThrownBy(() -> call(Tdlib.request("searchPublicChat").put("username", "nobody")))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.error()).isEqualTo("USERNAME_NOT_OCCUPIED"));
        telegram.join(telegram.channel(2L, "", "Private"));
        call(Tdlib.request("loadChats").put("limit", 100));
        assertThatThrownBy(() -> call(Tdlib.request("loadChats").put("limit", 100)))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.code()).isEqualTo(404));
        assertThat(call(Tdlib.request("getChats").put("limit", 100)).path("chat_ids"))
                .hasSize(2);
    }

    @Test
    void a_silent_channel_sends_updates_only_while_it_is_opened() throws Exception {
        channel.silent();
        channel.post(Contents.text("unseen"));
        call(inChannel("openChat"));
        channel.post(Contents.text("seen"));
        call(inChannel("closeChat"));
        channel.post(Contents.text("unseen again"));
        assertThat(types(take(2))).containsExactly("updateNewChat", "updateNewMessage");
        assertThat(updates.take(1, Duration.ofMillis(200))).isEmpty();
    }

    @Test
    void requests_beyond_a_limit_are_refused_and_counted() throws Exception {
        telegram.limit("getMe", 2, Duration.ofSeconds(30));
        call(Tdlib.request("getMe"));
        call(Tdlib.request("getMe"));
        assertThatThrownBy(() -> call(Tdlib.request("getMe")))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.retryAfter()).isPresent());
        assertThat(telegram.exceeded()).isEqualTo(1);
        assertThat(telegram.requests("getMe")).hasSize(3);
    }

    @Test
    void scripted_failures_apply_to_their_function_alone() throws Exception {
        telegram.fail("getMe", 500, "Request aborted", 1);
        assertThatThrownBy(() -> call(Tdlib.request("getMe"))).hasMessage("getMe: 500 Request aborted");
        telegram.ignore("getMe", 1);
        assertThatThrownBy(() -> client.call(Tdlib.request("getMe"), Duration.ofMillis(50)))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.kind()).isEqualTo(TdlibException.Kind.TIMED_OUT));
        assertThat(call(Tdlib.request("getMe")).path("first_name").asText()).isEqualTo("Anna");
    }

    @Test
    void what_is_frozen_never_answers() {
        telegram.freeze();
        assertThatThrownBy(() -> client.call(Tdlib.request("getMe"), Duration.ofMillis(50)))
                .isInstanceOf(TdlibException.class);
        await().during(Duration.ofMillis(200)).until(() -> client.isOpen());
        telegram.thaw();
    }
}
