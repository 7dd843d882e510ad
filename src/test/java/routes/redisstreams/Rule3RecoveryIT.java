package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.Consumer;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamGroup;
import routes.testing.EmbeddedRedis;

class Rule3RecoveryIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    /** Bodies with the delivery they came in, like 1/1. */
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @Test
    void rule3_on_start_own_pending_entries_come_before_new_ones() throws Exception {
        streams.createGroup();
        streams.add(1, 2, 3);
        streams.readAs("a", 2);
        // nothing is idle long enough to be claimed
        streams.start("a", routes -> routes.from(patient()).process(this::see));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(seen).containsExactly("1/1", "2/1", "3/1");
    }

    @Test
    void rule3_more_own_pending_entries_than_fit_in_memory_are_all_taken_up() throws Exception {
        streams.createGroup();
        for (int i = 0; i < 100; i++) {
            streams.add(i);
        }
        streams.readAs("a", 100);
        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("claimMinIdle", 60_000, "maxInFlight", 8, "readCount", 8)))
                .process(this::see));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    void rule3_after_a_reconnect_own_pending_entries_are_taken_up() throws Exception {
        streams.start("a", routes -> routes.from(patient()).process(this::see));
        streams.add(1);
        eventually().untilAsserted(() -> assertThat(seen).containsExactly("1/1"));
        eventually().untilAsserted(streams::assertSettled);

        // an entry is delivered to a, but the answer gets lost; one transaction, so that a does not read it itself
        streams.redis().multi();
        streams.redis().xadd(streams.in(), Map.of("n", "2"));
        streams.redis().xreadgroup(Consumer.from(Streams.GROUP, "a"), StreamOffset.lastConsumed(streams.in()));
        streams.redis().exec();
        assertThat(streams.pending()).hasSize(1);
        streams.redis().clientKill(KillArgs.Builder.typeNormal().skipme());

        // the connection of streams.link() is killed too
        eventually().ignoreExceptionsInstanceOf(RedisException.class).untilAsserted(streams::assertSettled);
        assertThat(seen).containsExactly("1/1", "2/1");
    }

    @Test
    void rule3_entries_of_a_dead_consumer_are_claimed_and_the_claim_counts() throws Exception {
        streams.createGroup();
        streams.add(1, 2);
        streams.readAs("dead", 2);
        streams.start("a", routes -> routes.from(streams.fromIn()).process(this::see));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(seen).containsExactly("1/2", "2/2");
        streams.awaitOutcomes(Outcome.CLAIMED, 2);
    }

    @Test
    void rule3_an_entry_of_a_process_that_crashed_between_read_and_acknowledgement_is_processed_elsewhere()
            throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        streams.add(1);
        Streams.Instance a = streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                })
                .to(streams.toOut()));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        a.crash();

        streams.start(
                "b", routes -> routes.from(streams.fromIn()).process(this::see).to(streams.toOut()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(seen).containsExactly("1/2");
        assertThat(streams.numbers(streams.out())).containsExactly("1");
    }

    @Test
    void rule3_an_exchange_that_takes_longer_than_the_claim_time_is_not_repeated_by_an_idle_consumer()
            throws Exception {
        streams.add(1);
        CountDownLatch never = new CountDownLatch(1);
        Streams.RouteSetup slow = routes -> routes.from(streams.fromIn(Map.of("claimMinIdle", 3_600)))
                .process(this::see)
                .process(exchange ->
                        assertThat(never.await(6_600, TimeUnit.MILLISECONDS)).isFalse())
                .to(streams.toOut());
        streams.start("a", slow);
        streams.start("b", slow);

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        assertThat(seen).containsExactly("1/1");
        assertThat(streams.outcomes(Outcome.CLAIMED)).isZero();
    }

    @Test
    void rule3_a_late_heartbeat_steals_nothing_back() {
        streams.createGroup();
        String id = streams.add(1).get(0);
        streams.readAs("a", 1);
        StreamGroup group = new StreamGroup(streams.in(), streams.in(), Streams.GROUP);
        HeldEntries held =
                new HeldEntries(8, 8, new Outage(group, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1)), 5));
        held.offer(List.of(StreamEntry.fresh(id, "a", Map.of("n", "1"))));
        ConsumerName name = new ConsumerName(streams.link(), group, "a", Duration.ofSeconds(10));
        var outcomes = new OutcomeCounter(group, (stream, workers, outcome) -> {});
        var entries = new PendingEntries(streams.link(), group, name, held, outcomes, Duration.ofSeconds(1));

        entries.renewHeld();
        assertThat(held.holds(id)).isTrue();
        streams.claimAs("b", id);
        entries.renewHeld();

        assertThat(streams.pending()).singleElement().satisfies(row -> assertThat(row.getConsumer())
                .isEqualTo("b"));
        assertThat(held.holds(id)).as("what another owns is let go").isFalse();
    }

    @Test
    void rule3_pending_ids_whose_entry_is_gone_are_acknowledged_and_counted() throws Exception {
        streams.createGroup();
        List<String> ids = streams.add(1, 2, 3, 4);
        streams.readAs("a", 2);
        streams.readAs("dead", 2);
        streams.redis().xdel(streams.in(), ids.get(0), ids.get(2));

        streams.start("a", routes -> routes.from(streams.fromIn()).process(this::see));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(seen).containsExactly("2/1", "4/2");
        streams.awaitOutcomes(Outcome.LOST_ENTRY, 2);
        eventually().untilAsserted(() -> assertThat(streams.unprocessed())
                .as("Redis does not name those that are claimed")
                .containsExactly(ids.get(0) + " {} lost_entry"));
    }

    @Test
    void rule3_a_failed_entry_that_is_deleted_before_its_next_delivery_is_acknowledged_and_counted() throws Exception {
        String id = streams.add(1).get(0);
        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("claimMinIdle", 60_000, "backoffInitial", 800, "backoffMax", 800)))
                .process(exchange -> {
                    throw new IllegalStateException("again");
                }));
        eventually().untilAsserted(() -> assertThat(streams.outcomes(Outcome.FAILED))
                .isPositive());

        streams.redis().xdel(streams.in(), id);

        eventually().untilAsserted(() -> assertThat(streams.outcomes(Outcome.LOST_ENTRY))
                .isEqualTo(1));
        assertThat(streams.pending()).isEmpty();
        eventually().untilAsserted(() -> assertThat(streams.unprocessed()).containsExactly(id + " {} lost_entry"));
    }

    @Test
    void rule3_failed_entries_that_wait_for_their_next_delivery_are_not_claimed_by_others() throws Exception {
        streams.add(1);
        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("claimMinIdle", 3_600, "backoffInitial", 30_000, "backoffMax", 30_000)))
                .process(exchange -> {
                    throw new IllegalStateException("later");
                }));
        eventually().untilAsserted(() -> assertThat(streams.outcomes(Outcome.FAILED))
                .isEqualTo(1));
        streams.start("b", routes -> routes.from(streams.fromIn(Map.of("claimMinIdle", 3_600)))
                .process(this::see));

        during(Duration.ofMillis(5_600)).untilAsserted(() -> assertThat(seen).isEmpty());
    }

    /** An endpoint that claims nothing during a test. */
    private String patient() {
        return streams.fromIn(Map.of("claimMinIdle", 60_000));
    }

    private void see(Exchange exchange) {
        seen.add(exchange.getMessage().getBody(Map.class).get("n") + "/"
                + exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES));
    }
}
