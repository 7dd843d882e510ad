package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.redisstreams.Streams.eventually;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class WiringIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void the_component_is_found_by_its_scheme_and_wired_from_the_registry() throws Exception {
        List<String> outcomes = new CopyOnWriteArrayList<>();
        StreamNames names = name -> "stream:" + name;
        StreamListener listener =
                (stream, group, outcome) -> outcomes.add(stream + "/" + group + "/" + outcome.label());
        streams.redis().xadd("stream:" + streams.in(), Map.of("n", "1"));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("client", REDIS.newClient());
            context.getRegistry().bind("names", names);
            context.getRegistry().bind("listener", listener);
            context.addRoutes(route(streams.fromIn(Map.of("blockTimeout", "100ms", "backoffMax", "PT1S"))));
            context.start();

            eventually().untilAsserted(() -> assertThat(outcomes).containsExactly(streams.in() + "/workers/completed"));
            RedisStreamsConsumer consumer =
                    (RedisStreamsConsumer) context.getRoutes().get(0).getConsumer();
            assertThat(consumer.getEndpoint().getConfiguration().getBlockTimeout())
                    .isEqualTo(100);
            assertThat(consumer.getEndpoint().getConfiguration().getBackoffMax())
                    .isEqualTo(1_000);
            assertThat(consumer.getConsumerName())
                    .isEqualTo(java.net.InetAddress.getLocalHost().getHostName());
        }
    }

    @Test
    void without_a_redis_client_the_start_says_what_to_do() {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            assertThatThrownBy(() -> {
                        context.addRoutes(route(streams.fromIn()));
                        context.start();
                    })
                    .rootCause()
                    .hasMessageContaining("io.lettuce.core.RedisClient")
                    .hasMessageContaining("redisClient");
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_wrong_option_is_named_with_its_value_and_what_is_allowed() {
        assertRefused(Map.of("group", " "), "group");
        assertRefused(Map.of("concurrency", 0), "concurrency is 0, allowed is at least 1");
        assertRefused(Map.of("maxInFlight", 2, "concurrency", 3), "maxInFlight is 2");
        assertRefused(Map.of("backoffInitial", 500, "backoffMax", 100), "backoffMax is 100");
        assertRefused(Map.of("claimMinIdle", 10), "claimMinIdle is 10");
    }

    private void assertRefused(Map<String, Object> options, String message) {
        assertThatThrownBy(() -> streams.start(
                        "a", routes -> routes.from(streams.fromIn(options)).log("never")))
                .rootCause()
                .hasMessageContaining("redis-streams:" + streams.in())
                .hasMessageContaining(message);
    }

    private static RouteBuilder route(String from) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(from).process(exchange -> exchange.getMessage().setHeader("seen", true));
            }
        };
    }
}
