package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class Rule2SuccessAndFailureIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final List<Integer> deliveries = new CopyOnWriteArrayList<>();

    @Test
    void rule2_an_entry_whose_exchange_failed_is_not_acknowledged_but_delivered_again() throws Exception {
        streams.add(1);
        streams.start(
                "a", routes -> routes.from(streams.fromIn()).to(streams.toOut()).process(exchange -> {
                    if (delivery(exchange) < 3) {
                        throw new IllegalStateException("not yet");
                    }
                }));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(deliveries).containsExactly(1, 2, 3);
        assertThat(streams.numbers(streams.out())).containsExactly("1");
        streams.awaitOutcomes(Outcome.FAILED, 2);
    }

    @Test
    void rule2_rollback_only_is_a_failure() throws Exception {
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .to(streams.toOut())
                .process(exchange -> exchange.setRollbackOnly(delivery(exchange) == 1)));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(deliveries).containsExactly(1, 2);
        assertThat(streams.numbers(streams.out())).containsExactly("1");
    }

    @Test
    void rule2_a_handled_failure_with_a_recorded_outcome_is_acknowledged() throws Exception {
        streams.add(1);
        streams.start("a", routes -> {
            routes.onException(IllegalStateException.class).handled(true).to(streams.toOut());
            routes.from(streams.fromIn()).process(exchange -> {
                delivery(exchange);
                throw new IllegalStateException("handled");
            });
        });

        eventually().untilAsserted(streams::assertSettled);
        assertThat(deliveries).containsExactly(1);
        assertThat(streams.numbers(streams.out())).containsExactly("1");
    }

    @Test
    void rule2_a_handled_failure_that_tells_nobody_is_a_failure() throws Exception {
        streams.add(1);
        streams.start("a", routes -> {
            routes.onException(IllegalStateException.class)
                    .handled(true)
                    .setProperty("said", routes.constant("nothing"));
            routes.from(streams.fromIn(Map.of("maxDeliveries", 2))).process(exchange -> {
                delivery(exchange);
                throw new IllegalStateException("swallowed");
            });
        });

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        assertThat(deliveries).containsExactly(1, 2);
        assertThat(streams.deadLetters().get(0)).containsEntry("dlq_error", "swallowed");
    }

    @Test
    void rule2_an_exchange_that_was_stopped_or_filtered_out_is_a_success_without_output() throws Exception {
        streams.add(1, 2);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .process(this::delivery)
                .choice()
                .when(exchange -> body(exchange).equals("1"))
                .stop()
                .end()
                .filter(exchange -> false)
                .to(streams.toOut())
                .end());

        eventually().untilAsserted(() -> assertThat(streams.outcomes(Outcome.COMPLETED))
                .isEqualTo(2));
        streams.assertSettled();
        assertThat(streams.numbers(streams.out())).isEmpty();
    }

    private int delivery(Exchange exchange) {
        int delivery = exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES, Integer.class);
        deliveries.add(delivery);
        return delivery;
    }

    private static String body(Exchange exchange) {
        return (String) exchange.getMessage().getBody(Map.class).get("n");
    }
}
