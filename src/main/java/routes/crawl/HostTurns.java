package routes.crawl;

import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;
import routes.redis.Script;

/** Over all processes, a host is asked for one page at a time, with a pause between two pages. */
@Component
class HostTurns {
    /** KEYS: turn, pause. ARGV: owner, lease in milliseconds. Returns the rest of the pause in milliseconds, or -1 if another owner has the turn. */
    private static final Script TAKE = Script.of(
            """
            local holder = redis.call('GET', KEYS[1])
            if holder and holder ~= ARGV[1] then return {-1} end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return {math.max(redis.call('PTTL', KEYS[2]), 0)}
            """);

    private final RedisLink redis;
    private final Duration lease;

    /** @param cache its claims last as long as a turn: the longest work on a page */
    HostTurns(RedisLink redis, PageCache cache) {
        this.redis = redis;
        this.lease = cache.lease();
    }

    private static String turn(String host) {
        return "crawl:turn:" + host;
    }

    private static String pause(String host) {
        return "crawl:pause:" + host;
    }

    /**
     * Takes the turn, or prolongs it.
     *
     * @return how long the host must be left alone before it is asked; empty if another owner has the turn
     */
    Optional<Duration> take(String host, String owner) {
        long rest = Long.parseLong(redis.run(TAKE, List.of(turn(host), pause(host)), owner, lease)
                .get(0)
                .toString());
        return Optional.of(Duration.ofMillis(rest)).filter(left -> !left.isNegative());
    }

    /** From now on, nobody asks the host for that long. */
    void pause(String host, Duration time) {
        if (time.toMillis() > 0) {
            redis.call(commands -> commands.set(pause(host), "", SetArgs.Builder.px(time.toMillis())));
        }
    }

    /** Lets others ask the host. A turn that expired and belongs to another owner stays. */
    void leave(String host, String owner) {
        redis.run(PageCache.RELEASE, List.of(turn(host)), owner);
    }
}
