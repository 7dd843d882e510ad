package routes.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.Zips;

class UploadLimitsIT {

    private static final int MAX = 200_000;

    @TempDir
    static Path importDir;

    @RegisterExtension
    static final RunningApi api = new RunningApi()
            .with("import.dir", () -> importDir.toString())
            .with("server.tomcat.connection-timeout", "4s")
            // otherwise a pause as long as that would end the connection that the client is about to use again
            .with("server.tomcat.keep-alive-timeout", "2m")
            .with("upload.max-bytes", String.valueOf(MAX))
            .with("upload.max-unpacked-bytes", "1000000")
            .with("upload.max-entries", "20")
            .with("upload.timeout", "7s")
            .with("upload.concurrency", "1");

    private static final String EXPORT =
            """
            {"name":"Новости","type":"public_channel","id":8801,"messages":[
            {"id":1,"type":"message","date_unixtime":"1761987600","text":"Привет"}]}""";

    private final ApiClient client = api.client();

    @AfterEach
    void nothingIsLeftOnDisk() {
        await().atMost(Duration.ofSeconds(60)).until(() -> !Files.exists(uploads()) || isEmpty(uploads()));
    }

    @Test
    void an_upload_that_is_too_long_is_refused_whether_it_tells_so_or_not() {
        Multipart body = Multipart.file(("{" + " ".repeat(MAX)).getBytes(UTF_8));

        refused(upload(body.whole()), 413, "larger than 200000 bytes");
        refused(upload(body.chunked()), 413, "larger than 200000 bytes");
    }

    @Test
    void a_zip_that_unpacks_to_too_much_is_refused() {
        refused(
                upload(Multipart.file(Zips.zip()
                                .add("result.json", " ".repeat(1_000_001))
                                .bytes())
                        .whole()),
                413,
                "unpacked");
    }

    @Test
    void a_zip_with_too_many_entries_is_refused() {
        Zips zip = Zips.zip();
        for (int i = 0; i < 21; i++) {
            zip.add("photos/" + i, "");
        }

        refused(upload(Multipart.file(zip.bytes()).whole()), 413, "20 entries");
    }

    @Test
    void without_storage_left_an_archive_is_refused_but_texts_are_taken() {
        UUID tenant = Fixtures.DEFAULT_TENANT;
        api.jdbc()
                .sql(
                        """
                        INSERT INTO media_objects (tenant_id, s3_bucket, file_sha256, mime, size_bytes, s3_key, refs_count, last_seen_at)
                        VALUES (?, 'media', repeat('ab', 32), 'image/jpeg', 100, 'media/x', 1, now() - interval '2 days')
                        """)
                .param(tenant)
                .update();
        byte[] zip = Zips.zip().add("result.json", EXPORT).bytes();
        try {
            quota(tenant, 100L);
            ApiClient.Answer full = upload(Multipart.file(zip).whole());
            refused(full, 413, "quota");
            assertThat(full.text("type")).endsWith("quota-exceeded");
            assertThat(full.text("remedy")).contains("result.json");
            taken(EXPORT.getBytes(UTF_8));

            quota(tenant, 101L);
            taken(zip);

            // a file of no post makes room
            quota(tenant, 100L);
            api.jdbc().sql("UPDATE media_objects SET refs_count = 0").update();
            taken(zip);
        } finally {
            quota(tenant, null);
            api.jdbc().sql("DELETE FROM media_objects").update();
        }
    }

    /** 429 as long as the import before is under way. */
    private void taken(byte[] export) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> upload(Multipart.file(export).whole()).status(), status -> status == 202);
    }

    private static void quota(UUID tenant, Long bytes) {
        api.jdbc()
                .sql("UPDATE tenants SET storage_quota_bytes = ? WHERE id = ?")
                .params(bytes, tenant)
                .update();
    }

    @Test
    void an_upload_that_stalls_is_ended_and_meanwhile_nobody_else_may_upload() throws IOException {
        try (Socket stalled = open()) {
            await().until(() -> Files.exists(uploads()) && !isEmpty(uploads()));

            ApiClient.Answer second =
                    upload(Multipart.file("{}".getBytes(UTF_8)).whole());

            OpenApiContract.INSTANCE.assertProblem(second, 429);
            assertThat(second.header("Retry-After")).isEqualTo("5");
            String answer = new String(stalled.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 408").contains("application/problem+json", "No data was received");
        }
    }

    @Test
    void an_upload_that_trickles_is_ended() throws IOException {
        try (Socket slow = open()) {
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> {
                        // first, since the connection ends soon after the answer
                        if (slow.getInputStream().available() > 0) {
                            return true;
                        }
                        slow.getOutputStream().write(' ');
                        return false;
                    });

            String answer = new String(slow.getInputStream().readNBytes(12), UTF_8);
            assertThat(answer).isEqualTo("HTTP/1.1 408");
        }
    }

    private void refused(ApiClient.Answer answer, int status, String detail) {
        OpenApiContract.INSTANCE.assertProblem(answer, status);
        assertThat(answer.text("field")).isEqualTo("file");
        assertThat(answer.text("detail")).contains(detail);
    }

    private ApiClient.Answer upload(BodyPublisher body) {
        ApiClient.Answer answer = client.exchange(
                "POST", "/users/1/imports", body, request -> request.header("Content-Type", Multipart.TYPE));
        OpenApiContract.INSTANCE.check(answer);
        return answer;
    }

    /** An upload that has begun. */
    private Socket open() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), api.port());
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(("POST /users/1/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + Multipart.TYPE
                                + "\r\nContent-Length: 100000\r\n\r\n")
                        .getBytes(UTF_8));
        socket.getOutputStream().write(Multipart.head("file", "result.json"));
        socket.getOutputStream().write("{ ".repeat(2000).getBytes(UTF_8));
        return socket;
    }

    private static Path uploads() {
        return importDir.resolve("uploads");
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }
}
