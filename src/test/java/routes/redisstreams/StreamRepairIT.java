package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamGroup;
import routes.redis.StreamRepair;
import routes.testing.EmbeddedRedis;

/** What operators do to streams: each as a whole or not at all. */
class StreamRepairIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private StreamRepair repair() {
        return new StreamRepair(streams.link());
    }

    private String letters() {
        return StreamGroup.deadLetterKey(streams.in());
    }

    private String letter(Map<String, String> more) {
        var fields = new LinkedHashMap<>(Map.of("data", "1", "dlq_group", Streams.GROUP, "dlq_error", "no"));
        fields.putAll(more);
        return streams.redis().xadd(letters(), fields);
    }

    @Test
    void a_dead_letter_moves_back_with_its_own_fields_and_a_count_and_only_once() {
        String id = letter(Map.of("replay_count", "2", "replay_group", "another"));

        StreamRepair.Replayed copy =
                repair().replay(streams.in(), id, Streams.GROUP, Map.of()).orElseThrow();

        assertThat(copy.count()).isEqualTo(3);
        assertThat(streams.redis().xrange(streams.in(), Range.unbounded()))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.getId()).isEqualTo(copy.id());
                    assertThat(entry.getBody())
                            .isEqualTo(Map.of("data", "1", "replay_count", "3", "replay_group", Streams.GROUP));
                });
        assertThat(streams.redis().xlen(letters())).isZero();
        assertThat(repair().replay(streams.in(), id, Streams.GROUP, Map.of())).isEmpty();
        assertThat(streams.redis().xlen(streams.in())).isEqualTo(1);
    }

    @Test
    void a_dead_letter_that_cannot_be_published_stays() {
        String id = letter(Map.of());
        streams.redis().set(streams.in(), "text");

        assertThatThrownBy(() -> repair().replay(streams.in(), id, "", Map.of()))
                .isInstanceOf(RedisCommandExecutionException.class);
        assertThat(streams.redis().xlen(letters())).isEqualTo(1);
    }

    @Test
    void dead_letters_are_removed_only_if_there_are_as_many_as_expected() {
        letter(Map.of());
        letter(Map.of());

        assertThat(repair().purge(List.of(streams.in()), 3)).isEqualTo(new StreamRepair.Purge(2, false));
        assertThat(streams.redis().xlen(letters())).isEqualTo(2);
        assertThat(repair().purge(List.of(streams.in()), 2)).isEqualTo(new StreamRepair.Purge(2, true));
        assertThat(streams.redis().xlen(letters())).isZero();
    }

    @Test
    void entries_of_a_consumer_that_is_gone_become_idle_and_those_of_one_that_runs_do_not() {
        streams.createGroup();
        streams.add(1, 2, 3);
        streams.readAs("dead", 2);
        streams.readAs("alive", 1);
        var group = new StreamGroup(streams.in(), streams.in(), Streams.GROUP);
        streams.redis().set(group.nameLease("alive"), "1");

        assertThat(repair().release(group, List.of("dead", "alive"), 100)).isEqualTo(2);

        List<PendingMessage> pending =
                streams.redis().xpending(streams.in(), Streams.GROUP, Range.unbounded(), Limit.from(10));
        assertThat(pending).hasSize(3).allSatisfy(entry -> {
            assertThat(entry.getRedeliveryCount()).as("no delivery is counted").isEqualTo(1);
            assertThat(entry.getSinceLastDelivery().compareTo(Duration.ofHours(1)) > 0)
                    .as(entry.getConsumer())
                    .isEqualTo(entry.getConsumer().equals("dead"));
        });
    }

    @Test
    void a_copy_for_one_group_is_not_copied_for_another() {
        streams.createGroup();
        streams.add(1);
        String first =
                streams.redis().xrange(streams.in(), Range.unbounded()).get(0).getId();
        String copy = repair().copy(streams.in(), first, "one").orElseThrow();

        assertThat(repair().copy(streams.in(), copy, "two")).isEmpty();
        assertThat(repair().copy(streams.in(), copy, "")).isEmpty();
        assertThat(repair().copy(streams.in(), copy, "one")).isPresent();
        assertThat(repair().copy(streams.in(), "1-1", "")).isEmpty();
    }
}
