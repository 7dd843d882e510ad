package routes.llm;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.Script;

/**
 * Permits for calls of a provider across all processes. The number in use never exceeds the limit. A permit is a lease in Redis, so
 * the permits of a process that has died expire. A lease is longer than any call.
 */
final class CallLeases {
    private static final Logger LOG = LoggerFactory.getLogger(CallLeases.class);
    private static final String KEY = "llm:leases:";
    /** Interval at which a process checks for returned permits. One thread per provider does this. */
    private static final long POLL_MILLIS = 100;

    /**
     * Time for which a permit is passed on within the process, which saves two durable writes between two calls. After that, the
     * permit is returned, so that other processes get their turn.
     */
    private static final Duration PASSED_ON = Duration.ofSeconds(2);

    /** KEYS: leases. ARGV: token, milliseconds of the lease, permits. Returns 1 if a permit was acquired. */
    private static final Script TAKE = Script.of(
            """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
            if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return 1
            """);

    /** A permit to call. */
    record Lease(String provider, String token, long takenNanos) {}

    /**
     * The threads of this process that wait for a permit of a provider, in order of arrival.
     *
     * @param first lock of the first thread, which polls Redis
     * @param passedOn permits passed on to the waiting threads
     */
    private record Waiting(ReentrantLock first, BlockingQueue<Lease> passedOn) {
        boolean isEmpty() {
            return !first.isLocked() && !first.hasQueuedThreads();
        }
    }

    private final RedisLink link;
    private final Duration length;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    /** @param length duration of a lease; longer than any call */
    CallLeases(RedisLink link, Duration length) {
        this.link = link;
        this.length = length;
    }

    /**
     * Waits for a permit.
     *
     * @param permits maximum number in use at a time
     * @return null if no permit became available in time
     */
    Lease take(String provider, int permits, Duration maxWait) throws InterruptedException {
        Waiting threads = waiting(provider);
        long end = System.nanoTime() + maxWait.toNanos();
        if (!threads.first().tryLock(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
            return null;
        }
        try {
            String token = UUID.randomUUID().toString();
            Lease passedOn = threads.passedOn().poll();
            while (passedOn == null) {
                if (acquire(provider, token, permits)) {
                    return new Lease(provider, token, System.nanoTime());
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return null;
                }
                passedOn = threads.passedOn().poll(Math.min(left, POLL_MILLIS), TimeUnit.MILLISECONDS);
            }
            return passedOn;
        } finally {
            threads.first().unlock();
            returnUnused(threads);
        }
    }

    private Waiting waiting(String provider) {
        return waiting.computeIfAbsent(
                provider, name -> new Waiting(new ReentrantLock(true), new LinkedBlockingQueue<>()));
    }

    private boolean acquire(String provider, String token, int permits) {
        return link.run(TAKE, List.of(KEY + provider), token, length, permits)
                .get(0)
                .equals(1L);
    }

    void giveBack(Lease lease) {
        Waiting threads = waiting(lease.provider());
        boolean fresh = System.nanoTime() - lease.takenNanos() < PASSED_ON.toNanos();
        if (fresh && !threads.isEmpty()) {
            threads.passedOn().add(lease);
            returnUnused(threads); // the last waiting thread may have left in the meantime
        } else {
            toRedis(lease);
        }
    }

    private void returnUnused(Waiting threads) {
        List<Lease> unused = new ArrayList<>();
        if (threads.isEmpty()) {
            threads.passedOn().drainTo(unused);
        }
        unused.forEach(this::toRedis);
    }

    private void toRedis(Lease lease) {
        // an interrupted thread cannot call Redis, and its permit would be lost for minutes
        boolean wasInterrupted = Thread.interrupted();
        try {
            Long unused = link.call(commands -> commands.zrem(KEY + lease.provider(), lease.token()));
        } catch (RedisException e) {
            LOG.warn(
                    "Cannot release the permit of a completed call to {} in Redis ({}); it expires within {}",
                    lease.provider(),
                    e.getMessage(),
                    length);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
