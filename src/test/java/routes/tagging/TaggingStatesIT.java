package routes.tagging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
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
            assertThat(database.count(() -> states.failedPasses(each(batch, post -> "error"), 5)))
                    .isEqualTo(1);
            assertThat(database.count(() -> states.waiting(each(batch, post -> "quota"))))
                    .isEqualTo(1);
            assertThat(database.count(() -> states.ended(each(batch, post -> true))))
                    .isEqualTo(1);
        }
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

        assertThat(states.ended(each(posts, post -> true))).hasSize(62).doesNotContain(edited, deleted);
        assertThat(states.failedPasses(each(posts, post -> "error"), 5)).hasSize(62);
    }

    private static <T> Map<PostParsed, T> each(List<PostParsed> batch, Function<PostParsed, T> value) {
        return batch.stream().collect(Collectors.toMap(post -> post, value, (one, other) -> one, LinkedHashMap::new));
    }
}
