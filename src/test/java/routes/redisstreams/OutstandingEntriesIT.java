package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedRedis;

class OutstandingEntriesIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void undelivered_and_pending_entries_are_outstanding_acknowledged_ones_are_not() {
        streams.createGroup();
        List<String> ids = streams.add(0, 1, 2, 3, 4, 5);
        streams.readAs("one", 2);
        streams.readAs("two", 2);
        streams.redis().xack(streams.in(), Streams.GROUP, ids.get(1), ids.get(2));

        assertThat(numbers(10)).hasValue(List.of("4", "5", "0", "3"));
    }

    @Test
    void a_deleted_entry_is_not_outstanding_though_it_is_pending() {
        streams.createGroup();
        List<String> ids = streams.add(0, 1);
        streams.readAs("one", 2);
        streams.redis().xdel(streams.in(), ids.get(0));

        assertThat(numbers(10)).hasValue(List.of("1"));
    }

    @Test
    void a_group_that_does_not_exist_has_everything_before_it_and_a_stream_that_does_not_exist_nothing() {
        assertThat(numbers(10)).hasValue(List.of());
        streams.add(0, 1);
        assertThat(numbers(10)).hasValue(List.of("0", "1"));
    }

    @Test
    void more_than_asked_for_is_not_read() {
        streams.createGroup();
        streams.add(IntStream.range(0, 1_200).boxed().toArray());
        streams.readAs("one", 600);

        assertThat(numbers(1_200).orElseThrow()).hasSize(1_200);
        assertThat(numbers(1_199)).isEmpty();
        assertThat(numbers(599)).isEmpty();
    }

    @Test
    void the_newest_entries_come_first() {
        streams.add(IntStream.range(0, 1_200).boxed().toArray());

        assertThat(newest(streams.in(), 1_100))
                .hasSize(1_100)
                .startsWith("1199", "1198")
                .endsWith("100");
        assertThat(newest(streams.in(), 5_000)).hasSize(1_200);
        assertThat(newest(streams.out(), 5_000)).isEmpty();
    }

    private List<String> newest(String key, int atMost) {
        List<String> numbers = new ArrayList<>();
        new StreamAdmin(streams.link())
                .readNewest(key, atMost, entry -> numbers.add(entry.fields().get("n")));
        return numbers;
    }

    private Optional<List<String>> numbers(int atMost) {
        List<String> numbers = new ArrayList<>();
        boolean all = new StreamAdmin(streams.link())
                .readOutstanding(
                        streams.in(),
                        Streams.GROUP,
                        atMost,
                        entry -> numbers.add(entry.fields().get("n")));
        return all ? Optional.of(numbers) : Optional.empty();
    }
}
