package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class Rule1CompletionIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void rule1_order_is_kept_by_a_server_that_has_not_seen_the_scripts_yet() throws Exception {
        for (int round = 0; round < 20; round++) {
            REDIS.commands().del(streams.out());
            REDIS.commands().scriptFlush();
            List<String> expected =
                    IntStream.range(0, 50).mapToObj(n -> Integer.toString(n)).toList();
            expected.forEach(n -> REDIS.commands().xadd(streams.in(), Map.of("n", n)));

            Streams.Instance instance = streams.start(
                    "a" + round, routes -> routes.from(streams.fromIn()).to(streams.toOut()));

            eventually().until(() -> streams.numbers(streams.out()).size() == expected.size());
            assertThat(streams.numbers(streams.out())).containsExactlyElementsOf(expected);
            instance.stop();
        }
    }

    @Test
    void rule1_a_completed_entry_is_acknowledged_and_its_outputs_are_published_in_order() throws Exception {
        streams.add(1, 2, 3);

        streams.start("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));

        eventually().untilAsserted(() -> {
            assertThat(streams.numbers(streams.out())).containsExactly("1", "2", "3");
            streams.assertSettled();
        });
        streams.awaitOutcomes(Outcome.COMPLETED, 3);
    }

    @Test
    void rule1_nothing_is_published_before_the_exchange_has_ended() throws Exception {
        CountDownLatch recorded = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        streams.add(1);
        streams.start(
                "a", routes -> routes.from(streams.fromIn()).to(streams.toOut()).process(exchange -> {
                    recorded.countDown();
                    await(goOn);
                }));

        await(recorded);
        assertThat(streams.numbers(streams.out())).isEmpty();
        assertThat(streams.pending()).hasSize(1);
        goOn.countDown();

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
    }

    @Test
    void rule1_outputs_of_an_entry_that_was_claimed_away_are_not_published() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch claimed = new CountDownLatch(1);
        String doneKey = "done:" + streams.in();
        String id = streams.add(1).get(0);
        // a does not claim the entry back
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("claimMinIdle", 60_000)))
                .process(exchange -> {
                    begun.countDown();
                    await(claimed);
                    completion(exchange).markDone(doneKey, "yes", Duration.ofMinutes(1), true);
                })
                .to(streams.toOut()));
        await(begun);

        streams.claimAs("thief", id);
        claimed.countDown();

        eventually()
                .untilAsserted(() -> assertThat(streams.outcomes(Outcome.STALE)).isEqualTo(1));
        assertThat(streams.numbers(streams.out())).isEmpty();
        assertThat(streams.redis().exists(doneKey)).isZero();
        assertThat(streams.pending()).singleElement().satisfies(row -> assertThat(row.getConsumer())
                .isEqualTo("thief"));
    }

    @Test
    void rule1_of_many_entries_completed_together_only_those_claimed_away_are_not_published() throws Exception {
        List<Integer> numbers = IntStream.rangeClosed(1, 100).boxed().toList();
        List<Integer> stolen = List.of(1, 20, 21, 50, 51, 53, 100);
        List<String> ids = streams.add(numbers.toArray());
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        streams.start("a", routes -> routes.from(streams.fromIn(
                        Map.of("batchSize", 100, "maxInFlight", 100, "readCount", 100, "claimMinIdle", 60000)))
                .process(exchange -> {
                    running.countDown();
                    await(goOn);
                })
                .split(routes.body(), new BatchItems())
                .to(streams.toOut()));
        await(running);
        stolen.forEach(number -> streams.claimAs("thief", ids.get(number - 1)));
        goOn.countDown();

        List<String> left = numbers.stream()
                .filter(number -> !stolen.contains(number))
                .map(String::valueOf)
                .toList();
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactlyElementsOf(left));
        assertThat(streams.pending()).hasSameSizeAs(stolen).allSatisfy(row -> assertThat(row.getConsumer())
                .isEqualTo("thief"));
        eventually()
                .untilAsserted(() -> assertThat(streams.outcomes(Outcome.STALE)).isEqualTo(stolen.size()));
    }

    @Test
    void rule1_what_is_done_is_marked_and_called_back_with_the_completion() throws Exception {
        String doneKey = "done:" + streams.in();
        AtomicInteger called = new AtomicInteger();
        streams.add(1);

        streams.start("a", routes -> routes.from(streams.fromIn()).process(exchange -> {
            completion(exchange).markDone(doneKey, "yes", Duration.ofMinutes(1), true);
            completion(exchange).onCompleted(called::incrementAndGet);
        }));

        eventually().untilAsserted(() -> assertThat(called).hasValue(1));
        assertThat(streams.redis().get(doneKey)).isEqualTo("yes");
        assertThat(streams.redis().pttl(doneKey)).isBetween(1L, 60_000L);
    }

    @Test
    void rule1_all_outputs_are_published_or_none() throws Exception {
        streams.redis().set("taken:" + streams.in(), "not a stream");
        streams.add(1);

        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 2)))
                .to(streams.toOut())
                .to("redis-streams:taken:" + streams.in()));

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        assertThat(streams.deadLetters().get(0).get("dlq_error")).contains("taken:" + streams.in(), "not", "stream");
        assertThat(streams.numbers(streams.out())).isEmpty();
    }

    @Test
    void rule1_outputs_of_split_and_multicast_copies_belong_to_the_one_completion() throws Exception {
        streams.add(1);
        AtomicInteger attempts = new AtomicInteger();
        streams.start("a", routes -> {
            routes.from("direct:left").setBody(exchange -> Map.of("n", "left")).to(streams.toOut());
            routes.from("direct:right")
                    .setBody(exchange -> Map.of("n", "right"))
                    .to(streams.toOut());
            routes.from(streams.fromIn())
                    .multicast()
                    .parallelProcessing()
                    .to("direct:left", "direct:right")
                    .end()
                    .setBody(exchange -> List.of(10, 11, 12))
                    .split()
                    .body()
                    .stopOnException()
                    .process(exchange -> {
                        int number = exchange.getMessage().getBody(Integer.class);
                        if (number == 12 && attempts.incrementAndGet() == 1) {
                            throw new IllegalStateException("the last part fails");
                        }
                        exchange.getMessage().setBody(Map.of("n", number));
                    })
                    .to(streams.toOut())
                    .end();
        });

        eventually().untilAsserted(streams::assertSettled);
        assertThat(attempts).hasValue(2);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrder("left", "right", "10", "11", "12");
    }

    @Test
    void rule1_an_exchange_that_goes_on_in_another_thread_is_completed_when_it_ends_there() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        streams.add(1);
        streams.start("a", routes -> {
            routes.from("seda:later")
                    .process(exchange -> {
                        begun.countDown();
                        await(goOn);
                    })
                    .to(streams.toOut());
            routes.from(streams.fromIn()).to("seda:later");
        });

        await(begun);
        assertThat(streams.pending()).hasSize(1);
        goOn.countDown();

        eventually().untilAsserted(() -> {
            assertThat(streams.numbers(streams.out())).containsExactly("1");
            streams.assertSettled();
        });
    }

    @Test
    void rule1_an_output_that_comes_too_late_is_an_error_where_it_comes_from() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        CountDownLatch completed = new CountDownLatch(1);
        streams.add(1);
        streams.start("a", routes -> {
            routes.from("direct:tap")
                    .onCompletion()
                    .onFailureOnly()
                    .process(exchange -> refused.set(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)))
                    .end()
                    .process(exchange -> await(completed))
                    .to(streams.toOut());
            routes.from(streams.fromIn()).wireTap("direct:tap");
        });

        eventually().untilAsserted(streams::assertSettled);
        completed.countDown();

        eventually().untilAsserted(() -> assertThat(refused.get()).hasMessageContaining("completed already"));
        assertThat(streams.numbers(streams.out())).isEmpty();
    }

    private static StreamCompletion completion(Exchange exchange) {
        return StreamCompletion.of(exchange).orElseThrow();
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void rule1_what_somebody_else_has_done_meanwhile_is_not_published_again() throws Exception {
        String doneKey = "done-once-" + streams.in();
        AtomicInteger deliveries = new AtomicInteger();
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    if (deliveries.incrementAndGet() == 1) {
                        completion(exchange).markDone(doneKey, "by us", Duration.ofMinutes(1), false);
                        streams.redis().set(doneKey, "by another");
                    }
                })
                .filter(exchange -> deliveries.get() == 1)
                .to(streams.toOut()));

        eventually().until(() -> deliveries.get() == 2);
        eventually().untilAsserted(streams::assertSettled);

        assertThat(streams.numbers(streams.out())).isEmpty();
        assertThat(streams.redis().get(doneKey)).isEqualTo("by another");
        assertThat(streams.deadLetters()).isEmpty();
    }
}
