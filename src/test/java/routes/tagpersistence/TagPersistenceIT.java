package routes.tagpersistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.EntryFailure;
import routes.events.Json;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.posts.PostNotThereYetException;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class TagPersistenceIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private TransactionTemplate transaction;
    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private TagPersistence persistence;
    private UUID post;

    @BeforeEach
    void aStoredPost() {
        transaction = new TransactionTemplate(new DataSourceTransactionManager(DATABASE.dataSource()));
        persistence = new TagPersistence(
                JdbcClient.create(database), Json.newMapper(), metrics, new DataSourceTransactionManager(database));
        post = UUID.randomUUID();
        UUID channel = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        DATABASE.jdbc()
                .sql(
                        "INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at) VALUES (?, ?, ?, 1, now())")
                .params(post, TENANT, channel)
                .update();
    }

    @Test
    void the_first_set_is_stored_with_its_version() {
        save(tagged(0, null, NOON, "релиз", "Python"));

        assertThat(data().path("tags").toString()).isEqualTo("[\"релиз\",\"Python\"]");
        assertThat(data().path("tags_hash").asText()).isEqualTo(TagsHash.of(List.of("Python", "релиз")));
        assertThat(metadata().path("content_version").asLong()).isZero();
        assertThat(count("tags.persisted", "success")).isEqualTo(1);
    }

    @Test
    void what_the_database_refuses_is_not_counted_as_stored() {
        assertThatThrownBy(() -> save(tagged(0, null, NOON, "a\0b"))).isInstanceOf(DataAccessException.class);

        assertThat(count("tags.persisted", "success")).isZero();
        assertThat(count("tags.persisted", "skipped")).isZero();
    }

    @Test
    void the_sets_of_a_batch_are_taken_one_after_the_other_also_of_one_post() {
        PostTagged unknown = new PostTagged(
                "v1",
                "trace",
                NOON,
                "key",
                UUID.randomUUID(),
                TENANT,
                "1",
                UUID.randomUUID(),
                List.of("x"),
                TagsHash.of(List.of("x")),
                List.of(),
                List.of(),
                "local",
                null,
                1,
                Trigger.INITIAL,
                0L,
                null,
                null,
                null);

        List<Recorded> answers = persistence.save(List.of(
                tagged(0, null, NOON, "a"),
                tagged(0, null, NOON.plusSeconds(2), "b"),
                unknown,
                tagged(0, null, NOON.plusSeconds(1), "late"),
                tagged(0, null, NOON.plusSeconds(3), "b")));

        assertThat(answers.get(0)).isEqualTo(StageOutcome.done("stored"));
        assertThat(answers.get(1)).isEqualTo(StageOutcome.done("replaced"));
        assertThat(answers.get(2)).isInstanceOf(EntryFailure.class);
        assertThat(answers.get(3)).isEqualTo(StageOutcome.skipped("older_than_stored"));
        assertThat(answers.get(4)).isEqualTo(StageOutcome.done("versions_moved_on"));
        assertThat(data().path("tags").toString()).isEqualTo("[\"b\"]");
        assertThat(metadata().path("occurred_at").asText())
                .isEqualTo(NOON.plusSeconds(3).toString());
        assertThat(count("tags.persisted", "success")).isEqualTo(3);
    }

    @Test
    void an_older_set_is_a_conflict_and_changes_nothing() {
        save(tagged(5, null, NOON, "new"));
        save(tagged(0, null, NOON.plusSeconds(60), "old"));

        assertThat(data().path("tags").toString()).isEqualTo("[\"new\"]");
        assertThat(metrics.counter("tags.persist.conflicts").count()).isEqualTo(1);
    }

    @Test
    void a_delivery_that_is_repeated_changes_nothing_and_is_no_conflict() {
        save(tagged(0, null, NOON, "a"));
        String stored = updatedAt();
        save(tagged(0, null, NOON, "a"));

        assertThat(updatedAt()).isEqualTo(stored);
        assertThat(metrics.counter("tags.persist.conflicts").count()).isZero();
    }

    @Test
    void the_same_tags_of_a_newer_version_only_move_the_versions_on() {
        save(tagged(0, null, NOON, "a", "b"));
        String stored = updatedAt();
        save(tagged(0, "vision@2026-01-01#p1", NOON.plusSeconds(1), "b", "a"));

        assertThat(updatedAt()).isEqualTo(stored);
        assertThat(data().path("tags").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(data().path("vision_version").isTextual()).isFalse();
        assertThat(metadata().path("vision_version").asText()).isEqualTo("vision@2026-01-01#p1");
    }

    @Test
    void the_versions_that_moved_on_alone_still_keep_older_sets_out() {
        save(tagged(0, null, NOON, "a"));
        save(tagged(0, "vision@2026-01-01#p2", NOON.plusSeconds(1), "a"));
        save(tagged(0, "vision@2026-01-01#p1", NOON.plusSeconds(2), "late"));

        assertThat(data().path("tags").toString()).isEqualTo("[\"a\"]");
        assertThat(metrics.counter("tags.persist.conflicts").count()).isEqualTo(1);
    }

    @Test
    void a_set_without_tags_for_a_reason_never_replaces_tags_of_the_same_text() {
        save(tagged(0, null, NOON, "a"));
        save(withReason(0, NOON.plusSeconds(1)));
        assertThat(data().path("tags").toString()).isEqualTo("[\"a\"]");

        save(withReason(7, NOON.plusSeconds(2)));
        assertThat(data().path("tags").isEmpty()).isTrue();
        assertThat(metadata().path("reason").asText()).isEqualTo("tagging_failed");
    }

    @Test
    void tags_of_a_post_that_is_not_stored_yet_wait() {
        PostTagged event = tagged(0, null, NOON, "a");
        post = UUID.randomUUID();
        PostTagged unknown = tagged(0, null, NOON, "a");
        assertThatThrownBy(() -> save(unknown)).isInstanceOf(PostNotThereYetException.class);
        save(event);
    }

    @Test
    void tags_under_another_tenant_are_not_stored() {
        PostTagged event = tagged(0, null, NOON, "a");
        PostTagged foreign = new PostTagged(
                event.schemaVersion(),
                event.traceId(),
                event.occurredAt(),
                event.idempotencyKey(),
                post,
                UUID.randomUUID(),
                null,
                null,
                event.tags(),
                event.tagsHash(),
                null,
                null,
                "local",
                null,
                1,
                Trigger.INITIAL,
                0L,
                null,
                null,
                null);
        assertThatThrownBy(() -> save(foreign)).isInstanceOf(PostNotThereYetException.class);
    }

    @Test
    void of_sets_that_arrive_at_once_in_any_order_the_newest_stays() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        CountDownLatch start = new CountDownLatch(1);
        var saved = IntStream.range(0, 24)
                .mapToObj(i -> threads.submit(() -> {
                    start.await();
                    save(tagged((i * 7) % 24, null, NOON.plusSeconds(i), "tag" + (i * 7) % 24));
                    return null;
                }))
                .toList();
        start.countDown();
        for (var one : saved) {
            one.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(data().path("tags").toString()).isEqualTo("[\"tag23\"]");
    }

    private void save(PostTagged event) {
        Answers.only(persistence.save(List.of(event)));
    }

    private PostTagged tagged(long contentVersion, String visionVersion, Instant at, String... tags) {
        return event(contentVersion, visionVersion, at, null, tags);
    }

    private PostTagged withReason(long contentVersion, Instant at) {
        return event(contentVersion, null, at, Map.of("reason", "tagging_failed"));
    }

    private PostTagged event(
            long contentVersion, String visionVersion, Instant at, Map<String, Object> metadata, String... tags) {
        return new PostTagged(
                "v1",
                "trace",
                at,
                "key",
                post,
                TENANT,
                "1",
                null,
                List.of(tags),
                TagsHash.of(List.of(tags)),
                null,
                null,
                "local",
                null,
                1,
                Trigger.INITIAL,
                contentVersion,
                visionVersion,
                null,
                metadata);
    }

    private JsonNode data() {
        return column("data");
    }

    private JsonNode metadata() {
        return column("metadata");
    }

    private JsonNode column(String name) {
        return DATABASE.jdbc()
                .sql("SELECT " + name + " FROM post_enrichment WHERE post_id = ? AND kind = 'tags'")
                .param(post)
                .query((row, number) -> {
                    try {
                        return Json.newMapper().readTree(row.getString(1));
                    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .single();
    }

    private String updatedAt() {
        return DATABASE.jdbc()
                .sql("SELECT updated_at::text FROM post_enrichment WHERE post_id = ? AND kind = 'tags'")
                .param(post)
                .query(String.class)
                .single();
    }

    private double count(String name, String status) {
        return metrics.counter(name, "status", status).count();
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        List<PostTagged> batch = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            aStoredPost();
            batch.add(tagged(0, null, NOON, "a" + i));
        }

        int one = database.count(() -> persistence.save(batch.subList(0, 1)));

        assertThat(one).isPositive();
        assertThat(database.count(() -> persistence.save(batch.subList(1, 64)))).isEqualTo(one);
    }
}
