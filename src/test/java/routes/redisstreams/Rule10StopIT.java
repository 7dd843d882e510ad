package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class Rule10StopIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void rule10_a_stop_completes_what_runs_and_leaves_the_rest_to_be_claimed_at_once() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        Map<String, Object> patient = Map.of("claimMinIdle", 60_000);
        streams.add(1, 2, 3);
        Streams.Instance a = streams.start("a", routes -> routes.from(streams.fromIn(patient))
                .process(exchange -> {
                    seen.add("a");
                    begun.countDown();
                    assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
                })
                .to(streams.toOut()));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        eventually().untilAsserted(() -> assertThat(streams.pending()).hasSize(3));

        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> a.stopWithin(Duration.ofSeconds(60)));
        // the exchange ends only after the others are released, so that the worker cannot take one of them
        eventually()
                .until(() -> streams.pending().stream()
                                .filter(row -> row.getMsSinceLastDelivery() >= 60_000)
                                .count()
                        == 2);
        goOn.countDown();

        assertThat(stop).succeedsWithin(Duration.ofSeconds(60));
        assertThat(seen).containsExactly("a");
        assertThat(streams.numbers(streams.out())).containsExactly("1");
        assertThat(streams.pending()).hasSize(2).allSatisfy(row -> assertThat(row.getMsSinceLastDelivery())
                .isGreaterThanOrEqualTo(60_000));
        streams.start("b", routes -> routes.from(streams.fromIn(patient)).to(streams.toOut()));
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1", "2", "3"));
    }

    @Test
    void rule10_an_exchange_that_outlasts_the_shutdown_time_out_is_processed_again_uncounted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        streams.add(1);
        Streams.Instance a = streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    begun.countDown();
                    new CountDownLatch(1).await();
                })
                .to(streams.toOut()));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        a.stopWithin(Duration.ofMillis(100));

        List<Object> deliveries = new CopyOnWriteArrayList<>();
        streams.start("b", routes -> routes.from(streams.fromIn())
                .process(exchange -> deliveries.add(exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES)))
                .to(streams.toOut()));
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        assertThat(deliveries).containsExactly(1);
    }

    @Test
    void rule10_a_stop_does_not_wait_long_for_a_redis_that_does_not_answer() throws Exception {
        Streams.Instance a = streams.instance("a", routes -> {
            routes.from(streams.fromIn()).to(streams.toOut());
            routes.from(streams.fromIn()).to(streams.toOut());
            routes.from(streams.fromIn()).to(streams.toOut());
        });
        a.component().setCommandTimeout(500);
        a.context().start();
        eventually().until(() -> a.consumer().isReading());

        REDIS.freeze();
        try {
            assertThat(CompletableFuture.runAsync(a::stop)).succeedsWithin(Duration.ofSeconds(15));
        } finally {
            REDIS.thaw();
        }
    }

    @Test
    void rule10_a_route_can_be_stopped_and_started_again() throws Exception {
        Streams.Instance a = streams.start(
                "a", routes -> routes.from(streams.fromIn()).routeId("r").to(streams.toOut()));
        for (int i = 0; i < 3; i++) {
            int expected = i + 1;
            streams.add(i);
            eventually().untilAsserted(() -> assertThat(streams.numbers(streams.out()))
                    .hasSize(expected));
            a.context().getRouteController().stopRoute("r");
            a.context().getRouteController().startRoute("r");
        }
        assertThat(streams.numbers(streams.out())).containsExactly("0", "1", "2");
    }
}
