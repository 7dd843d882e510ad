package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.testing.EmbeddedRedis;

class StreamInspectorIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    void groups_are_created_with_their_streams_once_and_start_at_the_first_entry() {
        StreamAdmin groups = new StreamAdmin(streams.link());
        streams.add(1, 2);

        groups.ensureGroups(Map.of(streams.in(), Set.of("one", "two"), streams.out(), Set.of("three")));
        streams.redis().xreadgroup(Consumer.from("one", "reader"), StreamOffset.lastConsumed(streams.in()));
        groups.ensureGroups(Map.of(streams.in(), Set.of("one", "two")));

        assertThat(inspect()).extracting(GroupState::group).containsExactlyInAnyOrder("one", "two");
        assertThat(inspect())
                .extracting(GroupState::lag)
                .as("one has read, two has not")
                .containsExactly(0L, 2L);
        assertThat(new StreamAdmin(streams.link()).groups(streams.out()))
                .singleElement()
                .satisfies(group -> assertThat(group.lag()).isZero());
    }

    @Test
    void a_key_that_is_no_stream_cannot_get_a_group() {
        streams.redis().set(streams.in(), "text");

        assertThatThrownBy(() -> new StreamAdmin(streams.link()).ensureGroups(Map.of(streams.in(), Set.of("one"))))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
    }

    @Test
    void a_group_tells_lag_pending_and_age() {
        streams.createGroup();
        for (int i = 0; i < 10; i++) {
            streams.add(i);
        }
        streams.readAs("one", 3);
        streams.readAs("two", 1);

        assertThat(inspect()).singleElement().satisfies(group -> {
            assertThat(group.group()).isEqualTo(Streams.GROUP);
            assertThat(group.lag()).isEqualTo(6);
            assertThat(group.pending()).isEqualTo(4);
            assertThat(group.consumers()).isEqualTo(2);
            assertThat(group.oldestPendingAge()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        });
    }

    @Test
    void the_lag_is_right_after_entries_were_deleted_or_trimmed() {
        streams.createGroup();
        List<String> ids = streams.add(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        streams.readAs("one", 3);
        streams.redis().xdel(streams.in(), ids.get(5), ids.get(9));

        assertThat(inspect()).singleElement().satisfies(group -> assertThat(group.lag())
                .isEqualTo(5));

        streams.redis().xtrim(streams.in(), 2);
        assertThat(inspect()).singleElement().satisfies(group -> assertThat(group.lag())
                .isEqualTo(2));

        streams.redis().xtrim(streams.in(), 0);
        assertThat(inspect()).singleElement().satisfies(group -> assertThat(group.lag())
                .isZero());
    }

    @Test
    void a_long_lag_is_counted_up_to_a_limit_and_then_estimated() {
        streams.createGroup();
        // ids 1000 ms apart, so that the estimate can be told from the count
        streams.redis()
                .eval(
                        "for i = 1, 20000 do redis.call('XADD', KEYS[1], i * 1000 .. '-0', 'n', i) end return 1",
                        ScriptOutputType.INTEGER,
                        streams.in());
        streams.readAs("one", 5_000);

        assertThat(inspect()).singleElement().satisfies(group -> assertThat(group.lag())
                .isBetween(14_900L, 15_100L));
        streams.readAs("one", 10_000);
        assertThat(inspect()).singleElement().satisfies(group -> assertThat(group.lag())
                .isEqualTo(5_000));
    }

    @Test
    void a_stream_tells_its_length_and_dead_letters_also_if_it_is_not_there() {
        StreamAdmin inspector = new StreamAdmin(streams.link());
        assertThat(inspector.stream(streams.in())).isEqualTo(new StreamAdmin.StreamState(streams.in(), 0, 0));
        assertThat(inspector.groups(streams.in())).isEmpty();

        streams.add(1, 2);
        streams.redis().xadd(streams.in() + ":dlq", Map.of("n", "0"));

        assertThat(inspector.stream(streams.in())).isEqualTo(new StreamAdmin.StreamState(streams.in(), 2, 1));
    }

    private List<GroupState> inspect() {
        return new StreamAdmin(streams.link()).groups(streams.in());
    }
}
