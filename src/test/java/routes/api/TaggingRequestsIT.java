package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaggingRequestsIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private UUID tenant;
    private long user;
    private UUID channel;

    @BeforeEach
    void aChannel() {
        tenant = fixtures.tenant();
        user = fixtures.user(tenant);
        channel = fixtures.channelOf(user);
        api.jdbc().sql("DELETE FROM outbox").update();
    }

    /** Tried two hours ago, as often as says the number. */
    private UUID post(String status, int attempts) {
        UUID id = fixtures.post(tenant, channel, NOON, "Нейросети узнают галактики");
        api.jdbc()
                .sql(
                        """
                        UPDATE posts SET tagging_status = ?, tagging_attempts = ?, created_at = now() - interval '3 hours',
                               last_tagging_attempt = CASE WHEN ? > 0 THEN now() - interval '2 hours' END WHERE id = ?""")
                .params(status, attempts, attempts, id)
                .update();
        return id;
    }

    private int retried(String query) {
        ApiClient.Answer answer = client.post("/users/" + user + "/posts/retry_tagging" + query);
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().path("queued").asInt();
    }

    private List<String> published() {
        return api.jdbc()
                .sql(
                        "SELECT event ->> 'post_id' FROM outbox WHERE stream = 'posts.parsed' AND event ->> 'trigger' = 'manual'")
                .query(String.class)
                .list();
    }

    private String post(UUID id, String column) {
        return api.jdbc()
                .sql("SELECT " + column + "::text FROM posts WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
    }

    @Test
    void what_is_retrying_or_was_forgotten_is_queued_once_however_often_it_is_asked_for() {
        UUID retrying = post("retrying", 2);
        UUID forgotten = post("pending", 0);
        post("failed", 5);
        post("success", 1);
        post("skipped", 0);

        assertThat(retried("")).isEqualTo(2);
        assertThat(retried("")).isZero();
        assertThat(published()).containsExactlyInAnyOrder(retrying.toString(), forgotten.toString());
        assertThat(post(retrying, "tagging_status")).isEqualTo("pending");
        assertThat(post(retrying, "tagging_attempts")).as("goes on counting").isEqualTo("2");
    }

    @Test
    void a_post_that_has_just_come_is_not_forgotten() {
        fixtures.post(tenant, channel, NOON, "Только что пришёл");

        assertThat(retried("")).isZero();
    }

    @Test
    void by_force_failed_posts_are_retried_and_their_attempts_begin_anew() {
        UUID failed = post("failed", 5);

        assertThat(retried("?force=true")).isEqualTo(1);
        assertThat(post(failed, "tagging_status")).isEqualTo("pending");
        assertThat(post(failed, "tagging_attempts")).isEqualTo("0");
        assertThat(retried("?force=true")).isZero();
    }

    @Test
    void another_attempt_makes_room_for_another_request() {
        UUID post = post("retrying", 1);
        assertThat(retried("")).isEqualTo(1);
        api.jdbc()
                .sql(
                        "UPDATE posts SET tagging_status = 'retrying', last_tagging_attempt = now() + interval '1 ms' WHERE id = ?")
                .param(post)
                .update();

        assertThat(retried("")).isEqualTo(1);
    }

    @Test
    void calls_at_the_same_time_queue_each_post_once() {
        IntStream.range(0, 40).forEach(i -> post("failed", 5));

        int queued = IntStream.range(0, 8)
                .parallel()
                .map(i -> retried("?force=true&limit=1000"))
                .sum();

        assertThat(queued).isEqualTo(40);
        assertThat(published()).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void the_limit_holds_and_only_posts_of_the_users_channels_are_taken() {
        post("retrying", 1);
        post("retrying", 1);
        post("retrying", 1);
        long other = fixtures.user(tenant);

        assertThat(client.post("/users/" + other + "/posts/retry_tagging")
                        .json()
                        .path("queued")
                        .asInt())
                .isZero();
        assertThat(retried("?limit=2")).isEqualTo(2);
        assertThat(retried("")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=1001", "?limit=x", "?force=maybe", "?forse=true"})
    void a_wrong_parameter_is_refused(String query) {
        assertThat(client.post("/users/" + user + "/posts/retry_tagging" + query)
                        .status())
                .isIn(400, 422);
        assertThat(published()).isEmpty();
    }

    @Test
    void tags_are_made_anew_of_a_post_by_id_or_number_and_a_request_that_is_open_is_the_same() {
        UUID post = post("success", 1);

        ApiClient.Answer first = client.post("/posts/" + post + "/regenerate_tags");
        ApiClient.Answer second = client.post("/posts/" + post(post, "number") + "/regenerate_tags");

        assertThat(first.status()).isEqualTo(202);
        assertThat(second.json().path("job_id")).isEqualTo(first.json().path("job_id"));
        assertThat(published()).containsExactly(post.toString());
        assertThat(post(post, "tagging_status")).isEqualTo("pending");
        assertThat(client.post("/posts/" + UUID.randomUUID() + "/regenerate_tags")
                        .status())
                .isEqualTo(404);
    }
}
