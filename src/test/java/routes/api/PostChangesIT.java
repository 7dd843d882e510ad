package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.embeddings.EmbeddingProvider;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;

class PostChangesIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private final ObjectMapper json = new ObjectMapper();
    private UUID tenant;
    private long user;
    private UUID channel;
    private UUID post;

    @BeforeEach
    void aPost() {
        tenant = fixtures.tenant();
        user = fixtures.user(tenant);
        channel = fixtures.channelOf(user);
        post = fixtures.post(tenant, channel, NOON, "Нейросети узнают галактики");
        api.jdbc().sql("DELETE FROM outbox").update();
    }

    @Test
    void a_deleted_post_is_gone_for_every_reader_although_the_index_still_has_it() {
        UUID sibling = fixtures.post(tenant, channel, NOON, "второй");
        long album = fixtures.album(tenant, channel, List.of(post, sibling), "{}");
        index(post, "Нейросети узнают галактики");
        assertThat(client.get("/users/" + user + "/search?q=" + URLEncoder.encode("галактиках", StandardCharsets.UTF_8))
                        .json()
                        .path("items"))
                .hasSize(1);

        assertThat(client.delete("/posts/" + post).status()).isEqualTo(204);

        assertThat(client.get("/posts/" + post).status()).isEqualTo(404);
        assertThat(client.get("/posts/" + number(post)).status()).isEqualTo(404);
        assertThat(client.get("/users/" + user + "/posts").json().path("posts")).hasSize(1);
        assertThat(client.get("/users/" + user + "/search?q=" + URLEncoder.encode("галактиках", StandardCharsets.UTF_8))
                        .json()
                        .path("items"))
                .isEmpty();
        JsonNode left = client.get("/albums/" + album).json();
        assertThat(left.path("members")).hasSize(1);
        assertThat(left.path("items_count").asInt()).isEqualTo(1);
        assertThat(left.path("caption_text").asText()).isEqualTo("второй");
        assertThat(client.get("/users/" + user + "/posts/tagging_stats")
                        .json()
                        .path("total_posts")
                        .asInt())
                .isEqualTo(1);
        assertThat(event("posts.deleted"))
                .containsEntry("post_id", post.toString())
                .containsEntry("reason", "user")
                .doesNotContainKey("expired_at");

        client.delete("/posts/" + sibling);
        assertThat(client.get("/albums/" + album).status())
                .as("without members")
                .isEqualTo(404);
    }

    @Test
    void what_is_not_there_cannot_be_deleted_and_nothing_is_published_for_it() {
        client.delete("/posts/" + post);
        api.jdbc().sql("DELETE FROM outbox").update();

        ApiClient.Answer again = client.delete("/posts/" + post);

        assertThat(again.status()).isEqualTo(404);
        assertThat(again.text("field")).isEqualTo("post_id");
        assertThat(client.delete("/posts/" + UUID.randomUUID()).status()).isEqualTo(404);
        assertThat(client.delete("/posts/x").status()).isEqualTo(400);
        assertThat(edit(post, "новый текст").status()).isEqualTo(404);
        assertThat(outboxRows()).isZero();
    }

    @Test
    void an_edit_replaces_the_text_keeps_the_old_one_and_runs_the_pipeline_again() {
        fixtures.tags(post, "галактики");

        ApiClient.Answer edited = edit(post, "Вулканы под водой: https://example.org/volcano?utm_source=x");

        assertThat(edited.status()).isEqualTo(200);
        assertThat(edited.json().path("content").asText()).startsWith("Вулканы под водой");
        assertThat(edited.json().path("urls").toString()).isEqualTo("[\"https://example.org/volcano\"]");
        assertThat(edited.json().path("tagging_status").asText()).isEqualTo("pending");
        Instant editedAt = Instant.parse(edited.text("edited_at"));
        assertThat(editedAt)
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(2));
        assertThat(api.jdbc()
                        .sql("SELECT content_version, content FROM post_edits WHERE post_id = ?")
                        .param(post)
                        .query()
                        .singleRow())
                .containsEntry("content_version", 0L)
                .containsEntry("content", "Нейросети узнают галактики");
        assertThat(event("posts.parsed"))
                .containsEntry("post_id", post.toString())
                .containsEntry("trigger", "edit")
                .containsEntry("user_id", Long.toString(user))
                .containsEntry("is_edited", true)
                .containsEntry("content_version", (int) editedAt.getEpochSecond());
    }

    @Test
    void the_same_edit_again_changes_nothing() {
        edit(post, "Вулканы");
        Object row = api.jdbc()
                .sql("SELECT xmin::text FROM posts WHERE id = ?")
                .param(post)
                .query(String.class)
                .single();

        assertThat(edit(post, "Вулканы").status()).isEqualTo(200);

        assertThat(outboxRows()).isEqualTo(1);
        assertThat(api.jdbc()
                        .sql("SELECT xmin::text FROM posts WHERE id = ?")
                        .param(post)
                        .query(String.class)
                        .single())
                .isEqualTo(row);
    }

    @Test
    void edits_that_follow_each_other_within_a_second_all_count_and_there_and_back_too() {
        edit(post, "Вулканы");
        edit(post, "Нейросети узнают галактики");
        edit(post, "Вулканы");

        assertThat(api.jdbc()
                        .sql("SELECT content FROM post_edits WHERE post_id = ? ORDER BY content_version")
                        .param(post)
                        .query(String.class)
                        .list())
                .containsExactly("Нейросети узнают галактики", "Вулканы", "Нейросети узнают галактики");
        assertThat(api.jdbc()
                        .sql("SELECT count(DISTINCT event->>'idempotency_key') FROM outbox")
                        .query(Long.class)
                        .single())
                .isEqualTo(3);
    }

    @Test
    void a_text_that_is_none_is_refused() {
        assertThat(edit(post, " \n ").status()).isEqualTo(422);
        assertThat(edit(post, " \n ").text("field")).isEqualTo("content");
        assertThat(edit(post, "я".repeat(4097)).status()).isEqualTo(422);
        assertThat(edit(post, "я".repeat(4096)).status()).isEqualTo(200);
        assertThat(send("{}").status()).isEqualTo(422);
        assertThat(send("{\"content\": \"а\", \"tags\": []}").status()).isEqualTo(400);
        assertThat(send("{\"content\": \"строка\\nи ещё\\u0000\"}")
                        .json()
                        .path("content")
                        .asText())
                .isEqualTo("строка\nи ещё");
    }

    private ApiClient.Answer edit(UUID id, String text) {
        return client.send(
                "PATCH",
                "/posts/" + id,
                json.valueToTree(Map.of("content", text)).toString(),
                asJson());
    }

    private ApiClient.Answer send(String body) {
        return client.send("PATCH", "/posts/" + post, body, asJson());
    }

    private static UnaryOperator<HttpRequest.Builder> asJson() {
        return request -> request.header("Content-Type", "application/json");
    }

    private void index(UUID id, String text) {
        float[] vector = api.bean(EmbeddingProvider.class).embed(List.of(text)).get(0);
        var payload = new PostPayload(
                id, tenant, channel, 1, List.of(), NOON, null, null, text, false, null, false, Set.of());
        api.bean(VectorIndex.class).upsert(new IndexedPoint(payload, vector, text, 1, "hash"));
    }

    private long number(UUID id) {
        return api.jdbc()
                .sql("SELECT number FROM posts WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }

    private long outboxRows() {
        return api.jdbc().sql("SELECT count(*) FROM outbox").query(Long.class).single();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> event(String stream) {
        return api.jdbc()
                .sql("SELECT event::text FROM outbox WHERE stream = ?")
                .param(stream)
                .query((row, n) -> {
                    try {
                        return (Map<String, Object>) json.readValue(row.getString(1), Map.class);
                    } catch (JsonProcessingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .single();
    }
}
