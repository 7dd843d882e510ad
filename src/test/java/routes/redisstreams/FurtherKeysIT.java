package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.lettuce.core.Range;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.redisstreams.Streams.Instance;
import routes.testing.EmbeddedRedis;

/** A stream whose entries are under more than one key. */
class FurtherKeysIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final CountDownLatch never = new CountDownLatch(1);
    private final Queue<String> keys = new ConcurrentLinkedQueue<>();

    @Test
    void entries_of_every_key_are_processed_once_and_acknowledged_where_they_came_from() throws Exception {
        streams.add(1, 2);
        addToOther(3, 4);
        start("one");

        Streams.eventually().untilAsserted(() -> assertThat(streams.numbers(streams.out()))
                .containsExactlyInAnyOrder("1", "2", "3", "4"));

        Streams.eventually().untilAsserted(() -> assertThat(groups(streams.in(), other()))
                .extracting(GroupState::key, GroupState::lag, GroupState::pending)
                .containsExactlyInAnyOrder(tuple(streams.in(), 0L, 0L), tuple(other(), 0L, 0L)));
        assertThat(Set.copyOf(keys)).containsExactlyInAnyOrder(streams.in(), other());
        Streams.eventually().untilAsserted(() -> {
            assertThat(streams.last().consumer().getCompleted()).isEqualTo(4);
            assertThat(streams.outcomes(Outcome.COMPLETED)).isEqualTo(4);
        });
    }

    @Test
    void a_dead_letter_stays_with_its_key() throws Exception {
        start("one");
        addToOther("poison", 5);

        Streams.eventually().untilAsserted(() -> assertThat(streams.numbers(other() + ":dlq"))
                .containsExactly("poison"));
        Streams.eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("5"));
        assertThat(streams.redis()
                        .xrange(other() + ":dlq", Range.unbounded())
                        .get(0)
                        .getBody())
                .containsEntry("dlq_original_stream", other());
        assertThat(streams.deadLetters()).isEmpty();
    }

    @Test
    void what_a_dead_process_had_of_a_further_key_is_taken_up() throws Exception {
        start("one");
        Streams.eventually().until(() -> streams.last().consumer().isReading());
        addToOther("wait");
        Streams.eventually().untilAsserted(() -> assertThat(groups(other()))
                .extracting(GroupState::pending)
                .containsExactly(1L));
        streams.last().crash();
        assertThat(streams.numbers(streams.out())).isEmpty();

        Instance next = streams.instance("two", routes -> copy(routes, false));
        names(next);
        next.context().start();

        Streams.eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactly("wait"));
    }

    @Test
    void a_suspended_route_reads_no_key_and_a_resumed_one_reads_all() throws Exception {
        start("one");
        Instance process = streams.last();
        Streams.eventually().until(() -> process.consumer().isReading());
        process.context().getRouteController().suspendRoute("copy");
        streams.add(1);
        addToOther(2);

        Streams.during(Duration.ofMillis(700))
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).isEmpty());

        process.context().getRouteController().resumeRoute("copy");
        Streams.eventually()
                .untilAsserted(() -> assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrder("1", "2"));
    }

    private void start(String name) throws Exception {
        Instance process = streams.instance(name, routes -> copy(routes, true));
        names(process);
        process.context().start();
    }

    private void names(Instance process) {
        process.component().setStreamNames(new StreamNames() {
            @Override
            public String key(String name) {
                return name;
            }

            @Override
            public List<String> alsoRead(String name) {
                return name.equals(streams.in()) ? List.of(other()) : List.of();
            }
        });
    }

    private void copy(RouteBuilder routes, boolean hangs) {
        routes.from(streams.fromIn(Map.of("maxDeliveries", 2)))
                .routeId("copy")
                .process(exchange -> {
                    keys.add(exchange.getMessage().getHeader(RedisStreamsConstants.KEY, String.class));
                    Object number = exchange.getMessage().getBody(Map.class).get("n");
                    if ("poison".equals(number)) {
                        throw new IllegalStateException("poison");
                    }
                    if (hangs && "wait".equals(number)) {
                        never.await();
                    }
                })
                .to(streams.toOut());
    }

    private String other() {
        return streams.in() + "-legacy";
    }

    private void addToOther(Object... numbers) {
        for (Object number : numbers) {
            streams.redis().xadd(other(), Map.of("n", number.toString()));
        }
    }

    private List<GroupState> groups(String... ofKeys) {
        var inspector = new StreamAdmin(streams.link());
        return Arrays.stream(ofKeys)
                .flatMap(key -> inspector.groups(key).stream())
                .toList();
    }
}
