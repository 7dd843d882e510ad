package routes.benchmark;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import routes.redisstreams.RedisStreamsComponent;
import routes.testing.EmbeddedRedis;

/**
 * A consumer that works off a long backlog: the rate and the heap after each tenth, with a restart in the middle. Argument:
 * entries (1000000).
 */
public final class BacklogBenchmark {
    private static final int PAGE = 5_000;
    private static final String GROUP = "bench";

    private final EmbeddedRedis redis;
    private final AtomicLong processed = new AtomicLong();

    private BacklogBenchmark(EmbeddedRedis redis) {
        this.redis = redis;
    }

    public static void main(String[] arguments) throws Exception {
        long entries = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        EmbeddedRedis redis = new EmbeddedRedis();
        redis.beforeAll(null);
        try {
            redis.commands().configSet("appendonly", "no");
            new BacklogBenchmark(redis).run(entries);
        } finally {
            redis.afterAll(null);
        }
    }

    private void run(long entries) throws Exception {
        fill(entries);
        System.out.printf(Locale.ROOT, "%12s %12s %12s%n", "processed", "entries/s", "heap MB");
        DefaultCamelContext context = start();
        for (int tenth = 1; tenth <= 10; tenth++) {
            long before = processed.get();
            long since = System.nanoTime();
            awaitProcessed(entries * tenth / 10);
            double rate = (processed.get() - before) / ((System.nanoTime() - since) / 1e9);
            System.gc();
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
            System.out.printf(Locale.ROOT, "%12d %12.0f %12d%n", processed.get(), rate, heap);
            if (tenth == 5) {
                context = restart(context);
            }
        }
        context.stop();
        long completed = redis.commands().xlen("out");
        long pending = redis.commands().xpending("in", GROUP).getCount();
        System.out.printf(Locale.ROOT, "%d of %d at the other end, %d pending%n", completed, entries, pending);
    }

    private DefaultCamelContext restart(DefaultCamelContext context) throws Exception {
        long since = System.nanoTime();
        context.stop();
        long stopped = System.nanoTime();
        long before = processed.get();
        DefaultCamelContext next = start();
        awaitProcessed(before + 1);
        System.out.printf(
                Locale.ROOT,
                "restart: stopped in %d ms, first entry after %d ms%n",
                (stopped - since) / 1_000_000,
                (System.nanoTime() - stopped) / 1_000_000);
        return next;
    }

    private DefaultCamelContext start() throws Exception {
        RedisStreamsComponent component = new RedisStreamsComponent();
        component.setRedisClient(redis.newClient());
        component.setInstanceName("bench");
        DefaultCamelContext context = new DefaultCamelContext();
        context.addComponent("redis-streams", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("redis-streams:in?maxInFlight=512&readCount=128&group=" + GROUP)
                        .process(exchange -> processed.incrementAndGet())
                        .to("redis-streams:out");
            }
        });
        context.start();
        return context;
    }

    private void awaitProcessed(long count) throws InterruptedException {
        while (processed.get() < count) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void fill(long entries) {
        redis.commands().xgroupCreate(StreamOffset.from("in", "0"), GROUP, XGroupCreateArgs.Builder.mkstream());
        Map<String, String> entry = Map.of("event", "posts.parsed", "data", "x".repeat(200));
        try (StatefulRedisConnection<String, String> connection =
                redis.newClient().connect()) {
            for (long i = 0; i < entries; i += PAGE) {
                List<RedisFuture<String>> added = new ArrayList<>();
                for (long j = i; j < Math.min(entries, i + PAGE); j++) {
                    added.add(connection.async().xadd("in", entry));
                }
                if (!LettuceFutures.awaitAll(Duration.ofSeconds(60), added.toArray(RedisFuture[]::new))) {
                    throw new IllegalStateException("Redis did not answer within 60 s");
                }
            }
        }
    }
}
