package routes.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.MediaFile;
import routes.objectstore.ObjectStore;
import routes.objectstore.folder.FolderObjectStore;
import routes.objectstore.s3.S3ObjectStore;
import routes.posts.Post.MediaKind;
import routes.posts.PostStoreSettings;
import routes.posts.StorageQuota;
import routes.testing.EmbeddedDatabase;
import routes.testing.S3Server;

/** The storage quota of a tenant while files are stored, with both object stores. */
class StorageQuotaIT {
    private static final int BYTES = 100;

    enum Kind {
        FOLDER,
        S3
    }

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final S3Server SERVER = new S3Server();

    @TempDir
    Path folder;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final UUID tenant = UUID.randomUUID();
    private ObjectStore objects;

    @BeforeEach
    void aTenantWithRoomForThreeFiles() throws IOException {
        DATABASE.jdbc()
                .sql("INSERT INTO tenants (id, name, storage_quota_bytes) VALUES (?, ?, ?)")
                .params(tenant, tenant.toString(), 3 * BYTES)
                .update();
        objects = new FolderObjectStore(folder.resolve("media"));
    }

    @ParameterizedTest
    @EnumSource
    void a_file_beyond_the_quota_is_not_stored_and_has_its_reason(Kind kind) throws Exception {
        use(kind);
        List<MediaStore.Stored> stored = store(file(1), file(2), file(3), file(4), file(1));

        assertThat(stored).extracting(one -> one.file() != null).containsExactly(true, true, true, false, true);
        assertThat(stored.get(3).skipped().reason())
                .isEqualTo("quota_exceeded: the file has 100 bytes, 0 of 300 bytes are left");
        assertThat(stored.get(3).skipped().name()).isEqualTo("4.txt");
        for (int i : new int[] {0, 1, 2}) {
            assertThat(objects.exists(stored.get(i).file().s3Key())).isTrue();
        }
        assertThat(used()).isEqualTo(3 * BYTES);
        assertThat(registry.get("media.quota.refused").counter().count()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void the_least_recently_used_files_of_no_post_make_room_first(Kind kind) throws Exception {
        use(kind);
        List<MediaFile> old = files(store(file(1), file(2), file(3)));
        age(old.get(0), 3);
        age(old.get(1), 5);
        age(old.get(2), 9);
        reference(old.get(2));

        List<MediaStore.Stored> stored = store(file(4));

        assertThat(stored.get(0).file()).isNotNull();
        assertThat(objects.exists(old.get(1).s3Key()))
                .as("the oldest without a post")
                .isFalse();
        assertThat(objects.exists(old.get(0).s3Key())).isTrue();
        assertThat(objects.exists(old.get(2).s3Key())).isTrue();
        assertThat(objects.exists(stored.get(0).file().s3Key())).isTrue();
        assertThat(used()).isEqualTo(3 * BYTES);
        assertThat(registry.get("media.evicted").counter().count()).isEqualTo(1);
        assertThat(store(file(1)).get(0).file()).as("still there").isNotNull();
        assertThat(store(file(5), file(6)))
                .as("file 1 was just used")
                .allSatisfy(one -> assertThat(one.skipped().reason()).startsWith("quota_exceeded"));
    }

    @ParameterizedTest
    @EnumSource
    void concurrent_imports_fill_the_quota_and_never_exceed_it(Kind kind) throws Exception {
        use(kind);
        quota(10L * BYTES);
        ExecutorService imports = Executors.newFixedThreadPool(8);
        try {
            List<Callable<List<MediaStore.Stored>>> work = IntStream.range(0, 8)
                    .<Callable<List<MediaStore.Stored>>>mapToObj(
                            i -> () -> store(file(4 * i), file(4 * i + 1), file(4 * i + 2), file(4 * i + 3)))
                    .toList();
            List<MediaFile> stored = new ArrayList<>();
            for (Future<List<MediaStore.Stored>> one : imports.invokeAll(work)) {
                stored.addAll(files(one.get()));
            }

            assertThat(stored).hasSize(10);
            for (MediaFile file : stored) {
                assertThat(objects.exists(file.s3Key())).isTrue();
            }
        } finally {
            imports.shutdownNow();
        }
        assertThat(used()).isEqualTo(10 * BYTES);
    }

    @Test
    void what_does_not_fit_leaves_room_for_smaller_files_and_evicts_nothing() throws Exception {
        List<MediaFile> old = files(store(file(1), file(2)));
        old.forEach(file -> age(file, 3));

        List<MediaStore.Stored> stored = store(file("large", 3 * BYTES + 1), file("small", BYTES));

        assertThat(stored.get(0).skipped().reason())
                .isEqualTo("quota_exceeded: the file has 301 bytes, 300 of 300 bytes are left");
        assertThat(stored.get(1).file()).isNotNull();
        assertThat(registry.get("media.evicted").counter().count()).isZero();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(longs = 0)
    void without_a_quota_nothing_is_limited(Long none) throws Exception {
        quota(none);

        assertThat(files(store(file(1), file(2), file(3), file(4)))).hasSize(4);
    }

    @Test
    void a_store_that_cannot_evict_fails_and_changes_nothing() throws Exception {
        List<MediaFile> old = files(store(file(1), file(2), file(3)));
        old.forEach(file -> age(file, 3));
        ObjectStore right = objects;
        objects = new Undeletable(right);

        assertThatThrownBy(() -> store(file(4))).isInstanceOf(IOException.class).hasMessageContaining("read-only");
        assertThat(used()).isEqualTo(3 * BYTES);

        objects = right;
        assertThat(store(file(4)).get(0).file()).isNotNull();
    }

    private void use(Kind kind) {
        if (kind == Kind.S3) {
            objects = new S3ObjectStore(SERVER.properties("quota"));
        }
    }

    private List<MediaStore.Stored> store(SourceFile... files) throws IOException, InterruptedException {
        var quota = new StorageQuota(
                DATABASE.jdbc(),
                new JdbcTransactionManager(DATABASE.dataSource()),
                new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media"),
                objects,
                registry);
        try (var media =
                new MediaStore(objects, quota, new MediaProperties(1_000_000, 2), new IngestMetrics(registry))) {
            return media.storeAll(tenant, List.of(files));
        }
    }

    private static List<MediaFile> files(List<MediaStore.Stored> stored) {
        return stored.stream()
                .map(MediaStore.Stored::file)
                .filter(file -> file != null)
                .toList();
    }

    private SourceFile file(int number) {
        return file(Integer.toString(number), BYTES);
    }

    private SourceFile file(String name, int bytes) {
        try {
            Path path = folder.resolve(name + ".txt");
            Files.writeString(path, name + " ".repeat(bytes - name.length()));
            return new SourceFile(MediaKind.DOCUMENT, "document", name + ".txt", path, "text/plain", null);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void quota(Long bytes) {
        DATABASE.jdbc()
                .sql("UPDATE tenants SET storage_quota_bytes = ? WHERE id = ?")
                .param(bytes)
                .param(tenant)
                .update();
    }

    private long used() {
        return DATABASE.jdbc()
                .sql("SELECT sum(size_bytes) FROM media_objects WHERE tenant_id = ?")
                .param(tenant)
                .query(Long.class)
                .single();
    }

    private void age(MediaFile file, int hours) {
        DATABASE.jdbc()
                .sql(
                        "UPDATE media_objects SET last_seen_at = now() - make_interval(hours => ?) WHERE tenant_id = ? AND file_sha256 = ?")
                .params(hours, tenant, file.sha256())
                .update();
    }

    /** A post has the file. */
    private void reference(MediaFile file) {
        UUID channel = UUID.randomUUID();
        UUID post = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        DATABASE.jdbc()
                .sql(
                        "INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at) VALUES (?, ?, ?, 1, now())")
                .params(post, tenant, channel)
                .update();
        DATABASE.jdbc()
                .sql("INSERT INTO post_media_map (post_id, file_sha256) VALUES (?, ?)")
                .params(post, file.sha256())
                .update();
        DATABASE.jdbc()
                .sql("UPDATE media_objects SET refs_count = 1 WHERE tenant_id = ? AND file_sha256 = ?")
                .params(tenant, file.sha256())
                .update();
    }

    private record Undeletable(ObjectStore store) implements ObjectStore {
        @Override
        public void each(String prefix, java.util.function.Consumer<Stored> work) throws IOException {
            store.each(prefix, work);
        }

        @Override
        public String bucket() {
            return store.bucket();
        }

        @Override
        public void put(String key, String contentType, long sizeBytes, InputStream content) throws IOException {
            store.put(key, contentType, sizeBytes, content);
        }

        @Override
        public Optional<InputStream> get(String key) throws IOException {
            return store.get(key);
        }

        @Override
        public boolean exists(String key) throws IOException {
            return store.exists(key);
        }

        @Override
        public void delete(String key) throws IOException {
            throw new IOException("the store is read-only");
        }

        @Override
        public void check() {}
    }
}
