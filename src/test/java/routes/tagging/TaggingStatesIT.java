package routes.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Examples;
import routes.events.PostParsed;
import routes.events.PostParsedBuilder;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;

class TaggingStatesIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private final TaggingStates states = new TaggingStates(JdbcClient.create(database));
    private List<PostParsed> posts;

    @BeforeEach
    void storedPosts() {
        UUID channel = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id) VALUES (?)")
                .param(channel)
                .update();
        posts = IntStream.range(0, 64)
                .mapToObj(i -> PostParsedBuilder.builder(Examples.parsed("пост " + i))
                        .postId(UUID.randomUUID())
                        .contentVersion(0L)
                        .build())
                .toList();
        for (int i = 0; i < posts.size(); i++) {
            DATABASE.jdbc()
                    .sql(
                            "INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at) VALUES (?, ?, ?, ?, now())")
                    .params(posts.get(i).postId(), Examples.TENANT, channel, i)
                    .update();
        }
    }

    @Test
    void each_step_takes_one_statement_for_a_batch_of_any_size() {
        for (List<PostParsed> batch : List.of(posts.subList(0, 1), posts)) {
            assertThat(database.count(() -> states.stored(batch))).isEqualTo(1);
            for (String outcome : List.of("failed", "waiting", "success", "skipped")) {
                assertThat(database.count(() -> states.record(each(batch, outcome), 5)))
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void each_post_of_a_batch_gets_its_own_outcome() {
        List<String> outcomes = List.of("success", "skipped", "failed", "waiting");
        Map<PostParsed, TaggingStates.Outcome> batch = new LinkedHashMap<>();
        for (int i = 0; i < outcomes.size(); i++) {
            batch.put(posts.get(i), new TaggingStates.Outcome(outcomes.get(i), i < 2 ? null : "why"));
        }
        assertThat(states.record(batch, 2))
                .containsOnly(
                        entry(posts.get(0).postId(), 1),
                        entry(posts.get(1).postId(), 0),
                        entry(posts.get(2).postId(), 1),
                        entry(posts.get(3).postId(), 0));
        assertThat(rows())
                .containsExactly("success null true", "skipped null true", "retrying why true", "retrying why false");

        states.record(Map.of(posts.get(2), new TaggingStates.Outcome("failed", "again")), 2);
        assertThat(rows()).element(2).isEqualTo("failed again true");
    }

    @Test
    void a_post_that_has_tags_from_its_pictures_keeps_them_when_its_own_text_has_none() {
        DATABASE.jdbc()
                .sql("UPDATE posts SET tagging_status = 'success' WHERE id = ?")
                .param(posts.get(0).postId())
                .update();

        states.record(each(posts.subList(0, 2), "skipped"), 5);

        assertThat(rows().subList(0, 2)).allMatch(row -> row.endsWith("true"));
        assertThat(rows().get(0)).startsWith("success");
        assertThat(rows().get(1)).startsWith("skipped");
    }

    private List<String> rows() {
        return DATABASE.jdbc()
                .sql(
                        """
                        SELECT concat_ws(' ', tagging_status, coalesce(tagging_error, 'null'), (last_tagging_attempt IS NOT NULL)::text)
                        FROM posts WHERE id = ANY (?) ORDER BY telegram_message_id
                        """)
                .param(posts.stream().limit(4).map(PostParsed::postId).toArray(UUID[]::new))
                .query(String.class)
                .list();
    }

    @Test
    void a_row_of_another_version_or_a_tombstone_is_not_touched() {
        UUID edited = posts.get(0).postId();
        UUID deleted = posts.get(1).postId();
        DATABASE.jdbc()
                .sql("UPDATE posts SET content_version = 7 WHERE id = ?")
                .param(edited)
                .update();
        DATABASE.jdbc()
                .sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(deleted)
                .update();

        assertThat(states.record(each(posts, "success"), 5)).hasSize(62).doesNotContainKeys(edited, deleted);
        assertThat(states.record(each(posts, "failed"), 5)).hasSize(62);
    }

    private static Map<PostParsed, TaggingStates.Outcome> each(List<PostParsed> batch, String outcome) {
        return batch.stream()
                .collect(Collectors.toMap(post -> post, post -> new TaggingStates.Outcome(outcome, "error")));
    }
}
