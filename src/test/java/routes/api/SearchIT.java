package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

class SearchIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private final VectorIndex index = api.bean(VectorIndex.class);
    private final EmbeddingProvider embeddings = api.bean(EmbeddingProvider.class);
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
    void a_hit_tells_what_the_reader_needs_to_judge_and_open_it() {
        UUID post = indexed(tenant, channel, NOON, "Вышел новый релиз языка Python с сборкой мусора");
        fixtures.set(post, "telegram_post_url", "https://t.me/news/7");

        JsonNode hit = hits("релизы Python").get(0);

        assertThat(hit.fieldNames())
                .toIterable()
                .containsExactly(
                        "post_id",
                        "number",
                        "score",
                        "snippet",
                        "found_in",
                        "tags",
                        "channel",
                        "posted_at",
                        "link",
                        "post");
        assertThat(hit.path("post"))
                .isEqualTo(client.get("/users/" + user + "/posts")
                        .json()
                        .path("posts")
                        .get(0));
        assertThat(hit.path("post_id").asText()).isEqualTo(post.toString());
        assertThat(hit.path("snippet").asText()).contains("релиз");
        assertThat(hit.path("score").asDouble()).isPositive();
        assertThat(hit.path("tags").get(0).asText()).isEqualTo("Python");
        assertThat(hit.path("channel").asText()).isEqualTo("Новости");
        assertThat(hit.path("link").asText()).isEqualTo("https://t.me/news/7");
        assertThat(client.get("/posts/" + hit.path("number").asLong()).text("id"))
                .isEqualTo(post.toString());
    }

    @Test
    void nobody_finds_posts_of_another_tenant_or_of_channels_they_do_not_read() {
        UUID otherTenant = fixtures.tenant();
        UUID unread = fixtures.channel();
        UUID left = fixtures.channelOf(user);
        indexed(otherTenant, channel, NOON, "Python в чужом доме");
        indexed(tenant, unread, NOON, "Python в чужом канале");
        indexed(tenant, left, NOON, "Python в покинутом канале");
        client.delete("/users/" + user + "/channels/" + left);
        UUID mine = indexed(tenant, channel, NOON, "Python у меня");

        assertThat(found("Python", "")).containsExactly(mine);
        assertThat(found("Python", "&channel_id=" + unread)).isEmpty();
        assertThat(found("Python", "&channel_id=" + left)).isEmpty();
        assertThat(client.get("/users/" + fixtures.user(tenant) + "/search?q=Python")
                        .json()
                        .path("items"))
                .isEmpty();
    }

    @Test
    void what_the_index_still_holds_but_the_database_no_longer_shows_is_no_hit() {
        UUID deleted = indexed(tenant, channel, NOON, "Python удалён");
        UUID kept = indexed(tenant, channel, NOON, "Python остался");
        fixtures.set(deleted, "is_deleted", true);

        assertThat(found("Python", "")).containsExactly(kept);
    }

    @Test
    void filters_narrow_the_search() {
        UUID second = fixtures.channelOf(user);
        UUID early = indexed(tenant, channel, NOON.minusSeconds(86_400), "Python вчера");
        UUID noon = indexed(tenant, channel, NOON, "Python сегодня");
        UUID elsewhere = indexed(tenant, second, NOON, "Python в другом канале");

        assertThat(found("Python", "&channel_id=" + second)).containsExactly(elsewhere);
        assertThat(found("Python", "&to=2026-01-31")).containsExactly(early);
        assertThat(found("Python", "&from=2026-01-31T15:00:00%2B03:00")).containsExactlyInAnyOrder(noon, elsewhere);
        assertThat(found("Python", "&to=2026-01-31T12:00:00Z")).containsExactly(early);
        assertThat(found("Python", "&tag=PYTHON")).hasSize(3);
        assertThat(found("Python", "&tag=Java")).isEmpty();
        assertThat(found("Python", "&limit=1")).hasSize(1);
    }

    @Test
    void a_search_for_posts_with_pictures_finds_the_one_behind_a_thousand_better_hits() {
        UUID photo = indexed(
                tenant, channel, NOON, "Среди многих слов этого длинного поста о погоде один раз есть Python", "photo");
        index.upsertAll(IntStream.range(0, VectorIndex.SearchQuery.MAX_LIMIT + 200)
                .mapToObj(i -> point(tenant, channel, NOON.plusSeconds(i), "Python Python " + i, "video"))
                .toList());

        assertThat(found("Python", "&has=photo")).containsExactly(photo);
        assertThat(found("Python", "&has=photo&order=date")).containsExactly(photo);
        assertThat(found("Python", "&has=photo&has=video")).isEmpty();
        assertThat(found("Python", "&has=text-on-image")).isEmpty();
        OpenApiContract.INSTANCE.assertProblem(page("&has=audio"), 400);
    }

    @Test
    void operators_narrow_the_search_and_plain_words_stay_words() {
        UUID second = fixtures.channelOf(user);
        fixtures.rename(second, "Другая лента");
        UUID early =
                indexed(tenant, channel, NOON.minusSeconds(86_400), "Python вчера: курс машинного обучения", "photo");
        UUID noon = indexed(tenant, channel, NOON, "Python сегодня: обучение и машинное масло");
        UUID elsewhere = indexed(tenant, second, NOON, "Python в другом канале");

        assertThat(found("Python \"машинное обучение\"", "")).containsExactly(early);
        assertThat(found("Python -масло -\"другой канал\"", "")).containsExactly(early);
        assertThat(found("Python before:2026-01-31", "")).containsExactly(early);
        assertThat(found("Python after:2026-01-31", "")).containsExactlyInAnyOrder(noon, elsewhere);
        assertThat(found("Python after:2026-01-31", "&to=2026-01-01T00:00:00Z")).isEmpty();
        assertThat(found("Python has:photo", "")).containsExactly(early);
        assertThat(found("Python has:photo", "&has=video")).isEmpty();
        assertThat(found("tag:python", "")).hasSize(3).endsWith(early);
        assertThat(found("tag:python tag:java", "")).isEmpty();
        assertThat(found("Python channel:\"другая ЛЕНТА\"", "")).containsExactly(elsewhere);
        assertThat(found("channel:\"другая лента\"", "")).containsExactly(elsewhere);
        assertThat(found("сегодня: обучение", "")).startsWith(noon);
    }

    @Test
    void an_operator_with_a_wrong_value_is_named() {
        for (String query :
                List.of("Python before:2026-13", "Python has:audio", "Python channel:nobody", "-tag:Python")) {
            ApiClient.Answer answer = client.get("/users/" + user + "/search?q=" + encode(query));

            OpenApiContract.INSTANCE.assertProblem(answer, 400);
            assertThat(answer.text("field")).isEqualTo("q");
            assertThat(answer.text("detail"))
                    .contains(query.substring(query.lastIndexOf(' ') + 1)
                            .split(":")[0]
                            .replace("channel", "nobody"));
        }
    }

    @Test
    void what_was_searched_instead_of_unknown_words_is_told() {
        UUID post = indexed(tenant, channel, NOON, "Прививка от гриппа");

        JsonNode repaired = client.get("/users/" + user + "/search?q=" + encode("ghbdbdrf tag:python"))
                .json();
        assertThat(repaired.path("corrected_query").asText()).isEqualTo("прививка tag:python");
        assertThat(repaired.path("items").get(0).path("post_id").asText()).isEqualTo(post.toString());
        assertThat(repaired.path("items").get(0).path("snippet").asText()).contains("Прививка");
        assertThat(client.get("/users/" + user + "/search?q=" + encode("ghbdbdrf") + "&as_typed=true")
                        .json())
                .hasToString("{\"items\":[],\"next_cursor\":null}");
        assertThat(client.get("/users/" + user + "/search?q=" + encode("прививки"))
                        .json()
                        .has("corrected_query"))
                .isFalse();
    }

    @Test
    void facets_count_all_hits_also_those_of_other_pages() {
        UUID second = fixtures.channelOf(user);
        UUID unread = fixtures.channel();
        indexed(tenant, channel, NOON, "Python раз");
        indexed(tenant, second, NOON.minusSeconds(40 * 86_400), "Python два");
        indexed(tenant, second, NOON, "Python три");
        indexed(tenant, unread, NOON, "Python в чужом канале");

        JsonNode facets = page("&limit=1&facets=true").json().path("facets");

        assertThat(facets.path("channels").findValuesAsText("count")).containsExactly("2", "1");
        assertThat(facets.path("channels").get(0).path("channel_id").asText()).isEqualTo(second.toString());
        assertThat(facets.path("tags")).hasToString("[{\"tag\":\"Python\",\"count\":3}]");
        assertThat(facets.path("months"))
                .hasToString("[{\"month\":\"2025-12\",\"count\":1},{\"month\":\"2026-01\",\"count\":2}]");
    }

    @Test
    void related_posts_are_on_the_same_subject_and_of_the_same_tenant() {
        UUID post = indexed(tenant, channel, NOON, "Телескоп снял галактику в созвездии Девы");
        UUID near = indexed(tenant, channel, NOON, "Галактика в созвездии Девы, которую снял телескоп");
        indexed(tenant, channel, NOON, "Рецепт борща");
        indexed(tenant, fixtures.channel(), NOON, "Галактика в созвездии Девы, телескоп в непрочитанном канале");
        indexed(fixtures.tenant(), channel, NOON, "Галактика в созвездии Девы, телескоп чужой");

        ApiClient.Answer answer = client.get("/posts/" + post + "/related");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode items = answer.json().path("items");
        assertThat(items).hasSize(1);
        assertThat(items.get(0).path("post").path("id").asText()).isEqualTo(near.toString());
        assertThat(items.get(0).path("channel").asText()).isEqualTo("Новости");
        assertThat(items.get(0).path("shared_tags")).hasToString("[\"Python\"]");
        OpenApiContract.INSTANCE.assertProblem(client.get("/posts/" + UUID.randomUUID() + "/related"), 404);
        OpenApiContract.INSTANCE.assertProblem(client.get("/posts/" + post + "/related?limit=21"), 400);
    }

    @Test
    void a_spoiler_is_unreadable_in_a_snippet() {
        String text = "\u200bPython: кто убийца? Это садовник!";
        UUID post = indexed(tenant, channel, NOON, text);
        fixtures.set(
                post,
                "entities",
                Fixtures.jsonb(
                        "[{\"type\": \"spoiler\", \"offset\": 25, \"length\": 8}, {\"type\": \"spoiler\", \"offset\":"
                                + " 30, \"length\": 900}]"));

        assertThat(hits("Python").get(0).path("snippet").asText()).isEqualTo("Python: кто убийца? Это ▒▒▒▒▒▒▒▒▒");
        fixtures.set(post, "content", text + " Правка");
        assertThat(hits("Python").get(0).path("snippet").asText())
                .startsWith("Python: кто убийца? Это ▒")
                .doesNotContain("садовник");
    }

    @Test
    void every_hit_is_on_one_of_the_pages_and_on_one_only() {
        List<IndexedPoint> points = IntStream.range(0, 230)
                .mapToObj(i -> point(tenant, channel, NOON.plusSeconds(i), "Python, заметка номер " + i))
                .toList();
        index.upsertAll(points);
        List<UUID> all = points.stream().map(point -> point.payload().postId()).toList();

        List<UUID> byRelevance = pages("&limit=50");
        List<UUID> byDate = pages("&limit=50&order=date");

        assertThat(byRelevance).containsExactlyInAnyOrderElementsOf(all);
        assertThat(byDate)
                .containsExactlyElementsOf(all.stream()
                        .sorted(Comparator.comparing(all::indexOf).reversed())
                        .toList());
        assertThat(pages("&limit=7&order=date")).isEqualTo(byDate);
        assertThat(pages("&limit=7")).isEqualTo(byRelevance);
    }

    @Test
    void a_cursor_belongs_to_its_search() {
        indexed(tenant, channel, NOON, "Python раз");
        indexed(tenant, channel, NOON, "Python два");
        String cursor = page("&limit=1").text("next_cursor");

        assertThat(page("&limit=1&cursor=" + cursor).json().path("items")).hasSize(1);
        OpenApiContract.INSTANCE.assertProblem(page("&order=date&cursor=" + cursor), 400);
        OpenApiContract.INSTANCE.assertProblem(page("&tag=Python&cursor=" + cursor), 400);
        OpenApiContract.INSTANCE.assertProblem(page("&order=size"), 400);
    }

    private List<UUID> pages(String parameters) {
        List<UUID> found = new ArrayList<>();
        String cursor = "";
        do {
            ApiClient.Answer page = page(parameters + cursor);
            page.json()
                    .path("items")
                    .forEach(
                            hit -> found.add(UUID.fromString(hit.path("post_id").asText())));
            JsonNode next = page.json().path("next_cursor");
            cursor = next.isNull() ? null : "&cursor=" + next.asText();
        } while (cursor != null);
        return found;
    }

    private ApiClient.Answer page(String parameters) {
        return client.get("/users/" + user + "/search?q=Python" + parameters);
    }

    @Test
    void searches_give_their_connections_back() {
        indexed(tenant, channel, NOON, "Python");

        // more than the pool holds
        for (int i = 0; i < 15; i++) {
            assertThat(found("Python", "")).hasSize(1);
        }
    }

    @Test
    void a_search_without_any_hit_is_an_empty_list() {
        JsonNode page =
                client.get("/users/" + user + "/search?q=" + encode("ничего")).json();

        assertThat(page).hasToString("{\"items\":[],\"next_cursor\":null}");
    }

    private UUID indexed(UUID ofTenant, UUID inChannel, Instant postedAt, String text, String... has) {
        IndexedPoint point = point(ofTenant, inChannel, postedAt, text, has);
        index.upsert(point);
        return point.payload().postId();
    }

    private IndexedPoint point(UUID ofTenant, UUID inChannel, Instant postedAt, String text, String... has) {
        UUID post = fixtures.post(ofTenant, inChannel, postedAt, text);
        fixtures.tags(post, "Python");
        var payload = new PostPayload(
                post,
                ofTenant,
                inChannel,
                1,
                List.of("Python"),
                postedAt,
                null,
                null,
                text,
                false,
                null,
                false,
                Set.of(has));
        return new IndexedPoint(payload, embeddings.embed(List.of(text)).get(0), text, 1, "hash");
    }

    private JsonNode hits(String text) {
        return client.get("/users/" + user + "/search?q=" + encode(text)).json().path("items");
    }

    private List<UUID> found(String text, String filters) {
        ApiClient.Answer answer = client.get("/users/" + user + "/search?q=" + encode(text) + filters);
        assertThat(answer.status()).isEqualTo(200);
        JsonNode items = answer.json().path("items");
        return StreamSupport.stream(items.spliterator(), false)
                .map(hit -> UUID.fromString(hit.path("post_id").asText()))
                .toList();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
