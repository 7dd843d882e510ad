package routes.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.Sha256;
import routes.objectstore.ObjectKeys;
import routes.objectstore.folder.FolderObjectStore;
import routes.testing.EmbeddedDatabase;

class StorageUsageIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    Path folder;

    private final JdbcClient jdbc = DATABASE.jdbc();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final UUID one = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private FolderObjectStore objects;
    private StorageUsage usage;

    @BeforeEach
    void twoTenants() throws IOException {
        jdbc.sql("DELETE FROM media_objects").update();
        for (UUID tenant : new UUID[] {one, other}) {
            jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                    .params(tenant, tenant.toString())
                    .update();
        }
        objects = new FolderObjectStore(folder.resolve("media"));
        usage = at(Clock.systemUTC());
    }

    private StorageUsage at(Clock clock) {
        return new StorageUsage(objects, jdbc, new JdbcTransactionManager(DATABASE.dataSource()), metrics, clock);
    }

    private void stored(String key, int bytes) throws IOException {
        objects.put(key, "image/jpeg", bytes, new ByteArrayInputStream(new byte[bytes]));
    }

    private String file(UUID tenant, String name, int bytes) throws IOException {
        String hash = Sha256.hex(name);
        String key = ObjectKeys.media(tenant, hash, "jpg");
        stored(key, bytes);
        jdbc.sql(
                        """
                        INSERT INTO media_objects (tenant_id, s3_bucket, file_sha256, mime, size_bytes, s3_key)
                        VALUES (?, 'media', ?, 'image/jpeg', ?, ?)
                        """)
                .params(tenant, hash, bytes, key)
                .update();
        return key;
    }

    private String of(UUID tenant, String kind) {
        return jdbc.sql(
                        """
                        SELECT objects_count || ' of ' || total_bytes || ', recorded ' || coalesce(recorded_objects::text, '-')
                            || ' of ' || coalesce(recorded_bytes::text, '-')
                        FROM tenant_storage_usage WHERE tenant_id = ? AND content_type = ?
                        """)
                .params(tenant, kind)
                .query(String.class)
                .single();
    }

    private double gauge(String name, String kind) {
        return metrics.get(name).tag("kind", kind).gauge().value();
    }

    @Test
    void objects_and_bytes_are_those_of_the_store_for_each_tenant_and_kind() throws Exception {
        file(one, "a", 10);
        file(one, "b", 20);
        file(other, "c", 5);
        stored(ObjectKeys.article(one, "ab"), 7);
        stored(ObjectKeys.albumSummary(other, 3), 9);
        stored("media/of-somebody-else.jpg", 100);

        usage.run();

        assertThat(of(one, "media")).isEqualTo("2 of 30, recorded 2 of 30");
        assertThat(of(other, "media")).isEqualTo("1 of 5, recorded 1 of 5");
        assertThat(of(one, "crawl")).isEqualTo("1 of 7, recorded - of -");
        assertThat(of(other, "album")).isEqualTo("1 of 9, recorded - of -");
        assertThat(of(other, "crawl")).isEqualTo("0 of 0, recorded - of -");
        assertThat(gauge("storage.bytes", "media")).isEqualTo(35);
        assertThat(gauge("storage.objects", "crawl")).isEqualTo(1);
        assertThat(metrics.get("storage.differences").gauge().value()).isZero();
    }

    @Test
    void articles_and_summaries_of_which_no_post_is_left_are_removed_after_a_day() throws Exception {
        UUID channel = jdbc.sql("INSERT INTO channels (id, tg_channel_id) VALUES (gen_random_uuid(), ?) RETURNING id")
                .param(one.getMostSignificantBits() & 0xffffffffL)
                .query(UUID.class)
                .single();
        UUID post = jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at)
                        VALUES (gen_random_uuid(), ?, ?, 1, now()) RETURNING id
                        """)
                .params(one, channel)
                .query(UUID.class)
                .single();
        String url = "https://example.org/статья?a=1";
        jdbc.sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, status, data)
                        VALUES (?, 'crawl', 'builtin', 'ok', jsonb_build_object('urls', jsonb_build_array(jsonb_build_object('url', CAST(? AS text)))))
                        """)
                .params(post, url)
                .update();
        String read = ObjectKeys.article(one, Sha256.hex(url));
        String left = ObjectKeys.article(one, Sha256.hex("https://example.org/gone"));
        String ofAnother = ObjectKeys.article(other, Sha256.hex(url));
        String kept = ObjectKeys.albumSummary(one, 1);
        String lost = ObjectKeys.albumSummary(one, 2);
        jdbc.sql(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, items_count, posted_at, meta)
                        VALUES (?, ?, 7, 'photo', 2, now(), jsonb_build_object('s3_key', CAST(? AS text)))
                        """)
                .params(one, channel, kept)
                .update();
        for (String key : new String[] {read, left, ofAnother, kept, lost}) {
            stored(key, 10);
        }

        usage.run();
        assertThat(of(one, "crawl")).as("they are new").startsWith("2 of 20");
        at(Clock.offset(Clock.systemUTC(), Duration.ofHours(25))).run();

        assertThat(objects.exists(read)).isTrue();
        assertThat(objects.exists(kept)).isTrue();
        assertThat(List.of(objects.exists(left), objects.exists(ofAnother), objects.exists(lost)))
                .containsOnly(false);
        assertThat(of(one, "crawl")).startsWith("1 of 10");
        assertThat(of(other, "crawl")).startsWith("0 of 0");
        assertThat(of(one, "album")).startsWith("1 of 10");
        assertThat(metrics.counter("storage.unused.removed", "kind", "crawl").count())
                .isEqualTo(2);
    }

    @Test
    void lost_files_and_files_without_a_row_are_differences() throws Exception {
        String lost = file(one, "a", 10);
        objects.delete(lost);
        file(other, "b", 20);
        stored(ObjectKeys.media(other, Sha256.hex("unknown"), "jpg"), 30);

        usage.run();

        assertThat(of(one, "media")).isEqualTo("0 of 0, recorded 1 of 10");
        assertThat(of(other, "media")).isEqualTo("2 of 50, recorded 1 of 20");
        assertThat(metrics.get("storage.differences").gauge().value()).isEqualTo(2);
        jdbc.sql("DELETE FROM media_objects WHERE tenant_id = ?").param(one).update();
        objects.delete(ObjectKeys.media(other, Sha256.hex("unknown"), "jpg"));
        usage.run();
        assertThat(metrics.get("storage.differences").gauge().value()).isZero();
    }
}
