package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XClaimArgs;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedRedis;

/**
 * The stage of the conformance tests: an input stream, an output stream and a group of their own for each test, and processes
 * (Camel contexts with a Redis client each) that can be stopped or can crash.
 */
final class Streams implements BeforeEachCallback, AfterEachCallback {
    static final String GROUP = "workers";

    /** Short times, so that recovery is seen quickly. */
    private static final Map<String, Object> FAST = Map.of(
            "group", GROUP,
            "claimMinIdle", 600,
            "claimInterval", 100,
            "blockTimeout", 100,
            "backoffInitial", 20,
            "backoffMax", 80);

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final EmbeddedRedis redis;
    private final List<Instance> instances = new ArrayList<>();
    private final List<String> unprocessed = new CopyOnWriteArrayList<>();
    final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();
    private RedisLink link;
    private String in;
    private String out;

    Streams(EmbeddedRedis redis) {
        this.redis = redis;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        int number = NUMBER.incrementAndGet();
        in = "in" + number;
        out = "out" + number;
        outcomes.clear();
        // failures are what these tests are about: no stack traces for them
        ((Logger) LoggerFactory.getLogger(DefaultErrorHandler.class)).setLevel(Level.OFF);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        instances.forEach(Instance::crash);
        instances.clear();
        if (link != null) {
            link.close();
        }
    }

    static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }

    /** For what must not happen: long enough for a claim to show. */
    static ConditionFactory during(Duration time) {
        return await().during(time).atMost(time.plusSeconds(10)).pollInterval(Duration.ofMillis(20));
    }

    String in() {
        return in;
    }

    String out() {
        return out;
    }

    /** The input, with short times. */
    String fromIn() {
        return fromIn(Map.of());
    }

    /** The input, with short times except for these options. */
    String fromIn(Map<String, Object> options) {
        Map<String, Object> all = new TreeMap<>(FAST);
        all.putAll(options);
        return all.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining("&", "redis-streams:" + in + "?", ""));
    }

    String toOut() {
        return "redis-streams:" + out;
    }

    RedisCommands<String, String> redis() {
        return redis.commands();
    }

    /** Waits until the test itself is connected again. */
    void awaitRedis() {
        eventually().ignoreExceptionsInstanceOf(RedisException.class).until(() -> redis().ping()
                .equals("PONG"));
    }

    /** Appends entries with the field n. */
    List<String> add(Object... numbers) {
        List<String> ids = new ArrayList<>();
        for (Object number : numbers) {
            ids.add(redis().xadd(in, Map.of("n", number.toString())));
        }
        return ids;
    }

    void createGroup() {
        redis().xgroupCreate(StreamOffset.from(in, "0"), GROUP, XGroupCreateArgs.Builder.mkstream());
    }

    /** Reads entries as another consumer would, and leaves them pending. */
    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    List<StreamMessage<String, String>> readAs(String consumer, int count) {
        return redis().xreadgroup(
                        Consumer.from(GROUP, consumer), XReadArgs.Builder.count(count), StreamOffset.lastConsumed(in));
    }

    /** Takes an entry away from whoever has it. */
    void claimAs(String consumer, String id) {
        redis().xclaim(in, Consumer.from(GROUP, consumer), XClaimArgs.Builder.minIdleTime(0), id);
    }

    List<PendingMessage> pending() {
        return redis().xpending(in, GROUP, Range.unbounded(), Limit.from(1_000));
    }

    /** The field n of the entries in a stream. */
    List<String> numbers(String stream) {
        return redis().xrange(stream, Range.unbounded()).stream()
                .map(entry -> entry.getBody().get("n"))
                .toList();
    }

    List<Map<String, String>> deadLetters() {
        return redis().xrange(in + ":dlq", Range.unbounded()).stream()
                .map(StreamMessage::getBody)
                .toList();
    }

    /** Nothing pending, nothing undelivered. */
    void assertSettled() {
        // in this order: an entry goes from lag to pending
        assertThat(new StreamAdmin(link()).groups(in)).singleElement().satisfies(group -> assertThat(group.lag())
                .isZero());
        assertThat(pending()).isEmpty();
    }

    /** A connection for the parts that are tested by themselves. */
    RedisLink link() {
        if (link == null) {
            link = new RedisLink(redis.newClient(), Duration.ofSeconds(30));
        }
        return link;
    }

    /** Waits until so many are counted: an entry is settled in Redis before it is counted here. */
    void awaitOutcomes(Outcome outcome, int times) {
        eventually().untilAsserted(() -> assertThat(outcomes(outcome)).isEqualTo(times));
    }

    int outcomes(Outcome outcome) {
        return outcomes.getOrDefault(outcome.label(), new AtomicInteger()).get();
    }

    /** A process of this name that runs one route; not started yet. */
    Instance instance(String name, RouteSetup routes) throws Exception {
        Instance instance = new Instance(name, routes);
        instances.add(instance);
        return instance;
    }

    /** Entries that ended without an exchange: id, body, outcome. */
    List<String> unprocessed() {
        return unprocessed;
    }

    /** The process made last. */
    Instance last() {
        return instances.get(instances.size() - 1);
    }

    /** A started process that runs one route. */
    Instance start(String name, RouteSetup routes) throws Exception {
        Instance instance = instance(name, routes);
        instance.context.start();
        return instance;
    }

    interface RouteSetup {
        void configure(RouteBuilder builder) throws Exception;
    }

    final class Instance {
        private final RedisClient client = redis.newClient();
        private final CamelContext context = new DefaultCamelContext();

        private final RedisStreamsComponent component = new RedisStreamsComponent();

        private Instance(String name, RouteSetup routes) throws Exception {
            component.setRedisClient(client);
            component.setInstanceName(name);
            component.setCommandTimeout(5_000);
            component.setListener(new StreamListener() {
                @Override
                public void onOutcome(String stream, String group, Outcome outcome) {
                    outcomes.computeIfAbsent(outcome.label(), label -> new AtomicInteger())
                            .incrementAndGet();
                }

                @Override
                public void onUnprocessed(
                        String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {
                    unprocessed.add(entryId + " " + fields + " " + outcome.label());
                }
            });
            context.addComponent("redis-streams", component);
            context.getShutdownStrategy().setTimeout(10);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() throws Exception {
                    routes.configure(this);
                }
            });
        }

        CamelContext context() {
            return context;
        }

        RedisStreamsComponent component() {
            return component;
        }

        RedisClient client() {
            return client;
        }

        RedisStreamsConsumer consumer() {
            return (RedisStreamsConsumer) context.getRoutes().get(0).getConsumer();
        }

        void stop() {
            context.stop();
        }

        /** Ends without a word to Redis: its connections are gone at once, nothing is released or acknowledged. */
        void crash() {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            stopWithin(Duration.ofMillis(50));
        }

        /** A graceful stop that waits no longer than this for exchanges. */
        void stopWithin(Duration time) {
            context.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
            context.getShutdownStrategy().setTimeout(time.toMillis());
            context.stop();
        }
    }
}
