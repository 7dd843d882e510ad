package routes.postpersistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.AlbumParsed;
import routes.events.ContentHash;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostParsed;
import routes.events.PostParsedBuilder;
import routes.events.StageOutcome;
import routes.events.StreamCatalog;
import routes.events.TextEntity;
import routes.outbox.Outbox;
import routes.posts.Albums;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.PostNotThereYetException;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;
import routes.posts.SamplePosts;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class PostPersistenceIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-0000000000aa");
    private static final UUID CHANNEL = UUID.fromString("00000000-0000-0000-0000-0000000000cc");

    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());
    private JdbcClient jdbc;
    private ChannelStore channels;
    private PostWriter writer;
    private final CountingDatabase counted = new CountingDatabase(database.dataSource());
    private PostPersistence persistence;

    @BeforeEach
    void emptyTables() {
        DataSource source = counted;
        jdbc = database.jdbc();
        jdbc.sql("TRUNCATE posts, media_objects, media_groups, channels, outbox CASCADE")
                .update();
        var transactions = new JdbcTransactionManager(source);
        channels = new ChannelStore(source);
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        writer = new PostWriter(source, transactions, new Outbox(source, codec), settings, Clock.systemUTC());
        persistence = new PostPersistence(source, channels, writer, new Albums(source, transactions, settings));
    }

    @Test
    void a_post_of_another_producer_is_written_with_its_tenant_and_channel_and_nothing_is_published() {
        UUID id = UUID.randomUUID();

        save(parsed(id, 7, 0, "пост прежней системы"));

        assertThat(row(id))
                .containsEntry("content", "пост прежней системы")
                .containsEntry("tenant_id", TENANT)
                .containsEntry("channel_id", CHANNEL)
                .containsEntry("trace_id", "trace-7")
                .containsEntry("tagging_status", "pending")
                .containsEntry("views_count", 5);
        assertThat(jdbc.sql("SELECT tg_channel_id FROM channels WHERE id = ?")
                        .param(CHANNEL)
                        .query()
                        .singleRow())
                .as("the prior system wrote 0 for what it did not know")
                .containsEntry("tg_channel_id", null);
        assertThat(count("outbox")).isZero();
    }

    @Test
    void formatting_and_attachments_of_another_producer_are_kept_and_a_nul_moves_no_offset() throws Exception {
        UUID id = UUID.randomUUID();
        String event = Json.newMapper()
                .writeValueAsString(PostParsedBuilder.builder(parsed(id, 7, 0, "до жирный"))
                        .attachmentText("Отчёт.pdf")
                        .entities(List.of(TextEntity.of("bold", 4, 6), TextEntity.of("italic", 90, 5)))
                        .contentHash(null)
                        .build());
        Map<String, String> entry = Map.of("data", event.replace("до жирный", "до\\u0000 жирный"));

        save((PostParsed) codec.read("posts.parsed", entry));

        assertThat(row(id))
                .containsEntry("content", "до жирный")
                .containsEntry("attachment_text", "Отчёт.pdf")
                .containsEntry("content_hash", ContentHash.of("до жирный\nОтчёт.pdf"));
        assertThat(row(id).get("entities")).hasToString("[{\"type\": \"bold\", \"length\": 6, \"offset\": 3}]");
        assertThat(save((PostParsed) codec.read("posts.parsed", entry)).reason())
                .isEqualTo("already_stored");
    }

    @Test
    void duplicated_and_reordered_events_give_the_same_row() {
        UUID id = UUID.randomUUID();
        List<PostParsed> events = new ArrayList<>(List.of(
                parsed(id, 7, 0, "первая"),
                parsed(id, 7, 1762000000, "вторая"),
                parsed(id, 7, 1762000100, "третья"),
                parsed(id, 7, 0, "первая"),
                parsed(id, 7, 1762000000, "вторая")));
        for (int seed = 0; seed < 10; seed++) {
            jdbc.sql("TRUNCATE posts CASCADE").update();
            Collections.shuffle(events, new Random(seed));

            events.forEach(event -> save(event));

            assertThat(row(id)).containsEntry("content", "третья").containsEntry("content_version", 1762000100L);
        }
        assertThat(count("outbox")).isZero();
    }

    @Test
    void an_event_of_our_own_ingest_changes_nothing() {
        UUID tenant = SamplePosts.TENANT;
        Channel channel = channels.resolve(new ChannelIdentity(1987654321, null, "Новости"));
        writer.saveBatchAtomic(new PostBatch(
                tenant,
                1,
                channel,
                List.of(
                        SamplePosts.counted(1, "текст", 10, 2),
                        SamplePosts.photo(2, "подпись", 2L, "a"),
                        SamplePosts.photo(3, "", 2L, "b")),
                true));
        List<Map<String, Object>> before = everything();

        jdbc.sql("SELECT stream, event::text AS event FROM outbox ORDER BY id")
                .query()
                .listOfRows()
                .forEach(row -> {
                    var event = codec.read(
                            row.get("stream").toString(),
                            Map.of("data", row.get("event").toString()));
                    if (event instanceof PostParsed post) {
                        save(post);
                    } else if (event instanceof AlbumParsed album) {
                        save(album);
                    }
                });

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void an_album_waits_for_its_posts() {
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        save(parsed(first, 1, 0, "подпись"));

        assertThatThrownBy(() -> save(album(1, first, second)))
                .isInstanceOf(PostNotThereYetException.class)
                .hasMessageContaining(second.toString());
        assertThat(count("media_groups")).isZero();

        save(parsed(second, 2, 0, ""));
        save(album(1, first, second));
        assertThat(jdbc.sql("SELECT caption_text, items_count, revision FROM media_groups")
                        .query()
                        .singleRow())
                .containsEntry("caption_text", "подпись")
                .containsEntry("items_count", 2)
                .containsEntry("revision", 1);
        assertThat(jdbc.sql("SELECT post_id FROM media_group_items ORDER BY position")
                        .query(UUID.class)
                        .list())
                .containsExactly(first, second);
    }

    @Test
    void an_older_revision_of_an_album_changes_nothing() {
        List<UUID> ids = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());
        for (int i = 0; i < 3; i++) {
            save(parsed(ids.get(i), i + 1, 0, ""));
        }

        save(album(2, ids.get(0), ids.get(1), ids.get(2)));
        save(album(1, ids.get(0), ids.get(1)));

        assertThat(jdbc.sql("SELECT items_count, revision FROM media_groups")
                        .query()
                        .singleRow())
                .containsEntry("items_count", 3)
                .containsEntry("revision", 2);
    }

    @Test
    void who_left_a_channel_is_not_brought_back_by_its_posts() {
        jdbc.sql("INSERT INTO channels (id) VALUES (?)").param(CHANNEL).update();
        jdbc.sql("INSERT INTO user_channel (user_id, channel_id, is_active) VALUES (1, ?, false)")
                .param(CHANNEL)
                .update();

        PostParsed event = (PostParsed) codec.read(
                "posts.parsed",
                Map.of(
                        "tenant_id", SamplePosts.TENANT.toString(),
                        "user_id", "1",
                        "channel_id", CHANNEL.toString(),
                        "post_id", UUID.randomUUID().toString(),
                        "text", "пост",
                        "posted_at", "2025-11-01T10:00:00+00:00",
                        "telegram_message_id", "1"));
        save(event);

        assertThat(jdbc.sql("SELECT is_active FROM user_channel")
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }

    /** As the prior system wrote it: flat fields, without a channel id of Telegram. */
    @Test
    void a_state_that_a_stage_has_given_to_the_same_version_of_the_content_is_not_reset() {
        UUID id = UUID.randomUUID();
        save(parsed(id, 7, 0, ""));
        // tagging has read the event that brings the text, and was faster
        jdbc.sql("UPDATE posts SET tagging_status = 'success', indexing_status = 'indexed' WHERE id = ?")
                .param(id)
                .update();

        save(parsed(id, 7, 0, "текст"));

        assertThat(row(id))
                .containsEntry("content", "текст")
                .containsEntry("tagging_status", "success")
                .containsEntry("indexing_status", "indexed");
    }

    @Test
    void an_edit_of_another_producer_starts_the_pipeline_anew_once_however_often_it_comes() {
        UUID id = UUID.randomUUID();
        save(parsed(id, 7, 0, "было"));
        jdbc.sql("UPDATE posts SET tagging_status = 'success' WHERE id = ?")
                .param(id)
                .update();
        save(parsed(id, 7, 1_762_000_000, "стало"));
        assertThat(row(id)).containsEntry("tagging_status", "pending");
        jdbc.sql("UPDATE posts SET tagging_status = 'success' WHERE id = ?")
                .param(id)
                .update();

        save(parsed(id, 7, 1_762_000_000, "стало"));
        save(parsed(id, 7, 0, "было"));

        assertThat(row(id)).containsEntry("tagging_status", "success").containsEntry("content", "стало");
    }

    private PostParsed parsed(UUID id, long messageId, long version, String text) {
        return (PostParsed) codec.read(
                "posts.parsed",
                Map.ofEntries(
                        Map.entry("trace_id", "trace-" + messageId),
                        Map.entry("idempotency_key", TENANT + ":c:" + messageId),
                        Map.entry("user_id", "139883458"),
                        Map.entry("tenant_id", TENANT.toString()),
                        Map.entry("channel_id", CHANNEL.toString()),
                        Map.entry("post_id", id.toString()),
                        Map.entry("text", text),
                        Map.entry("posted_at", "2025-11-01T10:00:00.123456789+00:00"),
                        Map.entry("telegram_message_id", Long.toString(messageId)),
                        Map.entry("content_version", Long.toString(version)),
                        Map.entry("tg_channel_id", "0"),
                        Map.entry("has_media", "False"),
                        Map.entry("views_count", "5")));
    }

    private AlbumParsed album(int revision, UUID... posts) {
        return (AlbumParsed) codec.read(
                "albums.parsed",
                Map.of(
                        "tenant_id", TENANT.toString(),
                        "channel_id", CHANNEL.toString(),
                        "album_id", "99",
                        "grouped_id", "13572468",
                        "revision", Integer.toString(revision),
                        "post_ids",
                                List.of(posts).stream()
                                        .map(id -> "\"" + id + "\"")
                                        .collect(Collectors.joining(",", "[", "]"))));
    }

    private Map<String, Object> row(UUID id) {
        return jdbc.sql("SELECT * FROM posts WHERE id = ?").param(id).query().singleRow();
    }

    private List<Map<String, Object>> everything() {
        return jdbc.sql(
                        """
                        SELECT xmin::text, id::text FROM posts UNION ALL SELECT xmin::text, id::text FROM media_groups
                        UNION ALL SELECT xmin::text, file_sha256 FROM media_objects
                        UNION ALL SELECT xmin::text, id::text FROM outbox ORDER BY 2""")
                .query()
                .listOfRows();
    }

    private long count(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private StageOutcome save(PostParsed event) {
        return (StageOutcome) Answers.only(persistence.savePosts(List.of(event)));
    }

    private void save(AlbumParsed event) {
        Answers.only(persistence.saveAlbums(List.of(event)));
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        List<PostParsed> batch = IntStream.range(0, 64)
                .mapToObj(i -> parsed(UUID.randomUUID(), 500 + i, 0, "пост " + i))
                .toList();

        int one = counted.count(() -> persistence.savePosts(batch.subList(0, 1)));
        int more = counted.count(() -> persistence.savePosts(batch.subList(1, 64)));

        assertThat(one).isPositive();
        assertThat(more).isLessThanOrEqualTo(one);
        assertThat(counted.count(() -> persistence.savePosts(batch)))
                .as("known posts")
                .isEqualTo(1);
    }

    @Test
    void known_albums_take_one_statement() {
        List<UUID> ids = List.of(UUID.randomUUID(), UUID.randomUUID());
        save(parsed(ids.get(0), 1, 0, ""));
        save(parsed(ids.get(1), 2, 0, ""));
        AlbumParsed known = album(1, ids.get(0), ids.get(1));
        save(known);

        assertThat(counted.count(() -> assertThat(persistence.saveAlbums(Collections.nCopies(64, known)))
                        .containsOnly(StageOutcome.skipped("already_stored"))))
                .isEqualTo(1);
    }
}
