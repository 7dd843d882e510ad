package routes.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.digests.DigestBody;
import routes.digests.DigestsOfTests;
import routes.events.Sha256;
import routes.graph.Graph.PostGraph;
import routes.graph.postgres.PostgresGraph;
import routes.objectstore.ObjectKeys;
import routes.objectstore.folder.FolderObjectStore;
import routes.testing.ChildJvm;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.lucene.LuceneVectorIndex;

/** Clean-up of 10,000 expired posts in a process that is killed twice: while it sweeps, and while it cleans. */
class CleanupKilledIT {
    private static final int EXPIRED = 10_000;
    private static final int LIVING = 200;
    private static final int PAGE = 500;
    private static final UUID BIG = UUID.fromString("aaaaaaaa-0000-4000-8000-000000000001");
    private static final UUID SMALL = UUID.fromString("bbbbbbbb-0000-4000-8000-000000000001");
    private static final String BACKENDS =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

    private static final Duration TIME = Duration.ofSeconds(120);

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @TempDir
    Path folder;

    private final JdbcClient jdbc = DATABASE.jdbc();
    private final UUID channel = UUID.randomUUID();

    @Test
    void what_has_expired_is_gone_everywhere_and_what_lives_is_untouched() throws Exception {
        store();
        String living = living();

        killedAt(5_001);
        assertThat(count("SELECT count(*) FROM posts WHERE is_deleted"))
                .as("it was killed in the middle of the sweep")
                .isBetween(1_000L, EXPIRED - 1L);
        assertThat(REDIS.commands().hgetall("cleanup:checkpoint:expired-by-tenant"))
                .as("the checkpoint")
                .isNotEmpty();
        killedAt(7_001);
        assertThat(count("SELECT count(*) FROM posts WHERE cleaned_at IS NOT NULL"))
                .as("it was killed in the middle of the cleaning")
                .isBetween(1_000L, EXPIRED - 1L);
        assertThat(count("SELECT count(*) FROM posts WHERE is_deleted")).isEqualTo(EXPIRED);

        try (var process = new CleanupProcess(DATABASE.dataSource(), REDIS.uri(), folder)) {
            process.run();
        }

        assertThat(count("SELECT count(*) FROM posts WHERE cleaned_at IS NOT NULL AND content = ''"))
                .isEqualTo(EXPIRED);
        assertThat(living()).as("living posts").isEqualTo(living);
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder.resolve("index"))) {
            assertThat(index.count()).isEqualTo(LIVING);
        }
        assertThat(count("SELECT count(*) FROM graph_nodes WHERE label = 'Post'"))
                .isEqualTo(LIVING);
        assertThat(jdbc.sql("SELECT DISTINCT key FROM graph_nodes WHERE label = 'Tag'")
                        .query(String.class)
                        .list())
                .containsExactly("живой");
        assertThat(count("SELECT count(*) FROM media_objects")).isEqualTo(1);
        assertThat(files()).isEqualTo(1);
        for (String table : List.of("post_enrichment", "post_media_map")) {
            assertThat(count("SELECT count(*) FROM " + table)).as(table).isEqualTo(LIVING);
        }
        assertThat(jdbc.sql("SELECT body::text || content FROM digests")
                        .query(String.class)
                        .single())
                .contains("живой пост")
                .doesNotContain("истёкший пост");
        assertThat(REDIS.commands().keys("cleanup:checkpoint:*")).isEmpty();
        assertThat(count("SELECT count(*) FROM outbox WHERE stream = 'posts.deleted'"))
                .isZero();
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    private String living() {
        return jdbc.sql(
                        """
                        SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM posts p WHERE expires_at > now()
                        """)
                .query(String.class)
                .single();
    }

    private long files() throws Exception {
        try (Stream<Path> all = Files.walk(folder.resolve("media"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    /** Runs the clean-up in a process that comes to a post that it has to wait for, and is killed there. */
    private void killedAt(long message) throws Exception {
        Path log = folder.resolve("cleanup.log");
        try (Connection lock = DATABASE.dataSource().getConnection()) {
            lock.setAutoCommit(false);
            lock.createStatement()
                    .executeQuery("SELECT 1 FROM posts WHERE telegram_message_id = " + message + " FOR UPDATE");
            Process process = new ProcessBuilder(ChildJvm.command(
                            List.of(), CleanupProcess.class, DATABASE.jdbcUrl(), REDIS.uri(), folder.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            try {
                await().atMost(TIME)
                        .until(() -> count(BACKENDS + " AND wait_event_type = 'Lock'") > 0 || !process.isAlive());
            } finally {
                process.destroyForcibly();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            lock.rollback();
        }
        // the transaction of the killed process ends when its server process notices
        await().atMost(TIME).until(() -> count(BACKENDS + " AND state <> 'idle'") == 0);
    }

    private void store() throws Exception {
        for (UUID tenant : List.of(BIG, SMALL)) {
            jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                    .params(tenant, tenant.toString())
                    .update();
        }
        jdbc.sql("INSERT INTO channels (id, tg_channel_id, title) VALUES (?, 77, 'Новости')")
                .param(channel)
                .update();
        jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at, expires_at, indexing_status)
                        SELECT gen_random_uuid(), CASE WHEN n % 20 = 0 THEN CAST(:small AS uuid) ELSE CAST(:big AS uuid) END, :channel, n,
                            CASE WHEN n <= :expired THEN 'истёкший пост ' ELSE 'живой пост ' END || n, now(),
                            CASE WHEN n <= :expired THEN now() - n * interval '1 second' ELSE now() + interval '90 days' END, 'indexed'
                        FROM generate_series(1, :all) n
                        """)
                .param("small", SMALL)
                .param("big", BIG)
                .param("channel", channel)
                .param("expired", EXPIRED)
                .param("all", EXPIRED + LIVING)
                .update();
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider) SELECT id, 'tags', 'local' FROM posts")
                .update();
        var objects = new FolderObjectStore(folder.resolve("media"));
        for (String name : List.of("expired", "living")) {
            file(objects, name);
        }
        jdbc.sql("UPDATE media_objects SET last_seen_at = now() - interval '1 hour'")
                .update();
        record Row(UUID id, UUID tenantId, long n) {}
        List<Row> rows = jdbc.sql(
                        "SELECT id, tenant_id, telegram_message_id AS n FROM posts ORDER BY telegram_message_id")
                .query(Row.class)
                .list();
        var graph = new PostgresGraph(jdbc, new JdbcTransactionManager(DATABASE.dataSource()));
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder.resolve("index"))) {
            for (int from = 0; from < rows.size(); from += PAGE) {
                List<Row> page = rows.subList(from, Math.min(rows.size(), from + PAGE));
                List<PostGraph> posts = new ArrayList<>();
                List<IndexedPoint> points = new ArrayList<>();
                for (Row row : page) {
                    List<String> tags = List.of(row.n() <= EXPIRED ? "истёкший" + row.n() % 50 : "живой");
                    posts.add(new PostGraph(
                            row.tenantId(), row.id(), channel, tags, List.of(), List.of(), null, 0, null, null, 0));
                    points.add(new IndexedPoint(
                            new PostPayload(
                                    row.id(),
                                    row.tenantId(),
                                    channel,
                                    row.n(),
                                    tags,
                                    Instant.now(),
                                    null,
                                    null,
                                    "",
                                    false,
                                    null,
                                    false,
                                    Set.of()),
                            new float[0],
                            "текст " + row.n(),
                            1,
                            ""));
                }
                graph.apply(posts);
                if (from == 0) {
                    // autovacuum is too late for the plans of the next pages
                    jdbc.sql("ANALYZE graph_nodes").update();
                    jdbc.sql("ANALYZE graph_edges").update();
                }
                index.upsertAll(points);
            }
        }
        digest(rows.get(0).id(), rows.get(rows.size() - 1).id());
    }

    /** A file of all expired posts of the big tenant, or of all living ones. */
    private void file(FolderObjectStore objects, String name) throws Exception {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        String hash = Sha256.hex(name);
        String key = ObjectKeys.media(BIG, hash, "jpg");
        objects.put(key, "image/jpeg", content.length, new ByteArrayInputStream(content));
        jdbc.sql(
                        """
                        INSERT INTO media_objects (tenant_id, s3_bucket, file_sha256, mime, size_bytes, s3_key, refs_count)
                        VALUES (?, 'media', ?, 'image/jpeg', ?, ?, 1)
                        """)
                .params(BIG, hash, content.length, key)
                .update();
        jdbc.sql(
                        "INSERT INTO post_media_map (post_id, file_sha256, position) SELECT id, ?, 0 FROM posts WHERE (expires_at > now()) = ?")
                .params(hash, name.equals("living"))
                .update();
    }

    private void digest(UUID expired, UUID living) {
        long user = jdbc.sql("INSERT INTO users (tenant_id) VALUES (?) RETURNING id")
                .param(BIG)
                .query(Long.class)
                .single();
        jdbc.sql("UPDATE posts SET tenant_id = ? WHERE id = ANY (?)")
                .params(BIG, new UUID[] {expired, living})
                .update();
        DigestsOfTests.ready(
                jdbc,
                user,
                DigestsOfTests.body(
                        "ru",
                        List.of(new DigestBody.Group(null, List.of(told("истёкший пост", 1), told("живой пост", 2)))),
                        List.of(source(1, expired), source(2, living))),
                Instant.now());
    }

    private static DigestBody.Item told(String text, int n) {
        return new DigestBody.Item(List.of(new DigestBody.Sentence(text, List.of(n), "words")), List.of(n), List.of());
    }

    private DigestBody.Source source(int n, UUID post) {
        return new DigestBody.Source(n, post, n, channel, "Новости", null, Instant.now(), 1);
    }
}
