package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class Rule6BoundsIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void rule6_never_more_entries_are_in_memory_than_max_in_flight() throws Exception {
        for (int i = 0; i < 50; i++) {
            streams.add(i);
        }
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger mostRunning = new AtomicInteger();
        Streams.Instance a =
                streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxInFlight", 5, "concurrency", 2)))
                        .process(exchange -> {
                            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                            assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                            running.decrementAndGet();
                        })
                        .to(streams.toOut()));

        eventually().untilAsserted(() -> assertThat(a.consumer().getInFlight()).isEqualTo(5));
        during(Duration.ofMillis(400)).untilAsserted(() -> {
            assertThat(a.consumer().getInFlight()).isEqualTo(5);
            assertThat(streams.pending()).hasSize(5);
        });
        goOn.countDown();

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).hasSize(50);
        assertThat(mostRunning).hasValue(2);
    }

    @Test
    void rule6_no_new_entries_are_read_while_too_many_wait_for_their_next_delivery() throws Exception {
        for (int i = 0; i < 20; i++) {
            streams.add(i);
        }
        Map<String, Object> options =
                Map.of("maxParked", 4, "maxInFlight", 2, "backoffInitial", 60_000, "backoffMax", 60_000);
        Streams.Instance a = streams.start(
                "a", routes -> routes.from(streams.fromIn(options)).process(exchange -> {
                    throw new IllegalStateException("everything fails");
                }));

        eventually().untilAsserted(() -> assertThat(a.consumer().getParked()).isGreaterThanOrEqualTo(4));
        // what was in flight when the limit was reached may come on top
        during(Duration.ofMillis(400))
                .untilAsserted(() -> assertThat(streams.pending()).hasSizeLessThanOrEqualTo(6));
    }

    @Test
    void rule6_a_suspended_route_stops_reading_and_goes_on_when_resumed() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        Streams.Instance a = streams.start(
                "a",
                routes -> routes.from(streams.fromIn()).routeId("r").process(exchange -> seen.add(number(exchange))));
        streams.add(1);
        eventually().untilAsserted(() -> assertThat(seen).containsExactly("1"));

        a.context().getRouteController().suspendRoute("r");
        streams.add(2);
        during(Duration.ofMillis(700)).untilAsserted(() -> {
            assertThat(seen).containsExactly("1");
            assertThat(streams.pending()).isEmpty();
        });
        a.context().getRouteController().resumeRoute("r");

        eventually().untilAsserted(() -> assertThat(seen).containsExactly("1", "2"));
        streams.add(3);
        eventually().untilAsserted(() -> assertThat(seen).containsExactly("1", "2", "3"));
    }

    @Test
    void rule6_what_a_suspended_route_has_not_begun_is_left_to_others_at_once_and_uncounted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> seen = new CopyOnWriteArrayList<>();
        Map<String, Object> patient = Map.of("claimMinIdle", 60_000);
        streams.add(1, 2, 3);
        Streams.Instance a = streams.start("a", routes -> routes.from(streams.fromIn(patient))
                .process(exchange -> {
                    begun.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                })
                .to(streams.toOut()));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        eventually().untilAsserted(() -> assertThat(streams.pending()).hasSize(3));

        a.consumer().suspend();
        streams.start("b", routes -> routes.from(streams.fromIn(patient))
                .process(exchange -> seen.add(
                        number(exchange) + "/" + exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES)))
                .to(streams.toOut()));

        eventually().untilAsserted(() -> assertThat(seen).containsExactly("2/1", "3/1"));
        goOn.countDown();
        eventually().untilAsserted(() -> assertThat(streams.numbers(streams.out()))
                .containsExactlyInAnyOrder("1", "2", "3"));
    }

    private static String number(Exchange exchange) {
        return (String) exchange.getMessage().getBody(Map.class).get("n");
    }
}
