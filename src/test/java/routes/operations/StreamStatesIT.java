package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Consumer;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.events.StreamCatalog;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.redisstreams.RedisStreamsComponent;
import routes.stages.LegacyProperties;
import routes.stages.StreamKeys;
import routes.testing.EmbeddedRedis;

class StreamStatesIT {
    private static final String STREAM = "posts.parsed";
    private static final String GROUP = "tagging_workers";
    private static final Duration QUIET = Duration.ofSeconds(3);

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    /** Moved by hand. */
    private static final class TestClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private final StreamCatalog catalog = new StreamCatalog();
    private final TestClock clock = new TestClock();
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final RedisLink link = new RedisLink(REDIS.newClient(), Duration.ofSeconds(5));
    private final StreamKeys keys = new StreamKeys(catalog, new LegacyProperties(true));
    private final StreamStates states =
            new StreamStates(new StreamAdmin(link), catalog, keys, new StreamConsumers(camel, catalog, keys), clock);

    @BeforeEach
    void createGroups() {
        REDIS.commands().flushall();
        new StreamAdmin(link).ensureGroups(keys.groups());
    }

    @AfterEach
    void close() {
        camel.stop();
        link.close();
    }

    @Test
    void a_key_that_holds_no_stream_hides_that_stream_only() {
        List<String> deadLetters = keys.of(catalog.stream("posts.deleted")).stream()
                .map(StreamGroup::deadLetterKey)
                .toList();
        deadLetters.forEach(key -> REDIS.commands().set(key, "no stream"));
        REDIS.commands().xadd(StreamGroup.deadLetterKey(catalog.stream(STREAM).key()), Map.of("data", "{}"));

        states.refresh();

        assertThat(states.known()).isTrue();
        assertThat(states.deadLetters()).doesNotContainKey("posts.deleted").containsEntry(STREAM, 1L);

        deadLetters.forEach(key -> REDIS.commands().del(key));
        states.refresh();
        assertThat(states.deadLetters()).containsKey("posts.deleted");
    }

    @Test
    void a_group_that_never_had_a_consumer_is_unserved_once_entries_wait() {
        look();
        assertThat(isUnserved()).as("nothing waits").isFalse();

        add(catalog.key(STREAM));
        states.refresh();
        assertThat(isUnserved()).as("it may be delivered at this moment").isFalse();

        look();
        assertThat(isUnserved()).isTrue();
    }

    @Test
    void a_group_whose_consumers_are_gone_is_unserved_although_redis_still_knows_them() {
        add(catalog.key(STREAM));
        read(catalog.key(STREAM));
        add(catalog.key(STREAM));
        look();
        look();
        assertThat(isUnserved()).as("read a moment ago").isFalse();

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            look();
            return isUnserved();
        });

        add(catalog.key(STREAM));
        read(catalog.key(STREAM));
        look();
        assertThat(isUnserved()).as("somebody reads again").isFalse();
    }

    @Test
    void entries_under_the_key_of_the_prior_system_wait_as_well() {
        add(STREAM);
        look();
        look();

        assertThat(isUnserved()).isTrue();
        assertThat(states.group(STREAM, GROUP).orElseThrow().lag()).isOne();
        add(catalog.key(STREAM));
        look();
        assertThat(states.group(STREAM, GROUP).orElseThrow().lag()).isEqualTo(2);
    }

    @Test
    void a_group_that_a_route_of_this_process_serves_is_not_unserved_however_slow_it_is() throws Exception {
        var component = new RedisStreamsComponent();
        component.setRedisClient(REDIS.newClient());
        camel.addComponent("redis-streams", component);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("redis-streams:" + STREAM + "?group=" + GROUP)
                        .autoStartup(false)
                        .log("${body}");
            }
        });
        camel.start();
        add(catalog.key(STREAM));
        look();
        look();

        assertThat(isUnserved()).isFalse();
        assertThat(states.isUnserved(STREAM, "post_persist_workers", QUIET)).isTrue();
    }

    private boolean isUnserved() {
        return states.isUnserved(STREAM, GROUP, QUIET);
    }

    private void look() {
        states.refresh();
        // about as often as it is looked in operation
        clock.now = clock.now.plusSeconds(6);
    }

    private static void add(String key) {
        REDIS.commands().xadd(key, Map.of("n", "1"));
    }

    @SuppressWarnings("unchecked") // an array of one type parameter for the variable arguments
    private static void read(String key) {
        REDIS.commands()
                .xreadgroup(Consumer.from(GROUP, "one"), XReadArgs.Builder.count(1), StreamOffset.lastConsumed(key));
    }
}
