package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostsIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private UUID tenant;
    private long user;
    private UUID channel;

    @BeforeEach
    void readerOfOneChannel() {
        tenant = fixtures.tenant();
        user = fixtures.user(tenant);
        channel = fixtures.channelOf(user);
    }

    @Test
    void a_post_has_every_field_of_the_contract_also_where_there_is_nothing_to_tell() {
        UUID id = fixtures.post(tenant, channel, NOON, "Вышел Python 3.14");

        JsonNode post = client.get(posts("")).json().path("posts").get(0);

        assertThat(post.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "number",
                        "channel_id",
                        "telegram_message_id",
                        "content",
                        "attachment_text",
                        "entities",
                        "tags",
                        "tagging_status",
                        "tagging_attempts",
                        "tagging_error",
                        "indexing_status",
                        "posted_at",
                        "edited_at",
                        "is_edited",
                        "telegram_post_url",
                        "author_name",
                        "grouped_id",
                        "album_id",
                        "media",
                        "urls",
                        "views_count",
                        "forwards_count",
                        "replies_count",
                        "reactions_count",
                        "reactions");
        assertThat(post.path("id").asText()).isEqualTo(id.toString());
        assertThat(post.path("posted_at").asText()).isEqualTo("2026-01-31T12:00:00Z");
        assertThat(post.path("content").asText()).isEqualTo("Вышел Python 3.14");
        assertThat(post.path("urls").get(0).asText()).isEqualTo("https://example.org/a");
        assertThat(post.path("album_id").isNull()).isTrue();
        assertThat(post.path("entities")).isEmpty();
    }

    @Test
    void a_post_shows_its_formatting_and_what_telegram_shows_beside_the_text() {
        UUID first = fixtures.post(tenant, channel, NOON, " Первый пост ");
        UUID id = fixtures.post(tenant, channel, NOON, "");
        fixtures.set(first, "telegram_message_id", 77_001);
        fixtures.set(id, "reply_to_message_id", 77_001);
        fixtures.set(id, "forward_from_name", "Другой канал");
        fixtures.set(id, "forward_from_chat_id", 55L);
        fixtures.set(id, "forward_from_message_id", 5L);
        fixtures.set(id, "attachment_text", "Кто идёт?\nЯ");
        fixtures.set(id, "author_name", "Анна");
        fixtures.set(id, "reactions_count", 4);
        fixtures.setJson(id, "entities", "[{\"type\":\"bold\",\"offset\":0,\"length\":2}]");
        fixtures.setJson(
                id,
                "details",
                """
                {"reactions": [{"type": "emoji", "emoji": "👍", "count": 3}, {"type": "paid", "count": 1}],
                 "poll": {"question": "Кто идёт?", "closed": false, "total_voters": 2,
                          "options": [{"text": "Я", "voters": 2, "chosen": true}]},
                 "media": [{"kind": "sticker", "name": "a.webp", "missing": "File not included"}]}""");

        JsonNode post = client.get("/posts/" + id).json();

        assertThat(post.path("entities").get(0).path("type").asText()).isEqualTo("bold");
        assertThat(post.path("attachment_text").asText()).isEqualTo("Кто идёт?\nЯ");
        assertThat(post.path("author_name").asText()).isEqualTo("Анна");
        assertThat(post.path("reactions")).hasSize(2);
        assertThat(post.path("poll").path("options").get(0).path("voters").asInt())
                .isEqualTo(2);
        assertThat(post.path("media").get(0))
                .hasToString("{\"kind\":\"sticker\",\"name\":\"a.webp\",\"missing\":\"File not included\"}");
        assertThat(post.path("forwarded_from").path("link").asText()).isEqualTo("https://t.me/c/55/5");
        assertThat(post.path("forwarded_from").path("name").asText()).isEqualTo("Другой канал");
        assertThat(post.path("reply_to").path("post_id").asText()).isEqualTo(first.toString());
        assertThat(post.path("reply_to").path("snippet").asText()).isEqualTo("Первый пост");
        assertThat(list("q=" + encode("кто идёт"))).containsExactly(id);
    }

    @Test
    void pages_meet_without_gap_or_repetition_while_posts_arrive() {
        var expected = new ArrayList<String>();
        UUID second = fixtures.channelOf(user);
        for (int i = 0; i < 25; i++) {
            // several posts of one moment, in both channels
            Instant time = NOON.plusSeconds(i / 4);
            expected.add(
                    0,
                    fixtures.post(tenant, i % 2 == 0 ? channel : second, time, "post " + i)
                            .toString());
        }

        var seen = new ArrayList<String>();
        String cursor = null;
        do {
            JsonNode page = client.get(posts("limit=7" + (cursor == null ? "" : "&cursor=" + cursor)))
                    .json();
            seen.addAll(ids(page));
            cursor = page.path("next_cursor").asText(null);
            fixtures.post(tenant, channel, NOON.plusSeconds(3600), "arrives meanwhile");
        } while (cursor != null && seen.size() < 100);

        assertThat(seen).containsExactlyElementsOf(expected);
    }

    @Test
    void a_period_has_its_beginning_but_not_its_end() {
        fixtures.post(tenant, channel, NOON.minusSeconds(1), "before");
        UUID first = fixtures.post(tenant, channel, NOON, "first");
        UUID second = fixtures.post(tenant, channel, NOON.plusSeconds(59), "second");
        fixtures.post(tenant, channel, NOON.plusSeconds(60), "after");
        String period = "from=2026-01-31T12:00:00Z&to=2026-01-31T12:01:00Z";

        JsonNode page = client.get(posts(period + "&limit=1")).json();
        String cursor = page.path("next_cursor").asText();

        assertThat(ids(client.get(posts(period)).json())).containsExactly(second.toString(), first.toString());
        assertThat(ids(client.get(posts(period + "&cursor=" + cursor)).json())).containsExactly(first.toString());
        assertThat(ids(client.get(posts("to=2026-01-31")).json())).isEmpty();
        assertThat(ids(client.get(posts("from=2026-01-31")).json())).hasSize(4);
        assertBadCursor(client.get(posts("from=2026-01-31&cursor=" + cursor)));
    }

    @Test
    void the_last_page_is_known_as_such_when_it_is_full() {
        fixtures.post(tenant, channel, NOON, "one");
        fixtures.post(tenant, channel, NOON, "two");

        JsonNode page = client.get(posts("limit=2")).json();

        assertThat(page.path("posts")).hasSize(2);
        assertThat(page.path("next_cursor").isNull()).isTrue();
    }

    @Test
    void a_cursor_is_refused_by_any_other_list_and_when_mutilated() {
        fixtures.post(tenant, channel, NOON, "one");
        fixtures.post(tenant, channel, NOON, "two");
        String cursor = client.get(posts("limit=1")).text("next_cursor");
        long other = fixtures.user(tenant);

        assertBadCursor(client.get("/users/" + other + "/posts?limit=1&cursor=" + cursor));
        assertBadCursor(client.get(posts("tagging_status=failed&cursor=" + cursor)));
        assertBadCursor(client.get("/users/" + user + "/channels?cursor=" + cursor));
        assertBadCursor(client.get(posts("cursor=" + cursor.substring(1))));
        assertBadCursor(client.get(posts("cursor=" + cursor.replace(cursor.charAt(9), '-'))));
        assertBadCursor(client.get(posts("cursor=")));
        assertBadCursor(client.get(posts("cursor=%00")));
    }

    @Test
    void nobody_sees_posts_of_another_tenant_or_of_channels_they_do_not_read() {
        UUID otherTenant = fixtures.tenant();
        UUID unread = fixtures.channel();
        fixtures.post(otherTenant, channel, NOON, "the same channel, read by another tenant");
        fixtures.post(tenant, unread, NOON, "a channel nobody reads");
        UUID left = fixtures.channelOf(user);
        fixtures.post(tenant, left, NOON, "a channel the user has left");
        client.delete("/users/" + user + "/channels/" + left);
        UUID mine = fixtures.post(tenant, channel, NOON, "mine");

        assertThat(ids(client.get(posts("")).json())).containsExactly(mine.toString());
        assertThat(ids(client.get(posts("channel_id=" + unread)).json())).isEmpty();
        assertThat(ids(client.get(posts("channel_id=" + left)).json())).isEmpty();
        assertThat(client.get("/users/" + user + "/posts/tagging_stats")
                        .json()
                        .path("total_posts")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void filters_narrow_the_list() {
        UUID failed = fixtures.post(tenant, channel, NOON, "Сбой в ЛИФТЕ на 100%");
        fixtures.set(failed, "tagging_status", "failed");
        UUID tagged = fixtures.post(tenant, channel, NOON.plusSeconds(1), "Нейросети научили_ся");
        fixtures.tags(tagged, "Искусственный Интеллект", "ЁЖ", "C\"++");
        UUID second = fixtures.channelOf(user);
        UUID elsewhere = fixtures.post(tenant, second, NOON.plusSeconds(2), "elsewhere");

        assertThat(list("tagging_status=failed")).containsExactly(failed);
        assertThat(list("channel_id=" + second)).containsExactly(elsewhere);
        assertThat(list("tag=" + encode("искусственный интеллект"))).containsExactly(tagged);
        assertThat(list("tag=" + encode("еж"))).containsExactly(tagged);
        assertThat(list("tag=" + encode("c\"++"))).containsExactly(tagged);
        assertThat(list("tag=" + encode("интеллект"))).isEmpty();
        assertThat(list("q=" + encode("лифте"))).containsExactly(failed);
        assertThat(list("q=" + encode("100%"))).containsExactly(failed);
        assertThat(list("q=" + encode("%"))).containsExactly(failed);
        assertThat(list("q=" + encode("и_с"))).containsExactly(tagged);
        assertThat(list("q=" + encode("л.фте"))).isEmpty();
        assertThat(list("q=" + encode("("))).isEmpty();
        assertThat(list("q=" + encode("лифте") + "&tagging_status=success")).isEmpty();
    }

    @Test
    void posts_are_filtered_by_what_their_files_are() {
        UUID text = fixtures.post(tenant, channel, NOON, "text");
        UUID photo = fixtures.post(tenant, channel, NOON.plusSeconds(1), "photo");
        fixtures.storedMedia(tenant, photo, "image/jpeg", new byte[] {1});
        UUID mixed = fixtures.post(tenant, channel, NOON.plusSeconds(2), "photo and video");
        fixtures.storedMedia(tenant, mixed, "image/png", new byte[] {2});
        fixtures.storedMedia(tenant, mixed, "video/mp4", new byte[] {3});
        fixtures.textOnImage(mixed, "SOL 42");
        UUID scan = fixtures.post(tenant, channel, NOON.plusSeconds(3), "a file");
        fixtures.storedMedia(tenant, scan, "application/pdf", new byte[] {4});
        UUID blank = fixtures.post(tenant, channel, NOON.plusSeconds(4), "a picture without text");
        fixtures.storedMedia(tenant, blank, "image/webp", new byte[] {5});
        fixtures.textOnImage(blank, "");
        fixtures.tags(mixed, "Mars");
        fixtures.tags(photo, "Moon");

        assertThat(list("")).containsExactly(blank, scan, mixed, photo, text);
        assertThat(list("has=photo")).containsExactly(blank, mixed, photo);
        assertThat(list("has=video")).containsExactly(mixed);
        assertThat(list("has=text-on-image")).containsExactly(mixed);
        assertThat(list("has=photo&has=video&has=text-on-image&has=photo")).containsExactly(mixed);
        assertThat(list("has=video&tag=moon")).isEmpty();
        assertThat(client.get("/users/" + user + "/tags?has=video").json().path("items"))
                .extracting(item -> item.path("tag").asText())
                .containsExactly("Mars");
        String cursor = client.get(posts("limit=1&has=video&has=photo")).text("next_cursor");
        assertThat(cursor).isNull();
        String next = client.get(posts("limit=1&has=photo")).text("next_cursor");
        assertThat(list("limit=1&has=photo&cursor=" + next)).containsExactly(mixed);
        assertBadCursor(client.get(posts("limit=1&has=video&cursor=" + next)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"has=audio", "has=photo&has=PHOTO", "has=photo,music", "has=", "has=photo&has="})
    void an_unknown_feature_is_refused_with_the_known_ones(String parameters) {
        ApiClient.Answer answer = client.get(posts(parameters));

        OpenApiContract.INSTANCE.assertProblem(answer, 400);
        assertThat(answer.text("field")).isEqualTo("has");
        if (!parameters.endsWith("has=")) {
            assertThat(answer.text("detail")).contains("photo, video, text-on-image");
        }
    }

    @Test
    void a_post_is_found_by_its_uuid_and_by_its_number_with_all_enrichments() {
        UUID id = fixtures.post(tenant, channel, NOON, "picture");
        fixtures.tags(id, "Python", "релиз");
        fixtures.media(tenant, id, "bb", 1);
        fixtures.media(tenant, id, "aa", 0);
        api.jdbc()
                .sql("INSERT INTO post_enrichment (post_id, kind, provider, data, status, error)"
                        + " VALUES (?, 'vision', 'local', '{\"description\": \"кот\", \"provider\": \"gigachat\"}',"
                        + " 'partial', 'one of two')")
                .param(id)
                .update();

        JsonNode post = client.get("/posts/" + id).json();
        JsonNode same = client.get("/posts/" + post.path("number").asLong()).json();

        assertThat(same).isEqualTo(post);
        assertThat(post.path("tags")).extracting(JsonNode::asText).containsExactly("Python", "релиз");
        assertThat(post.path("media"))
                .extracting(file -> file.path("sha256").asText())
                .containsExactly("aa", "bb");
        assertThat(post.at("/media/0/mime_type").asText()).isEqualTo("image/png");
        assertThat(post.at("/enrichments/tags/tags/1").asText()).isEqualTo("релиз");
        assertThat(post.at("/enrichments/vision/description").asText()).isEqualTo("кот");
        assertThat(post.at("/enrichments/vision/provider").asText()).isEqualTo("gigachat");
        assertThat(post.at("/enrichments/vision/status").asText()).isEqualTo("partial");
        assertThat(post.at("/enrichments/crawl").isNull()).isTrue();
    }

    @Test
    void a_post_names_other_posts_with_the_same_or_a_nearly_the_same_picture() {
        UUID id = fixtures.post(tenant, channel, NOON, "picture");
        String sha256 = picture(id, 1, 0b1111L << 40);
        UUID sameFile = fixtures.post(tenant, channel, NOON.minusSeconds(9), "the same file");
        fixtures.media(tenant, sameFile, sha256, 0);
        UUID near = fixtures.post(tenant, channel, NOON, "nearly the same, negative as a number");
        picture(near, 2, 0b1111L << 40 | Long.MIN_VALUE | 0b11111);
        picture(fixtures.post(tenant, channel, NOON, "too far"), 3, 0b1111L << 40 | 0b1111111);
        picture(fixtures.post(tenant, channel, NOON, "no hash"), 4, null);
        UUID deleted = fixtures.post(tenant, channel, NOON, "deleted");
        fixtures.media(tenant, deleted, sha256, 0);
        fixtures.set(deleted, "is_deleted", true);
        UUID otherTenant = fixtures.tenant();
        fixtures.media(otherTenant, fixtures.post(otherTenant, channel, NOON, "of another tenant"), sha256, 0);

        JsonNode same = client.get("/posts/" + id).json().path("same_pictures");

        assertThat(same).hasSize(1);
        assertThat(same.at("/0/sha256").asText()).isEqualTo(sha256);
        assertThat(same.at("/0/posts"))
                .extracting(post -> post.path("post_id").asText(), post -> post.path("distance")
                        .asInt())
                .containsExactly(tuple(sameFile.toString(), 0), tuple(near.toString(), 6));
        assertThat(same.at("/0/posts/1/number").asLong())
                .isEqualTo(client.get("/posts/" + near).json().path("number").asLong());
    }

    @Test
    void pictures_without_a_hash_are_the_same_only_as_files_and_their_posts_are_bounded() {
        UUID plain = fixtures.post(tenant, channel, NOON, "plain");
        String sha256 = picture(plain, 1, null);
        picture(fixtures.post(tenant, channel, NOON, "also plain"), 2, null);
        assertThat(client.get("/posts/" + plain).json().path("same_pictures")).isEmpty();

        for (int i = 0; i < 25; i++) {
            fixtures.media(tenant, fixtures.post(tenant, channel, NOON.plusSeconds(i), "again " + i), sha256, 0);
        }

        assertThat(client.get("/posts/" + plain).json().at("/same_pictures/0/posts"))
                .hasSize(20);
    }

    private String picture(UUID post, int content, Long hash) {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", new byte[] {(byte) content});
        api.jdbc()
                .sql("UPDATE media_objects SET phash = ? WHERE tenant_id = ? AND file_sha256 = ?")
                .params(hash, tenant, sha256)
                .update();
        return sha256;
    }

    @Test
    void deleted_posts_are_gone() {
        UUID id = fixtures.post(tenant, channel, NOON, "deleted");
        fixtures.set(id, "is_deleted", true);

        assertThat(list("")).isEmpty();
        assertThat(client.get("/posts/" + id).status()).isEqualTo(404);
    }

    @Test
    void an_album_has_its_members_in_order_and_its_summary_once_assembled() {
        List<UUID> members = List.of(
                fixtures.post(tenant, channel, NOON, "1"),
                fixtures.post(tenant, channel, NOON, "2"),
                fixtures.post(tenant, channel, NOON, "3"));
        long album = fixtures.album(tenant, channel, List.of(members.get(2), members.get(0), members.get(1)), "{}");
        fixtures.set(members.get(0), "is_deleted", true);

        JsonNode open = client.get("/albums/" + album).json();
        api.jdbc()
                .sql("UPDATE media_groups SET meta = '{\"vision_summary\": \"коты\"}' WHERE id = ?")
                .param(album)
                .update();
        JsonNode assembled = client.get("/albums/" + album).json();

        assertThat(open.path("members"))
                .extracting(member -> member.path("post_id").asText())
                .containsExactly(members.get(2).toString(), members.get(1).toString());
        assertThat(open.path("summary").isNull()).isTrue();
        assertThat(assembled.at("/summary/vision_summary").asText()).isEqualTo("коты");
        assertThat(client.get("/posts/" + members.get(1))
                        .json()
                        .path("album_id")
                        .asLong())
                .isEqualTo(album);
    }

    @Test
    void tagging_stats_count_every_status() {
        for (String status : List.of("pending", "failed", "failed", "retrying", "skipped")) {
            fixtures.set(fixtures.post(tenant, channel, NOON, status), "tagging_status", status);
        }
        fixtures.tags(fixtures.post(tenant, channel, NOON, "tagged"), "Python");
        fixtures.tags(fixtures.post(tenant, channel, NOON, "tagged with nothing"));

        JsonNode stats = client.get("/users/" + user + "/posts/tagging_stats").json();

        assertThat(stats)
                .hasToString(
                        """
                        {"user_id":%d,"total_posts":7,"posts_with_tags":1,"posts_need_retry":1,\
                        "stats_by_status":{"pending":1,"success":2,"failed":2,"retrying":1,"skipped":1},\
                        "tagging_enabled":true,"max_retry_attempts":5}"""
                                .formatted(user));
    }

    @Test
    void an_import_shows_its_progress_and_a_bounded_number_of_errors() {
        var errors = new StringBuilder("[{\"name\":\"photos/1.jpg\",\"reason\":\"missing\"}");
        for (int i = 1; i < ImportController.MAX_ERRORS + 50; i++) {
            errors.append(",{\"name\":\"photos/1.jpg\",\"reason\":\"missing\"}");
        }
        UUID job =
                fixtures.importJob(tenant, user, "running", errors.append("]").toString());

        JsonNode shown = client.get("/imports/" + job).json();

        assertThat(shown.path("status").asText()).isEqualTo("running");
        assertThat(shown.path("job_id").asText()).isEqualTo(job.toString());
        assertThat(shown.path("posts_total").isNull()).isTrue();
        assertThat(shown.path("errors")).hasSize(ImportController.MAX_ERRORS);
    }

    private String posts(String query) {
        return "/users/" + user + "/posts" + (query.isEmpty() ? "" : "?" + query);
    }

    private List<UUID> list(String query) {
        ApiClient.Answer answer = client.get(posts(query));
        assertThat(answer.status()).isEqualTo(200);
        return ids(answer.json()).stream().map(UUID::fromString).toList();
    }

    private static List<String> ids(JsonNode page) {
        return StreamSupport.stream(page.path("posts").spliterator(), false)
                .map(post -> post.path("id").asText())
                .toList();
    }

    private static void assertBadCursor(ApiClient.Answer answer) {
        OpenApiContract.INSTANCE.assertProblem(answer, 400);
        assertThat(answer.text("field")).isEqualTo("cursor");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
