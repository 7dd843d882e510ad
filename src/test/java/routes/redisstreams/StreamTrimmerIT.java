package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.Trimmed;
import routes.testing.EmbeddedRedis;

class StreamTrimmerIT {
    private static final String OTHER = "others";

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void a_stream_within_its_length_stays_as_it_is_and_one_that_is_not_there_is_no_problem() {
        streams.createGroup();
        fill(10);
        settle(Streams.GROUP, 10);

        assertThat(trim(10)).isEqualTo(new Trimmed(0, 0, ""));
        assertThat(length()).isEqualTo(10);
        assertThat(new StreamAdmin(streams.link()).trim(streams.out(), List.of(Streams.GROUP), 1))
                .isEqualTo(new Trimmed(0, 0, ""));
    }

    @Test
    void the_oldest_entries_beyond_the_length_go_once_every_group_has_settled_them() {
        groups();
        fill(2_345);
        settle(Streams.GROUP, 2_345);
        settle(OTHER, 2_345);

        assertThat(trim(100)).isEqualTo(new Trimmed(2_245, 0, ""));
        assertThat(streams.numbers(streams.in()))
                .hasSize(100)
                .startsWith("2245")
                .endsWith("2344");
    }

    @Test
    void an_entry_that_a_group_was_not_delivered_stays_with_all_behind_it() {
        groups();
        fill(1_000);
        settle(Streams.GROUP, 1_000);
        settle(OTHER, 700);

        assertThat(trim(10)).isEqualTo(new Trimmed(700, 290, OTHER));
        assertThat(streams.numbers(streams.in())).hasSize(300).startsWith("700");
    }

    @Test
    void an_entry_that_a_group_has_not_acknowledged_stays_with_all_behind_it() {
        groups();
        fill(1_000);
        settle(OTHER, 1_000);
        settle(Streams.GROUP, 600);
        List<StreamMessage<String, String>> pending = streams.readAs("slow", 400);
        pending.stream().skip(1).forEach(entry -> streams.redis().xack(streams.in(), Streams.GROUP, entry.getId()));

        assertThat(trim(10)).isEqualTo(new Trimmed(600, 390, Streams.GROUP));
        assertThat(streams.numbers(streams.in())).startsWith("600");

        streams.redis().xack(streams.in(), Streams.GROUP, pending.get(0).getId());
        assertThat(trim(10)).isEqualTo(new Trimmed(390, 0, ""));
    }

    @Test
    void a_group_that_nobody_serves_keeps_everything() {
        groups();
        fill(50);
        settle(Streams.GROUP, 50);

        assertThat(trim(10)).isEqualTo(new Trimmed(0, 40, OTHER));
        assertThat(length()).isEqualTo(50);
    }

    @Test
    void while_a_group_does_not_exist_nothing_is_removed() {
        streams.createGroup();
        fill(50);
        settle(Streams.GROUP, 50);

        assertThat(trim(10)).isEqualTo(new Trimmed(0, 40, OTHER));
        assertThat(length()).isEqualTo(50);
    }

    @Test
    void a_group_that_was_set_back_gets_what_it_was_set_back_to() {
        groups();
        fill(50);
        settle(OTHER, 50);
        settle(Streams.GROUP, 50);
        String id =
                streams.redis().xrange(streams.in(), Range.unbounded()).get(19).getId();
        streams.redis().xgroupSetid(StreamOffset.from(streams.in(), id), OTHER);

        assertThat(trim(10)).isEqualTo(new Trimmed(20, 20, OTHER));
        assertThat(streams.numbers(streams.in())).startsWith("20");
    }

    @Test
    void without_groups_only_the_length_counts() {
        fill(50);

        assertThat(new StreamAdmin(streams.link()).trim(streams.in(), List.of(), 10))
                .isEqualTo(new Trimmed(40, 0, ""));
    }

    @Test
    void ids_are_compared_as_the_numbers_they_are() {
        groups();
        // as text 10-0 comes before 9-0, and both parts of the last are no numbers that Lua could hold
        List.of("9-9", "9-10", "10-0", "99-0", "9007199254740993-1", "9007199254740993-9223372036854775809")
                .forEach(id -> streams.redis().xadd(streams.in(), new XAddArgs().id(id), Map.of("n", id)));
        settle(OTHER, 6);
        settle(Streams.GROUP, 1);
        assertThat(trim(1)).isEqualTo(new Trimmed(1, 4, Streams.GROUP));
        settle(Streams.GROUP, 1);
        assertThat(trim(1)).isEqualTo(new Trimmed(1, 3, Streams.GROUP));
        settle(Streams.GROUP, 3);
        assertThat(trim(1)).isEqualTo(new Trimmed(3, 0, ""));
        assertThat(streams.numbers(streams.in())).containsExactly("9007199254740993-9223372036854775809");
    }

    @Test
    void a_key_that_is_no_stream_is_an_error_and_so_is_no_length() {
        streams.redis().set(streams.in(), "text");

        assertThatThrownBy(() -> trim(10))
                .isInstanceOf(RedisCommandExecutionException.class)
                .hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> trim(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void trimming_as_hard_as_can_be_takes_nothing_from_consumers_at_work() throws Exception {
        int entries = 4_000;
        groups();
        var failures = new AtomicLong();
        for (String name : List.of("one", "two")) {
            streams.start(name, routes -> routes.from(streams.fromIn(Map.of("concurrency", 2, "maxInFlight", 16)))
                    .process(exchange -> {
                        // some entries come twice, so that the oldest pending one is not always the last read
                        if (failures.incrementAndGet() % 40 == 0) {
                            throw new IllegalStateException("for the test");
                        }
                    })
                    .to(streams.toOut()));
        }
        var done = new AtomicBoolean();
        var removed = new AtomicLong();
        var trimming = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                removed.addAndGet(trim(1).removed());
            }
        });
        var other = CompletableFuture.runAsync(() -> {
            for (int left = entries; left > 0; ) {
                left -= settle(OTHER, 50);
            }
        });

        fill(entries);

        Streams.eventually().untilAsserted(() -> assertThat(streams.redis().xlen(streams.out()))
                .isEqualTo(entries));
        Streams.eventually().until(other::isDone);
        other.join();
        Streams.eventually().untilAsserted(() -> assertThat(removed).hasValue(entries - 1));
        done.set(true);
        trimming.join();
        assertThat(streams.numbers(streams.out()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, entries).mapToObj(Integer::toString).toList());
        assertThat(streams.outcomes(Outcome.LOST_ENTRY)).isZero();
        assertThat(streams.deadLetters()).isEmpty();
        assertThat(streams.pending()).isEmpty();
    }

    private Trimmed trim(long maxLength) {
        return new StreamAdmin(streams.link()).trim(streams.in(), List.of(Streams.GROUP, OTHER), maxLength);
    }

    private void groups() {
        streams.createGroup();
        streams.redis().xgroupCreate(StreamOffset.from(streams.in(), "0"), OTHER, XGroupCreateArgs.Builder.mkstream());
    }

    private void fill(int entries) {
        for (int i = 0; i < entries; i++) {
            streams.add(i);
        }
    }

    private long length() {
        return streams.redis().xlen(streams.in());
    }

    /** Reads and acknowledges the next entries. */
    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    private int settle(String group, int count) {
        List<StreamMessage<String, String>> entries = streams.redis()
                .xreadgroup(
                        Consumer.from(group, "settler"),
                        XReadArgs.Builder.count(count),
                        StreamOffset.lastConsumed(streams.in()));
        entries.forEach(entry -> streams.redis().xack(streams.in(), group, entry.getId()));
        return entries.size();
    }
}
