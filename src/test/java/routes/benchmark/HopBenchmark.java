package routes.benchmark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.Consumer;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;
import routes.events.Json;
import routes.redisstreams.RedisStreamsComponent;
import routes.testing.EmbeddedRedis;

/**
 * One hop (consume, read and write JSON, publish, acknowledge) through the redis-streams component at concurrency 1, beside a
 * bare Lettuce loop that batches everything and beside Spring Data Redis's listener container, on one server in one run.
 * The contenders take turns, so that whatever else the machine does hits all of them; the ratios are those of the medians.
 *
 * <p>Arguments: entries a turn (20000), turns (7), appendfsync of the server (none: no append-only file). The first two turns
 * of each contender warm up and do not count.
 */
public final class HopBenchmark {
    private static final String GROUP = "bench";
    private static final int WARM_UP = 2;
    private static final int BATCH = 128;

    private final EmbeddedRedis redis;
    private final RedisCommands<String, String> commands;
    private final ObjectMapper json = Json.newMapper();
    private final Map<String, String> entry;
    private final int entries;
    private int stream;

    private HopBenchmark(EmbeddedRedis redis, int entries) throws JsonProcessingException {
        this.redis = redis;
        this.commands = redis.commands();
        this.entries = entries;
        this.entry = entry();
    }

    /** What a contender does with all entries of one stream: returns when the other stream holds the last of them. */
    private interface Contender {
        void hop(String in, String out) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        int entries = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int turns = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
        String fsync = arguments.length > 2 ? arguments[2] : "none";
        EmbeddedRedis redis = new EmbeddedRedis();
        redis.beforeAll(null);
        try {
            if (fsync.equals("none")) {
                redis.commands().configSet("appendonly", "no");
            } else {
                redis.commands().configSet("appendfsync", fsync);
            }
            new HopBenchmark(redis, entries).run(fsync, turns);
        } finally {
            redis.afterAll(null);
        }
    }

    private void run(String fsync, int turns) throws Exception {
        Map<String, Contender> contenders = new LinkedHashMap<>();
        contenders.put("bare Lettuce loop, batched", this::lettuceLoop);
        contenders.put(
                "redis-streams component", (in, out) -> component(in, out, "&maxInFlight=1024&readCount=" + BATCH));
        contenders.put("the same, default options", (in, out) -> component(in, out, ""));
        contenders.put("StreamMessageListenerContainer", this::listenerContainer);
        Map<String, List<Double>> rates = new TreeMap<>();
        for (int turn = 1; turn <= turns + WARM_UP; turn++) {
            for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
                double rate = turn(contender.getValue());
                if (turn > WARM_UP) {
                    rates.computeIfAbsent(contender.getKey(), name -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
        System.out.printf(
                Locale.ROOT, "%nOne hop, %d entries of 1 kB, %d turns, appendfsync %s%n", entries, turns, fsync);
        System.out.printf(Locale.ROOT, "%-32s %10s %10s %10s%n", "entries/s", "min", "median", "max");
        contenders.keySet().forEach(name -> {
            List<Double> sorted = rates.get(name).stream().sorted().toList();
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %10.0f %10.0f %10.0f%n",
                    name,
                    sorted.get(0),
                    median(sorted),
                    sorted.get(sorted.size() - 1));
        });
        double component =
                median(rates.get("redis-streams component").stream().sorted().toList());
        System.out.printf(
                Locale.ROOT,
                "component / loop      %6.2f (aim 0.70)%ncomponent / container %6.2f (aim 5.00)%n",
                component
                        / median(rates.get("bare Lettuce loop, batched").stream()
                                .sorted()
                                .toList()),
                component
                        / median(rates.get("StreamMessageListenerContainer").stream()
                                .sorted()
                                .toList()));
    }

    private static double median(List<Double> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    private double turn(Contender contender) throws Exception {
        String in = "in" + ++stream;
        String out = "out" + stream;
        fill(in);
        System.gc();
        double client = clientCpu();
        double server = serverCpu();
        long start = System.nanoTime();
        contender.hop(in, out);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: CPU us per entry: client %.1f, server %.1f%n",
                in,
                (clientCpu() - client) / entries,
                (serverCpu() - server) / entries);
        long arrived = commands.xlen(out);
        long pending = commands.xpending(in, GROUP).getCount();
        if (arrived != entries || pending != 0) {
            throw new IllegalStateException(arrived + " of " + entries + " arrived, " + pending + " pending");
        }
        commands.del(in, out);
        return entries / seconds;
    }

    private static double clientCpu() {
        return ((com.sun.management.OperatingSystemMXBean)
                                java.lang.management.ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e3;
    }

    private double serverCpu() {
        return commands.info("cpu")
                .lines()
                .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                .mapToDouble(line -> 1e6 * Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    private void fill(String in) {
        commands.xgroupCreate(StreamOffset.from(in, "0"), GROUP, XGroupCreateArgs.Builder.mkstream());
        try (StatefulRedisConnection<String, String> connection =
                redis.newClient().connect()) {
            for (int i = 0; i < entries; i += 1000) {
                List<RedisFuture<String>> added = new ArrayList<>();
                for (int j = i; j < Math.min(entries, i + 1000); j++) {
                    added.add(connection.async().xadd(in, entry));
                }
                awaitAll(added);
            }
        }
    }

    /** Waits for the entries at the far end: what all contenders have in common. */
    private void awaitArrival(String in, String out) throws InterruptedException {
        while (commands.xlen(out) < entries || commands.xpending(in, GROUP).getCount() > 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void component(String in, String out, String options) throws Exception {
        RedisStreamsComponent component = new RedisStreamsComponent();
        component.setRedisClient(redis.newClient());
        component.setInstanceName("bench");
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.addComponent("redis-streams", component);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("redis-streams:" + in + "?group=" + GROUP + options)
                            .process(exchange -> exchange.getMessage()
                                    .setBody(work(exchange.getMessage().getBody(Map.class))))
                            .to("redis-streams:" + out);
                }
            });
            context.start();
            awaitArrival(in, out);
        }
    }

    private void lettuceLoop(String in, String out) throws Exception {
        RedisClient client = redis.newClient();
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            long done = 0;
            while (done < entries) {
                List<StreamMessage<String, String>> batch = read(connection, in);
                List<RedisFuture<?>> answers = new ArrayList<>();
                connection.setAutoFlushCommands(false);
                String[] ids = new String[batch.size()];
                for (int i = 0; i < ids.length; i++) {
                    answers.add(connection.async().xadd(out, work(batch.get(i).getBody())));
                    ids[i] = batch.get(i).getId();
                }
                answers.add(connection.async().xack(in, GROUP, ids));
                connection.setAutoFlushCommands(true);
                connection.flushCommands();
                awaitAll(answers);
                done += ids.length;
            }
        }
    }

    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    private static List<StreamMessage<String, String>> read(StatefulRedisConnection<String, String> from, String in) {
        return from.sync()
                .xreadgroup(
                        Consumer.from(GROUP, "bench"),
                        XReadArgs.Builder.count(BATCH).block(1000),
                        StreamOffset.lastConsumed(in));
    }

    private static void awaitAll(List<? extends RedisFuture<?>> answers) {
        if (!LettuceFutures.awaitAll(Duration.ofSeconds(30), answers.toArray(RedisFuture[]::new))) {
            throw new IllegalStateException("Redis did not answer within 30 s");
        }
    }

    private void listenerContainer(String in, String out) throws Exception {
        LettuceConnectionFactory connections = new LettuceConnectionFactory("127.0.0.1", redis.port());
        connections.afterPropertiesSet();
        connections.start();
        try {
            StringRedisTemplate template = new StringRedisTemplate(connections);
            var container = StreamMessageListenerContainer.create(
                    connections,
                    StreamMessageListenerContainerOptions.builder()
                            .batchSize(BATCH)
                            .pollTimeout(Duration.ofMillis(100))
                            .build());
            var subscription = container.receive(
                    org.springframework.data.redis.connection.stream.Consumer.from(GROUP, "bench"),
                    org.springframework.data.redis.connection.stream.StreamOffset.create(in, ReadOffset.lastConsumed()),
                    (MapRecord<String, String, String> record) -> {
                        template.<String, String>opsForStream().add(out, work(record.getValue()));
                        template.opsForStream().acknowledge(in, GROUP, record.getId());
                    });
            container.start();
            awaitArrival(in, out);
            subscription.cancel();
            while (subscription.isActive()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            container.stop();
        } finally {
            connections.destroy();
        }
    }

    private Map<String, String> entry() throws JsonProcessingException {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("schema_version", "v1");
        event.put("trace_id", UUID.randomUUID().toString());
        event.put("occurred_at", Instant.EPOCH.toString());
        event.put("idempotency_key", "tenant:1987654321:2");
        event.put("post_id", UUID.randomUUID().toString());
        event.put("text", "Пост о лунном затмении и о том, как его снимать. ".repeat(12));
        event.put("urls", List.of("https://example.org/a", "https://example.org/b"));
        event.put("content_version", 0);
        return Map.of("event", "posts.parsed", "data", json.writeValueAsString(event));
    }

    private Map<String, String> work(Map<?, ?> fields) {
        try {
            Map<?, ?> event = json.readValue((String) fields.get("data"), Map.class);
            return Map.of("event", "posts.tagged", "data", json.writeValueAsString(event));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
