package routes.timeline;

import com.sun.management.OperatingSystemMXBean;
import io.lettuce.core.RedisClient;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventRoutes;
import routes.events.Json;
import routes.events.PostTagged;
import routes.events.StageOutcome;
import routes.events.StreamCatalog;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.redisstreams.RedisStreamsComponent;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

/**
 * What the timeline costs a stage that does nothing but read its events: {@code mvn -Dtest=TimelineBenchmark test}. Rounds with
 * and without it alternate in one process. Not a test: it asserts nothing and takes its time.
 */
class TimelineBenchmark {
    private static final int EVENTS = 10_000;
    private static final int ROUNDS = 7;

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());

    private record Round(double eventsPerSecond, double cpuMicrosPerEvent) {}

    @Test
    void rounds_with_and_without_the_timeline() throws Exception {
        List<Round> with = new ArrayList<>();
        List<Round> without = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            with.add(round(true));
            without.add(round(false));
        }
        System.out.println(line("with", with));
        System.out.println(line("without", without));
        System.out.println("rows written: "
                + DATABASE.jdbc()
                        .sql("SELECT count(*) FROM post_timeline")
                        .query(Long.class)
                        .single());
    }

    /** The first two rounds warm up. */
    private static String line(String name, List<Round> rounds) {
        double[] speed = rounds.stream()
                .skip(2)
                .mapToDouble(Round::eventsPerSecond)
                .sorted()
                .toArray();
        double[] cpu = rounds.stream()
                .skip(2)
                .mapToDouble(Round::cpuMicrosPerEvent)
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "timeline %-7s events/s median %.0f of %s, CPU of the process median %.1f µs/event of %s",
                name,
                speed[speed.length / 2],
                Arrays.toString(Arrays.stream(speed).mapToLong(Math::round).toArray()),
                cpu[cpu.length / 2],
                Arrays.toString(Arrays.stream(cpu).mapToLong(Math::round).toArray()));
    }

    private Round round(boolean enabled) throws Exception {
        REDIS.commands().del("posts.tagged");
        REDIS.commands()
                .xgroupCreate(
                        XReadArgs.StreamOffset.from("posts.tagged", "0"),
                        "tag_persist_workers",
                        XGroupCreateArgs.Builder.mkstream());
        for (int i = 0; i < EVENTS; i++) {
            REDIS.commands().xadd("posts.tagged", entry());
        }
        var buffer = new TimelineBuffer(20_000, new SimpleMeterRegistry());
        var table = new TimelineTable(DATABASE.dataSource(), new JdbcTransactionManager(DATABASE.dataSource()));
        var writer = new TimelineWriter(buffer, table, Duration.ofDays(30), Clock.systemUTC());
        writer.start();
        var done = new CountDownLatch(EVENTS);
        RedisClient client = REDIS.newClient();
        CamelContext camel = new DefaultCamelContext();
        var component = new RedisStreamsComponent();
        component.setRedisClient(client);
        component.setInstanceName("benchmark");
        component.setListener((stream, group, outcome) -> done.countDown());
        camel.addComponent("redis-streams", component);
        camel.getRegistry().bind("events", new EventRoutes(codec));
        camel.addRoutePolicyFactory(new StageTimeline(buffer, Clock.systemUTC(), enabled));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("redis-streams:posts.tagged?group=tag_persist_workers&concurrency=4")
                        .bean("events", "read")
                        .setBody(exchange -> StageOutcome.done("stored"));
            }
        });
        long cpu = system.getProcessCpuTime();
        long started = System.nanoTime();
        camel.start();
        if (!done.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException(done.getCount() + " events are left after two minutes");
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        camel.stop();
        writer.close();
        double micros = (system.getProcessCpuTime() - cpu) / 1e3 / EVENTS;
        return new Round(EVENTS / seconds, micros);
    }

    private Map<String, String> entry() {
        UUID post = UUID.randomUUID();
        List<String> tags = List.of("галактики", "нейросети", "телескоп");
        return codec.write(new PostTagged(
                Event.SCHEMA_VERSION,
                "trace-" + post,
                Instant.now(),
                post + ":tagged",
                post,
                UUID.fromString("00000000-0000-0000-0000-000000000001"),
                "1",
                UUID.fromString("00000000-0000-0000-0000-0000000000c1"),
                tags,
                TagsHash.of(tags),
                List.of(),
                List.of(),
                "local",
                null,
                3,
                Trigger.INITIAL,
                0L,
                null,
                null,
                null));
    }
}
