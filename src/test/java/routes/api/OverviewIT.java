package routes.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.web.ErrorResponseException;

/** What a reader sees at a glance: tags, counts and imports. */
class OverviewIT {

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
    void tags_come_with_the_number_of_their_posts_those_of_most_first() {
        post("нейросети", "python");
        post("нейросети", "релиз");
        post("Нейросети");

        assertThat(tags("")).containsExactly("нейросети 3", "python 1", "релиз 1");
        assertThat(tags("limit=1")).containsExactly("нейросети 3");
    }

    @Test
    void tags_are_counted_in_the_posts_that_the_filters_leave() {
        UUID old = post("python", "старое");
        fixtures.set(old, "posted_at", Timestamp.from(NOON.minus(Duration.ofDays(30))));
        post("python", "релиз");
        post("java");

        assertThat(tags("tag=PYTHON")).containsExactly("python 2", "релиз 1", "старое 1");
        assertThat(tags("to=" + NOON.minus(Duration.ofDays(1)))).containsExactly("python 1", "старое 1");
        assertThat(tags("channel_id=" + UUID.randomUUID())).isEmpty();
        assertThat(tags("tagging_status=failed")).isEmpty();
        assertThat(tags("tagging_status=success&q=ja")).containsExactly("java 1");
    }

    @Test
    void tags_are_found_by_their_beginning_whatever_the_case_and_the_letter_yo() {
        post("Ёлки", "python", "pytest", "copy");

        assertThat(tags("q=Py")).containsExactly("pytest 1", "python 1");
        assertThat(tags("q=" + URLEncoder.encode("ел", StandardCharsets.UTF_8))).containsExactly("Ёлки 1");
        assertThat(tags("q=%25")).isEmpty();
    }

    @Test
    void only_what_the_user_reads_is_counted() {
        post("mine");
        UUID deleted = post("deleted");
        fixtures.set(deleted, "is_deleted", true);
        fixtures.tags(fixtures.post(fixtures.tenant(), channel, NOON, "of another tenant"), "foreign");
        fixtures.tags(fixtures.post(tenant, fixtures.channel(), NOON, "of a channel nobody reads"), "unread");
        UUID left = fixtures.channelOf(user);
        fixtures.tags(fixtures.post(tenant, left, NOON, "of a channel that was left"), "left");
        client.delete("/users/" + user + "/channels/" + left);

        assertThat(tags("")).containsExactly("mine 1");
        JsonNode pipeline = client.get("/users/" + user + "/pipeline").json();
        assertThat(pipeline.path("parsed").asInt()).isEqualTo(2);
        assertThat(pipeline.path("deleted").asInt()).isEqualTo(1);
        assertThat(pipeline.path("tagged").asInt()).isEqualTo(1);
    }

    @Test
    void every_post_is_in_one_state_of_tagging_and_one_of_indexing() {
        List<UUID> album = List.of(post("a"), post("b"));
        fixtures.album(tenant, channel, album, "{}");
        fixtures.storedMedia(tenant, album.get(0), "image/png", new byte[] {1});
        fixtures.storedMedia(tenant, album.get(1), "image/png", new byte[] {1});
        fixtures.media(tenant, album.get(1), "another", 1);
        state("pending", "pending");
        state("retrying", "failed");
        state("failed", "indexed");
        state("skipped", "skipped");

        JsonNode pipeline = client.get("/users/" + user + "/pipeline").json();

        assertThat(pipeline.toString())
                .isEqualTo("{\"parsed\":6,\"deleted\":0,\"tagged\":2,\"tagging_skipped\":1,\"tagging_open\":2,"
                        + "\"tagging_failed\":1,\"with_vision\":0,\"crawled\":0,\"indexed\":1,\"index_skipped\":1,"
                        + "\"index_open\":3,\"index_failed\":1,\"albums\":1,\"media\":2}");
    }

    @Test
    void the_storage_of_a_tenant_is_told_by_kind() {
        api.jdbc()
                .sql(
                        """
                        INSERT INTO tenant_storage_usage
                            (tenant_id, content_type, total_bytes, objects_count, recorded_bytes, recorded_objects, last_updated)
                        VALUES (:tenant, 'media', 35, 2, 30, 1, '2026-01-31T12:00:00.5Z'),
                            (:tenant, 'crawl', 7, 1, NULL, NULL, '2026-01-31T12:00:00Z')
                        """)
                .param("tenant", tenant)
                .update();
        fixtures.storedMedia(tenant, post("a"), "image/png", new byte[] {1, 2, 3});

        assertThat(client.get("/tenants/" + tenant + "/storage").json())
                .hasToString("{\"tenant_id\":\"" + tenant + "\",\"quota_bytes\":null,\"used_bytes\":10,\"kinds\":["
                        + "{\"kind\":\"crawl\",\"bytes\":7,\"objects\":1,\"recorded_bytes\":null,"
                        + "\"recorded_objects\":null,\"measured_at\":\"2026-01-31T12:00:00Z\"},"
                        + "{\"kind\":\"media\",\"bytes\":35,\"objects\":2,\"recorded_bytes\":30,"
                        + "\"recorded_objects\":1,\"measured_at\":\"2026-01-31T12:00:00.500Z\"}]}");
        assertThat(client.get("/tenants/" + fixtures.tenant() + "/storage")
                        .json()
                        .path("kinds"))
                .isEmpty();
    }

    @Test
    void imports_are_listed_newest_first_without_gap_or_repetition() {
        for (int i = 0; i < 7; i++) {
            fixtures.importJob(tenant, user, "done", "[]");
        }
        fixtures.importJob(tenant, fixtures.user(tenant), "done", "[]");
        List<String> expected = api.jdbc()
                .sql("SELECT id::text FROM imports WHERE user_id = ? ORDER BY created_at DESC, id DESC")
                .param(user)
                .query(String.class)
                .list();

        String imports = "/users/" + user + "/imports?limit=3";
        JsonNode first = client.get(imports).json();
        fixtures.importJob(tenant, user, "queued", "[]");
        JsonNode second = client.get(
                        imports + "&cursor=" + first.path("next_cursor").asText())
                .json();
        JsonNode third = client.get(
                        imports + "&cursor=" + second.path("next_cursor").asText())
                .json();

        assertThat(List.of(first, second, third).stream()
                        .flatMap(page -> StreamSupport.stream(page.path("items").spliterator(), false))
                        .map(job -> job.path("job_id").asText()))
                .containsExactlyElementsOf(expected);
        assertThat(third.path("next_cursor").isNull()).isTrue();
        OpenApiContract.INSTANCE.assertProblem(
                client.get("/users/" + fixtures.user(tenant) + "/imports?cursor="
                        + first.path("next_cursor").asText()),
                400);
    }

    @Test
    void users_are_those_of_the_callers_tenant() {
        long second = fixtures.user(tenant);
        UserStore users = api.bean(UserStore.class);

        assertThat(Callers.as(tenant, () -> users.list(Optional.empty(), 10)))
                .extracting(User::id)
                .containsExactly(user, second);
        assertThat(users.list(Optional.empty(), 1000)).extracting(User::id).contains(1L, user, second);
        assertThat(catchThrowable(() -> Callers.as(tenant, () -> users.require(1))))
                .isInstanceOf(ErrorResponseException.class);
    }

    @Test
    void users_are_paged_without_gap_or_repetition() {
        JsonNode all = client.get("/users?limit=100").json().path("items");
        JsonNode first = client.get("/users?limit=1").json();
        JsonNode second = client.get(
                        "/users?limit=1&cursor=" + first.path("next_cursor").asText())
                .json();

        assertThat(first.path("items").get(0)).isEqualTo(all.get(0));
        assertThat(second.path("items").get(0)).isEqualTo(all.get(1));
    }

    private UUID post(String... tags) {
        UUID post = fixtures.post(tenant, channel, NOON, "text");
        fixtures.tags(post, tags);
        return post;
    }

    private void state(String tagging, String indexing) {
        UUID post = fixtures.post(tenant, channel, NOON, "text");
        fixtures.set(post, "tagging_status", tagging);
        fixtures.set(post, "indexing_status", indexing);
    }

    private List<String> tags(String query) {
        return StreamSupport.stream(
                        client.get("/users/" + user + "/tags?" + query)
                                .json()
                                .path("items")
                                .spliterator(),
                        false)
                .map(tag -> tag.path("tag").asText() + " " + tag.path("posts").asText())
                .toList();
    }
}
