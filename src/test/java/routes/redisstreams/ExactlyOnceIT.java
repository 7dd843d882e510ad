package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.ChildJvm;
import routes.testing.EmbeddedRedis;

/** The ledger: every entry that went in comes out exactly once, whatever happens to the processes between. */
class ExactlyOnceIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void between_two_streams_every_entry_arrives_exactly_once_although_consumers_crash_at_random() throws Exception {
        int entries = 1_000;
        int crashes = 10;
        Random random = new Random(20_240_613);
        List<String> expected = ledger(entries);
        Map<String, Streams.Instance> running = new HashMap<>();
        for (String name : List.of("a", "b")) {
            running.put(name, startLink(name));
        }

        for (int crash = 1; crash <= crashes; crash++) {
            int progress = streams.numbers(streams.out()).size() + random.nextInt(60);
            eventually().until(() -> streams.numbers(streams.out()).size() >= Math.min(progress, entries - 200));
            String name = random.nextBoolean() ? "a" : "b";
            running.get(name).crash();
            running.put(name, startLink(name));
        }

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(streams.deadLetters()).isEmpty();
    }

    @Test
    void between_two_streams_every_entry_arrives_exactly_once_although_the_process_is_killed() throws Exception {
        int entries = 2_000;
        Random random = new Random(7);
        List<String> expected = ledger(entries);
        for (int life = 1; life <= 2; life++) {
            Process process = forkLink();
            try {
                int progress = streams.numbers(streams.out()).size() + 1 + random.nextInt(200);
                eventually().until(() -> streams.numbers(streams.out()).size() >= progress);
            } finally {
                // SIGKILL
                process.destroyForcibly().onExit().join();
            }
            assertThat(streams.numbers(streams.out()))
                    .as("killed in the middle")
                    .hasSizeLessThan(entries);
        }

        startLink("forked");

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(streams.deadLetters()).isEmpty();
    }

    private List<String> ledger(int entries) {
        for (int i = 0; i < entries; i++) {
            streams.add(i);
        }
        return IntStream.range(0, entries).mapToObj(Integer::toString).toList();
    }

    private Streams.Instance startLink(String name) throws Exception {
        String from = streams.fromIn(Map.of("concurrency", 3, "maxInFlight", 12, "readCount", 6));
        return streams.start(name, routes -> routes.from(from).to(streams.toOut()));
    }

    private Process forkLink() throws IOException {
        return new ProcessBuilder(ChildJvm.command(
                        List.of("-Xmx128m", "-Dorg.apache.camel.jmx.disabled=true"),
                        Link.class,
                        REDIS.uri(),
                        streams.fromIn(Map.of("maxInFlight", 12, "readCount", 6)),
                        streams.toOut()))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A process that takes entries from one stream to another, a little slowly. */
    static final class Link {
        public static void main(String[] arguments) throws Exception {
            RedisStreamsComponent component = new RedisStreamsComponent();
            component.setRedisClient(RedisClient.create(arguments[0]));
            component.setInstanceName("forked");
            DefaultCamelContext context = new DefaultCamelContext();
            context.addComponent("redis-streams", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(arguments[1]).delay(1).to(arguments[2]);
                }
            });
            context.start();
            // until it is killed, or whoever started it is gone
            int end = System.in.read();
            System.exit(end);
        }

        private Link() {}
    }
}
