package routes.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.objectstore.ObjectStore;
import routes.objectstore.folder.FolderObjectStore;
import routes.posts.Post.MediaKind;
import routes.posts.PostStoreSettings;
import routes.posts.StorageQuota;
import routes.testing.EmbeddedDatabase;

class MediaStoreTest {
    private static final UUID TENANT = new UUID(0, 1);
    private static final byte[] JPEG = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 0, 16, 'J', 'F', 'I', 'F'};

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final IngestMetrics metrics = new IngestMetrics(registry);

    @Test
    void the_same_bytes_are_stored_once_under_their_hash() throws Exception {
        ObjectStore objects = new FolderObjectStore(folder.resolve("media"));
        try (var media = store(objects, new MediaProperties(41_943_040, 4))) {
            List<MediaStore.Stored> stored = media.storeAll(TENANT, List.of(file("a.jpg", JPEG), file("b.jpg", JPEG)));

            assertThat(stored)
                    .extracting(one -> one.file().sha256())
                    .containsOnly(stored.get(0).file().sha256());
            assertThat(stored.get(0).file().s3Key())
                    .matches("media/" + TENANT + "/([0-9a-f]{2})/\\1[0-9a-f]{62}\\.jpg");
            assertThat(stored.get(0).file().mimeType()).isEqualTo("image/jpeg");
            assertThat(stored.get(0).file().sizeBytes()).isEqualTo(JPEG.length);
        }
        try (Stream<Path> files = Files.walk(folder.resolve("media")).filter(Files::isRegularFile)) {
            assertThat(files).hasSize(1);
        }
        assertThat(count("photo", "success")).isEqualTo(2);
        assertThat(registry.get("media.bytes").tag("media", "photo").counter().count())
                .isEqualTo(2.0 * JPEG.length);
    }

    @Test
    void what_is_not_taken_has_a_reason_and_is_counted() throws Exception {
        var limits = new MediaProperties(20, 2);
        try (var media = store(new FolderObjectStore(folder.resolve("media")), limits)) {
            List<MediaStore.Stored> stored = media.storeAll(
                    TENANT,
                    List.of(
                            new SourceFile(
                                    MediaKind.VIDEO, "video", "talk.mp4", null, "video/mp4", "File not included"),
                            file("large.jpg", new byte[21]),
                            file("page.jpg", "<html>".getBytes(UTF_8)),
                            file("empty.jpg", new byte[0])));

            assertThat(stored).allSatisfy(one -> assertThat(one.file()).isNull());
            assertThat(stored)
                    .extracting(one -> one.skipped().reason())
                    .containsExactly(
                            "File not included",
                            "file has 21 bytes; the limit is 20",
                            "type application/octet-stream is not accepted",
                            "file is empty");
        }
        assertThat(count("video", "skipped")).isEqualTo(1);
        assertThat(count("photo", "skipped")).isEqualTo(3);
        assertThat(count("photo", "success")).isZero();
    }

    @Test
    void a_file_that_cannot_be_read_is_reported_and_the_others_are_stored() throws Exception {
        SourceFile gone = file("gone.jpg", JPEG);
        Files.delete(gone.path());
        try (var media = store(new FolderObjectStore(folder.resolve("media")), new MediaProperties(41_943_040, 4))) {
            List<MediaStore.Stored> stored = media.storeAll(TENANT, List.of(gone, file("there.jpg", JPEG)));

            assertThat(stored.get(0).skipped().reason())
                    .startsWith("file cannot be read")
                    .contains("NoSuchFile");
            assertThat(stored.get(1).file()).isNotNull();
        }
    }

    @Test
    void as_many_files_as_allowed_are_stored_at_the_same_time() throws Exception {
        var together = new CyclicBarrier(3);
        ObjectStore waiting = new Objects() {
            @Override
            public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
                try {
                    together.await(10, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IOException("fewer than three at a time", e);
                }
            }
        };
        try (var media = store(waiting, new MediaProperties(1000, 3))) {
            List<SourceFile> files = IntStream.range(0, 6)
                    .mapToObj(i -> {
                        byte[] content = JPEG.clone();
                        content[5] = (byte) i;
                        return file("f" + i + ".jpg", content);
                    })
                    .toList();

            assertThat(media.storeAll(TENANT, files)).hasSize(6);
        }
    }

    @Test
    void a_store_that_fails_names_the_file_and_is_counted() throws Exception {
        ObjectStore full = new Objects() {
            @Override
            public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        try (var media = store(full, new MediaProperties(41_943_040, 4))) {
            assertThatThrownBy(() -> media.storeAll(TENANT, List.of(file("a.jpg", JPEG))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a.jpg")
                    .hasMessageContaining("No space left on device");
        }
        assertThat(count("photo", "failed")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "FFD8FFE000104A464946, , photo.bin, image/jpeg",
        "89504E470D0A1A0A0000, image/jpeg, x.jpg, image/png",
        "474946383961, , x, image/gif",
        "524946460000000057454250, , sticker.webp, image/webp",
        "0000001866747970697 36F6D, video/mp4, v.mp4, video/mp4",
        "00000014667479707174 2020, , v.mov, video/quicktime",
        "1A45DFA3, , v.webm, video/webm",
        "255044462D312E34, , r.pdf, application/pdf",
        "424D3E0000000000000000, , x.bmp, image/bmp",
        "424D57206973206772656174, , notes.txt, text/plain",
        "48656C6C6F, text/plain, a.txt, text/plain",
        "48656C6C6F, , a.txt, text/plain",
        "48656C6C6F, image/png, a.png, application/octet-stream",
        "48656C6C6F, , a.unknown, application/octet-stream",
    })
    void the_type_is_what_the_content_says(String head, String declared, String name, String type) {
        assertThat(MediaType.of(HexFormat.of().parseHex(head.replace(" ", "")), declared, name))
                .isEqualTo(type);
    }

    private MediaStore store(ObjectStore objects, MediaProperties limits) {
        var quota = new StorageQuota(
                DATABASE.jdbc(),
                new JdbcTransactionManager(DATABASE.dataSource()),
                new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media"),
                objects,
                registry);
        return new MediaStore(objects, quota, limits, metrics);
    }

    private double count(String media, String outcome) {
        return registry.get("media.processing")
                .tags("stage", "ingest", "media", media, "outcome", outcome)
                .counter()
                .count();
    }

    private SourceFile file(String name, byte[] content) {
        try {
            return new SourceFile(
                    MediaKind.PHOTO, "photo", name, Files.write(folder.resolve(name), content), null, null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has nothing yet. */
    private abstract static class Objects implements ObjectStore {
        @Override
        public void each(String prefix, java.util.function.Consumer<Stored> work) throws IOException {
            throw new IOException("not listed");
        }

        @Override
        public void check() {}

        @Override
        public String bucket() {
            return "media";
        }

        @Override
        public Optional<InputStream> get(String key) {
            return Optional.empty();
        }

        @Override
        public boolean exists(String key) {
            return false;
        }

        @Override
        public void delete(String key) {}
    }
}
