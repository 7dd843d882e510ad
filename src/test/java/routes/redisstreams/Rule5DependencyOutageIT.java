package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redisstreams.FailureKind.UnavailableFailure;
import routes.testing.EmbeddedRedis;

/** Rule 5: a dependency that is down is not the entry's fault. */
class Rule5DependencyOutageIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final AtomicBoolean away = new AtomicBoolean();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();

    @Test
    void rule5_a_stage_whose_dependency_is_down_pauses_and_goes_on_and_nothing_is_counted_or_dead_lettered()
            throws Exception {
        away.set(true);
        List<String> expected = add(100);
        Streams.Instance instance = start(Map.of("concurrency", 4, "maxInFlight", 16, "maxDeliveries", 2));

        eventually().until(() -> calls.get() > 20);
        assertThat(instance.consumer().notReadyBecause()).contains("unavailable", "database away");
        assertThat(streams.deadLetters()).isEmpty();

        away.set(false);

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(streams.deadLetters()).isEmpty();
        assertThat(instance.consumer().notReadyBecause()).isNull();
    }

    @Test
    void rule5_while_a_dependency_is_down_one_entry_at_a_time_probes() throws Exception {
        away.set(true);
        add(50);
        start(Map.of("concurrency", 4, "maxInFlight", 16));
        eventually().until(() -> calls.get() > 4);
        mostAtOnce.set(0);

        eventually().until(() -> calls.get() > 12);

        assertThat(mostAtOnce).hasValue(1);
    }

    @Test
    void rule5_probes_back_off() throws Exception {
        away.set(true);
        add(50);
        start(Map.of("concurrency", 4, "maxInFlight", 16, "backoffInitial", 100, "backoffMax", 2_000));
        eventually().until(() -> calls.get() >= 4);
        int before = calls.get();

        // 4 began together, then a probe after 0.05-0.1, 0.1-0.2, 0.2-0.4, 0.4-0.8, ... s
        during(Duration.ofSeconds(1)).until(() -> calls.get() - before <= 5);
    }

    @Test
    void rule5_entries_that_wait_for_a_dependency_are_kept_fresh_and_not_given_to_others() throws Exception {
        away.set(true);
        List<String> expected = add(20);
        start(Map.of("concurrency", 2, "maxInFlight", 32));
        eventually().until(() -> calls.get() > 6);
        Queue<String> other = new ConcurrentLinkedQueue<>();
        streams.start("b", routes -> routes.from(streams.fromIn()).process(exchange -> other.add(n(exchange))));

        // twice as long as entries take to be claimed
        during(Duration.ofMillis(1_500)).until(other::isEmpty);
        away.set(false);

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void rule5_an_entry_that_alone_says_that_something_is_away_ends_in_the_dead_letters() throws Exception {
        streams.add("liar");
        List<String> expected = add(20);
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 2)))
                .process(exchange -> {
                    if (n(exchange).equals("liar")) {
                        throw new DatabaseAway();
                    }
                })
                .to(streams.toOut()));

        AtomicInteger more = new AtomicInteger(100);
        eventually().until(() -> {
            // without others that get through nobody could tell
            streams.add(more.incrementAndGet());
            return !streams.deadLetters().isEmpty();
        });
        assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("n", "liar"));
        assertThat(streams.numbers(streams.out())).containsAll(expected);
    }

    @Test
    void rule5_a_paused_group_rests_in_all_processes_also_after_a_restart_until_it_is_resumed() throws Exception {
        Streams.Instance first = start(Map.of());
        streams.add("before");
        eventually().until(() -> streams.numbers(streams.out()).size() == 1);

        first.consumer().pauseGroup("looking into it");
        eventually().until(() -> first.consumer().getPausedBecause().equals("looking into it"));
        List<String> waiting = add(5);
        first.stop();
        Streams.Instance second = start(Map.of());

        during(Duration.ofMillis(1_200))
                .until(() -> streams.numbers(streams.out()).size() == 1);
        assertThat(second.consumer().getPausedBecause()).isEqualTo("looking into it");
        assertThat(second.consumer().notReadyBecause()).isNull();
        assertThat(second.consumer().resumeGroup()).isTrue();

        eventually().until(() -> streams.numbers(streams.out()).size() == 6);
        assertThat(streams.numbers(streams.out())).containsAll(waiting);
        assertThat(second.consumer().resumeGroup()).isFalse();
    }

    @Test
    void rule5_entries_that_fail_by_themselves_wait_without_holding_up_others() throws Exception {
        streams.add("poison");
        List<String> expected = add(200);
        CountDownLatch done = new CountDownLatch(200);
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("backoffInitial", 800, "backoffMax", 1600)))
                .process(exchange -> {
                    if (n(exchange).equals("poison")) {
                        throw new IllegalStateException("cannot be processed");
                    }
                    done.countDown();
                })
                .to(streams.toOut()));

        eventually().until(() -> streams.numbers(streams.out()).size() == 200);
        assertThat(streams.deadLetters())
                .as("still waits for its next delivery")
                .isEmpty();
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
        eventually()
                .untilAsserted(
                        () -> assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                                .containsEntry("n", "poison")
                                .containsEntry("dlq_deliveries", "5")
                                .containsEntry("dlq_error", "cannot be processed")));
    }

    @Test
    void rule5_a_graceful_stop_during_an_outage_does_not_wait_and_another_process_takes_over() throws Exception {
        away.set(true);
        List<String> expected = add(30);
        Streams.Instance instance = start(Map.of("concurrency", 2, "maxInFlight", 16));
        eventually().until(() -> calls.get() > 4);

        long start = System.nanoTime();
        instance.stop();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        away.set(false);
        streams.start("b", routes -> routes.from(streams.fromIn()).to(streams.toOut()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
    }

    private List<String> add(int entries) {
        List<String> numbers =
                IntStream.range(0, entries).mapToObj(Integer::toString).toList();
        numbers.forEach(streams::add);
        return numbers;
    }

    private Streams.Instance start(Map<String, Object> options) throws Exception {
        return streams.start("a", routes -> routes.from(streams.fromIn(options))
                .process(exchange -> {
                    calls.incrementAndGet();
                    mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
                    try {
                        if (away.get()) {
                            throw new DatabaseAway();
                        }
                    } finally {
                        running.decrementAndGet();
                    }
                })
                .to(streams.toOut()));
    }

    private static String n(Exchange exchange) {
        return (String) exchange.getIn().getBody(Map.class).get("n");
    }

    private static final class DatabaseAway extends RuntimeException implements UnavailableFailure {
        private static final long serialVersionUID = 1L;

        DatabaseAway() {
            super("database away");
        }
    }
}
