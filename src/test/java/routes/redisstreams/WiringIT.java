package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.Main;
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
    void with_a_url_the_component_creates_its_own_client_and_hands_its_options_to_its_endpoints() throws Exception {
        RedisStreamsComponent component = new RedisStreamsComponent();
        component.setUrl(REDIS.uri());
        component.getConfiguration().setGroup("workers");
        component.getConfiguration().setBlockTimeout(100);
        component.getConfiguration().setMaxDeliveries(7);
        List<String> seen = new CopyOnWriteArrayList<>();
        RedisClient client;
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("redis-streams", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("redis-streams:" + streams.in() + "?maxDeliveries=3")
                            .process(exchange -> seen.add(String.valueOf(
                                    exchange.getMessage().getBody(Map.class).get("n"))));
                }
            });
            context.start();
            client = component.getRedisClient();
            context.createProducerTemplate().sendBody("redis-streams:" + streams.in(), Map.of("n", "1"));

            eventually().untilAsserted(() -> assertThat(seen).containsExactly("1"));
            var endpoint = (RedisStreamsEndpoint)
                    context.getRoutes().get(0).getConsumer().getEndpoint();
            assertThat(endpoint.getConfiguration().getMaxDeliveries()).isEqualTo(3);
            assertThat(endpoint.getConfiguration().getBlockTimeout()).isEqualTo(100);
            assertThat(component.getConfiguration().getName()).isNull();
            assertThat(component.getConfiguration().getMaxDeliveries()).isEqualTo(7);
            assertThat(endpoint.getServiceProtocol()).isEqualTo("redis");
            assertThat(endpoint.getServiceUrl()).isEqualTo("127.0.0.1:" + REDIS.port());
        }
        assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("RedisStreamsConnect"));
    }

    @Test
    void the_properties_of_camel_main_configure_the_component() throws Exception {
        Main main = new Main();
        main.addInitialProperty("camel.component.redis-streams.url", REDIS.uri());
        main.addInitialProperty("camel.component.redis-streams.group", "workers");
        main.addInitialProperty("camel.component.redis-streams.claim-min-idle", "2s");
        main.start();
        try {
            var endpoint = main.getCamelContext()
                    .getEndpoint("redis-streams:" + streams.in() + "?claimInterval=1s", RedisStreamsEndpoint.class);
            assertThat(endpoint.getConfiguration().getGroup()).isEqualTo("workers");
            assertThat(endpoint.getConfiguration().getClaimMinIdle()).isEqualTo(2_000);
        } finally {
            main.stop();
        }
    }

    @Test
    void user_and_password_are_options_and_a_wrong_password_is_reported() throws Exception {
        streams.redis()
                .aclSetuser(
                        "camel",
                        AclSetuserArgs.Builder.on()
                                .addPassword("p@ss")
                                .allKeys()
                                .allChannels()
                                .allCommands());
        for (String password : List.of("p@ss", "wrong")) {
            RedisStreamsComponent component = new RedisStreamsComponent();
            component.setUrl(REDIS.uri());
            component.setUsername("camel");
            component.setPassword(password);
            try (DefaultCamelContext context = new DefaultCamelContext()) {
                context.addComponent("redis-streams", component);
                context.start();
                String to = "redis-streams:" + streams.out();
                if (password.equals("wrong")) {
                    assertThatThrownBy(() -> context.createProducerTemplate().sendBody(to, Map.of("n", "2")))
                            .rootCause()
                            .hasMessageContaining("WRONGPASS");
                } else {
                    context.createProducerTemplate().sendBody(to, Map.of("n", "1"));
                    assertThat(context.getEndpoint(to, RedisStreamsEndpoint.class)
                                    .getServiceMetadata())
                            .isEqualTo(Map.of("username", "camel"));
                }
            }
        }
        assertThat(streams.redis().xlen(streams.out())).isEqualTo(1);
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
                    .hasMessageContaining("redisClient")
                    .hasMessageContaining("url");
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
