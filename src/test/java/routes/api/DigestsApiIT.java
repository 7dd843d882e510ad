package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.digests.Digests;
import routes.events.DigestsGenerate;

/** Digests, trends and interests over HTTP; the answers are checked against the document by {@link ApiClient}. */
class DigestsApiIT {
    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private final ApiClient client = api.client();
    private Fixtures fixtures;
    private UUID tenant;
    private long user;
    private UUID channel;

    @BeforeEach
    void aReader() {
        fixtures = api.fixtures();
        tenant = fixtures.tenant();
        user = fixtures.user(tenant);
        channel = fixtures.channelOf(user);
    }

    private String path(String rest) {
        return "/users/" + user + rest;
    }

    private UUID post(String text, String... tags) {
        UUID id = fixtures.post(tenant, channel, Instant.now().minusSeconds(600), text);
        fixtures.set(id, "telegram_post_url", "https://t.me/news/" + id.hashCode());
        fixtures.tags(id, tags);
        return id;
    }

    private static JsonNode expected(ApiClient.Answer answer, int status) {
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(status);
        return answer.json();
    }

    private JsonNode get(String path, int status) {
        return expected(client.get(path), status);
    }

    private JsonNode post(String path, int status) {
        return expected(client.post(path), status);
    }

    private JsonNode delete(String path, int status) {
        return expected(client.delete(path), status);
    }

    private JsonNode put(String path, String body, int status) {
        return expected(
                client.send(
                        "PUT",
                        path,
                        body,
                        request -> body == null ? request : request.header("Content-Type", "application/json")),
                status);
    }

    /** What the stage does with the event. */
    private void work() {
        api.bean(Digests.class)
                .generate(new DigestsGenerate(
                        "v1", "t", Instant.now(), "k", Long.toString(user), tenant, LocalDate.now(), "manual"));
    }

    @Test
    void settings_have_defaults_and_are_replaced_as_a_whole() {
        JsonNode defaults = get(path("/digest/settings"), 200);
        assertThat(defaults.path("enabled").asBoolean()).isFalse();
        assertThat(defaults.path("next_due_at").isNull()).isTrue();

        JsonNode stored = put(
                path("/digest/settings"),
                "{\"enabled\": true, \"time\": \"09:07\", \"zone\": \"Asia/Novosibirsk\", \"frequency\": \"weekly\","
                        + " \"topics\": [\"космос \"], \"channels\": [\"" + channel
                        + "\"], \"muted_words\": [\"реклама\"], \"max_items\": 7}",
                200);
        assertThat(stored.path("time").asText()).isEqualTo("09:07");
        assertThat(stored.path("topics").get(0).asText()).isEqualTo("космос");
        assertThat(Instant.parse(stored.path("next_due_at").asText()))
                .isAfter(Instant.now())
                .isBefore(Instant.now().plusSeconds(8 * 86_400));
        assertThat(get(path("/digest/settings"), 200)).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"time\": \"25:00\"}|time",
                "{\"zone\": \"Mars/Olympus\"}|zone",
                "{\"frequency\": \"hourly\"}|frequency",
                "{\"day_of_month\": 32}|day_of_month",
                "{\"max_items\": 51}|max_items",
                "{\"topics\": [\" \"]}|topics[0]",
                "{\"language\": \"de\"}|language"
            })
    void settings_that_make_no_sense_are_refused_with_the_field(String body, String field) {
        JsonNode problem = put(path("/digest/settings"), body, 422);
        assertThat(problem.path("field").asText()).isEqualTo(field);
        assertThat(problem.path("remedy").asText()).isNotBlank();
    }

    @Test
    void a_digest_of_older_posts_is_made_on_demand() {
        UUID old = post("Зонд прислал снимки кольца Сатурна.", "космос");
        api.jdbc()
                .sql("UPDATE posts SET posted_at = now() - interval '40 days' WHERE id = ?")
                .param(old)
                .update();

        long id = post(path("/digest/generate?from=2000-01-01"), 202)
                .path("job_id")
                .asLong();
        work();

        JsonNode digest = get(path("/digests/" + id), 200);
        assertThat(digest.at("/groups/0/items/0/sentences/0/text").asText()).contains("Сатурна");
        assertThat(digest.path("posts_from").asText()).startsWith("2000-01-01T00:00:00");
    }

    @Test
    void a_digest_is_asked_for_made_listed_and_read() {
        post("Токамак удерживает плазму магнитным полем уже тысячу секунд.", "физика");
        post("Скидки на всё! Реклама. ООО «Рога», erid: 2Vtzqwerty");

        ApiClient.Answer asked = client.post(path("/digest/generate"));
        long id = asked.json().path("job_id").asLong();
        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.header("Location")).isEqualTo(path("/digests/" + id));
        assertThat(post(path("/digest/generate"), 202).path("job_id").asLong()).isEqualTo(id);
        assertThat(get(path("/digests/" + id), 200).path("status").asText()).isEqualTo("pending");
        assertThat(api.jdbc()
                        .sql(
                                "SELECT count(*) FROM outbox WHERE stream = 'digests.generate' AND event ->> 'user_id' = ?")
                        .param(Long.toString(user))
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        work();

        JsonNode digest = get(path("/digests/" + id), 200);
        assertThat(digest.path("status").asText()).isEqualTo("ready");
        assertThat(digest.at("/groups/0/items/0/sentences/0/text").asText()).contains("Токамак");
        assertThat(digest.at("/sources/0/link").asText()).startsWith("https://t.me/news/");
        assertThat(digest.at("/advertisements/0/rule").asText()).isEqualTo("erid");
        JsonNode list = get(path("/digests?limit=1"), 200);
        assertThat(list.at("/items/0/stories").asInt()).isEqualTo(1);
        assertThat(list.path("next_cursor").isNull()).isTrue();
    }

    @Test
    void digests_are_listed_page_by_page_the_newest_first() {
        for (int i = 0; i < 3; i++) {
            post(path("/digest/generate"), 202);
            work();
        }
        JsonNode first = get(path("/digests?limit=2"), 200);
        JsonNode second =
                get(path("/digests?limit=2&cursor=" + first.path("next_cursor").asText()), 200);
        List<Long> ids = List.of(
                first.at("/items/0/id").asLong(),
                first.at("/items/1/id").asLong(),
                second.at("/items/0/id").asLong());
        assertThat(ids).isSortedAccordingTo(java.util.Comparator.reverseOrder()).doesNotHaveDuplicates();
        assertThat(second.path("next_cursor").isNull()).isTrue();
    }

    @Test
    void what_is_of_another_user_is_not_found() {
        post(path("/digest/generate"), 202);
        long id = get(path("/digests"), 200).at("/items/0/id").asLong();
        long other = fixtures.user(tenant);
        get("/users/" + other + "/digests/" + id, 404);
        get("/users/999999/digests", 404);
        UUID unread = fixtures.post(tenant, fixtures.channel(), Instant.now(), "Чужое");
        put(path("/posts/" + unread + "/opened"), null, 204);
        assertThat(api.jdbc()
                        .sql("SELECT count(*) FROM post_opens WHERE user_id = ?")
                        .param(user)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void interests_are_shown_set_and_erased() {
        put(path("/posts/" + post("Ракета", "космос") + "/opened"), null, 204);
        api.bean(routes.interests.Interests.class).run();
        assertThat(get(path("/interests"), 200).at("/items/0/topic").asText()).isEqualTo("космос");

        JsonNode set = put(path("/interests"), "{\"topic\": \"Физика\", \"weight\": 0.9}", 200);
        assertThat(set.at("/items/0/topic").asText()).isEqualTo("Физика");
        assertThat(set.at("/items/0/is_own").asBoolean()).isTrue();
        put(path("/interests"), "{\"topic\": \"Физика\", \"weight\": 2}", 422);

        delete(
                path("/interests?topic="
                        + java.net.URLEncoder.encode("физика", java.nio.charset.StandardCharsets.UTF_8)),
                204);
        delete(
                path("/interests?topic="
                        + java.net.URLEncoder.encode("физика", java.nio.charset.StandardCharsets.UTF_8)),
                404);
        delete(path("/interests"), 204);
        assertThat(get(path("/interests"), 200).path("items")).isEmpty();
    }

    @Test
    void trends_have_a_window() {
        assertThat(get(path("/trends"), 200).path("items")).isEmpty();
        get(path("/trends?window=7d"), 200);
        get(path("/trends?window=1y"), 400);
    }
}
