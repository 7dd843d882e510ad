package routes.retagging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Json;
import routes.events.VisionAnalyzed;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class RetaggingStoreIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private final RetaggingStore store = new RetaggingStore(JdbcClient.create(database), Json.newMapper());

    @Test
    void each_step_takes_one_statement_for_a_batch_of_any_size() {
        List<UUID> posts = IntStream.range(0, 64).mapToObj(i -> post("pending")).toList();
        for (List<UUID> batch : List.of(posts.subList(0, 1), posts)) {
            assertThat(database.count(() -> assertThat(store.posts(batch.stream()
                                    .map(RetaggingStoreIT::analyzed)
                                    .toList()))
                            .containsOnlyKeys(batch)))
                    .isEqualTo(1);
            assertThat(database.count(() -> store.tagged(batch))).isEqualTo(1);
        }
    }

    @Test
    void tags_from_pictures_make_a_post_tagged_unless_its_own_text_is_being_retried() {
        List<UUID> posts = List.of(post("pending"), post("skipped"), post("failed"), post("retrying"), post("success"));

        store.tagged(posts);

        assertThat(posts.stream().map(RetaggingStoreIT::status))
                .containsExactly("success", "success", "success", "retrying", "success");
    }

    private static String status(UUID post) {
        return DATABASE.jdbc()
                .sql("SELECT tagging_status FROM posts WHERE id = ?")
                .param(post)
                .query(String.class)
                .single();
    }

    private static UUID post(String status) {
        UUID post = UUID.randomUUID();
        DATABASE.jdbc().sql("INSERT INTO channels (id) VALUES (?)").param(post).update();
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, tagging_status)
                        VALUES (?, ?, ?, 1, now(), ?)""")
                .params(post, TENANT, post, status)
                .update();
        return post;
    }

    private static VisionAnalyzed analyzed(UUID post) {
        return new VisionAnalyzed(
                "v1",
                "trace",
                Instant.EPOCH,
                "key",
                TENANT,
                post,
                null,
                null,
                null,
                List.of(),
                null,
                true,
                List.of(),
                "vision@2026-11-29#p1",
                "features",
                1);
    }
}
