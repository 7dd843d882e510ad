package routes.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import routes.events.Sha256;
import routes.objectstore.ObjectKeys;
import routes.objectstore.folder.FolderObjectStore;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/** From one database, Redis and folder of objects into others. */
class BackupIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final String STREAM = "stream:posts:parsed";
    private static final String LETTERS = StreamGroup.deadLetterKey(STREAM);
    private static final List<String> GROUPS = List.of("tagging_workers", "post_persist_workers");

    @RegisterExtension
    static final EmbeddedDatabase SOURCE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedDatabase TARGET = EmbeddedDatabase.empty();

    @RegisterExtension
    static final EmbeddedRedis SOURCE_REDIS = new EmbeddedRedis();

    @RegisterExtension
    static final EmbeddedRedis TARGET_REDIS = new EmbeddedRedis();

    @TempDir
    Path folder;

    private final List<String> progress = new ArrayList<>();
    private FolderObjectStore sourceObjects;
    private FolderObjectStore targetObjects;

    @BeforeEach
    void emptyAll() throws IOException {
        SOURCE_REDIS.commands().flushall();
        TARGET_REDIS.commands().flushall();
        SOURCE.jdbc()
                .sql("TRUNCATE posts, channels, outbox, media_objects CASCADE")
                .update();
        TARGET.jdbc().sql("DROP SCHEMA public CASCADE").update();
        TARGET.jdbc().sql("CREATE SCHEMA public").update();
        sourceObjects = new FolderObjectStore(folder.resolve("source"));
        targetObjects = new FolderObjectStore(folder.resolve("target"));
    }

    private Path backup() {
        return backup(SOURCE);
    }

    private Path backup(EmbeddedDatabase database) {
        Path file = folder.resolve(UUID.randomUUID() + ".tar");
        new Backup(database.dataSource(), link(SOURCE_REDIS), sourceObjects, Clock.systemUTC())
                .write(file, progress::add);
        return file;
    }

    private void restore(Path file) {
        restore(file, new Migrations(() -> EmbeddedDatabase.flyway(TARGET.dataSource())));
    }

    private void restore(Path file, Migrations migrations) {
        new Restore(TARGET.dataSource(), migrations, link(TARGET_REDIS), targetObjects, Clock.systemUTC())
                .run(file, progress::add);
    }

    private static RedisLink link(EmbeddedRedis redis) {
        return new RedisLink(redis.newClient(), Duration.ofSeconds(10));
    }

    /** Posts of a channel, each with an object. */
    private void posts(int count) throws IOException {
        UUID channel = UUID.randomUUID();
        SOURCE.jdbc()
                .sql(
                        "INSERT INTO channels (id, username, title) VALUES (?, 'c', E'tab\\tline\\nback\\\\slash «кавычки»')")
                .param(channel)
                .update();
        for (int i = 1; i <= count; i++) {
            byte[] bytes = ("picture " + i).getBytes();
            String sha256 = Sha256.hex(bytes);
            String key = ObjectKeys.media(TENANT, sha256, "jpg");
            sourceObjects.put(key, "image/jpeg", bytes.length, new ByteArrayInputStream(bytes));
            SOURCE.jdbc()
                    .sql(
                            "INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket) VALUES (?, ?, 'image/jpeg', ?, ?, 'b')")
                    .params(TENANT, sha256, bytes.length, key)
                    .update();
            UUID post = UUID.randomUUID();
            SOURCE.jdbc()
                    .sql(
                            "INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at, indexing_status) VALUES (?, ?, ?, ?, ?, now(), 'indexed')")
                    .params(post, TENANT, channel, i, "text " + i)
                    .update();
            SOURCE.jdbc()
                    .sql("INSERT INTO post_media_map (post_id, file_sha256) VALUES (?, ?)")
                    .params(post, sha256)
                    .update();
        }
    }

    /** Number of rows and a hash over all of them, of each table. */
    private static Map<String, String> rows(EmbeddedDatabase database) throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        try (Connection connection = database.dataSource().getConnection()) {
            var tables = new DatabaseTables(connection);
            for (Manifest.Table table : tables.list()) {
                rows.put(
                        table.name(),
                        tables.jdbc()
                                .sql("SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "
                                        + table.name() + " t")
                                .query(String.class)
                                .single());
            }
        }
        rows.remove("vector_index"); // the index of the target is another one
        return rows;
    }

    @Test
    void every_row_and_every_object_is_there_again_and_numbers_go_on() throws Exception {
        posts(20);
        SOURCE.jdbc()
                .sql(
                        "INSERT INTO outbox (stream, event, published_at) VALUES ('posts.parsed', '{}', now() - interval '1 day')")
                .update();

        restore(backup());

        assertThat(rows(TARGET)).isEqualTo(rows(SOURCE));
        List<String> keys = SOURCE.jdbc()
                .sql("SELECT s3_key FROM media_objects")
                .query(String.class)
                .list();
        assertThat(keys).hasSize(20);
        for (String key : keys) {
            try (var copy = targetObjects.get(key).orElseThrow();
                    var original = sourceObjects.get(key).orElseThrow()) {
                assertThat(copy.readAllBytes()).isEqualTo(original.readAllBytes());
            }
        }
        long highest = TARGET.jdbc()
                .sql("SELECT max(number) FROM posts")
                .query(Long.class)
                .single();
        long next = TARGET.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at)
                        SELECT gen_random_uuid(), tenant_id, channel_id, 1000, now() FROM posts LIMIT 1 RETURNING number""")
                .query(Long.class)
                .single();
        assertThat(next).isEqualTo(highest + 1);
        assertThat(TARGET.jdbc()
                        .sql("SELECT reason || ' ' || from_empty || ' ' || total FROM vector_index")
                        .query(String.class)
                        .single())
                .as("the next start builds the index")
                .isEqualTo("--restore true 20");
    }

    @Test
    void each_group_goes_on_where_it_was() {
        RedisCommands<String, String> redis = SOURCE_REDIS.commands();
        groups(redis, STREAM, GROUPS);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            ids.add(redis.xadd(STREAM, Map.of("data", "entry " + i, "trace_id", "ё" + i)));
        }
        // one has read 10, finished 7 of them, and failed twice on another; the other has read all and finished all but
        // the last
        read(redis, "tagging_workers", 10);
        redis.xack(STREAM, "tagging_workers", ids.subList(0, 7).toArray(String[]::new));
        redis.xclaim(STREAM, Consumer.from("tagging_workers", "dead"), 0, ids.get(8));
        read(redis, "post_persist_workers", 1200);
        redis.xack(STREAM, "post_persist_workers", ids.subList(0, 1199).toArray(String[]::new));
        String letter =
                redis.xadd(LETTERS, Map.of("data", "poison", "dlq_group", "tagging_workers", "dlq_error", "no"));
        redis.hset("redis-streams:letters:" + STREAM + ":tagging_workers", "1-1", letter);

        restore(backup());

        RedisCommands<String, String> restored = TARGET_REDIS.commands();
        assertThat(outstanding("tagging_workers"))
                .containsExactlyElementsOf(concat(ids.subList(10, 1200), ids.subList(7, 10)));
        assertThat(outstanding("post_persist_workers")).containsExactly(ids.get(1199));
        assertThat(restored.xrange(STREAM, Range.create(ids.get(9), ids.get(9)))
                        .get(0)
                        .getBody())
                .containsEntry("data", "entry 9")
                .containsEntry("trace_id", "ё9");
        assertThat(restored.xpending(STREAM, "tagging_workers", Range.unbounded(), Limit.from(10)))
                .as("taking an entry over counts as a delivery")
                .extracting(one -> one.getId() + " " + one.getRedeliveryCount())
                .containsExactly(ids.get(7) + " 0", ids.get(8) + " 1", ids.get(9) + " 0");
        assertThat(restored.xrange(LETTERS, Range.unbounded())).singleElement().satisfies(one -> {
            assertThat(one.getId()).isEqualTo(letter);
            assertThat(one.getBody()).containsEntry("data", "poison").containsEntry("dlq_error", "no");
        });
        assertThat(restored.hget("redis-streams:letters:" + STREAM + ":tagging_workers", "1-1"))
                .isEqualTo(letter);
        String next = restored.xadd(STREAM, Map.of("data", "next"));
        assertThat(next).isGreaterThan(ids.get(1199));
    }

    private static void groups(RedisCommands<String, String> redis, String key, List<String> groups) {
        groups.forEach(
                group -> redis.xgroupCreate(StreamOffset.from(key, "0-0"), group, XGroupCreateArgs.Builder.mkstream()));
    }

    @SuppressWarnings("unchecked") // of an array of offsets
    private static void read(RedisCommands<String, String> redis, String group, int count) {
        redis.xreadgroup(
                Consumer.from(group, "worker"), XReadArgs.Builder.count(count), StreamOffset.lastConsumed(STREAM));
    }

    private static List<String> outstanding(String group) {
        List<String> ids = new ArrayList<>();
        assertThat(new StreamAdmin(link(TARGET_REDIS)).readOutstanding(STREAM, group, 10_000, one -> ids.add(one.id())))
                .isTrue();
        return ids;
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Test
    void what_was_processed_and_budgets_and_pauses_are_kept_and_leases_are_not() {
        RedisCommands<String, String> redis = SOURCE_REDIS.commands();
        redis.psetex("tagging:processed:post:1", 3_600_000, "done");
        redis.psetex("tagging:processed:post:2:lease", 3_600_000, "worker");
        redis.set(new StreamGroup("posts.parsed", STREAM, "tagging_workers").pauseMark(), "the model is down");
        redis.hset("llm:usage:gigachat:2026-01-01", "tokens", "17");
        redis.sadd("crawl:budget:tenant:t:2026-01-01", "a", "b");
        redis.set("redis-streams:consumer:" + STREAM + ":tagging_workers:worker", "host");
        redis.psetex("vision:budget:t:ended", 1, "5");

        Path file = backup();
        restore(file);

        RedisCommands<String, String> restored = TARGET_REDIS.commands();
        assertThat(restored.get("tagging:processed:post:1")).isEqualTo("done");
        assertThat(restored.pttl("tagging:processed:post:1")).isBetween(1L, 3_600_000L);
        assertThat(new StreamAdmin(link(TARGET_REDIS))
                        .pausedBecause(new StreamGroup("posts.parsed", STREAM, "tagging_workers")))
                .isEqualTo("the model is down");
        assertThat(restored.hget("llm:usage:gigachat:2026-01-01", "tokens")).isEqualTo("17");
        assertThat(restored.smembers("crawl:budget:tenant:t:2026-01-01")).containsExactlyInAnyOrder("a", "b");
        assertThat(restored.keys("*")).hasSize(4);
    }

    @Test
    void an_event_that_the_outbox_published_during_the_back_up_is_published_again() throws Exception {
        posts(1);
        SOURCE.jdbc()
                .sql(
                        """
                        INSERT INTO outbox (stream, event, published_at) VALUES
                            ('posts.parsed', '{"n": 1}', now() - interval '1 hour'), ('posts.parsed', '{"n": 2}', NULL)""")
                .update();
        // a relay that publishes before the streams are looked at or after, and commits before the snapshot of the
        // database
        try (Connection relay = DriverManager.getConnection(SOURCE.jdbcUrl())) {
            relay.setAutoCommit(false);
            update(relay, "UPDATE outbox SET published_at = now() WHERE event ->> 'n' = '2'");
            Path file = folder.resolve("relay.tar");
            DataSource database = beforeTheSnapshot(relay::commit);

            new Backup(database, link(SOURCE_REDIS), sourceObjects, Clock.systemUTC()).write(file, progress::add);
            restore(file);
        }

        assertThat(TARGET.jdbc()
                        .sql("SELECT event ->> 'n' FROM outbox WHERE published_at IS NULL")
                        .query(String.class)
                        .list())
                .containsExactly("2");
        assertThat(SOURCE.jdbc()
                        .sql("SELECT count(*) FROM outbox WHERE published_at IS NULL")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static void update(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** The source; the step is done when the transaction of the backup begins, after it has looked at the streams. */
    private static DataSource beforeTheSnapshot(Step step) {
        return new DelegatingDataSource(SOURCE.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("setAutoCommit") && arguments[0].equals(false)) {
                                step.run();
                            }
                            return method.invoke(connection, arguments);
                        });
            }
        };
    }

    @Test
    void what_is_stored_after_the_moment_is_not_in_it_and_what_was_acknowledged_before_is() throws Exception {
        posts(3);
        RedisCommands<String, String> redis = SOURCE_REDIS.commands();
        groups(redis, STREAM, GROUPS);
        String early = redis.xadd(STREAM, Map.of("data", "early"));
        read(redis, "tagging_workers", 1);
        read(redis, "post_persist_workers", 1);

        Path file = folder.resolve("moment.tar");
        // a stage stores its effect, acknowledges, and publishes, all after the streams were looked at
        new Backup(
                        beforeTheSnapshot(() -> {
                            SOURCE.jdbc()
                                    .sql("UPDATE posts SET content = 'tagged' WHERE telegram_message_id = 1")
                                    .update();
                            redis.xack(STREAM, "tagging_workers", early);
                            redis.psetex("tagging:processed:early", 3_600_000, "done");
                            redis.xadd(STREAM, Map.of("data", "late"));
                        }),
                        link(SOURCE_REDIS),
                        sourceObjects,
                        Clock.systemUTC())
                .write(file, line -> SOURCE.jdbc()
                        .sql("UPDATE posts SET content = 'later' WHERE telegram_message_id = 2")
                        .update());
        restore(file);

        assertThat(TARGET.jdbc()
                        .sql("SELECT content FROM posts ORDER BY telegram_message_id")
                        .query(String.class)
                        .list())
                .startsWith("tagged");
        assertThat(outstanding("tagging_workers"))
                .as("it is done again, which changes nothing")
                .containsExactly(early);
        assertThat(TARGET_REDIS.commands().exists("tagging:processed:early"))
                .as("otherwise it would be passed over, and its output, which is not there, would be lost")
                .isZero();
    }

    @Test
    void an_object_that_is_gone_is_left_out_and_counted() throws Exception {
        posts(3);
        String gone = SOURCE.jdbc()
                .sql("SELECT s3_key FROM media_objects ORDER BY 1 LIMIT 1")
                .query(String.class)
                .single();
        sourceObjects.delete(gone);

        Path file = backup();

        Manifest manifest = new ArchiveReader(file, Backup.mapper()).verified();
        assertThat(manifest.objectsMissing()).isEqualTo(1);
        assertThat(manifest.parts().get(Archive.OBJECTS).count()).isEqualTo(2);
        restore(file);
        assertThat(targetObjects.exists(gone)).isFalse();
    }

    @Test
    void articles_and_summaries_are_in_it() throws Exception {
        posts(1);
        String url = "https://example.org/статья";
        String article = ObjectKeys.article(TENANT, Sha256.hex(url.getBytes()));
        String summary = ObjectKeys.albumSummary(TENANT, 7);
        for (String key : List.of(article, summary)) {
            sourceObjects.put(key, "text/plain", 4, new ByteArrayInputStream("text".getBytes()));
        }
        SOURCE.jdbc()
                .sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, data)
                        SELECT id, 'crawl', 'builtin',
                               jsonb_build_object('urls', jsonb_build_array(jsonb_build_object('url', ?, 'markdown', 'te')))
                        FROM posts""")
                .param(url)
                .update();
        SOURCE.jdbc()
                .sql(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, meta)
                        SELECT tenant_id, channel_id, 7, 'photo', jsonb_build_object('s3_key', ?) FROM posts""")
                .param(summary)
                .update();

        restore(backup());

        assertThat(targetObjects.exists(article)).isTrue();
        assertThat(targetObjects.exists(summary)).isTrue();
    }

    @Test
    void a_back_up_of_an_older_schema_is_restored_and_migrated() throws Exception {
        SOURCE.jdbc().sql("DROP SCHEMA public CASCADE").update();
        SOURCE.jdbc().sql("CREATE SCHEMA public").update();
        EmbeddedDatabase.flyway(SOURCE.dataSource()).target("43").load().migrate();
        try {
            posts(5);
            Path file = backup();
            assertThat(SOURCE.jdbc()
                            .sql("SELECT to_regclass('operator_audit') IS NULL")
                            .query(Boolean.class)
                            .single())
                    .isTrue();

            restore(file);

            assertThat(TARGET.jdbc()
                            .sql("SELECT count(*) FROM posts")
                            .query(Long.class)
                            .single())
                    .isEqualTo(5);
            assertThat(TARGET.jdbc()
                            .sql("SELECT count(*) FROM operator_audit")
                            .query(Long.class)
                            .single())
                    .isZero();
            assertThatCode(() -> Restore.requireFinished(TARGET.dataSource())).doesNotThrowAnyException();
        } finally {
            EmbeddedDatabase.flyway(SOURCE.dataSource()).load().migrate();
        }
    }

    @Test
    void a_back_up_of_a_newer_schema_is_refused() throws Exception {
        posts(1);
        Path file = backup();
        Path older = Files.createDirectories(folder.resolve("older"));
        for (String migration : List.of("V1__tenants_channels_posts.sql", "V2__media_and_albums.sql")) {
            Files.copy(Path.of("src/main/resources/db/migration", migration), older.resolve(migration));
        }

        assertThatThrownBy(() -> restore(file, new Migrations(() -> EmbeddedDatabase.flyway(TARGET.dataSource())
                        .locations("filesystem:" + older))))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("supports 2")
                .hasMessageContaining("a later one");
        assertThat(TARGET.jdbc()
                        .sql("SELECT to_regclass('posts') IS NULL")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void an_installation_that_has_something_is_left_alone() throws Exception {
        posts(2);
        Path file = backup();
        restore(file);

        assertThatThrownBy(() -> restore(file))
                .isInstanceOf(BackupException.class)
                .hasMessageContainingAll("not empty", "posts")
                .hasMessageContaining("DATA_DIR");

        TARGET.jdbc().sql("TRUNCATE posts, channels, media_objects CASCADE").update();
        TARGET_REDIS.commands().xadd(STREAM, Map.of("data", "an entry"));
        assertThatThrownBy(() -> restore(file))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("streams have entries");
    }

    @Test
    void a_damaged_archive_changes_nothing() throws Exception {
        posts(2);
        Path file = backup();
        byte[] whole = Files.readAllBytes(file);
        whole[whole.length / 2] ^= 1;
        Files.write(file, whole);

        assertThatThrownBy(() -> restore(file))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("damaged");
        assertThat(TARGET.jdbc()
                        .sql("SELECT to_regclass('posts') IS NULL")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(TARGET_REDIS.commands().dbsize()).isZero();
    }

    @Test
    void a_process_that_works_with_the_database_prevents_a_restore() throws Exception {
        posts(1);
        Path file = backup();
        try (Connection running =
                DriverManager.getConnection(TARGET.jdbcUrl() + "&ApplicationName=telegram-assistant")) {
            assertThat(running.isValid(5)).isTrue();
            assertThatThrownBy(() -> restore(file))
                    .isInstanceOf(BackupException.class)
                    .hasMessageContaining("stop all its processes");
        }
    }

    @Test
    void a_restore_that_was_interrupted_before_its_transaction_is_repeated() throws Exception {
        posts(4);
        SOURCE_REDIS.commands().xadd(LETTERS, Map.of("data", "poison"));
        Path file = backup();
        Path inTheWay = Files.createFile(folder.resolve("target/media"));

        assertThatThrownBy(() -> restore(file))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("run the command again");
        Files.delete(inTheWay);
        restore(file);

        assertThat(rows(TARGET)).isEqualTo(rows(SOURCE));
        assertThat(TARGET_REDIS.commands().xlen(LETTERS)).isEqualTo(1);
    }

    @Test
    void a_restore_that_was_interrupted_after_its_transaction_goes_on_and_no_process_starts_until_then()
            throws Exception {
        posts(4);
        RedisCommands<String, String> redis = SOURCE_REDIS.commands();
        groups(redis, STREAM, GROUPS);
        for (int i = 0; i < 30; i++) {
            redis.xadd(STREAM, Map.of("data", "entry " + i));
        }
        Path file = backup();
        TARGET_REDIS.commands().set("redis-streams:paused:x", "some");
        var redisIsAway = new RedisLink(TARGET_REDIS.newClient(), Duration.ofSeconds(2));
        var migrations = new Migrations(() -> EmbeddedDatabase.flyway(TARGET.dataSource()));
        var killed = new AtomicBoolean();
        try {
            assertThatThrownBy(() -> new Restore(
                                    killingRedisOnceTheDatabaseIsThere(killed),
                                    migrations,
                                    redisIsAway,
                                    targetObjects,
                                    Clock.systemUTC())
                            .run(file, progress::add))
                    .isInstanceOf(RuntimeException.class);
            assertThat(killed).isTrue();
        } finally {
            if (killed.get()) {
                TARGET_REDIS.start();
            }
        }
        assertThat(TARGET.jdbc()
                        .sql("SELECT count(*) FROM posts")
                        .query(Long.class)
                        .single())
                .isEqualTo(4);
        assertThatThrownBy(() -> Restore.requireFinished(TARGET.dataSource()))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("--restore=<file>");

        restore(file);

        assertThatCode(() -> Restore.requireFinished(TARGET.dataSource())).doesNotThrowAnyException();
        assertThat(rows(TARGET)).isEqualTo(rows(SOURCE));
        assertThat(outstanding("tagging_workers")).hasSize(30);
        assertThat(progress).anyMatch(line -> line.contains("resuming the interrupted restore"));
    }

    /** The target, whose Redis dies with the commit. */
    private static DataSource killingRedisOnceTheDatabaseIsThere(AtomicBoolean killed) {
        return new DelegatingDataSource(TARGET.dataSource()) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                return (Connection) Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            Object result = method.invoke(connection, arguments);
                            if (method.getName().equals("commit") && killed.compareAndSet(false, true)) {
                                TARGET_REDIS.kill();
                            }
                            return result;
                        });
            }
        };
    }

    @Test
    void nothing_is_written_over() throws Exception {
        Path file = Files.writeString(folder.resolve("there.tar"), "precious");
        var backup = new Backup(SOURCE.dataSource(), link(SOURCE_REDIS), sourceObjects, Clock.systemUTC());

        assertThatThrownBy(() -> backup.write(file, progress::add)).isInstanceOf(BackupException.class);
        assertThat(file).hasContent("precious");
        assertThatThrownBy(() -> backup.write(folder.resolve("no/folder.tar"), progress::add))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("does not exist");
    }
}
