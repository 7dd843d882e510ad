package routes.web;

import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;
import routes.redis.Script;

/** Rate limits across all processes: one request to a host at a time, with a delay between two requests. The state is in Redis. */
@Component
public class HostLeases {
    /**
     * KEYS: lease, delay. ARGV: owner, expiry of the lease in milliseconds. Returns the remaining delay in milliseconds, or -1 if
     * another owner holds the lease.
     */
    private static final Script ACQUIRE = Script.of(
            """
            local holder = redis.call('GET', KEYS[1])
            if holder and holder ~= ARGV[1] then return {-1} end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return {math.max(redis.call('PTTL', KEYS[2]), 0)}
            """);

    /** KEYS: lock. ARGV: owner. An expired lock that another owner has acquired is not released. */
    public static final Script RELEASE = Script.of(
            """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
            return {redis.call('DEL', KEYS[1])}
            """);

    private final RedisLink redis;

    public HostLeases(RedisLink redis) {
        this.redis = redis;
    }

    /** Returns an instance for trials: every host is available immediately, and nothing is recorded. */
    public HostLeases rehearsal() {
        return new HostLeases(redis) {
            @Override
            public Optional<Duration> acquire(String host, String owner, Duration expiry) {
                return Optional.of(Duration.ZERO);
            }

            @Override
            public void delay(String host, Duration time) {
                // not recorded
            }

            @Override
            public void release(String host, String owner) {
                // nothing was acquired
            }
        };
    }

    private static String lease(String host) {
        return "crawl:host-lease:" + host;
    }

    private static String delay(String host) {
        return "crawl:host-delay:" + host;
    }

    /**
     * Acquires or renews the lease.
     *
     * @param expiry longer than the owner's maximum time; after it, the owner is considered crashed
     * @return the delay before the next request to the host; empty if another owner holds the lease
     */
    public Optional<Duration> acquire(String host, String owner, Duration expiry) {
        long rest = Long.parseLong(redis.run(ACQUIRE, List.of(lease(host), delay(host)), owner, expiry)
                .get(0)
                .toString());
        return Optional.of(Duration.ofMillis(rest)).filter(left -> !left.isNegative());
    }

    /** Sets the delay before the next request to the host, starting now. */
    public void delay(String host, Duration time) {
        if (time.toMillis() > 0) {
            redis.call(commands -> commands.set(delay(host), "", SetArgs.Builder.px(time.toMillis())));
        }
    }

    /** Releases the lease. An expired lease that another owner has acquired is not released. */
    public void release(String host, String owner) {
        redis.run(RELEASE, List.of(lease(host)), owner);
    }
}
