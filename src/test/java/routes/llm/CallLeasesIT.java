package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.redis.RedisLink;
import routes.testing.EmbeddedRedis;

/** Two processes, each with its own connections. */
class CallLeasesIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final Duration LONG = Duration.ofSeconds(60);

    @BeforeEach
    void empty() {
        REDIS.commands().del("llm:leases:p");
    }

    private CallLeases process(Duration length) {
        return new CallLeases(new RedisLink(REDIS.newClient(), Duration.ofSeconds(10)), length);
    }

    @Test
    void never_more_permits_are_out_than_allowed_and_everybody_gets_one() throws Exception {
        List<CallLeases> both = List.of(process(LONG), process(LONG));
        AtomicInteger out = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(16);
        List<Future<?>> calls = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            CallLeases leases = both.get(i % 2);
            calls.add(callers.submit(() -> {
                CallLeases.Lease lease = leases.take("p", 3, LONG);
                most.accumulateAndGet(out.incrementAndGet(), Math::max);
                Thread.yield();
                out.decrementAndGet();
                leases.giveBack(lease);
                return null;
            }));
        }
        for (Future<?> call : calls) {
            call.get(60, TimeUnit.SECONDS);
        }
        callers.shutdown();

        assertThat(most).hasValueBetween(2, 3);
        assertThat(REDIS.commands().zcard("llm:leases:p")).isZero();
    }

    @Test
    void a_permit_of_a_process_that_died_comes_back() throws Exception {
        CallLeases.Lease lost = process(Duration.ofMillis(300)).take("p", 1, LONG);

        assertThat(process(LONG).take("p", 1, LONG)).isNotNull().isNotEqualTo(lost);
    }

    @Test
    void whoever_waits_too_long_gets_none() throws Exception {
        CallLeases leases = process(LONG);
        CallLeases.Lease held = leases.take("p", 1, LONG);

        assertThat(process(LONG).take("p", 1, Duration.ofMillis(50))).isNull();
        assertThat(leases.take("p", 1, Duration.ofMillis(50))).isNull();
        leases.giveBack(held);
        assertThat(leases.take("p", 1, LONG)).isNotNull();
    }

    @Test
    void a_permit_is_handed_on_within_the_process_and_still_other_processes_have_their_turn() throws Exception {
        CallLeases busy = process(LONG);
        CallLeases other = process(LONG);
        Set<String> tokens = ConcurrentHashMap.newKeySet();
        AtomicInteger calls = new AtomicInteger();
        AtomicBoolean goesOn = new AtomicBoolean(true);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        List<Future<?>> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            loops.add(callers.submit(() -> {
                while (goesOn.get()) {
                    CallLeases.Lease lease = busy.take("p", 1, LONG);
                    tokens.add(lease.token());
                    calls.incrementAndGet();
                    busy.giveBack(lease);
                }
                return null;
            }));
        }
        try {
            CallLeases.Lease lease = other.take("p", 1, Duration.ofSeconds(30));
            assertThat(lease).isNotNull();
            other.giveBack(lease);
        } finally {
            goesOn.set(false);
        }
        for (Future<?> loop : loops) {
            loop.get(30, TimeUnit.SECONDS);
        }
        callers.shutdown();

        assertThat(tokens).hasSizeLessThan(calls.get() / 2 + 1);
        assertThat(REDIS.commands().zcard("llm:leases:p")).isZero();
    }

    @Test
    void giving_a_lease_back_twice_frees_one_permit() throws Exception {
        CallLeases leases = process(LONG);
        CallLeases.Lease first = leases.take("p", 2, LONG);
        assertThat(leases.take("p", 2, LONG)).isNotNull();
        leases.giveBack(first);
        leases.giveBack(first);

        assertThat(leases.take("p", 2, LONG)).isNotNull();
        assertThat(leases.take("p", 2, Duration.ofMillis(50))).isNull();
    }

    @Test
    void a_thread_that_is_interrupted_gives_its_permit_back_and_stays_interrupted() throws Exception {
        CallLeases leases = process(LONG);
        CallLeases.Lease held = leases.take("p", 1, LONG);
        Thread.currentThread().interrupt();

        leases.giveBack(held);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(REDIS.commands().zcard("llm:leases:p")).isZero();
    }

    @Test
    void a_waiter_is_woken_by_another_process() throws Exception {
        CallLeases one = process(LONG);
        CallLeases other = process(LONG);
        CallLeases.Lease held = one.take("p", 1, LONG);
        ExecutorService waiter = Executors.newSingleThreadExecutor();
        Future<CallLeases.Lease> waiting = waiter.submit(() -> other.take("p", 1, LONG));

        one.giveBack(held);

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isNotNull();
        waiter.shutdown();
    }

    @Test
    void permits_need_no_subscription_and_one_connection_for_each_process() throws Exception {
        REDIS.commands()
                .aclSetuser(
                        "default",
                        AclSetuserArgs.Builder.removeCommand(CommandType.SUBSCRIBE)
                                .removeCommand(CommandType.PSUBSCRIBE)
                                .removeCommand(CommandType.PUBLISH));
        try {
            CallLeases one = process(LONG);
            CallLeases other = process(LONG);
            one.giveBack(one.take("p", 1, LONG));
            other.giveBack(other.take("p", 1, LONG));
            long connections = REDIS.commands().clientList().lines().count();
            for (int i = 0; i < 20; i++) {
                CallLeases.Lease held = one.take("p", 1, LONG);
                assertThat(other.take("p", 1, Duration.ofMillis(1))).isNull();
                one.giveBack(held);
                other.giveBack(other.take("p", 1, LONG));
            }

            assertThat(REDIS.commands().clientList().lines().count()).isEqualTo(connections);
        } finally {
            REDIS.commands().aclSetuser("default", AclSetuserArgs.Builder.allCommands());
        }
    }
}
