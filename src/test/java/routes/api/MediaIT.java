package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.web.ErrorResponseException;
import routes.objectstore.ObjectStore;

class MediaIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final byte[] CONTENT = "some bytes".getBytes(UTF_8);

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private UUID tenant;
    private UUID post;

    @BeforeEach
    void aPost() {
        tenant = fixtures.tenant();
        post = fixtures.post(
                tenant, fixtures.channelOf(fixtures.user(tenant)), Instant.parse("2026-01-31T12:00:00Z"), "text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image/jpeg",
                "image/png",
                "image/gif",
                "image/webp",
                "video/mp4",
                "video/webm",
                "audio/ogg",
                "audio/mpeg",
                "application/pdf"
            })
    void what_a_browser_may_show_comes_with_its_type(String mime) {
        ApiClient.Answer answer = read(fixtures.storedMedia(tenant, post, mime, CONTENT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo(mime);
        assertThat(answer.header("Content-Disposition")).startsWith("inline;");
        assertThat(answer.http().body()).isEqualTo("some bytes");
        assertThat(answer.header("Content-Length")).isEqualTo("10");
        assertNothingOfItIsRun(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image/svg+xml",
                "text/html",
                "text/plain",
                "application/xhtml+xml",
                "text/javascript",
                "IMAGE/PNG",
                "image/png; charset=x",
                "nonsense"
            })
    void anything_else_is_to_be_saved_and_not_shown(String mime) {
        ApiClient.Answer answer = read(fixtures.storedMedia(tenant, post, mime, CONTENT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("Content-Disposition")).startsWith("attachment; filename=\"");
        assertNothingOfItIsRun(answer);
    }

    @Test
    void who_has_the_file_already_gets_it_not_again() {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        ApiClient.Answer first = read(sha256);

        ApiClient.Answer again = client.send(
                "GET", path(post, sha256), null, request -> request.header("If-None-Match", first.header("ETag")));

        assertThat(first.header("ETag")).isEqualTo('"' + sha256 + '"');
        assertThat(first.header("Cache-Control")).isEqualTo("private, max-age=86400, immutable");
        assertThat(first.http().headers().allValues("Cache-Control")).hasSize(1);
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.header("Cache-Control")).isEqualTo(first.header("Cache-Control"));
    }

    @Test
    void a_post_is_named_by_its_number_too() {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        String number = client.get("/posts/" + post).json().path("number").asText();

        assertThat(client.get("/posts/" + number + "/media/" + sha256).status()).isEqualTo(200);
    }

    @Test
    void a_file_of_another_post_or_of_a_deleted_one_is_not_there() {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        UUID other = fixtures.post(tenant, fixtures.channel(), Instant.parse("2026-01-31T12:00:00Z"), "other");

        OpenApiContract.INSTANCE.assertProblem(client.get(path(other, sha256)), 404);
        OpenApiContract.INSTANCE.assertProblem(read("0".repeat(64)), 404);
        OpenApiContract.INSTANCE.assertProblem(read("..%5C..%5Cx"), 400);
        fixtures.set(post, "is_deleted", true);
        OpenApiContract.INSTANCE.assertProblem(read(sha256), 404);
    }

    @Test
    void a_caller_of_another_tenant_finds_no_file() {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        MediaController files = api.bean(MediaController.class);
        PostId id = PostId.valueOf(post.toString());

        assertThat(catchThrowable(() -> Callers.as(fixtures.tenant(), () -> files.find(id, sha256))))
                .isInstanceOfSatisfying(
                        ErrorResponseException.class,
                        e -> assertThat(e.getStatusCode().value()).isEqualTo(404));
        assertThat(Callers.as(tenant, () -> files.find(id, sha256))).isNotNull();
    }

    @Test
    void a_file_that_is_missing_in_the_store_is_said_to_be() throws IOException {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        api.bean(ObjectStore.class).delete(key(sha256));

        ApiClient.Answer answer = read(sha256);

        OpenApiContract.INSTANCE.assertProblem(answer, 404);
        assertThat(answer.text("detail")).contains("missing from the object store");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void a_store_that_does_not_answer_is_tried_again_later() throws IOException {
        String sha256 = fixtures.storedMedia(tenant, post, "image/png", CONTENT);
        // a file where the folder should be
        api.bean(ObjectStore.class).put("blocked", "text/plain", 1, new ByteArrayInputStream(new byte[1]));
        api.jdbc()
                .sql("UPDATE media_objects SET s3_key = 'blocked/inside' WHERE tenant_id = ?")
                .param(tenant)
                .update();

        ApiClient.Answer answer = read(sha256);

        OpenApiContract.INSTANCE.assertProblem(answer, 503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
    }

    private ApiClient.Answer read(String sha256) {
        return client.get(path(post, sha256));
    }

    private static String path(UUID post, String sha256) {
        return "/posts/" + post + "/media/" + sha256;
    }

    private String key(String sha256) {
        return api.jdbc()
                .sql("SELECT s3_key FROM media_objects WHERE tenant_id = ? AND file_sha256 = ?")
                .params(tenant, sha256)
                .query(String.class)
                .single();
    }

    private static void assertNothingOfItIsRun(ApiClient.Answer answer) {
        assertThat(answer.header("Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
        assertThat(answer.http().headers().allValues("Content-Security-Policy")).hasSize(1);
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }
}
