package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.ingest.ImportService;
import routes.ingest.upload.UploadFolders;
import routes.testing.Zips;

class UploadsIT {

    private static final Path EXPORTS = Path.of("src/test/resources/exports");
    private static final byte[] EXPORT =
            Zips.ofFolder(EXPORTS.resolve("channel"), "ChatExport/").bytes();

    @TempDir
    static Path importDir;

    @RegisterExtension
    static final RunningApi api = new RunningApi().with("import.dir", () -> importDir.toString());

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private final long user = fixtures.user(fixtures.tenant());

    @AfterEach
    void nothingIsLeftOnDisk() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(left()).isEmpty());
    }

    @Test
    void a_zipped_export_becomes_posts_with_their_files() {
        ApiClient.Answer accepted = upload(Multipart.file(EXPORT).whole());
        JsonNode done = awaitStatus(accepted, "done");

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("Location")).isEqualTo("/imports/" + accepted.text("job_id"));
        assertThat(done.path("file").asText()).isEqualTo("export.zip");
        assertThat(done.path("posts_new").asLong()).isEqualTo(12);
        assertThat(done.path("media_total").asLong()).isEqualTo(7);
        assertThat(done.path("errors").toString()).doesNotContain(importDir.toString());
        assertThat(client.get("/users/" + user + "/posts").json().path("posts")).hasSize(12);
    }

    @Test
    void the_demo_is_taken_as_it_is_delivered() {
        byte[] demo = Zips.ofFolder(Path.of("src/main/resources/demo"), "").bytes();

        JsonNode done = awaitStatus(upload(Multipart.file(demo).chunked()), "done");

        assertThat(done.path("posts_new").asLong()).isPositive();
        assertThat(done.path("media_total").asLong()).isPositive();
    }

    @Test
    void a_whole_account_is_taken() {
        byte[] account = Zips.ofFolder(EXPORTS.resolve("account"), "DataExport_2026-01-31/")
                .bytes();

        JsonNode done = awaitStatus(upload(Multipart.file(account).whole()), "done");

        assertThat(done.path("posts_done").asLong()).isPositive();
    }

    @Test
    void a_bare_result_is_taken_and_called_as_the_client_calls_it() throws IOException {
        byte[] result = Files.readAllBytes(EXPORTS.resolve("channel/result.json"));

        JsonNode done = awaitStatus(
                upload(new Multipart()
                        .part("file", "C:\\\\Users\\\\me\\\\Экспорт «Новости».json", result)
                        .whole()),
                "done");

        assertThat(done.path("file").asText()).isEqualTo("Экспорт «Новости».json");
        assertThat(done.path("posts_done").asLong()).isEqualTo(12);
    }

    @Test
    void a_file_name_that_no_disk_would_take_is_tidied() {
        byte[] export = "{\"messages\": []}".getBytes(UTF_8);

        JsonNode job = awaitStatus(
                upload(new Multipart()
                        .part("file", "../../a\0b\u202e.zip", export)
                        .whole()),
                "done");

        assertThat(job.path("file").asText()).isEqualTo("ab\u202e.zip");
    }

    @Test
    void an_export_that_cannot_be_read_fails_without_telling_where_it_lay() {
        byte[] broken = "{\"messages\": [{\"id\": 1, ".getBytes(UTF_8);

        JsonNode failed = awaitStatus(upload(Multipart.file(broken).whole()), "failed");

        assertThat(failed.path("error").asText())
                .startsWith("export.zip")
                .doesNotContain("uploads", importDir.toString());
    }

    @Test
    void the_export_stays_while_its_import_waits_and_is_swept_afterwards() throws Exception {
        try (Connection other = DriverManager.getConnection(api.jdbcUrl());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
            ApiClient.Answer running = upload(Multipart.file(EXPORT).whole());
            awaitStatus(running, "running");
            ApiClient.Answer waiting = upload(Multipart.file(EXPORT).whole());
            assertThat(left()).hasSize(2);

            api.bean(UploadFolders.class).sweep(api.bean(ImportService.class)::isNeeded);
            ApiClient.Answer refused = upload(Multipart.file(EXPORT).whole());

            assertThat(left()).hasSize(2);
            OpenApiContract.INSTANCE.assertProblem(refused, 429);
            assertThat(refused.header("Retry-After")).isEqualTo("5");
            other.rollback();
            awaitStatus(running, "done");
            awaitStatus(waiting, "done");
        }
    }

    @Test
    void what_a_process_left_that_died_is_swept() throws IOException {
        Path left = Files.createDirectories(importDir.resolve("uploads/00000000-dead/export"));
        Files.writeString(left.resolve("result.json"), "{\"mess");

        api.bean(UploadFolders.class).sweep(api.bean(ImportService.class)::isNeeded);

        assertThat(left.getParent()).doesNotExist();
    }

    @Test
    void a_zip_that_is_none_of_an_export_is_refused_with_the_entry_and_what_to_do() {
        byte[] zip = Zips.zip()
                .add("result.json", "{}")
                .unix("photos", 0120777, "/etc")
                .bytes();

        ApiClient.Answer answer = upload(Multipart.file(zip).whole());

        OpenApiContract.INSTANCE.assertProblem(answer, 422);
        assertThat(answer.text("field")).isEqualTo("file");
        assertThat(answer.text("detail")).contains("photos", "symbolic link");
        assertThat(answer.text("remedy")).isNotBlank();
    }

    @Test
    void a_bomb_is_refused() {
        ApiClient.Answer answer = upload(Multipart.file(Zips.bomb("bomb", 50)).whole());

        OpenApiContract.INSTANCE.assertProblem(answer, 422);
        assertThat(answer.text("detail")).contains("bomb");
    }

    @Test
    void the_one_part_is_the_export() {
        byte[] json = "{}".getBytes(UTF_8);
        refusedPart(new Multipart(), "file", "missing");
        refusedPart(new Multipart().part("export", "a.zip", EXPORT), "export", "Unknown part");
        refusedPart(Multipart.file(EXPORT).part("file", "again.zip", EXPORT), "file", "more than one");
        refusedPart(Multipart.file(EXPORT).part("comment", null, json), "comment", "Unknown part");
        refusedPart(Multipart.file(new byte[0]), "file", "empty");
    }

    private void refusedPart(Multipart body, String field, String detail) {
        ApiClient.Answer answer = upload(body.whole());
        OpenApiContract.INSTANCE.assertProblem(answer, 422);
        assertThat(answer.text("field")).isEqualTo(field);
        assertThat(answer.text("detail")).contains(detail);
        assertThat(left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "--XXXX",
                "--XXXX--",
                "--XXXX\r\n\r\n",
                "--XXXX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{\"messages\":",
                "--YYYY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{}\r\n--YYYY--\r\n"
            })
    void a_body_that_is_no_multipart_body_is_refused(String body) {
        ApiClient.Answer answer = upload(BodyPublishers.ofString(body));

        assertThat(answer.status()).isIn(400, 422);
        OpenApiContract.INSTANCE.check(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; charset=x"})
    void a_body_without_boundary_is_refused(String type) {
        ApiClient.Answer answer = client.exchange(
                "POST", imports(), Multipart.file(EXPORT).whole(), request -> request.header("Content-Type", type));

        assertThat(answer.status()).isIn(400, 415);
        OpenApiContract.INSTANCE.assertProblem(answer, answer.status());
        OpenApiContract.INSTANCE.check(answer);
    }

    @Test
    void an_unknown_user_is_told_before_anything_is_read() {
        ApiClient.Answer answer = client.exchange(
                "POST",
                "/users/999999/imports",
                Multipart.file(EXPORT).whole(),
                request -> request.header("Content-Type", Multipart.TYPE));

        OpenApiContract.INSTANCE.assertProblem(answer, 404);
    }

    @Test
    void a_client_that_asks_first_is_not_told_to_go_on_where_it_is_refused() throws IOException {
        String head = "POST /users/999999/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + Multipart.TYPE
                + "\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
        try (var socket = connect()) {
            socket.getOutputStream().write(head.getBytes(UTF_8));

            assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                    .isEqualTo("HTTP/1.1 404");
        }
    }

    @Test
    void what_a_client_that_goes_away_sent_is_removed() throws IOException {
        long imports = count();
        try (var socket = connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(head("Content-Length: 1000000"));
            out.write(Multipart.head("file", "export.zip"));
            out.write(EXPORT, 0, EXPORT.length / 2);
            out.flush();
            await().untilAsserted(() -> assertThat(left()).hasSize(1));
        }

        await().untilAsserted(() -> assertThat(left()).isEmpty());
        assertThat(count()).isEqualTo(imports);
    }

    /** Of a length that is not announced, and longer than a part of the body that a library would keep in memory. */
    @Test
    void a_long_upload_is_taken_as_it_comes(@TempDir Path folder) throws IOException {
        byte[] noise = new byte[64 * 1024 * 1024];
        new Random(5).nextBytes(noise);
        Path zip = Files.write(
                folder.resolve("long.zip"),
                Zips.ofFolder(EXPORTS.resolve("channel"), "ChatExport/")
                        .stored("video_files/long.mp4", noise)
                        .bytes());
        BodyPublisher body = BodyPublishers.ofInputStream(() -> longUpload(zip));

        JsonNode done = awaitStatus(upload(body), "done");

        assertThat(done.path("posts_done").asLong()).isEqualTo(12);
    }

    private static InputStream longUpload(Path zip) {
        try {
            return new SequenceInputStream(Collections.enumeration(List.of(
                    new ByteArrayInputStream(Multipart.head("file", "long.zip")),
                    Files.newInputStream(zip),
                    new ByteArrayInputStream(Multipart.end()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ApiClient.Answer upload(BodyPublisher body) {
        ApiClient.Answer answer =
                client.exchange("POST", imports(), body, request -> request.header("Content-Type", Multipart.TYPE));
        OpenApiContract.INSTANCE.check(answer);
        return answer;
    }

    private String imports() {
        return "/users/" + user + "/imports";
    }

    private byte[] head(String length) {
        return ("POST " + imports() + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + Multipart.TYPE + "\r\n"
                        + length + "\r\n\r\n")
                .getBytes(UTF_8);
    }

    private static Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private JsonNode awaitStatus(ApiClient.Answer accepted, String status) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> client.get(accepted.header("Location")).json(),
                        job -> status.equals(job.path("status").asText()));
    }

    private long count() {
        return api.jdbc().sql("SELECT count(*) FROM imports").query(Long.class).single();
    }

    private static List<Path> left() {
        Path uploads = UploadFolders.in(importDir);
        if (!Files.exists(uploads)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(uploads)) {
            return folders.toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
