package routes.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.ContentHash;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.ingest.ImportProgress.Count;
import routes.ingest.ImportProgress.Status;
import routes.ingest.export.ExportSource;
import routes.objectstore.folder.FolderObjectStore;
import routes.outbox.Outbox;
import routes.posts.ChannelIdentity;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.StorageQuota;
import routes.testing.EmbeddedDatabase;

@ExtendWith(OutputCaptureExtension.class)
class ImportServiceIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Path EXPORTS = Path.of("src/test/resources/exports");
    private static final Path CASES = EXPORTS.resolve("cases");

    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    @TempDir
    Path data;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<ImportProgress> heard = new CopyOnWriteArrayList<>();
    private JdbcClient jdbc;

    @BeforeEach
    void emptyTables() {
        jdbc = database.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox, imports CASCADE")
                .update();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    void an_export_becomes_posts_albums_files_and_events() throws Exception {
        ImportProgress done = run(service(), EXPORTS.resolve("channel"));

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(done.count(Count.POSTS_DONE)).isEqualTo(12);
        assertThat(done.count(Count.POSTS_TOTAL)).isEqualTo(12);
        assertThat(done.count(Count.POSTS_NEW)).isEqualTo(12);
        assertThat(done.count(Count.ALBUMS_TOTAL)).isEqualTo(1);
        assertThat(done.count(Count.MEDIA_TOTAL)).isEqualTo(7);
        assertThat(done.count(Count.MEDIA_MISSING)).isEqualTo(3);
        assertThat(done.count(Count.MESSAGES_SKIPPED)).isEqualTo(3);
        assertThat(done.count(Count.BYTES_DONE))
                .isEqualTo(done.count(Count.BYTES_TOTAL))
                .isPositive();
        assertThat(count("posts")).isEqualTo(12);
        assertThat(count("media_objects")).isEqualTo(4);
        assertThat(count("media_group_items")).isEqualTo(3);
        assertThat(jdbc.sql("SELECT inferred FROM media_groups")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(jdbc.sql("SELECT stream, count(*) AS n FROM outbox GROUP BY 1")
                        .query()
                        .listOfRows())
                .extracting(row -> row.get("stream") + " " + row.get("n"))
                .containsExactlyInAnyOrder("posts.parsed 12", "albums.parsed 1", "posts.vision.uploaded 7");
        assertThat(jdbc.sql("SELECT errors::text FROM imports")
                        .query(String.class)
                        .single())
                .contains("talk.mp4", "File not included", "path is outside the export folder");
        JsonNode post = event("posts.parsed", 2);
        assertThat(post.get("post_id").asText()).isEqualTo("7660b34c-4c20-58e1-ac8c-fea5a2d9d68b");
        assertThat(post.get("telegram_post_url").asText()).isEqualTo("https://t.me/c/1987654321/2");
        assertThat(jdbc.sql("SELECT count(*) FROM user_channel WHERE user_id = 1 AND is_active")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(heard).last().satisfies(last -> assertThat(last.isOver()).isTrue());
    }

    /** {@code expected.jsonl} holds what Telegram shows of each message, and which links and words are in it. */
    @Test
    void every_kind_of_message_is_stored_as_telegram_shows_it() throws Exception {
        Path folder = EXPORTS.resolve("every-kind");

        ImportProgress done = run(service(), folder);

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(done.count(Count.MESSAGES_SKIPPED))
                .as("service messages and one that is unsupported")
                .isEqualTo(7);
        List<String> stored = jdbc.sql(
                        """
                        SELECT jsonb_strip_nulls(jsonb_build_object('id', telegram_message_id, 'content', content,
                            'attachment_text', attachment_text, 'entities', nullif(entities, '[]'),
                            'urls', nullif(urls, '[]'), 'details', nullif(details #- '{media,0,sha256}', '{}'),
                            'author', author_name, 'forward', forward_from_name, 'reply_to', reply_to_message_id,
                            'edited', edited_at, 'album', grouped_id))::text
                        FROM posts ORDER BY telegram_message_id""")
                .query(String.class)
                .list();
        assertThat(stored).containsExactlyElementsOf(Files.readAllLines(folder.resolve("expected.jsonl")));
        for (String line : stored) {
            JsonNode post = Json.newMapper().readTree(line);
            for (JsonNode entity : post.path("entities")) {
                assertThat(entity.path("offset").asInt() + entity.path("length").asInt())
                        .isLessThanOrEqualTo(post.path("content").asText().length());
            }
        }
        JsonNode event = event("posts.parsed", 4);
        assertThat(event.path("entities").get(0).path("type").asText()).isEqualTo("spoiler");
        long events = count("outbox");
        run(service(), folder);
        assertThat(count("outbox")).as("again changes nothing").isEqualTo(events);
    }

    @Test
    void formatting_that_changes_is_stored_and_publishes_nothing() throws Exception {
        export("первая", "");
        ImportService service = service();
        run(service, data);
        long events = count("outbox");
        export(
                "первая",
                "\"edited_unixtime\":\"1762000000\",\"text_entities\":[{\"type\":\"bold\",\"text\":\"первая\"}],");

        ImportProgress done = run(service, data);

        assertThat(done.count(Count.POSTS_CHANGED)).isZero();
        assertThat(count("outbox")).isEqualTo(events);
        assertThat(jdbc.sql("SELECT entities::text FROM posts")
                        .query(String.class)
                        .single())
                .isEqualTo("[{\"type\": \"bold\", \"length\": 6, \"offset\": 0}]");
    }

    @Test
    void another_question_of_a_poll_is_an_edit_that_keeps_the_old_one() throws Exception {
        export("", "\"poll\":{\"question\":\"Кто идёт?\",\"answers\":[{\"text\":\"я\",\"voters\":1}]},");
        ImportService service = service();
        run(service, data);
        export(
                "",
                "\"edited_unixtime\":\"1762000000\",\"poll\":{\"question\":\"Кто едет?\",\"total_voters\":2,"
                        + "\"answers\":[{\"text\":\"я\",\"voters\":2}]},");

        ImportProgress done = run(service, data);

        assertThat(done.count(Count.POSTS_CHANGED)).isEqualTo(1);
        assertThat(jdbc.sql("SELECT attachment_text FROM post_edits")
                        .query(String.class)
                        .single())
                .isEqualTo("Кто идёт?\nя");
        assertThat(jdbc.sql("SELECT content_hash FROM posts")
                        .query(String.class)
                        .single())
                .isEqualTo(ContentHash.of("Кто едет?\nя"));
    }

    @Test
    void importing_twice_publishes_nothing_the_second_time() throws Exception {
        ImportService service = service();
        run(service, EXPORTS.resolve("channel/result.json"));
        long events = count("outbox");

        ImportProgress again = run(service, EXPORTS.resolve("channel"));

        assertThat(again.status()).isEqualTo(Status.DONE);
        assertThat(again.count(Count.POSTS_DONE)).isEqualTo(12);
        assertThat(again.count(Count.POSTS_NEW) + again.count(Count.POSTS_CHANGED))
                .isZero();
        assertThat(count("outbox")).isEqualTo(events);
        assertThat(jdbc.sql("SELECT max(refs_count) FROM media_objects")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void a_public_channel_whose_name_is_known_gets_public_links() throws Exception {
        jdbc.sql("INSERT INTO channels (id, tg_channel_id, username) VALUES (gen_random_uuid(), 1987654321, 'devnews')")
                .update();

        run(service(), EXPORTS.resolve("channel"));

        assertThat(event("posts.parsed", 2).get("telegram_post_url").asText()).isEqualTo("https://t.me/devnews/2");
    }

    @Test
    void a_later_export_brings_edits_and_files_that_were_missing() throws Exception {
        export("первая версия", "\"photo\":\"(File not included. Change data exporting settings to download.)\",");
        ImportService service = service();
        run(service, data);
        Files.createDirectories(data.resolve("photos"));
        Files.copy(EXPORTS.resolve("channel/photos/photo_4@02-11-2025_09-00-00.jpg"), data.resolve("photos/photo.jpg"));
        export("вторая версия", "\"edited_unixtime\":\"1762000000\",\"photo\":\"photos/photo.jpg\",");

        ImportProgress second = run(service, data);

        assertThat(second.count(Count.POSTS_CHANGED)).isEqualTo(1);
        assertThat(jdbc.sql("SELECT content FROM post_edits")
                        .query(String.class)
                        .single())
                .isEqualTo("первая версия");
        assertThat(jdbc.sql("SELECT stream FROM outbox ORDER BY id")
                        .query(String.class)
                        .list())
                .containsExactly("posts.parsed", "posts.vision.uploaded", "posts.parsed", "posts.vision.uploaded");
        assertThat(count("post_media_map")).isEqualTo(1);
    }

    @Test
    void a_file_beyond_the_storage_quota_is_named_everywhere_and_stored_once_there_is_room() throws Exception {
        Files.createDirectories(data.resolve("photos"));
        Files.copy(EXPORTS.resolve("channel/photos/photo_4@02-11-2025_09-00-00.jpg"), data.resolve("photos/photo.jpg"));
        export("пост", "\"photo\":\"photos/photo.jpg\",");
        jdbc.sql("UPDATE tenants SET storage_quota_bytes = 10").update();
        try {
            ImportProgress done = run(service(), data);

            assertThat(done.status()).isEqualTo(Status.DONE);
            assertThat(done.count(Count.MEDIA_MISSING)).isEqualTo(1);
            assertThat(done.notes()).singleElement().satisfies(note -> assertThat(note.reason())
                    .startsWith("quota_exceeded: the file has "));
            assertThat(jdbc.sql(
                                    "SELECT event -> 'skipped_files' -> 0 ->> 'reason' FROM outbox WHERE stream = 'posts.vision.uploaded'")
                            .query(String.class)
                            .single())
                    .startsWith("quota_exceeded");
            assertThat(jdbc.sql("SELECT details -> 'media' -> 0 ->> 'missing' FROM posts")
                            .query(String.class)
                            .single())
                    .startsWith("quota_exceeded");
            assertThat(count("media_objects")).isZero();
        } finally {
            jdbc.sql("UPDATE tenants SET storage_quota_bytes = NULL").update();
        }

        run(service(), data);

        assertThat(count("post_media_map")).isEqualTo(1);
    }

    @Test
    void of_a_whole_account_only_channels_become_posts_and_the_rest_is_reported() throws Exception {
        ImportProgress done = run(service(), EXPORTS.resolve("account"));

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(jdbc.sql("SELECT title FROM channels ORDER BY tg_channel_id")
                        .query(String.class)
                        .list())
                .containsExactly("Канал", "Чат", "Бывший");
        assertThat(jdbc.sql("SELECT content FROM posts").query(String.class).list())
                .containsExactlyInAnyOrder("пост канала", "пост чата", "пост покинутого канала");
        assertThat(jdbc.sql("SELECT errors::text FROM imports")
                        .query(String.class)
                        .single())
                .contains("Иван", "Семья", "saved_messages");
    }

    @Test
    void a_truncated_file_fails_with_its_place_and_its_posts_are_saved_and_the_whole_file_goes_on() throws Exception {
        String whole = Files.readString(EXPORTS.resolve("channel/result.json"));
        Files.writeString(data.resolve("result.json"), whole.substring(0, whole.indexOf("\"id\": 9,")));
        ImportService service = service();

        ImportProgress failed = run(service, data);

        assertThat(failed.status()).isEqualTo(Status.FAILED);
        assertThat(failed.error()).contains("is truncated", "repeat the import");
        assertThat(failed.count(Count.POSTS_DONE)).isEqualTo(7);
        assertThat(count("posts")).isEqualTo(7);

        Files.writeString(data.resolve("result.json"), whole);
        ImportProgress done = run(service, data);

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(done.count(Count.POSTS_NEW)).isEqualTo(5);
        assertThat(jdbc.sql("SELECT count(*) FROM outbox WHERE stream = 'posts.parsed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(12);
    }

    @Test
    void what_a_dead_process_did_not_finish_is_taken_up_at_the_next_start() throws Exception {
        UUID queued = UUID.randomUUID();
        UUID running = UUID.randomUUID();
        UUID lost = UUID.randomUUID();
        insertImport(queued, EXPORTS.resolve("account"), "queued");
        insertImport(running, EXPORTS.resolve("channel"), "running");
        insertImport(lost, data.resolve("gone/result.json"), "running");
        ImportService service = service();

        service.start();

        assertThat(await(service, queued).status()).isEqualTo(Status.DONE);
        assertThat(await(service, running).status()).isEqualTo(Status.DONE);
        ImportProgress failed = await(service, lost);
        assertThat(failed.status()).isEqualTo(Status.FAILED);
        assertThat(failed.error()).contains("no such file");
    }

    @Test
    void an_import_that_another_process_runs_is_left_to_it() throws Exception {
        UUID running = UUID.randomUUID();
        insertImport(running, EXPORTS.resolve("channel"), "running");
        try (Connection other = database.dataSource().getConnection();
                Statement lock = other.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(hashtextextended('import:" + running + "', 0))");
            ImportService service = service();
            service.start();
            run(service, EXPORTS.resolve("account"));

            assertThat(service.find(running).orElseThrow().status()).isEqualTo(Status.RUNNING);
            lock.execute("SELECT pg_advisory_unlock_all()");
        }
    }

    @Test
    void a_stop_in_the_middle_goes_on_at_the_next_start_without_repeating_an_event() throws Exception {
        ExportGenerator.write(data.resolve("result.json"), 3_000, 100);
        var reading = new CountDownLatch(1);
        ImportService stopped = service(path -> new SlowSource(ExportSource.open(path, ZoneOffset.UTC), reading), 5);
        UUID id = stopped.submit(1, TENANT, data);
        reading.await();
        // another thread saves the first batch
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> count("posts") > 0);
        stopped.close();

        assertThat(stopped.find(id).orElseThrow().status()).isEqualTo(Status.QUEUED);
        assertThat(count("posts")).isBetween(1L, 2_999L);

        ImportService next = service();
        next.start();
        assertThat(await(next, id).status()).isEqualTo(Status.DONE);
        assertThat(count("posts")).isEqualTo(3_000);
        assertThat(jdbc.sql(
                                "SELECT count(DISTINCT event ->> 'idempotency_key') FROM outbox WHERE stream = 'posts.parsed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(3_000);
        assertThat(jdbc.sql("SELECT count(*) FROM outbox WHERE stream = 'posts.parsed'")
                        .query(Long.class)
                        .single())
                .isEqualTo(3_000);
    }

    @Test
    void the_same_file_imported_by_two_processes_at_once_gives_every_post_once() throws Exception {
        ExportGenerator.write(data.resolve("result.json"), 3_000, 100);
        ImportService one = service();
        ImportService other = service();

        UUID first = one.submit(1, TENANT, data);
        UUID second = other.submit(1, TENANT, data);

        assertThat(await(one, first).status()).isEqualTo(Status.DONE);
        assertThat(await(other, second).status()).isEqualTo(Status.DONE);
        assertThat(count("posts")).isEqualTo(3_000);
        assertThat(count("outbox")).isEqualTo(3_000);
    }

    @Test
    void a_database_that_is_away_for_a_moment_is_waited_for() throws Exception {
        ExportGenerator.write(data.resolve("result.json"), 2_000, 100);
        ImportService service = service();
        UUID again = service.submit(1, TENANT, data);
        Awaitility.await().until(() -> service.find(again).orElseThrow().status() != Status.QUEUED);
        for (int i = 0; i < 3; i++) {
            database.terminateConnections();
        }

        assertThat(await(service, again).status()).isEqualTo(Status.DONE);
        assertThat(count("posts")).isEqualTo(2_000);
        assertThat(count("outbox")).isEqualTo(2_000);
    }

    @Test
    void more_than_the_queue_holds_is_refused_clearly() throws Exception {
        ExportGenerator.write(data.resolve("result.json"), 1_000, 100);
        var reading = new CountDownLatch(1);
        ImportService service = service(path -> new SlowSource(ExportSource.open(path, ZoneOffset.UTC), reading), 1);
        service.submit(1, TENANT, data);
        reading.await();
        service.submit(1, TENANT, data);

        assertThatExceptionOfType(ImportService.QueueFullException.class)
                .isThrownBy(() -> service.submit(1, TENANT, data))
                .withMessageContaining("1 imports are already queued");
        assertThat(count("imports")).isEqualTo(2);
    }

    @Test
    void a_user_of_another_tenant_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service().submit(1, UUID.randomUUID(), EXPORTS.resolve("channel")))
                .withMessageContaining("has no user 1");
        assertThat(count("imports")).isZero();
    }

    @Test
    void more_unfinished_imports_than_the_queue_holds_are_all_taken_up_at_the_next_start() throws Exception {
        List<UUID> unfinished = Stream.generate(UUID::randomUUID).limit(8).toList();
        unfinished.forEach(id -> insertImport(id, EXPORTS.resolve("channel"), "queued"));
        ImportService service = service(path -> ExportSource.open(path, ZoneOffset.UTC), 1);

        service.start();

        for (UUID id : unfinished) {
            assertThat(await(service, id).status()).isEqualTo(Status.DONE);
        }
    }

    @Test
    void a_message_that_stands_twice_is_one_post() throws Exception {
        ImportProgress done = run(service(), CASES.resolve("08-same-message-twice"));

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(done.count(Count.POSTS_DONE)).isEqualTo(3);
        assertThat(live()).containsExactly(1L, 2L, 3L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 498, 499, 500, 501, 1_200})
    void of_a_message_that_stands_several_times_the_newest_edit_wins(int distance) throws Exception {
        for (List<Integer> order : List.of(List.of(0, 1, 2), List.of(2, 1, 0), List.of(1, 2, 0), List.of(1, 2, 2))) {
            emptyTables();
            var messages = new ArrayList<String>();
            for (int version : order) {
                messages.add(
                        "{\"id\":7,\"type\":\"message\",\"date_unixtime\":\"1761987600\",\"edited_unixtime\":\"%d\",\"text\":\"v%d\"}"
                                .formatted(version == 0 ? 0 : 1_762_000_000 + version, version));
                for (int i = 0; i < distance; i++) {
                    messages.add(message(1_000 + messages.size(), "x"));
                }
            }

            ImportProgress done = run(service(), write(messages));

            assertThat(done.status()).isEqualTo(Status.DONE);
            assertThat(jdbc.sql("SELECT content FROM posts WHERE telegram_message_id = 7")
                            .query(String.class)
                            .single())
                    .isEqualTo("v2");
            assertThat(done.count(Count.POSTS_DONE))
                    .isEqualTo(3L * distance + 1)
                    .isEqualTo(count("posts"));
        }
    }

    @Test
    void a_message_that_the_database_refuses_is_left_out_and_named_and_the_others_are_stored(CapturedOutput output)
            throws Exception {
        refuse("telegram_message_id NOT IN (1, 250, 251, 1200)");
        try {
            ImportProgress done = run(
                    service(),
                    write(IntStream.rangeClosed(1, 1_300)
                            .mapToObj(id -> message(id, "тайна " + id))
                            .toList()));

            assertThat(done.status()).isEqualTo(Status.DONE);
            assertThat(count("posts")).isEqualTo(1_296).isEqualTo(done.count(Count.POSTS_DONE));
            assertThat(count("outbox")).isEqualTo(1_296);
            assertThat(done.count(Count.MESSAGES_FAILED)).isEqualTo(4);
            assertThat(done.notes())
                    .allMatch(note -> note.reason().contains("refused_by_a_test"))
                    .noneMatch(note -> note.reason().contains("тайна"))
                    .extracting(ImportNote::messageId)
                    .containsExactly(1L, 250L, 251L, 1_200L);
            assertThat(output.getAll()).doesNotContain("тайна", "INSERT INTO");
        } finally {
            refuseNothing();
        }
    }

    @Test
    void a_member_of_an_album_that_is_refused_costs_no_other_member() throws Exception {
        refuse("telegram_message_id <> 3");
        try {
            Files.writeString(data.resolve("a.jpg"), "x");
            ImportProgress done = run(
                    service(),
                    write(IntStream.rangeClosed(1, 5)
                            .mapToObj(id -> message(id, "").replace("}", ",\"photo\":\"a.jpg\"}"))
                            .toList()));

            assertThat(done.count(Count.MESSAGES_FAILED)).isEqualTo(1);
            assertThat(live()).containsExactly(1L, 2L, 4L, 5L);
            assertThat(count("media_groups")).isEqualTo(1);
        } finally {
            refuseNothing();
        }
    }

    @Test
    void where_all_messages_are_refused_the_import_fails() throws Exception {
        refuse("telegram_message_id < 0");
        try {
            ImportProgress failed = run(
                    service(),
                    write(IntStream.rangeClosed(1, 600)
                            .mapToObj(id -> message(id, "x"))
                            .toList()));

            assertThat(failed.status()).isEqualTo(Status.FAILED);
            assertThat(failed.error()).contains("rejects all 500 messages", "refused_by_a_test");
        } finally {
            refuseNothing();
        }
    }

    @Test
    void what_cannot_be_read_is_in_the_report_with_its_place() throws Exception {
        ImportProgress done = run(service(), CASES.resolve("01-messages-list-silently-cut"));

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(done.count(Count.POSTS_DONE)).isEqualTo(3);
        assertThat(done.count(Count.MESSAGES_FAILED)).isEqualTo(1);
        assertThat(heard).last().satisfies(last -> assertThat(last.notes()).isEqualTo(done.notes()));
        assertThat(done.notes()).singleElement().satisfies(note -> assertThat(note.reason())
                .contains("line 21"));
    }

    @Test
    void of_many_messages_that_cannot_be_read_the_first_hundred_are_named_and_all_are_counted() throws Exception {
        ImportProgress done = run(
                service(),
                write(IntStream.rangeClosed(1, 300)
                        .mapToObj(id -> id % 2 == 0 ? "null" : message(id, "x"))
                        .toList()));

        assertThat(done.count(Count.POSTS_DONE)).isEqualTo(150);
        assertThat(done.count(Count.MESSAGES_FAILED)).isEqualTo(150);
        assertThat(done.notes()).hasSize(100);
    }

    @Test
    void texts_and_names_of_any_characters_and_length_are_stored() throws Exception {
        String nul = "\\u0000\\ud83d\\x0B";
        Files.writeString(
                data.resolve("result.json"),
                "{\"name\":\"" + nul + "x".repeat(3_000) + "\",\"type\":\"public_channel\",\"id\":1,\"messages\":["
                        + String.join(
                                ",",
                                message(1, "слово ".repeat(300_000)),
                                message(2, nul),
                                message(3, "a").replace("}", ",\"from\":\"" + "я".repeat(100_000) + nul + "\"}"),
                                message(4, "a")
                                        .replace("}", ",\"forwarded_from\":\"" + nul + "\",\"photo\":\"" + nul + "\"}"),
                                message(5, "https://example.org/" + "a".repeat(50_000)),
                                "{\"id\":6,\"" + nul + "y".repeat(2_000) + "\":oops}",
                                message(7, "b"))
                        + "]}");

        ImportProgress done = run(service(), data);

        assertThat(done.status()).isEqualTo(Status.DONE);
        assertThat(live()).containsExactly(1L, 2L, 3L, 4L, 5L, 7L);
        assertThat(done.count(Count.MESSAGES_FAILED)).isEqualTo(1);
    }

    @Test
    void posts_of_a_chat_without_an_id_have_no_link() throws Exception {
        run(service(), CASES.resolve("06-chat-without-id"));

        assertThat(event("posts.parsed", 5).has("telegram_post_url")).isFalse();
    }

    @Test
    void an_export_of_an_old_version_is_of_the_same_channel_as_a_newer_one() throws Exception {
        ImportService service = service();
        run(service, CASES.resolve("05-old-channel-id"));
        assertThat(event("posts.parsed", 5).get("telegram_post_url").asText()).isEqualTo("https://t.me/c/1410035294/5");

        run(
                service,
                Files.writeString(
                        data.resolve("result.json"),
                        "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1410035294,\"messages\":[" + message(5, "y")
                                + "]}"));

        assertThat(count("channels")).isEqualTo(1);
        assertThat(count("posts")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\":3,\"type\":\"unsupported\"}",
                "{\"id\":3,\"type\":\"service\"}",
                "{\"id\":3,\"type\":\"message\",\"date\":\"gestern\",\"text\":\"x\"}",
                "{\"id\":3,\"type\":\"message\",\"date\":\"2026-09-02T10:00:00Z\",\"text\":\"x\"}",
                "{\"id\":3,\"type\":\"hologram\"}",
                "{\"id\":3, oops",
                "{\"id\":3, \"text\":\"без конца}",
                "{\"id\":\"III\",\"type\":\"message\",\"date_unixtime\":\"1\"}",
                "{\"type\":\"unsupported\"}",
                "null"
            })
    void no_post_is_deleted_whose_message_stands_in_the_export_in_any_form(String form) throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:раз", "2:два", "3:три", "4:четыре", "5:пять"));

        ImportProgress newer = run(
                service,
                write(List.of(message(1, "раз"), message(2, "два"), form, message(4, "четыре"), message(5, "пять"))));

        assertThat(newer.status()).isEqualTo(Status.DONE);
        assertThat(newer.count(Count.POSTS_DELETED)).isZero();
        assertThat(live()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void a_channel_that_stands_in_the_file_twice_loses_nothing_to_its_other_part() throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:a", "2:b", "3:c", "4:d", "5:e"));
        String first = Files.readString(exportOf("1:a", "3:c", "5:e"));
        String second = Files.readString(exportOf("2:b", "4:d"));
        long events = count("outbox");
        Files.writeString(data.resolve("result.json"), first + second);

        ImportProgress done = run(service, data);

        assertThat(done.count(Count.POSTS_DELETED)).isZero();
        assertThat(done.count(Count.POSTS_DONE)).isEqualTo(5);
        assertThat(count("outbox")).isEqualTo(events);
    }

    /** Gives its messages only as fast as the test allows. */
    private record SlowSource(Source source, CountDownLatch reading) implements Source {
        @Override
        public long size() {
            return source.size();
        }

        @Override
        public boolean infersAlbums() {
            return true;
        }

        @Override
        public boolean showsDeletionsByAbsence() {
            return source.showsDeletionsByAbsence();
        }

        @Override
        public void read(Sink sink) throws IOException, InterruptedException {
            source.read(new Sink() {
                private int count;

                @Override
                public void channel(ChannelIdentity channel) throws IOException, InterruptedException {
                    sink.channel(channel);
                }

                @Override
                public void messages(List<SourceMessage> together) throws IOException, InterruptedException {
                    sink.messages(together);
                    count += together.size();
                    if (count > 700) {
                        reading.countDown();
                        new CountDownLatch(1).await();
                    }
                }

                @Override
                public void deleted(List<Long> messageIds) throws IOException, InterruptedException {
                    sink.deleted(messageIds);
                }

                @Override
                public void noPost(Long messageId) {
                    sink.noPost(messageId);
                }

                @Override
                public void leftOut(ImportNote what) {
                    sink.leftOut(what);
                }

                @Override
                public void noted(ImportNote what) {
                    sink.noted(what);
                }

                @Override
                public void position(long position) {
                    sink.position(position);
                }
            });
        }
    }

    @Test
    void a_post_that_a_newer_export_does_not_show_stays_unless_deletions_are_asked_for() throws Exception {
        run(service(), exportOf("1:раз", "2:два", "3:три"));

        ImportProgress newer = run(service(), exportOf("1:раз", "3:три", "4:четыре"));

        assertThat(newer.count(Count.POSTS_DELETED)).isZero();
        assertThat(live()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void a_post_that_a_newer_export_does_not_show_is_deleted_where_that_is_asked_for() throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:раз", "2:два", "3:три", "5:пять"));
        long published = count("outbox");

        ImportProgress newer = run(service, exportOf("2:два", "5:пять", "6:шесть"));

        assertThat(newer.count(Count.POSTS_DELETED)).isEqualTo(1);
        assertThat(jdbc.sql("SELECT posts_deleted FROM imports WHERE id = ?")
                        .param(newer.id())
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
        assertThat(live()).as("1 is older than the export, 3 is gone from it").containsExactly(1L, 2L, 5L, 6L);
        assertThat(jdbc.sql("SELECT event->>'reason' FROM outbox WHERE stream = 'posts.deleted'")
                        .query(String.class)
                        .list())
                .containsExactly("telegram");
        assertThat(count("outbox")).isEqualTo(published + 2);

        assertThat(run(service, exportOf("2:два", "5:пять", "6:шесть")).count(Count.POSTS_DELETED))
                .isZero();
    }

    @Test
    void an_older_export_deletes_nothing() throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:раз", "2:два", "3:три"));

        assertThat(run(service, exportOf("1:раз")).count(Count.POSTS_DELETED)).isZero();
        assertThat(run(service, exportOf("1:раз", "2:два")).count(Count.POSTS_DELETED))
                .isZero();

        assertThat(live()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void an_export_that_breaks_off_deletes_nothing() throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:раз", "2:два", "3:три"));
        Path broken = exportOf("1:раз", "4:четыре");
        Files.writeString(
                broken,
                Files.readString(broken).substring(0, Files.readString(broken).length() - 3));

        assertThat(run(service, broken).status()).isEqualTo(Status.FAILED);

        assertThat(live()).contains(2L, 3L);
    }

    @Test
    void a_post_that_was_missing_is_back_with_a_later_import_and_one_that_a_user_deleted_is_not() throws Exception {
        ImportService service = deleting();
        run(service, exportOf("1:раз", "2:два", "3:три"));
        run(service, exportOf("1:раз", "3:три"));
        assertThat(live()).containsExactly(1L, 3L);
        jdbc.sql("UPDATE posts SET is_deleted = true, deletion_reason = 'user' WHERE telegram_message_id = 3")
                .update();

        ImportProgress later = run(service, exportOf("1:раз", "2:два", "3:три"));

        assertThat(later.count(Count.POSTS_CHANGED)).isEqualTo(1);
        assertThat(live()).containsExactly(1L, 2L);
        assertThat(jdbc.sql(
                                """
                                SELECT event->>'request_id' FROM outbox
                                WHERE stream = 'posts.parsed' AND event->>'trigger' = 'manual'""")
                        .query(String.class)
                        .single())
                .startsWith("restored-");
    }

    @Test
    void a_source_that_names_deletions_has_them_done_in_its_order() throws Exception {
        ImportService service =
                service(path -> new DeletingSource(ExportSource.open(path, ZoneOffset.UTC), List.of(2L, 99L)), 5);

        ImportProgress done = run(service, exportOf("1:раз", "2:два", "3:три"));

        assertThat(done.count(Count.POSTS_DELETED)).isEqualTo(1);
        assertThat(live()).containsExactly(1L, 3L);
    }

    /** Says after the messages which of them are deleted, as a live source does. */
    private record DeletingSource(Source source, List<Long> deleted) implements Source {
        @Override
        public long size() {
            return source.size();
        }

        @Override
        public boolean infersAlbums() {
            return source.infersAlbums();
        }

        @Override
        public boolean showsDeletionsByAbsence() {
            return false;
        }

        @Override
        public void read(Sink sink) throws IOException, InterruptedException {
            source.read(sink);
            sink.deleted(deleted);
        }
    }

    private ImportService deleting() throws IOException {
        return service(path -> ExportSource.open(path, ZoneOffset.UTC), 5, true);
    }

    /** Each message as id:text. */
    private Path exportOf(String... messages) throws IOException {
        String list = Stream.of(messages)
                .map(message -> message.split(":", 2))
                .map(message -> "{\"id\":%s,\"type\":\"message\",\"date_unixtime\":\"1761987600\",\"text\":\"%s\"}"
                        .formatted(message[0], message[1]))
                .collect(Collectors.joining(","));
        return Files.writeString(
                data.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[" + list + "]}");
    }

    private List<Long> live() {
        return jdbc.sql("SELECT telegram_message_id FROM posts WHERE NOT is_deleted ORDER BY 1")
                .query(Long.class)
                .list();
    }

    private ImportService service() throws IOException {
        return service(path -> ExportSource.open(path, ZoneOffset.UTC), 5);
    }

    private ImportService service(Source.Opener sources, int queueSize) throws IOException {
        return service(sources, queueSize, false);
    }

    private ImportService service(Source.Opener sources, int queueSize, boolean deletions) throws IOException {
        DataSource source = database.dataSource();
        var metrics = new IngestMetrics(new SimpleMeterRegistry());
        var objects = new FolderObjectStore(data.resolve("media"));
        var codec = new EventCodec(Json.newMapper(), new StreamCatalog());
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        var quota = new StorageQuota(
                JdbcClient.create(source),
                new JdbcTransactionManager(source),
                settings,
                objects,
                new SimpleMeterRegistry());
        var media = new MediaStore(objects, quota, new MediaProperties(41_943_040, 4), metrics);
        var writer = new PostWriter(
                source, new JdbcTransactionManager(source), new Outbox(source, codec), settings, Clock.systemUTC());
        var service = new ImportService(
                source,
                sources,
                new PostIntake(media, writer, metrics),
                new PostRemoval(
                        source,
                        new JdbcTransactionManager(source),
                        new Outbox(source, codec),
                        settings,
                        Clock.systemUTC()),
                new ImportProperties(null, queueSize, Duration.ofSeconds(20), deletions),
                heard::add);
        open.add(media);
        open.add(service);
        return service;
    }

    private static String message(int id, String text) {
        return "{\"id\":%d,\"type\":\"message\",\"date_unixtime\":\"1761987600\",\"text\":\"%s\"}".formatted(id, text);
    }

    private Path write(List<String> messages) throws IOException {
        return Files.writeString(
                data.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[\n" + String.join(",\n", messages)
                        + "]}");
    }

    private void refuse(String condition) {
        jdbc.sql("ALTER TABLE posts ADD CONSTRAINT refused_by_a_test CHECK (" + condition + ")")
                .update();
    }

    private void refuseNothing() {
        jdbc.sql("ALTER TABLE posts DROP CONSTRAINT refused_by_a_test").update();
    }

    private ImportProgress run(ImportService service, Path path) throws IOException {
        return await(service, service.submit(1, TENANT, path));
    }

    private ImportProgress await(ImportService service, UUID id) {
        // The pool lends a connection used less than half a second ago without a check, so the question itself can
        // meet a connection that a test has terminated.
        ImportService.State state = Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(DataAccessException.class)
                .until(() -> service.find(id).orElseThrow(), ImportService.State::isOver);
        ImportProgress last = Awaitility.await()
                .until(
                        () -> heard.stream()
                                .filter(progress -> progress.id().equals(id) && progress.isOver())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        assertThat(state).isEqualTo(new ImportService.State(last.status(), last.count(Count.MESSAGES_FAILED)));
        return last;
    }

    private void export(String text, String fields) throws IOException {
        Files.writeString(
                data.resolve("result.json"),
                "{\"name\":\"x\",\"type\":\"public_channel\",\"id\":1,\"messages\":[{\"id\":1,\"type\":\"message\","
                        + "\"date_unixtime\":\"1761987600\"," + fields + "\"text\":\"" + text + "\"}]}");
    }

    private void insertImport(UUID id, Path file, String status) {
        jdbc.sql("INSERT INTO imports (id, user_id, tenant_id, file, status) VALUES (?, 1, ?, ?, ?)")
                .params(id, TENANT, file.toAbsolutePath().toString(), status)
                .update();
    }

    private JsonNode event(String stream, long messageId) throws IOException {
        return Json.newMapper()
                .readTree(jdbc.sql(
                                "SELECT event::text FROM outbox WHERE stream = ? AND event ->> 'telegram_message_id' = ?")
                        .params(stream, Long.toString(messageId))
                        .query(String.class)
                        .single());
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}
