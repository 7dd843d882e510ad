package routes.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import routes.redisstreams.RedisStreamsComponent;
import routes.testing.EmbeddedRedis;

class RedisIdempotentRepositoryIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String GROUP = "workers";

    private final List<CamelContext> contexts = new ArrayList<>();
    private final List<RedisIdempotentRepository.Duplicate> duplicates = new CopyOnWriteArrayList<>();
    private final List<String> processed = new CopyOnWriteArrayList<>();
    private final RedisCommands<String, String> redis = REDIS.commands();
    private final IdentityHashMap<RedisIdempotentRepository, RedisClient> clients = new IdentityHashMap<>();
    private String stream;
    private String prefix;

    @BeforeEach
    void choose() {
        stream = "in" + NUMBER.incrementAndGet();
        prefix = "test:processed" + NUMBER.get() + ":";
        ((Logger) LoggerFactory.getLogger(DefaultErrorHandler.class)).setLevel(Level.OFF);
    }

    @AfterEach
    void stop() {
        contexts.forEach(context -> {
            context.getShutdownStrategy().setTimeout(1);
            context.stop();
        });
    }

    @Test
    void what_is_done_is_not_added_again_and_the_cache_answers_before_redis() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        Exchange exchange = exchange();
        assertThat(repository.add(exchange, "k")).isTrue();
        assertThat(repository.contains(exchange, "k")).isFalse();
        repository.confirm(exchange, "k");

        assertThat(repository.contains("k")).isTrue();
        assertThat(repository.add(exchange(), "k")).isFalse();
        assertThat(repository(Duration.ofMinutes(1)).add(exchange(), "k"))
                .as("another process")
                .isFalse();
        assertThat(duplicates)
                .containsExactly(RedisIdempotentRepository.Duplicate.CACHE, RedisIdempotentRepository.Duplicate.REDIS);
        assertThat(repository.getCacheSize()).isEqualTo(1);
        assertThat(redis.get(prefix + "k")).isEqualTo("done");
        assertThat(redis.pttl(prefix + "k")).isBetween(1L, Duration.ofHours(24).toMillis());
        assertThat(redis.exists(prefix + "k:lease")).isZero();
    }

    @Test
    void what_another_has_in_progress_is_an_uncounted_failure_until_its_lease_has_expired() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofSeconds(2));
        // made before the lease begins, which is shorter than a slow machine takes to make them
        Exchange first = exchange();
        Exchange later = exchange();
        assertThat(repository.add(first, "k")).isTrue();

        assertThatThrownBy(() -> repository.add(later, "k"))
                .isInstanceOf(InProgressElsewhereException.class)
                .hasMessageContaining(prefix + "k");

        eventually()
                .ignoreExceptionsInstanceOf(InProgressElsewhereException.class)
                .until(() -> repository.add(later, "k"));
    }

    @Test
    void a_failure_gives_the_lease_back_and_only_its_owner_can() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        Exchange owner = exchange();
        Exchange other = exchange();
        repository.add(owner, "k");

        repository.remove(other, "k");
        assertThatThrownBy(() -> repository.add(other, "k")).isInstanceOf(InProgressElsewhereException.class);
        repository.remove(owner, "k");

        assertThat(repository.add(other, "k")).isTrue();
    }

    @Test
    void a_forced_exchange_goes_past_done_and_its_failure_leaves_it_done() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        Exchange first = exchange();
        repository.add(first, "k");
        repository.confirm(first, "k");
        Exchange forced = exchange();
        forced.setProperty(RedisIdempotentRepository.FORCE, true);

        assertThat(repository.contains(forced, "k")).isFalse();
        assertThat(repository.add(forced, "k")).isTrue();
        repository.remove(forced, "k");

        assertThat(repository.add(exchange(), "k")).isFalse();
    }

    @Test
    void clear_removes_all_keys_of_the_repository_and_no_others() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        for (int i = 0; i < 1_200; i++) {
            redis.set(prefix + i, "done");
        }
        assertThat(repository.add("0")).isFalse();
        repository.add(exchange(), "leased");
        redis.set(stream, "not its own");
        redis.set("x" + prefix, "not its own");

        assertThat(repository.forgetAll()).isEqualTo(1_201);

        assertThat(redis.mget(stream, "x" + prefix))
                .allSatisfy(value -> assertThat(value.hasValue()).isTrue());
        assertThat(repository.add("0")).isTrue();
    }

    @Test
    void a_prefix_that_would_clear_too_much_is_refused() {
        assertThatThrownBy(() -> options("", Duration.ofMinutes(1))).hasMessageContaining("keyPrefix");
        assertThatThrownBy(() -> options("tagging", Duration.ofMinutes(1))).hasMessageContaining("colon");
    }

    @Test
    void in_an_exchange_from_a_stream_a_key_is_done_when_the_entry_is_acknowledged() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        start("a", repository, exchange -> {
            begun.countDown();
            assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
        });
        add("k");
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(redis.exists(prefix + "k")).isZero();
        assertThat(redis.get(prefix + "k:lease")).startsWith("a/workers/" + stream + "/");
        goOn.countDown();

        eventually().untilAsserted(() -> assertThat(redis.get(prefix + "k")).isEqualTo("done"));
        assertThat(pending()).isZero();
        assertThat(redis.exists(prefix + "k:lease")).isZero();
        eventually().untilAsserted(() -> assertThat(repository.getCacheSize()).isEqualTo(1));
        add("k");
        eventually()
                .untilAsserted(() -> assertThat(duplicates).containsExactly(RedisIdempotentRepository.Duplicate.CACHE));
        assertThat(processed).containsExactly("k");
        assertThat(redis.xlen(stream + "-out")).isEqualTo(1);
    }

    @Test
    void a_crash_between_add_and_completion_loses_nothing() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        RedisClient doomed = REDIS.newClient();
        start("a", doomed, repository(doomed, Duration.ofSeconds(30)), exchange -> {
            begun.countDown();
            new CountDownLatch(1).await();
        });
        add("k");
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        doomed.shutdown(Duration.ZERO, Duration.ofSeconds(5));

        // the same consumer takes its own lease again, although it lives
        start("a", repository(Duration.ofSeconds(30)), exchange -> {});

        eventually().untilAsserted(() -> assertThat(redis.get(prefix + "k")).isEqualTo("done"));
        assertThat(processed).containsExactly("k", "k");
        assertThat(redis.xlen(stream + "-out")).isEqualTo(1);
        assertThat(duplicates).isEmpty();
    }

    @Test
    void a_failed_delivery_gives_the_lease_back_so_that_the_next_can_take_it() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        start("a", repository(Duration.ofMinutes(10)), exchange -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
        });
        add("k");

        eventually().untilAsserted(() -> assertThat(redis.get(prefix + "k")).isEqualTo("done"));
        assertThat(attempts).hasValue(3);
        assertThat(redis.xlen(stream + "-out")).isEqualTo(1);
    }

    @Test
    void
            two_entries_of_the_same_key_are_processed_once_although_they_come_at_the_same_time_and_take_longer_than_the_lease()
                    throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        start("a", repository(Duration.ofMillis(3_500)), exchange -> assertThat(
                        never.await(6_500, TimeUnit.MILLISECONDS))
                .isFalse());
        add("k");
        add("k");

        eventually().untilAsserted(() -> {
            assertThat(duplicates).hasSize(1);
            assertThat(pending()).isZero();
        });
        assertThat(processed).containsExactly("k");
        assertThat(redis.xlen(stream + "-out")).isEqualTo(1);
        assertThat(redis.xlen(stream + ":dlq")).isZero();
    }

    @Test
    void an_exchange_of_other_origin_is_done_when_it_has_succeeded_and_not_when_it_has_failed() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        CamelContext context = new DefaultCamelContext();
        contexts.add(context);
        AtomicInteger attempts = new AtomicInteger();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .idempotentConsumer(body(), repository)
                        .skipDuplicate(true)
                        .process(exchange -> {
                            if (attempts.incrementAndGet() == 1) {
                                throw new IllegalStateException("first");
                            }
                        })
                        .end();
            }
        });
        context.start();
        try (ProducerTemplate template = context.createProducerTemplate()) {
            assertThatThrownBy(() -> template.sendBody("direct:in", "k"))
                    .rootCause()
                    .hasMessage("first");
            template.sendBody("direct:in", "k");
            template.sendBody("direct:in", "k");
        }

        assertThat(attempts).hasValue(2);
        assertThat(redis.get(prefix + "k")).isEqualTo("done");
    }

    @Test
    void a_repository_that_one_route_has_stopped_goes_on_for_the_others() throws Exception {
        RedisIdempotentRepository repository = repository(Duration.ofMinutes(1));
        repository.start();
        repository.add("k");
        repository.stop();

        repository.confirm("k");

        assertThat(repository.add("k")).isFalse();
    }

    private interface Work {
        void on(Exchange exchange) throws Exception;
    }

    private void start(String name, RedisIdempotentRepository repository, Work work) throws Exception {
        start(name, clients.get(repository), repository, work);
    }

    private void start(String name, RedisClient client, RedisIdempotentRepository repository, Work work)
            throws Exception {
        RedisStreamsComponent component = new RedisStreamsComponent();
        component.setRedisClient(client);
        component.setInstanceName(name);
        CamelContext context = new DefaultCamelContext();
        context.addComponent("redis-streams", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("redis-streams:" + stream + "?group=" + GROUP
                                + "&concurrency=2&claimMinIdle=600&claimInterval=100&blockTimeout=100&backoffInitial=20"
                                + "&backoffMax=80&maxDeliveries=3")
                        .idempotentConsumer(simple("${body[key]}"), repository)
                        .process(exchange -> processed.add((String)
                                exchange.getMessage().getBody(Map.class).get("key")))
                        .process(work::on)
                        .to("redis-streams:" + stream + "-out")
                        .end();
            }
        });
        contexts.add(context);
        context.start();
    }

    private void add(String key) {
        redis.xadd(stream, Map.of("key", key));
    }

    private long pending() {
        return redis.xpending(stream, GROUP).getCount();
    }

    private RedisIdempotentRepository repository(Duration lease) {
        return repository(REDIS.newClient(), lease);
    }

    private RedisIdempotentRepository repository(RedisClient client, Duration lease) {
        RedisIdempotentRepository repository =
                new RedisIdempotentRepository(client, options(prefix, lease), duplicates::add);
        clients.put(repository, client);
        return repository;
    }

    private static RedisIdempotencyOptions options(String prefix, Duration lease) {
        return new RedisIdempotencyOptions(prefix, Duration.ofHours(24), lease, "instance", 100, Duration.ofSeconds(5));
    }

    private static Exchange exchange() {
        return new DefaultExchange(new DefaultCamelContext());
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20));
    }
}
