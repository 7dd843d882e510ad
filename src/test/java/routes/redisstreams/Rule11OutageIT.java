package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.during;
import static routes.redisstreams.Streams.eventually;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedRedis;

class Rule11OutageIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listenToTheLog() {
        log.start();
        logger().setLevel(Level.INFO);
        logger().addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger().detachAppender(log);
        logger().setLevel(null);
    }

    @Test
    void rule11_redis_killed_and_restarted_under_load_loses_and_repeats_nothing() throws Exception {
        int entries = 600;
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("concurrency", 2)))
                .to(streams.toOut()));
        for (int i = 0; i < entries; i++) {
            streams.add(i);
            if (i % 200 == 100) {
                REDIS.restart();
                streams.awaitRedis();
            }
        }

        eventually().untilAsserted(streams::assertSettled);
        List<String> expected =
                IntStream.range(0, entries).mapToObj(Integer::toString).toList();
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void rule11_redis_killed_while_an_exchange_runs_is_told_of_the_completion_when_it_is_back() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    begun.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                })
                .to(streams.toOut()));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        REDIS.kill();
        goOn.countDown();
        eventually().untilAsserted(() -> assertThat(lines("completions", Level.WARN))
                .hasSize(1));
        REDIS.start();

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        streams.assertSettled();
    }

    @Test
    void rule11_an_outage_is_one_line_its_end_another_and_the_health_check_follows() throws Exception {
        Streams.Instance a = streams.start(
                "a", routes -> routes.from(streams.fromIn()).routeId("r").to(streams.toOut()));
        eventually().untilAsserted(() -> assertThat(health(a).getState()).isEqualTo(HealthCheck.State.UP));

        REDIS.kill();
        // the check is already down, with another message, a moment before the outage is known
        eventually().untilAsserted(() -> {
            HealthCheck.Result result = health(a);
            assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(result.getMessage())
                    .hasValueSatisfying(message -> assertThat(message).contains("Redis"));
        });
        assertThat(health(a).getDetails()).containsEntry("group", Streams.GROUP).containsEntry("route.id", "r");
        // several attempts to connect
        during(Duration.ofMillis(800))
                .until(() -> lines("group workers", Level.WARN).size() == 1);
        REDIS.start();

        eventually().untilAsserted(() -> assertThat(health(a).getState()).isEqualTo(HealthCheck.State.UP));
        assertThat(lines("group workers", Level.WARN)).hasSize(1);
        assertThat(lines("group workers", Level.INFO))
                .singleElement()
                .asString()
                .contains("available again");
    }

    @Test
    void rule11_redis_away_at_the_start_does_not_prevent_the_start() throws Exception {
        REDIS.kill();
        Streams.Instance a =
                streams.start("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));
        assertThat(a.context().isStarted()).isTrue();
        assertThat(health(a).getState()).isEqualTo(HealthCheck.State.DOWN);
        REDIS.start();
        streams.awaitRedis();
        streams.add(1);

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
    }

    @Test
    void rule11_a_redis_that_answers_nothing_for_a_while_is_waited_for() throws Exception {
        Streams.Instance a =
                streams.instance("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));
        a.component().setCommandTimeout(300);
        a.context().start();
        streams.add(1);
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));

        REDIS.freeze();
        // the log keeps the first cause; the problem soon names the failed connection instead
        eventually().untilAsserted(() -> {
            assertThat(lines("did not answer", Level.WARN)).isNotEmpty();
            assertThat(a.consumer().getProblem()).startsWith("Redis is unavailable: ");
        });
        REDIS.thaw();
        streams.awaitRedis();
        streams.add(2);

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1", "2"));
        streams.assertSettled();
    }

    @Test
    void rule11_a_redis_that_is_read_only_for_a_while_is_waited_for() throws Exception {
        Streams.Instance a =
                streams.start("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));
        streams.add(1);
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));

        streams.redis().replicaof("127.0.0.1", 1);
        eventually().untilAsserted(() -> assertThat(a.consumer().getProblem()).contains("READONLY"));
        streams.redis().replicaofNoOne();
        streams.add(2);

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1", "2"));
    }

    @Test
    void rule11_a_deleted_stream_is_created_again_with_all_groups_it_should_have() throws Exception {
        Streams.Instance a =
                streams.instance("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));
        a.component().setStreamNames(new StreamNames() {
            @Override
            public String key(String name) {
                return name;
            }

            @Override
            public Set<String> groups(String name) {
                return Set.of(Streams.GROUP, "served_elsewhere");
            }
        });
        a.context().start();
        streams.add(1);
        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));

        streams.redis().del(streams.in());
        eventually()
                .untilAsserted(() -> assertThat(groups()).containsExactlyInAnyOrder(Streams.GROUP, "served_elsewhere"));
        streams.add(2);

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1", "2"));
        assertThat(log.list).as("no outage").noneMatch(line -> line.getLoggerName()
                .endsWith("ServerState"));
    }

    @Test
    void rule11_a_deleted_group_is_created_again_and_what_runs_meanwhile_is_completed_once() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        streams.start("a", routes -> routes.from(streams.fromIn())
                .process(exchange -> {
                    begun.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                })
                .to(streams.toOut()));
        streams.add(1);
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();

        streams.redis().xgroupDestroy(streams.in(), Streams.GROUP);
        eventually().untilAsserted(() -> assertThat(groups()).containsExactly(Streams.GROUP));
        eventually().untilAsserted(() -> assertThat(streams.pending()).hasSize(1));
        goOn.countDown();

        eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("1"));
        streams.assertSettled();
    }

    @Test
    void rule11_a_route_that_interrupts_its_thread_or_throws_errors_does_not_end_the_worker() throws Exception {
        streams.add("interrupt", "error", "exception", "fine");
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 1)))
                .process(exchange -> {
                    switch ((String) exchange.getMessage().getBody(Map.class).get("n")) {
                        case "interrupt" -> Thread.currentThread().interrupt();
                        case "error" -> throw new StackOverflowError("on purpose");
                        case "exception" -> throw new InterruptedException("on purpose");
                        default -> exchange.getMessage().setHeader("seen", true);
                    }
                })
                .to(streams.toOut()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactly("interrupt", "fine");
        assertThat(streams.deadLetters()).hasSize(2);
    }

    private List<String> groups() {
        return new StreamAdmin(streams.link())
                .groups(streams.in()).stream()
                        .map(StreamAdmin.GroupState::group)
                        .toList();
    }

    private static HealthCheck.Result health(Streams.Instance instance) {
        return instance.consumer().getHealthCheck().call();
    }

    private List<String> lines(String part, Level level) {
        return List.copyOf(log.list).stream()
                .filter(line ->
                        line.getLevel() == level && line.getFormattedMessage().contains(part))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("routes.redisstreams");
    }
}
