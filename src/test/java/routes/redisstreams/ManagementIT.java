package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class ManagementIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    @Test
    void a_consumer_tells_its_state_and_counts_through_jmx() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        streams.add(1, 2, 3);
        Streams.Instance a = streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("backoffInitial", 60_000, "backoffMax", 60_000)))
                .process(exchange -> {
                    switch ((String) exchange.getMessage().getBody(Map.class).get("n")) {
                        case "1" -> throw new IllegalStateException("parked");
                        case "2" -> assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                        default -> exchange.getMessage().setHeader("seen", true);
                    }
                }));
        String context = a.context().getManagementName();
        Set<ObjectName> names =
                server.queryNames(new ObjectName("org.apache.camel:context=" + context + ",type=consumers,*"), null);
        ObjectName consumer = names.iterator().next();

        eventually().untilAsserted(() -> {
            assertThat(server.getAttribute(consumer, "Parked")).isEqualTo(1);
            assertThat(server.getAttribute(consumer, "InFlight")).isEqualTo(2);
            assertThat(server.getAttribute(consumer, "Failed")).isEqualTo(1L);
        });
        assertThat(server.getAttribute(consumer, "ConsumerName")).isEqualTo("a");
        assertThat(server.getAttribute(consumer, "Stream")).isEqualTo(streams.in());
        assertThat(server.getAttribute(consumer, "Group")).isEqualTo(Streams.GROUP);
        assertThat(server.getAttribute(consumer, "Problem")).isEqualTo("");
        assertThat(server.getAttribute(consumer, "Reading")).isEqualTo(true);
        goOn.countDown();

        eventually().untilAsserted(() -> {
            assertThat(server.getAttribute(consumer, "Completed")).isEqualTo(2L);
            assertThat(server.getAttribute(consumer, "InFlight")).isEqualTo(0);
        });
        assertThat(server.getAttribute(consumer, "EndpointUri"))
                .asString()
                .startsWith("redis-streams://" + streams.in());
    }
}
