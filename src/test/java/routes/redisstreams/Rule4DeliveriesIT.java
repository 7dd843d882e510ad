package routes.redisstreams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redisstreams.FailureKind.PermanentFailure;
import routes.redisstreams.FailureKind.UncountedFailure;
import routes.testing.EmbeddedRedis;

class Rule4DeliveriesIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final List<Integer> deliveries = new CopyOnWriteArrayList<>();

    @Test
    void rule4_after_the_last_failed_delivery_an_entry_becomes_a_dead_letter_with_its_fields_and_a_report()
            throws Exception {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("z", "последнее поле — первым");
        fields.put("n", "1");
        fields.put("empty", "");
        String id = streams.redis().xadd(streams.in(), fields);
        Instant before = Instant.now().minusMillis(1);

        streams.start(
                "a",
                routes -> routes.from(streams.fromIn()).routeId("the-route").process(exchange -> {
                    deliver(exchange);
                    throw new IllegalStateException("outer", new UnsupportedOperationException("x".repeat(5_000)));
                }));

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        streams.assertSettled();
        assertThat(deliveries).containsExactly(1, 2, 3, 4, 5);
        Map<String, String> letter = streams.deadLetters().get(0);
        assertThat(letter.keySet())
                .containsExactly(
                        "z",
                        "n",
                        "empty",
                        "dlq_original_stream",
                        "dlq_original_message_id",
                        "dlq_group",
                        "dlq_consumer",
                        "dlq_deliveries",
                        "dlq_error",
                        "dlq_error_class",
                        "dlq_route_id",
                        "dlq_failed_at");
        assertThat(letter)
                .containsAllEntriesOf(fields)
                .containsEntry("dlq_original_stream", streams.in())
                .containsEntry("dlq_original_message_id", id)
                .containsEntry("dlq_group", Streams.GROUP)
                .containsEntry("dlq_consumer", "a")
                .containsEntry("dlq_deliveries", "5")
                .containsEntry("dlq_error", "x".repeat(2_000))
                .containsEntry("dlq_error_class", "java.lang.UnsupportedOperationException")
                .containsEntry("dlq_route_id", "the-route");
        assertThat(letter.get("dlq_failed_at")).endsWith("Z");
        assertThat(Instant.parse(letter.get("dlq_failed_at"))).isBetween(before, Instant.now());
        streams.awaitOutcomes(Outcome.DEAD_LETTERED, 1);
        streams.awaitOutcomes(Outcome.FAILED, 4);
    }

    @Test
    void rule4_a_group_that_is_deleted_and_begins_again_makes_no_second_dead_letter_while_the_first_is_there()
            throws Exception {
        String id = streams.add(1).get(0);
        streams.start("a", routes -> routes.from(streams.fromIn()).process(exchange -> {
            deliver(exchange);
            throw new IllegalStateException("never");
        }));
        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));

        beginAgain(10);
        assertThat(streams.deadLetters()).hasSize(1);

        String letter = streams.redis()
                .xrange(streams.in() + ":dlq", Range.unbounded())
                .get(0)
                .getId();
        streams.redis().xdel(streams.in() + ":dlq", letter);
        beginAgain(15);
        assertThat(streams.deadLetters()).singleElement().satisfies(again -> assertThat(again)
                .containsEntry("dlq_original_message_id", id));
    }

    private void beginAgain(int deliveriesThen) {
        streams.redis().xgroupDestroy(streams.in(), Streams.GROUP);
        eventually().untilAsserted(() -> {
            assertThat(deliveries).hasSize(deliveriesThen);
            streams.assertSettled();
        });
    }

    @Test
    void rule4_fields_that_are_no_text_come_to_the_dead_letters_byte_by_byte() throws Exception {
        byte[] binary = {(byte) 0xff, 0, (byte) 0xc3, 0x28};
        try (var connection = REDIS.newClient().connect(ByteArrayCodec.INSTANCE)) {
            connection.sync().xadd(streams.in().getBytes(UTF_8), Map.of(binary, binary));

            streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 1)))
                    .process(exchange -> {
                        throw new IllegalStateException("unreadable");
                    }));

            eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
            var letter = connection
                    .sync()
                    .xrange((streams.in() + ":dlq").getBytes(UTF_8), Range.unbounded())
                    .get(0);
            var first = letter.getBody().entrySet().iterator().next();
            assertThat(first.getKey()).isEqualTo(binary);
            assertThat(first.getValue()).isEqualTo(binary);
        }
    }

    @Test
    void rule4_a_dead_letter_is_not_written_for_an_entry_that_was_claimed_away() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch claimed = new CountDownLatch(1);
        String id = streams.add(1).get(0);
        // a does not claim the entry back
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 1, "claimMinIdle", 60_000)))
                .process(exchange -> {
                    begun.countDown();
                    assertThat(claimed.await(20, TimeUnit.SECONDS)).isTrue();
                    throw new IllegalStateException("too late");
                }));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        streams.claimAs("thief", id);
        claimed.countDown();

        eventually()
                .untilAsserted(() -> assertThat(streams.outcomes(Outcome.STALE)).isEqualTo(1));
        assertThat(streams.deadLetters()).isEmpty();
        assertThat(streams.pending()).hasSize(1);
    }

    @Test
    void rule4_an_error_marked_permanent_makes_a_dead_letter_at_once() throws Exception {
        streams.add("exception", "property", "text");
        streams.start("a", routes -> {
            routes.onException(IllegalArgumentException.class)
                    .setProperty(RedisStreamsConstants.FAILURE, routes.constant(FailureKind.PERMANENT));
            routes.onException(UnsupportedOperationException.class)
                    .setProperty(RedisStreamsConstants.FAILURE, routes.constant("permanent"));
            routes.from(streams.fromIn()).process(exchange -> {
                deliver(exchange);
                switch ((String) exchange.getMessage().getBody(Map.class).get("n")) {
                    case "exception" -> throw new IllegalStateException("wrapped", new Unreadable());
                    case "property" -> throw new IllegalArgumentException("by its type");
                    default -> throw new UnsupportedOperationException("by text");
                }
            });
        });

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(3));
        assertThat(deliveries).containsExactly(1, 1, 1);
        assertThat(streams.deadLetters())
                .extracting(letter -> letter.get("dlq_error"))
                .containsExactly("cannot be read", "by its type", "by text");
    }

    @Test
    void rule4_uncounted_failures_do_not_count_however_often_they_occur() throws Exception {
        streams.add(1);
        AtomicInteger attempts = new AtomicInteger();
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 2)))
                .process(exchange -> {
                    deliver(exchange);
                    if (attempts.incrementAndGet() < 7) {
                        throw new IllegalStateException("wrapped", new Busy());
                    }
                })
                .to(streams.toOut()));

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        assertThat(deliveries).containsExactly(1, 1, 1, 1, 1, 1, 1);
    }

    @Test
    void rule4_the_count_of_failures_survives_a_crash() throws Exception {
        streams.add(1);
        Streams.RouteSetup failing =
                routes -> routes.from(streams.fromIn(Map.of("backoffInitial", 30000, "backoffMax", 30000)))
                        .process(exchange -> {
                            deliver(exchange);
                            throw new IllegalStateException("always");
                        });
        for (int start = 1; start <= 3; start++) {
            int expected = start;
            Streams.Instance a = streams.start("a", failing);
            eventually().untilAsserted(() -> assertThat(streams.outcomes(Outcome.FAILED))
                    .isEqualTo(expected));
            a.crash();
        }

        assertThat(deliveries).containsExactly(1, 2, 3);
    }

    @Test
    void rule4_graceful_restarts_under_any_name_do_not_count() throws Exception {
        streams.add(1, 2, 3);
        for (String name : List.of("a", "a", "b", "c", "d")) {
            AtomicBoolean begun = new AtomicBoolean();
            Streams.Instance instance =
                    streams.instance(name, routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 3)))
                            .process(exchange -> {
                                deliver(exchange);
                                begun.set(true);
                                new CountDownLatch(1).await();
                            }));
            instance.context().start();
            eventually().untilTrue(begun);
            instance.stopWithin(Duration.ofMillis(50));
        }

        assertThat(deliveries).containsExactly(1, 1, 1, 1, 1);
        assertThat(streams.deadLetters()).isEmpty();
    }

    @Test
    void rule4_crashes_and_restarts_under_the_same_name_do_not_count() throws Exception {
        streams.add(1);
        for (int i = 0; i < 3; i++) {
            AtomicBoolean begun = new AtomicBoolean();
            Streams.Instance a =
                    streams.start("a", routes -> routes.from(streams.fromIn()).process(exchange -> {
                        deliver(exchange);
                        begun.set(true);
                        new CountDownLatch(1).await();
                    }));
            eventually().untilTrue(begun);
            a.crash();
        }

        assertThat(deliveries).containsExactly(1, 1, 1);
    }

    @Test
    void rule4_reconnects_do_not_count_and_do_not_repeat_what_runs() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    deliver(exchange);
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                })
                .to(streams.toOut()));
        eventually().untilAsserted(() -> assertThat(deliveries).hasSize(1));

        for (int i = 0; i < 6; i++) {
            streams.redis().clientKill(KillArgs.Builder.typeNormal().skipme());
            during(Duration.ofMillis(150))
                    .untilAsserted(() -> assertThat(deliveries).hasSize(1));
        }
        goOn.countDown();

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        assertThat(deliveries).containsExactly(1);
    }

    @Test
    void rule4_failing_entries_do_not_hold_up_others() throws Exception {
        streams.add(1, 2, 3, 4);
        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("backoffInitial", 30000, "backoffMax", 30000, "maxInFlight", 1)))
                .process(exchange -> {
                    if (exchange.getMessage().getBody(Map.class).get("n").equals("1")) {
                        throw new IllegalStateException("head of the line");
                    }
                })
                .to(streams.toOut()));

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("2", "3", "4"));
        // what it sent stands in the stream before the entry is no longer counted
        eventually().untilAsserted(() -> {
            assertThat(streams.last().consumer().getParked()).isEqualTo(1);
            assertThat(streams.last().consumer().getFailing()).isEqualTo(1);
            assertThat(streams.last().consumer().getInFlight()).isZero();
        });
    }

    @Test
    void rule4_an_entry_that_waits_for_something_in_use_is_not_failing() throws Exception {
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("backoffInitial", 30000, "backoffMax", 30000)))
                .process(exchange -> {
                    throw new Busy();
                }));

        eventually().untilAsserted(() -> assertThat(streams.last().consumer().getParked())
                .isEqualTo(1));
        assertThat(streams.last().consumer().getFailing()).isZero();
    }

    @Test
    void rule4_an_entry_suspected_of_killing_the_process_gets_its_last_attempt_alone_and_then_becomes_a_dead_letter()
            throws Exception {
        streams.add("killer", "innocent1", "innocent2", "innocent3");
        AtomicBoolean innocentsWait = new AtomicBoolean(true);
        for (int death = 1; death <= 3; death++) {
            // after two deaths all four are suspects
            innocentsWait.set(death < 3);
            AtomicInteger running = new AtomicInteger();
            AtomicBoolean killing = new AtomicBoolean();
            Streams.Instance a = streams.start("a", lethal(innocentsWait, running, killing));
            eventually().untilTrue(killing);
            if (death < 3) {
                eventually().untilAsserted(() -> assertThat(running).hasValue(4));
            } else {
                during(Duration.ofMillis(300))
                        .untilAsserted(() -> assertThat(running).hasValue(1));
            }
            a.crash();
        }

        streams.start("a", lethal(innocentsWait, new AtomicInteger(), new AtomicBoolean()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrder("innocent1", "innocent2", "innocent3");
        assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("n", "killer")
                .containsEntry("dlq_error_class", ProcessDeathException.class.getName()));
        eventually().untilAsserted(() -> assertThat(streams.unprocessed())
                .singleElement()
                .asString()
                .contains("n=killer")
                .endsWith(" dead_lettered"));
        assertThat(streams.redis().hlen("redis-streams:deaths:" + streams.in() + ":" + Streams.GROUP))
                .as("deaths still noted")
                .isZero();
    }

    private Streams.RouteSetup lethal(AtomicBoolean innocentsWait, AtomicInteger running, AtomicBoolean killing) {
        return routes -> routes.from(streams.fromIn(Map.of("concurrency", 4, "maxDeliveries", 3)))
                .process(exchange -> {
                    running.incrementAndGet();
                    if (exchange.getMessage().getBody(Map.class).get("n").equals("killer")) {
                        killing.set(true);
                        new CountDownLatch(1).await();
                    }
                    if (innocentsWait.get()) {
                        new CountDownLatch(1).await();
                    }
                    running.decrementAndGet();
                })
                .to(streams.toOut());
    }

    private void deliver(Exchange exchange) {
        deliveries.add(exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES, Integer.class));
    }

    private static final class Unreadable extends RuntimeException implements PermanentFailure {
        private static final long serialVersionUID = 1L;

        Unreadable() {
            super("cannot be read");
        }
    }

    private static final class Busy extends RuntimeException implements UncountedFailure {
        private static final long serialVersionUID = 1L;
    }
}
