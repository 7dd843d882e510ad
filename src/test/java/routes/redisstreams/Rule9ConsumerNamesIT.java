package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamGroup;
import routes.testing.EmbeddedRedis;

class Rule9ConsumerNamesIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void rule9_two_processes_of_the_same_name_become_two_consumers_and_process_each_entry_once() throws Exception {
        Streams.Instance first = start("host", Map.of("claimMinIdle", 4_000));
        eventually().untilAsserted(() -> assertThat(first.consumer().getConsumerName())
                .isEqualTo("host"));
        Streams.Instance second = start("host", Map.of("claimMinIdle", 4_000));
        eventually().untilAsserted(() -> assertThat(second.consumer().getConsumerName())
                .isEqualTo("host-2"));

        for (int i = 0; i < 50; i++) {
            streams.add(i);
        }

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).hasSize(50).doesNotHaveDuplicates();
        streams.awaitOutcomes(Outcome.COMPLETED, 50);
    }

    @Test
    void rule9_a_name_is_stable_over_restarts_and_crashes() throws Exception {
        for (int i = 0; i < 2; i++) {
            Streams.Instance stopped = start("host");
            eventually().untilAsserted(() -> assertThat(stopped.consumer().getConsumerName())
                    .isEqualTo("host"));
            stopped.stop();
            Streams.Instance crashed = start("host");
            eventually().untilAsserted(() -> assertThat(crashed.consumer().getConsumerName())
                    .isEqualTo("host"));
            crashed.crash();
        }
    }

    @Test
    void rule9_a_consumer_whose_name_was_lost_to_another_takes_a_new_one_and_goes_on() throws Exception {
        Streams.Instance a = start("host");
        eventually()
                .untilAsserted(() -> assertThat(a.consumer().getConsumerName()).isEqualTo("host"));

        streams.redis().set("redis-streams:consumer:" + streams.in() + ":" + Streams.GROUP + ":host", "another");

        eventually()
                .untilAsserted(() -> assertThat(a.consumer().getConsumerName()).isEqualTo("host-2"));
        streams.add(1);
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
    }

    @Test
    void rule9_an_idle_consumer_is_removed_only_if_nothing_is_pending_for_it_and_nobody_leases_its_name() {
        streams.createGroup();
        streams.add(1);
        streams.readAs("busy", 1);
        streams.redis().xgroupCreateconsumer(streams.in(), Consumer.from(Streams.GROUP, "idle"));
        streams.redis().xgroupCreateconsumer(streams.in(), Consumer.from(Streams.GROUP, "alive"));
        StreamGroup group = new StreamGroup(streams.in(), streams.in(), Streams.GROUP);
        ConsumerName alive = new ConsumerName(streams.link(), group, "alive", Duration.ofMinutes(1));
        assertThat(alive.acquire()).contains("alive");

        alive.removeIdleConsumers(Duration.ofHours(1));
        assertThat(consumers()).containsExactlyInAnyOrder("busy", "idle", "alive");
        alive.removeIdleConsumers(Duration.ZERO);
        assertThat(consumers()).containsExactlyInAnyOrder("busy", "alive");
        streams.redis()
                .xack(streams.in(), Streams.GROUP, streams.pending().get(0).getId());
        alive.release();
        alive.removeIdleConsumers(Duration.ZERO);
        assertThat(consumers()).isEmpty();
    }

    @Test
    void rule9_a_running_consumer_removes_idle_ones() throws Exception {
        streams.redis().xadd(streams.in(), Map.of("n", "0"));
        streams.redis().xgroupCreate(StreamOffset.from(streams.in(), "$"), Streams.GROUP);
        streams.redis().xgroupCreateconsumer(streams.in(), Consumer.from(Streams.GROUP, "gone"));

        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("consumerIdle", 700)))
                .to(streams.toOut()));
        streams.add(1);

        eventually().untilAsserted(() -> assertThat(consumers()).containsExactly("a"));
    }

    private List<String> consumers() {
        return streams.redis().xinfoConsumers(streams.in(), Streams.GROUP).stream()
                .map(consumer -> (String) ((List<?>) consumer).get(1))
                .toList();
    }

    private Streams.Instance start(String name) throws Exception {
        return start(name, Map.of());
    }

    private Streams.Instance start(String name, Map<String, Object> options) throws Exception {
        return streams.start(
                name, routes -> routes.from(streams.fromIn(options)).to(streams.toOut()));
    }
}
