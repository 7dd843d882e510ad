package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class Rule8ReadingIT {
    /** Longer than anything else here takes. */
    private static final int LONG_BLOCK = 8_000;

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void rule8_a_lone_entry_is_completed_without_delay_while_a_read_could_block_for_long() throws Exception {
        startLinkWith(Map.of("blockTimeout", LONG_BLOCK, "claimInterval", LONG_BLOCK));

        for (int i = 1; i <= 5; i++) {
            int expected = i;
            streams.add(i);
            eventually().atMost(Duration.ofSeconds(4)).untilAsserted(() -> assertThat(streams.numbers(streams.out()))
                    .hasSize(expected));
        }
    }

    @Test
    void rule8_publishing_does_not_wait_behind_a_blocking_read() throws Exception {
        startLinkWith(Map.of("blockTimeout", LONG_BLOCK, "claimInterval", LONG_BLOCK));

        try (ProducerTemplate template = streams.last().context().createProducerTemplate()) {
            eventually().atMost(Duration.ofSeconds(4)).untilAsserted(() -> {
                template.sendBody("redis-streams:other" + streams.in(), Map.of("n", "1"));
                assertThat(streams.numbers("other" + streams.in())).isNotEmpty();
            });
        }
    }

    @Test
    void rule8_a_read_may_block_longer_than_the_command_time_out() throws Exception {
        Streams.Instance a = streams.instance("a", link(Map.of("blockTimeout", 1_500, "claimInterval", LONG_BLOCK)));
        a.component().setCommandTimeout(500);
        a.context().start();
        eventually().until(() -> a.consumer().isReading());

        during(Duration.ofMillis(1_200))
                .untilAsserted(() -> assertThat(a.consumer().getProblem()).isEmpty());
        streams.add(1);
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
    }

    @Test
    void rule8_neither_routes_nor_listeners_run_on_the_event_loop_of_the_redis_client() throws Exception {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        Streams.Instance a = streams.instance("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> threads.add(Thread.currentThread().getName())));
        a.component()
                .setListener((stream, group, outcome) ->
                        threads.add(Thread.currentThread().getName()));
        a.context().start();
        streams.add(1);

        eventually().untilAsserted(() -> assertThat(threads).hasSizeGreaterThanOrEqualTo(2));
        assertThat(threads).noneMatch(name -> name.startsWith("lettuce"));
    }

    @Test
    void rule8_many_entries_are_read_and_completed_in_few_commands() throws Exception {
        int entries = 2_000;
        for (int i = 0; i < entries; i++) {
            streams.redis().xadd(streams.in(), Map.of("n", Integer.toString(i)));
        }
        long readsBefore = calls("xreadgroup");

        startLinkWith(Map.of());
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).hasSize(entries));

        assertThat(calls("xreadgroup") - readsBefore).as("reads").isLessThan(entries / 8);
    }

    private void startLinkWith(Map<String, Object> options) throws Exception {
        streams.start("a", link(options));
        eventually().until(() -> streams.last().consumer().isReading());
    }

    private Streams.RouteSetup link(Map<String, Object> options) {
        return routes -> routes.from(streams.fromIn(options)).to(streams.toOut());
    }

    private long calls(String command) {
        return streams.redis()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*calls=(\\d+).*", "$1")))
                .sum();
    }
}
