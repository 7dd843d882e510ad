package routes.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static routes.posts.SamplePosts.TENANT;
import static routes.posts.SamplePosts.counted;
import static routes.posts.SamplePosts.editedPhoto;
import static routes.posts.SamplePosts.missingPhoto;
import static routes.posts.SamplePosts.photo;
import static routes.posts.SamplePosts.post;
import static routes.posts.SamplePosts.sha256;
import static routes.posts.SamplePosts.version;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.outbox.Outbox;
import routes.posts.ChannelStore.Channel;
import routes.posts.PostWriter.PostBatch;
import routes.posts.PostWriter.SavedBatch;
import routes.testing.EmbeddedDatabase;

class PostWriterIT {
    private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");
    private static final AtomicLong CHANNELS = new AtomicLong(1_987_654_321);

    @RegisterExtension
    static final EmbeddedDatabase database = new EmbeddedDatabase();

    private JdbcClient jdbc;
    private ChannelStore channels;
    private PostWriter writer;
    private Channel channel;

    @BeforeEach
    void aFreshChannel() {
        jdbc = database.jdbc();
        jdbc.sql("DELETE FROM outbox").update();
        channels = new ChannelStore(database.dataSource());
        writer = writer(Duration.ofDays(90));
        channel = channels.resolve(new ChannelIdentity(CHANNELS.getAndIncrement(), null, "Новости"));
    }

    @Test
    void a_new_post_is_saved_together_with_its_event_and_the_subscription() {
        SavedBatch saved = save(post(2, "Вышел Python 3.14"));

        assertThat(saved.created()).isEqualTo(1);
        Map<String, Object> row = row(2);
        assertThat(row)
                .containsEntry("content", "Вышел Python 3.14")
                .containsEntry("tagging_status", "pending")
                .containsEntry("content_version", 0L);
        assertThat(events("posts.parsed")).singleElement().satisfies(event -> {
            assertThat(event.get("post_id").asText()).isEqualTo(row.get("id").toString());
            assertThat(event.get("trigger").asText()).isEqualTo("initial");
            assertThat(event.get("user_id").asText()).isEqualTo("1");
            assertThat(event.get("tg_channel_id").asLong()).isEqualTo(channel.tgChannelId());
            assertThat(event.get("trace_id").asText()).isEqualTo(row.get("trace_id"));
        });
        assertThat(events("posts.vision.uploaded")).isEmpty();
        assertThat(jdbc.sql("SELECT user_id FROM user_channel WHERE channel_id = ?")
                        .param(channel.id())
                        .query(Long.class)
                        .list())
                .containsExactly(1L);
        assertThat(jdbc.sql("SELECT last_message_id FROM channels WHERE id = ?")
                        .param(channel.id())
                        .query(Long.class)
                        .single())
                .isEqualTo(2);
    }

    @Test
    void saving_the_same_batch_again_publishes_and_writes_nothing() {
        Post[] batch = {post(1, "раз"), photo(2, "альбом", 2L, "a2"), photo(3, "", 2L, "a3")};
        save(batch);
        long published = outboxRows();
        Object version = xmin(2);

        SavedBatch again = save(batch);

        assertThat(again).isEqualTo(new SavedBatch(0, 0, 0, 3, 0, 0, 1));
        assertThat(outboxRows()).isEqualTo(published);
        assertThat(xmin(2)).isEqualTo(version);
    }

    @Test
    void only_counters_moved_updates_the_row_and_publishes_nothing() {
        save(counted(1, "текст", 10, 1));
        long published = outboxRows();

        SavedBatch saved = save(counted(1, "текст", 25, 0));

        assertThat(saved.updated()).isEqualTo(1);
        assertThat(row(1)).containsEntry("views_count", 25).containsEntry("reactions_count", 1);
        assertThat(outboxRows()).isEqualTo(published);
    }

    @Test
    void an_edit_keeps_the_old_text_resets_the_states_and_runs_the_pipeline_again() {
        save(post(1, "было"));
        jdbc.sql("UPDATE posts SET tagging_status = 'success', tagging_attempts = 3, indexing_status = 'indexed'"
                        + " WHERE channel_id = ?")
                .param(channel.id())
                .update();

        save(version(1, 1762000000, "стало"));

        assertThat(row(1))
                .containsEntry("content", "стало")
                .containsEntry("is_edited", true)
                .containsEntry("tagging_status", "pending")
                .containsEntry("tagging_attempts", 0)
                .containsEntry("indexing_status", "pending")
                .containsEntry("content_version", 1762000000L);
        assertThat(jdbc.sql("SELECT content FROM post_edits WHERE post_id = ?")
                        .param(row(1).get("id"))
                        .query(String.class)
                        .list())
                .containsExactly("было");
        assertThat(events("posts.parsed")).last().satisfies(event -> {
            assertThat(event.get("trigger").asText()).isEqualTo("edit");
            assertThat(event.get("content_version").asLong()).isEqualTo(1762000000);
            assertThat(event.get("idempotency_key").asText()).endsWith(":1:e1762000000");
        });
        save(post(1, "было"));
        assertThat(row(1)).containsEntry("content", "стало");
    }

    @Test
    void every_post_with_media_gives_one_vision_event_also_without_any_file() {
        save(missingPhoto(1, "фото", "photos/photo_1.jpg"));

        assertThat(events("posts.vision.uploaded")).singleElement().satisfies(event -> {
            assertThat(event.get("media_files")).isEmpty();
            assertThat(event.get("requires_vision").asBoolean()).isFalse();
            assertThat(event.at("/skipped_files/0/name").asText()).isEqualTo("photos/photo_1.jpg");
        });

        save(photo(1, "фото", null, "f1"));

        assertThat(events("posts.parsed")).hasSize(1);
        assertThat(events("posts.vision.uploaded")).hasSize(2).last().satisfies(event -> {
            assertThat(event.at("/media_files/0/sha256").asText()).isEqualTo(sha256("f1"));
            assertThat(event.get("requires_vision").asBoolean()).isTrue();
        });
    }

    @Test
    void references_to_a_file_are_counted_as_they_are() {
        save(photo(1, "", null, "shared"), photo(2, "", null, "shared"));
        save(photo(1, "", null, "shared"));
        assertThat(references("shared")).isEqualTo(2);

        save(editedPhoto(1, 1762000000, "", null, "other"));

        assertThat(references("shared")).isEqualTo(1);
        assertThat(references("other")).isEqualTo(1);
    }

    @Test
    void an_album_is_saved_in_message_order_and_announced() {
        save(photo(12, "", 11L, "b2"), photo(11, "подпись", 11L, "b1"), photo(13, "", 11L, "b3"));

        assertThat(events("albums.parsed")).singleElement().satisfies(event -> {
            assertThat(event.get("revision").asInt()).isEqualTo(1);
            assertThat(event.get("items_count").asInt()).isEqualTo(3);
            assertThat(event.get("album_kind").asText()).isEqualTo("photo");
            assertThat(event.get("caption_text").asText()).isEqualTo("подпись");
            assertThat(event.get("cover_media_id").asText()).isEqualTo(sha256("b1"));
            assertThat(event.get("post_ids"))
                    .extracting(JsonNode::asText)
                    .containsExactly(id(11).toString(), id(12).toString(), id(13).toString());
        });
        assertThat(jdbc.sql("SELECT media_sha256 FROM media_group_items i JOIN media_groups g ON g.id = i.group_id"
                                + " WHERE g.channel_id = ? ORDER BY position")
                        .param(channel.id())
                        .query(String.class)
                        .list())
                .containsExactly(sha256("b1"), sha256("b2"), sha256("b3"));
        assertThat(events("posts.vision.uploaded")).hasSize(3).allSatisfy(event -> assertThat(
                        event.get("album_id").asLong())
                .isEqualTo(events("albums.parsed").get(0).get("album_id").asLong()));
    }

    @Test
    void a_late_member_gives_the_album_a_new_revision_under_its_old_number() {
        save(photo(1, "подпись", 1L, "c1"), photo(2, "", 1L, "c2"));

        // a later export begins in the middle of the album, so the inference finds another first message
        SavedBatch saved = save(photo(2, "", 2L, "c2"), photo(3, "", 2L, "c3"));

        assertThat(saved.albumsChanged()).isEqualTo(1);
        assertThat(events("albums.parsed")).last().satisfies(event -> {
            assertThat(event.get("grouped_id").asLong()).isEqualTo(1);
            assertThat(event.get("revision").asInt()).isEqualTo(2);
            assertThat(event.get("items_count").asInt()).isEqualTo(3);
        });
        assertThat(row(3)).containsEntry("grouped_id", 1L);
    }

    @Test
    void an_edited_caption_gives_the_album_a_new_revision() {
        save(photo(1, "подпись", 1L, "d1"), photo(2, "", 1L, "d2"));

        save(editedPhoto(1, 1762000000, "другая подпись", 1L, "d1"));

        assertThat(events("albums.parsed")).last().satisfies(event -> {
            assertThat(event.get("revision").asInt()).isEqualTo(2);
            assertThat(event.get("caption_text").asText()).isEqualTo("другая подпись");
            assertThat(event.get("album_kind").asText()).isEqualTo("photo");
        });
    }

    @Test
    void an_old_post_expires_not_before_it_was_read_once() {
        save(post(1, "из старого экспорта"));
        assertThat(expiry(1)).isEqualTo(NOW.plus(Duration.ofDays(90)));

        writer = writer(Duration.ZERO);
        save(post(2, "навсегда"));
        assertThat(row(2).get("expires_at")).isNull();
    }

    @Test
    void characters_that_postgres_refuses_are_left_out() {
        save(post(1, "a\0b\uD83Dc"));

        assertThat(row(1)).containsEntry("content", "ab\uFFFDc");
        assertThat(events("posts.parsed").get(0).get("text").asText()).isEqualTo("ab\uFFFDc");
    }

    @Test
    void an_error_in_the_middle_leaves_neither_posts_nor_events() {
        jdbc.sql("ALTER TABLE outbox ADD CONSTRAINT broken CHECK (false)").update();
        try {
            assertThatThrownBy(() -> save(photo(1, "текст", null, "gone"))).hasMessageContaining("broken");
        } finally {
            jdbc.sql("ALTER TABLE outbox DROP CONSTRAINT broken").update();
        }

        assertThat(outboxRows()).isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM posts WHERE channel_id = ?")
                        .param(channel.id())
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM media_objects WHERE file_sha256 = ?")
                        .param(sha256("gone"))
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void importers_of_the_same_posts_at_the_same_time_neither_deadlock_nor_repeat_events() throws Exception {
        var channelsOfAll = IntStream.range(0, 2)
                .mapToObj(i -> channels.resolve(new ChannelIdentity(CHANNELS.getAndIncrement(), null, "k" + i)))
                .toList();
        var tasks = new ArrayList<Callable<SavedBatch>>();
        for (int worker = 0; worker < 8; worker++) {
            Channel target = channelsOfAll.get(worker % 2);
            boolean backwards = worker % 4 > 1;
            List<Post> posts = LongStream.rangeClosed(1, 60)
                    .map(i -> backwards ? 61 - i : i)
                    .mapToObj(i -> photo(i, "пост " + i, null, "k" + (i * 7 % 10)))
                    .toList();
            for (int from = 0; from < 60; from += 20) {
                List<Post> part = posts.subList(from, from + 20);
                tasks.add(() -> writer.saveBatchAtomic(new PostBatch(TENANT, 1, target, part, true)));
            }
        }
        var pool = Executors.newFixedThreadPool(8);
        try {
            for (Future<SavedBatch> task : pool.invokeAll(tasks)) {
                task.get();
            }
        } finally {
            pool.shutdownNow();
        }

        assertThat(events("posts.parsed")).hasSize(120);
        assertThat(jdbc.sql("SELECT sum(refs_count) FROM media_objects WHERE file_sha256 LIKE '6b3_000%'")
                        .query(Long.class)
                        .single())
                .isEqualTo(120);
    }

    @Test
    void a_batch_that_waits_too_long_for_its_channel_fails_instead_of_hanging() throws Exception {
        save(post(1, "раз"));
        writer = writer(Duration.ofDays(90), Duration.ofSeconds(1));
        try (var holder = database.dataSource().getConnection()) {
            holder.setAutoCommit(false);
            try (var lock = holder.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
                lock.setString(1, TENANT + ":" + channel.id());
                lock.execute();
            }

            assertThatThrownBy(() -> save(post(2, "два"))).isInstanceOf(DataAccessException.class);
            holder.rollback();
        }
        writer = writer(Duration.ofDays(90));
        await().untilAsserted(() -> assertThat(save(post(2, "два")).created()).isEqualTo(1));
    }

    @Test
    void a_large_import_does_not_read_the_whole_channel_with_every_batch() {
        long before = readByList();
        for (long batch = 0; batch < 40; batch++) {
            long first = batch * 250 + 1;
            save(LongStream.range(first, first + 250)
                    .mapToObj(i -> i % 50 < 2 ? photo(i, "", i - i % 50, "p") : post(i, "пост"))
                    .toArray(Post[]::new));
        }

        assertThat(readByList() - before)
                .as("rows read through the index that lists a channel; all of them each time were 200 000")
                .isLessThan(20_000);
    }

    private long readByList() {
        jdbc.sql("SELECT pg_stat_force_next_flush()").query().listOfRows();
        return jdbc.sql(
                        """
                        SELECT idx_tup_read FROM pg_stat_user_indexes
                        WHERE indexrelname = 'idx_posts_tenant_channel_posted'""")
                .query(Long.class)
                .single();
    }

    @Test
    void every_event_is_valid_against_its_schema() {
        save(post(1, "текст"), photo(2, "подпись", 2L, "e5"), photo(3, "", 2L, "e6"), missingPhoto(4, "", "x.jpg"));
        save(version(1, 1762000000, "правка"));
        var codec = new EventCodec(Json.newMapper(), new StreamCatalog());

        List<Map<String, Object>> rows = jdbc.sql("SELECT stream, event::text AS event FROM outbox")
                .query()
                .listOfRows();

        assertThat(rows).hasSize(5 + 1 + 3).allSatisfy(row -> {
            var event = codec.read(
                    row.get("stream").toString(),
                    Map.of("data", row.get("event").toString()));
            assertThat(codec.write(event))
                    .containsEntry("event", row.get("stream").toString());
        });
    }

    private SavedBatch save(Post... posts) {
        return writer.saveBatchAtomic(batch(posts));
    }

    private PostBatch batch(Post... posts) {
        return new PostBatch(TENANT, 1, channel, List.of(posts), true);
    }

    private static PostWriter writer(Duration timeToLive) {
        return writer(timeToLive, Duration.ofSeconds(30));
    }

    private static PostWriter writer(Duration timeToLive, Duration timeout) {
        DataSource source = database.dataSource();
        return new PostWriter(
                source,
                new JdbcTransactionManager(source),
                new Outbox(source, new EventCodec(Json.newMapper(), new StreamCatalog())),
                new PostStoreSettings(timeToLive, timeout, "media"),
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Map<String, Object> row(long messageId) {
        return jdbc.sql("SELECT * FROM posts WHERE channel_id = ? AND telegram_message_id = ?")
                .params(channel.id(), messageId)
                .query()
                .singleRow();
    }

    private UUID id(long messageId) {
        return (UUID) row(messageId).get("id");
    }

    private Instant expiry(long messageId) {
        return ((Timestamp) row(messageId).get("expires_at")).toInstant();
    }

    private Object xmin(long messageId) {
        return jdbc.sql("SELECT xmin::text FROM posts WHERE channel_id = ? AND telegram_message_id = ?")
                .params(channel.id(), messageId)
                .query(String.class)
                .single();
    }

    private int references(String file) {
        return jdbc.sql("SELECT refs_count FROM media_objects WHERE file_sha256 = ?")
                .param(sha256(file))
                .query(Integer.class)
                .single();
    }

    private long outboxRows() {
        return jdbc.sql("SELECT count(*) FROM outbox").query(Long.class).single();
    }

    private List<JsonNode> events(String stream) {
        return jdbc.sql("SELECT event::text FROM outbox WHERE stream = ? ORDER BY id")
                .param(stream)
                .query((row, n) -> {
                    try {
                        return Json.newMapper().readTree(row.getString(1));
                    } catch (JsonProcessingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .list();
    }
}
